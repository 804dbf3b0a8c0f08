"""Patterns over paths, for listing."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from tilth.errors import Invalid
from tilth.late_arrow import pc

_SPECIAL = "*?[{"


def compile_glob(pattern: str) -> str:
    """Return the regular expression (of RE2, for whole paths) of a glob.

    `*` stays within a segment, `**` crosses them; `?`, `[abc]`, `[!a-z]` and `{a,b}` are known; `[[]` and `[{]` stand
    for the bracket itself. Raises Invalid for a bracket that is not closed. RE2 takes time linear in the path for any
    pattern, so a hostile one cannot stall a server.
    """
    out: list[str] = []
    index = 0
    depth = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if character == "*":
            if pattern[index : index + 1] == "*":
                index += 1
                if pattern[index : index + 1] == "/" and (index < 3 or pattern[index - 3] == "/"):
                    index += 1
                    out.append("(?:.*/)?")
                else:
                    out.append(".*")
            else:
                out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[":
            end = pattern.find("]", index + 1)
            if end < 0:
                raise _unclosed(pattern, "[")
            out.append(_class(pattern[index:end]))
            index = end + 1
        elif character == "{":
            depth += 1
            out.append("(?:")
        elif character == "}" and depth:
            depth -= 1
            out.append(")")
        elif character == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(character))
    if depth:
        raise _unclosed(pattern, "{")
    return f"(?s)\\A(?:{''.join(out)})\\z"


def _unclosed(pattern: str, bracket: str) -> Invalid:
    return Invalid(
        f"The glob {pattern!r} has a {bracket} that is not closed.",
        help=f"Close it, or write [{bracket}] for the character itself.",
    )


def matching(paths: pa.Array[Any], pattern: str) -> list[int]:
    """Return the positions of the paths that match a compiled glob. Raises Invalid for one that is too large."""
    try:
        found = pc.match_substring_regex(paths, pattern)
    except pa.ArrowInvalid as error:
        raise Invalid("That glob is too large.", help="List fewer choices.") from error
    return list(pc.indices_nonzero(found).to_numpy())


def _class(inside: str) -> str:
    """Return the class of one character, which is never a slash; a range that runs backward holds nothing."""
    negated = inside[0] in "!^"
    inside = inside[1:] if negated else inside
    ranges: list[tuple[int, int]] = []
    while inside:
        if len(inside) > 2 and inside[1] == "-":
            ranges.append((ord(inside[0]), ord(inside[2])))
            inside = inside[3:]
        else:
            ranges.append((ord(inside[0]), ord(inside[0])))
            inside = inside[1:]
    slash = ord("/")
    if negated:
        ranges.append((slash, slash))
    else:
        ranges = [part for low, high in ranges for part in _without(slash, low, high)]
    kept = "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in ranges if low <= high)
    return f"[{'^' if negated else ''}{kept}]" if kept else "[^\\x{0}-\\x{10ffff}]"


def _without(point: int, low: int, high: int) -> list[tuple[int, int]]:
    return [(low, point - 1), (point + 1, high)] if low <= point <= high else [(low, high)]


def literal_prefix(pattern: str) -> str:
    """Return the part of `pattern` before its first special character."""
    for index, character in enumerate(pattern):
        if character in _SPECIAL:
            return pattern[:index]
    return pattern
