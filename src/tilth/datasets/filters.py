"""Filters: a small language of conditions on columns, compiled to SQL with parameters.

    label = 'cat' and (confidence < 0.5 or not split in ('train', 'test')) and predictions.label != label

Values are numbers, true, false, or text in single or double quotes (a doubled quote stands for itself); any other word
is a column (`in backquotes` where it is not a plain name). Tests: = != < <= > >=, contains, starts with, in (…),
is missing, is not missing (or: is null, is not null). A missing value is equal only to missing, and fails every other
test, so `not` is a true opposite. Precedence: not, and, or. Words of the language are in any case.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tilth.errors import Invalid

LONGEST = 20_000
DEEPEST = 40
MANY = 10
"""Values of `in` from which on they are looked up in a table."""

Value: TypeAlias = str | int | float | bool
Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts with"]
Kind: TypeAlias = Literal["number", "text", "boolean", "time", "other"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a value or another column."""

    column: Column
    operator: Operator
    value: Value | Column


@dataclass(frozen=True, slots=True)
class In:
    """A column equal to one of some values."""

    column: Column
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A column without a value."""

    column: Column


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Filter


@dataclass(frozen=True, slots=True)
class And:
    """All of some (none: everything)."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of some (none: nothing)."""

    parts: tuple[Filter, ...]


Filter: TypeAlias = Compare | In | Missing | Not | And | Or
EVERYTHING = And(())


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition with one `?` per parameter."""

    sql: str
    parameters: tuple[Value, ...]


def parse_filter(text: str) -> Filter:
    """Parse the language above; blank text is everything. Raises Invalid naming the place."""
    if len(text) > LONGEST:
        raise Invalid(f"The filter has {len(text)} characters; {LONGEST} are allowed.", help="Use a shorter one.")
    if "\0" in text:
        raise Invalid("The filter holds a NUL character.", help="Leave it out.")
    return _Parser(text).whole() if text.strip() else EVERYTHING


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def column_text(name: str) -> str:
    """Return a column's name as a filter writes it."""
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return "`" + name.replace("`", "``") + "`"


def value_text(value: str) -> str:
    """Return a text as a filter writes it."""
    return "'" + value.replace("'", "''") + "'"


def literal(value: Value) -> str:
    """Return a value as an SQL literal, for expressions that are kept. Raises Invalid for a text with a NUL in it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return f"CAST('{value!r}' AS DOUBLE)" if isinstance(value, float) else str(value)
    if "\0" in value:
        raise Invalid(f"{value!r} holds a NUL character.", help="Use another text.")
    return "'" + value.replace("'", "''") + "'"


def compile_filter(
    given: Filter,
    columns: Mapping[str, Kind],
    *,
    spell: Callable[[str], str] = quoted,
    inline: bool = False,
) -> Condition:
    """Compile to SQL over known columns. Raises Invalid for an unknown column or a value that does not fit its kind.

    `spell` gives the SQL of a column; with `inline` values stand in the SQL as literals and there are no parameters.
    """
    parameters: list[Value] = []
    sql = _Compiler(columns, spell, parameters, inline).compile(given, 0)
    return Condition(sql, tuple(parameters))


def column_named(name: str, columns: Mapping[str, Kind]) -> Kind:
    """Return the kind of a column. Raises Invalid if there is none of that name."""
    if name not in columns:
        raise Invalid(
            f"There is no column {name!r}.",
            help=f"Columns are {', '.join(columns)}. Text values stand in quotes: '{name}'.",
        )
    return columns[name]


@dataclass(frozen=True, slots=True)
class _Compiler:
    columns: Mapping[str, Kind]
    spell: Callable[[str], str]
    parameters: list[Value]
    inline: bool

    def compile(self, given: Filter, depth: int) -> str:
        if depth > DEEPEST:
            raise Invalid(f"The filter is nested more than {DEEPEST} deep.", help="Use fewer parentheses.")
        match given:
            case And(parts) | Or(parts):
                word, empty = ("AND", "TRUE") if isinstance(given, And) else ("OR", "FALSE")
                return f"({f' {word} '.join(self.compile(p, depth + 1) for p in parts)})" if parts else empty
            case Not(part):
                return f"(NOT {self.compile(part, depth + 1)})"
            case Missing(Column(name)):
                column_named(name, self.columns)
                return f"({self.spell(name)} IS NULL)"
            case In(Column(name), values):
                if len(values) >= MANY and not self.inline and column_named(name, self.columns) in ("text", "boolean"):
                    return self.among(name, values)
                tests = [self.compare(name, "=", value) for value in values]
                return f"({' OR '.join(tests)})" if tests else "FALSE"
            case Compare(Column(name), operator, value):
                return self.compare(name, operator, value)

    def compare(self, name: str, operator: Operator, value: Value | Column) -> str:
        kind = column_named(name, self.columns)
        left = self.spell(name)
        if isinstance(value, Column):
            other = column_named(value.name, self.columns)
            right, fits = self.spell(value.name), other == kind
            described = f"column {value.name!r}, which holds {_described(other)}"
        else:
            right, fits = "?", _fits(value, kind)
            described = repr(value)
            if fits:
                right = self.value(value)
                right = f"CAST({right} AS TIMESTAMP)" if kind == "time" else right
        if not fits:
            raise Invalid(
                f"Column {name!r} holds {_described(kind)} and cannot be compared with {described}.",
                help="Numbers stand bare, text and times ('2026-01-31 10:00') in quotes, booleans as true or false.",
            )
        if operator in ("contains", "starts with"):
            if kind != "text":
                raise Invalid(f"Column {name!r} holds {_described(kind)}, not text.", help=f"{operator} is for text.")
            if isinstance(value, str) and value.isascii() and not set(value) & _PATTERN and right == "?":
                # The same said as a pattern that is known beforehand is twice as fast.
                self.parameters.pop()
                before = "%" if operator == "contains" else ""
                return f"COALESCE({left} ILIKE {literal(f'{before}{value}%')}, FALSE)"
            function = "contains" if operator == "contains" else "starts_with"
            return f"COALESCE({function}(lower({left}), lower({right})), FALSE)"
        if operator == "=":
            return f"({left} IS NOT DISTINCT FROM {right})"
        if operator == "!=":
            return f"({left} IS DISTINCT FROM {right})"
        return f"COALESCE({left} {operator} {right}, FALSE)"

    def among(self, name: str, values: tuple[Value, ...]) -> str:
        """Compare with many values as with a table, by hash: one by one they would cost seconds on a million rows."""
        start = len(self.parameters)
        for value in values:
            self.compare(name, "=", value)  # checks that it fits, and adds it to the parameters
        rows = ", ".join("(?)" for _ in self.parameters[start:])
        return f"COALESCE({self.spell(name)} IN (SELECT * FROM (VALUES {rows})), FALSE)"

    def value(self, value: Value) -> str:
        if self.inline:
            return literal(value)
        self.parameters.append(value)
        return "?"


def _fits(value: Value, kind: Kind) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int | float):
        return kind == "number"
    if kind == "time":
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            return False
    return kind in ("text", "time")


def _described(kind: Kind) -> str:
    return {"number": "numbers", "text": "text", "boolean": "true or false", "time": "times"}.get(kind, "nested values")


_PATTERN = frozenset("%_\\\0")
"""Signs that mean something in a pattern, or cannot stand in SQL."""
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | '(?P<single>(?:[^']|'')*)'
      | "(?P<double>(?:[^"]|"")*)"
      | `(?P<column>(?:[^`]|``)+)`
      | (?P<word>[^\W\d][\w.\-]*)
      | (?P<mark><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"[^\W\d][\w.\-]*")
_WORDS = {"and", "or", "not", "in", "is", "missing", "null", "contains", "starts", "with", "true", "false"}
_SAME: dict[str, Operator] = {"==": "=", "<>": "!=", "=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "text", "column", "word", "mark", "end"]
    text: str
    at: int


class _Parser:
    """Recursive descent, one method per rule."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._cut(text))
        self._next = 0
        self._depth = 0

    def whole(self) -> Filter:
        found = self._or()
        if self._peek().kind != "end":
            raise self._wrong("and, or, or the end")
        return found

    def _or(self) -> Filter:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Invalid(f"The filter is nested more than {DEEPEST} deep.", help="Use fewer parentheses.")
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Filter:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Filter:
        opposite = False
        while self._take("not"):
            opposite = not opposite
        if self._take("("):
            found = self._or()
            self._need(")")
        else:
            found = self._test()
        return Not(found) if opposite else found

    def _test(self) -> Filter:
        column = self._column()
        if self._take("is"):
            opposite = self._take("not")
            if not (self._take("missing") or self._take("null")):
                raise self._wrong("missing")
            return Not(Missing(column)) if opposite else Missing(column)
        if self._take("contains"):
            return Compare(column, "contains", self._operand())
        if self._take("starts"):
            self._need("with")
            return Compare(column, "starts with", self._operand())
        opposite = self._take("not")
        if opposite or self._is("in"):
            self._need("in")
            self._need("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._need(")")
            return Not(In(column, tuple(values))) if opposite else In(column, tuple(values))
        token = self._peek()
        if token.kind != "mark" or token.text not in _SAME:
            raise self._wrong("a test (= != < <= > >= in contains starts with, is missing)")
        self._next += 1
        return Compare(column, _SAME[token.text], self._operand())

    def _column(self) -> Column:
        token = self._peek()
        if token.kind == "column" or (token.kind == "word" and token.text.lower() not in _WORDS):
            self._next += 1
            return Column(token.text)
        raise self._wrong("a column")

    def _operand(self) -> Value | Column:
        token = self._peek()
        if token.kind == "column" or (token.kind == "word" and token.text.lower() not in _WORDS):
            return self._column()
        return self._value()

    def _value(self) -> Value:
        token = self._peek()
        self._next += 1
        if token.kind == "text":
            return token.text
        if token.kind == "number":
            plain = re.fullmatch(r"[-+]?\d{1,18}", token.text)
            return int(token.text) if plain else float(token.text)
        if token.kind == "word" and token.text.lower() in ("true", "false"):
            return token.text.lower() == "true"
        self._next -= 1
        raise self._wrong("a value (a number, true, false, or text in quotes)")

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _is(self, word: str) -> bool:
        token = self._peek()
        return token.kind in ("word", "mark") and token.text.lower() == word

    def _take(self, word: str) -> bool:
        found = self._is(word)
        self._next += found
        return found

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._wrong(repr(word))

    def _wrong(self, expected: str) -> Invalid:
        token = self._peek()
        found = "the end" if token.kind == "end" else repr(token.text)
        return Invalid(
            f"The filter has {found} at character {token.at + 1} where {expected} should be.",
            help="An example: label = 'cat' and confidence < 0.5",
        )

    @staticmethod
    def _cut(text: str) -> list[_Token]:
        tokens = []
        at = 0
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                where = at + len(text[at:]) - len(text[at:].lstrip())
                raise Invalid(
                    f"The filter has {text[where]!r} at character {where + 1}, which fits nowhere.",
                    help="Text stands in quotes; an open quote must be closed.",
                )
            group = match.lastgroup or ""
            inner = match.group(group)
            start = match.start(group)
            if group in ("single", "double"):
                mark = "'" if group == "single" else '"'
                tokens.append(_Token("text", inner.replace(mark * 2, mark), start - 1))
            elif group == "column":
                tokens.append(_Token("column", inner.replace("``", "`"), start - 1))
            else:
                kind: Literal["number", "word", "mark"] = (
                    "number" if group == "number" else "word" if group == "word" else "mark"
                )
                tokens.append(_Token(kind, inner, start))
            at = match.end()
        tokens.append(_Token("end", "", len(text)))
        return tokens
