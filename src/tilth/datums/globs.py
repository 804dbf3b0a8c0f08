"""Globs: which paths of a tree are items. The dialect of Pachyderm's pipeline specs.

`*` and `?` stay inside one segment, `**` crosses segments, `[a-c]`, `[!a-c]` and `[[:alpha:]]` are classes,
`{a,b}` is a choice, `@(p|q)`, `*(p)`, `+(p)`, `?(p)` and `!(p)` are extended groups and `(p)` is a plain one.
Every group captures; `$1` in a template stands for the first capture. A glob that matches a folder yields the
folder as one item; `/` is the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tilth.errors import Invalid

MAX_GLOB_LENGTH = 1000
MAX_NEGATIONS = 6
MAX_NESTING = 8
MAX_UNBOUNDED = 6
"""Wildcards and repeated groups beside groups; without groups there may be any number."""

_QUANTIFIERS = {"@": "", "*": "*", "+": "+", "?": "?", "!": "!"}
_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "word": "\\w",
    "xdigit": "0-9a-fA-F",
}
_SEGMENT_CHARACTER = "[^/]"
_REFERENCE = re.compile(r"\$(?:(\d+)|\{([^}]+)\})")


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled glob. Paths are given as in trees, without a leading slash; "" is the root."""

    pattern: str
    regex: re.Pattern[str]
    groups: int
    depth: int | None
    """The number of segments of every match, or None where it varies."""
    prefix: str
    """What every match begins with, for seeking."""

    def matches(self, path: str) -> bool:
        """Tell whether `path` (a file or a folder, without a trailing slash) is an item of this glob."""
        return self.regex.fullmatch("/" + path) is not None if path else self.depth == 0

    def candidates(self, path: str) -> Iterator[str]:
        """Yield the matches among `path` and the folders above it. Cost: O(segments)."""
        if self.depth == 0:
            yield ""
            return
        if self.depth is not None:
            segments = path.split("/", self.depth)
            if len(segments) < self.depth:
                return
            candidate = "/".join(segments[: self.depth])
            if self.matches(candidate):
                yield candidate
            return
        end = path.find("/")
        while end >= 0:
            if self.matches(path[:end]):
                yield path[:end]
            end = path.find("/", end + 1)
        if self.matches(path):
            yield path

    def fill(self, template: str, path: str, columns: Mapping[str, object] | None = None) -> str:
        """Return `template` with `$1`, `${2}`, … replaced by what the groups captured in `path`.

        `${name}` stands for a column of `columns`. A group or column that is not there stands for nothing, so a
        glob without groups gives all its items one key.
        """
        match = self.regex.fullmatch("/" + path)

        def value(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            if name.isdigit():
                return (match[int(name)] or "") if match and int(name) <= self.groups else ""
            found = columns.get(name) if columns else None
            return "" if found is None else str(found)

        return _REFERENCE.sub(value, template)


def template_groups(template: str) -> list[int]:
    """Return the numbers of the groups that `template` refers to."""
    return [int(a or b) for a, b in _REFERENCE.findall(template) if (a or b).isdigit()]


def template_columns(template: str) -> list[str]:
    """Return the columns that `template` refers to."""
    return [b for _, b in _REFERENCE.findall(template) if b and not b.isdigit()]


@lru_cache(maxsize=1024)
def compile_glob(pattern: str) -> Glob:
    """Compile `pattern`. Raises Invalid, naming the glob and the position, where it is malformed."""
    if not pattern:
        raise Invalid("A glob is empty.", help="Use '/' for everything as one item, '/*' for one item per entry.")
    if len(pattern) > MAX_GLOB_LENGTH:
        raise Invalid(
            f"A glob of {len(pattern)} characters is too long.", help=f"Use at most {MAX_GLOB_LENGTH} characters."
        )
    clean = "/" + pattern.lstrip("/").rstrip("/")
    parsed = _Parser(pattern, clean, len(clean) - len(pattern) if not pattern.startswith("/") else 0).parse()
    source = _sequence(parsed, rest="", capture=True)
    regex = re.compile(source, re.DOTALL)
    return Glob(pattern, regex, regex.groups, _depth(parsed, clean), _prefix(parsed))


# The pattern as a tree: a sequence of parts.


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _Wild:
    regex: str
    unbounded: bool
    crosses: bool = False


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Sequence, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    quantifier: str
    options: tuple[_Sequence, ...]


_Part = _Text | _Wild | _Choice | _Group
_Sequence = tuple[_Part, ...]


class _Parser:
    """Recursive descent over one pattern; `shift` maps positions back to what the user wrote."""

    def __init__(self, written: str, text: str, shift: int) -> None:
        self.written = written
        self.text = text
        self.shift = shift
        self.at = 0
        self.negations = 0
        self.nesting = 0

    def parse(self) -> _Sequence:
        sequence = self._sequence("")
        if self.at < len(self.text):
            raise self._bad(f"{self.text[self.at]!r} closes nothing", self.at)
        if any(isinstance(part, _Choice | _Group) for part in sequence) and _count_unbounded(sequence) > MAX_UNBOUNDED:
            raise self._bad(f"beside groups more than {MAX_UNBOUNDED} '*' take too long to match", 0)
        for segment in self.text.strip("/").split("/"):
            if segment in (".", ".."):
                raise self._bad(f"no path has the segment {segment!r}", max(0, self.text.find(f"/{segment}") + 1))
        return sequence

    def _sequence(self, stops: str) -> _Sequence:
        parts: list[_Part] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in stops or (character in ")}" and not stops):
                break
            if character in ")}":
                raise self._bad(f"{character!r} closes nothing", self.at)
            parts.append(self._part(character))
        return _joined(parts)

    def _part(self, character: str) -> _Part:
        start = self.at
        following = self.text[start + 1 : start + 2]
        if character in _QUANTIFIERS and following == "(":
            self.at += 1
            return self._group(_QUANTIFIERS[character], start)
        self.at += 1
        if character == "(":
            self.at -= 1
            return self._group("", start)
        if character == "*":
            if following == "*":
                while self.text[self.at : self.at + 1] == "*":
                    self.at += 1
                return _Wild(".*", unbounded=True, crosses=True)
            return _Wild(_SEGMENT_CHARACTER + "*", unbounded=True)
        if character == "?":
            return _Wild(_SEGMENT_CHARACTER, unbounded=False)
        if character == "[":
            return self._class(start)
        if character == "{":
            return _Choice(self._options(",", "}", start))
        if character == "\\":
            if self.at >= len(self.text):
                raise self._bad("the last '\\' escapes nothing", start)
            self.at += 1
            return _Text(self.text[self.at - 1])
        return _Text(character)

    def _group(self, quantifier: str, start: int) -> _Group:
        self.at += 1
        self.negations += quantifier == "!"
        if self.negations > MAX_NEGATIONS:
            raise self._bad(f"more than {MAX_NEGATIONS} groups are negated", start)
        options = self._options("|", ")", start)
        if quantifier in ("*", "+") and any(_unbounded(option) for option in options):
            raise self._bad("a repeated group may not hold '*' or another repeated group", start)
        if quantifier in ("*", "+") and _overlap(options):
            raise self._bad("the choices of a repeated group begin with one another", start)
        return _Group(quantifier, options)

    def _options(self, separator: str, close: str, start: int) -> tuple[_Sequence, ...]:
        self.nesting += 1
        if self.nesting > MAX_NESTING:  # the regular expression doubles with every level
            raise self._bad(f"groups nest more than {MAX_NESTING} deep", start)
        options = [self._sequence(separator + close)]
        while self.text[self.at : self.at + 1] == separator:
            self.at += 1
            options.append(self._sequence(separator + close))
        if self.text[self.at : self.at + 1] != close:
            raise self._bad(f"{self.text[start]!r} is never closed by {close!r}", start)
        self.at += 1
        self.nesting -= 1
        return tuple(options)

    def _class(self, start: int) -> _Wild:
        negative = self.text[self.at : self.at + 1] in ("!", "^")
        self.at += negative
        body = ""
        first = True
        while True:
            character = self.text[self.at : self.at + 1]
            if not character:
                raise self._bad("'[' is never closed by ']'", start)
            if character == "]" and not first:
                self.at += 1
                break
            first = False
            if character == "[" and self.text[self.at + 1 : self.at + 2] == ":":
                end = self.text.find(":]", self.at)
                name = self.text[self.at + 2 : end] if end > 0 else ""
                if name not in _POSIX_CLASSES:
                    raise self._bad(f"there is no class [:{name}:]", self.at)
                body += _POSIX_CLASSES[name]
                self.at = end + 2
                continue
            low = self._class_character(start)
            if self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._class_character(start)
                if low > high:
                    raise self._bad(f"the range {low}-{high} is backward", start)
                body += f"{re.escape(low)}-{re.escape(high)}"
            else:
                body += re.escape(low)
        return _Wild(f"(?!/)[{'^' if negative else ''}{body}]", unbounded=False)

    def _class_character(self, start: int) -> str:
        self.at += self.text[self.at : self.at + 1] == "\\"
        character = self.text[self.at : self.at + 1]
        if not character:
            raise self._bad("'[' is never closed by ']'", start)
        self.at += 1
        return character

    def _bad(self, problem: str, at: int) -> Invalid:
        position = max(1, at + 1 - self.shift)
        return Invalid(
            f"The glob {self.written!r} is malformed at position {position}: {problem}.",
            help="Write a backslash before a character that should stand for itself.",
            glob=self.written,
            position=position,
        )


def _joined(parts: list[_Part]) -> _Sequence:
    joined: list[_Part] = []
    for part in parts:
        if isinstance(part, _Text) and joined and isinstance(joined[-1], _Text):
            joined[-1] = _Text(joined[-1].text + part.text)
        else:
            joined.append(part)
    return tuple(joined)


def _unbounded(sequence: _Sequence) -> bool:
    for part in sequence:
        if isinstance(part, _Wild) and part.unbounded:
            return True
        if isinstance(part, _Group) and (part.quantifier in ("*", "+", "!") or any(map(_unbounded, part.options))):
            return True
        if isinstance(part, _Choice) and any(map(_unbounded, part.options)):
            return True
    return False


def _count_unbounded(sequence: _Sequence) -> int:
    count = 0
    for part in sequence:
        if isinstance(part, _Wild):
            count += part.unbounded
        elif isinstance(part, _Choice | _Group):
            count += isinstance(part, _Group) and part.quantifier in ("*", "+", "!")
            count += sum(map(_count_unbounded, part.options))
    return count


def _overlap(options: tuple[_Sequence, ...]) -> bool:
    """Tell whether a repeated choice could read one text in several ways: then matching could take for ever."""
    lengths = {_length(option) for option in options}
    if len(lengths) == 1 and None not in lengths:
        return False
    texts = ["".join(part.text for part in option if isinstance(part, _Text)) for option in options]
    pure = all(isinstance(part, _Text) for option in options for part in option)
    return not pure or any(
        i != j and other.startswith(text) for i, text in enumerate(texts) for j, other in enumerate(texts)
    )


def _length(sequence: _Sequence) -> int | None:
    """Return the length of all that `sequence` matches, None where it varies."""
    total = 0
    for part in sequence:
        if isinstance(part, _Text):
            total += len(part.text)
        elif isinstance(part, _Wild):
            if part.unbounded:
                return None
            total += 1
        else:
            lengths = {_length(option) for option in part.options}
            if len(lengths) != 1 or (isinstance(part, _Group) and part.quantifier):
                return None
            length = lengths.pop()
            if length is None:
                return None
            total += length
    return total


def _plain(sequence: tuple[_Text | _Wild, ...]) -> str:
    """Return the regular expression of texts and wildcards, that needs no backtracking over several wildcards.

    What follows a wildcard is taken where it first occurs and kept (an atomic group): the next wildcard reaches all
    that a later occurrence would. For `*` before any wildcard, and for `**` with its `*` before the next `**`.
    """
    chunks: list[list[_Text | _Wild]] = [[]]
    for part in sequence:
        if isinstance(part, _Wild) and part.unbounded and part.crosses:
            chunks.append([])
        chunks[-1].append(part)
    compiled = ""
    for index, chunk in enumerate(chunks):
        pieces: list[list[str]] = [[]]
        for part in chunk:
            if isinstance(part, _Wild) and part.unbounded:
                pieces.append([])
            else:
                pieces[-1].append(part.regex if isinstance(part, _Wild) else re.escape(part.text))
        last = index == len(chunks) - 1
        source = ["".join(piece) for piece in pieces]
        crossing = isinstance(chunk[0], _Wild) and chunk[0].crosses if chunk else False
        body = source[0]
        for at, piece in enumerate(source[1:], start=1):
            if at == 1 and crossing:
                body += piece
            elif at < len(source) - 1 or not last:
                body += f"(?>{_SEGMENT_CHARACTER}*?{piece})"
            else:
                body += f"{_SEGMENT_CHARACTER}*{piece}"
        if crossing:
            body = f".*{body}" if last else f"(?>.*?{body})"
        compiled += body
    return compiled


def _sequence(sequence: _Sequence, *, rest: str, capture: bool) -> str:
    """Return the regular expression of `sequence`; `rest` is that of what follows it up to the segment's end."""
    plain = tuple(part for part in sequence if isinstance(part, _Text | _Wild))
    if len(plain) == len(sequence):
        return _plain(plain)
    compiled = ""
    following = rest
    for part in reversed(sequence):
        compiled = _compiled(part, following, capture) + compiled
        if isinstance(part, _Text) and "/" in part.text:
            following = re.escape(part.text.split("/")[0]) + "/"
        else:
            following = _compiled(part, following, capture=False) + following
    return compiled


def _compiled(part: _Part, rest: str, capture: bool) -> str:
    if isinstance(part, _Text):
        return re.escape(part.text)
    if isinstance(part, _Wild):
        return part.regex
    options = "|".join(_sequence(option, rest=rest, capture=capture) for option in part.options)
    if isinstance(part, _Choice):
        return f"(?:{options})"
    opening = "(" if capture else "(?:"
    if part.quantifier == "!":
        end = "" if rest.endswith("/") else r"(?:/|\Z)"
        return f"{opening}(?!(?:{options}){rest}{end}){_SEGMENT_CHARACTER}*)"
    return f"{opening}(?:{options}){part.quantifier})"


def _depth(sequence: _Sequence, clean: str) -> int | None:
    if clean == "/":
        return 0
    count = 0
    for part in sequence:
        if isinstance(part, _Text):
            count += part.text.count("/")
        elif _crosses(part):
            return None
    return count


def _crosses(part: _Part) -> bool:
    if isinstance(part, _Text):
        return "/" in part.text
    if isinstance(part, _Wild):
        return part.crosses
    return any(_crosses(inner) for option in part.options for inner in option)


def _prefix(sequence: _Sequence) -> str:
    first = sequence[0] if sequence else None
    return first.text[1:] if isinstance(first, _Text) else ""
