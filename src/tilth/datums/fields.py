"""Reading what people wrote: mappings whose unknown fields are errors that name the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from tilth.errors import Invalid
from tilth.model.canonical import Json

T = TypeVar("T")

_WORDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
}


class Fields:
    """One mapping that a person wrote, read field by field; `where` names it in errors ("input.pfs").

    Take every field that may be there, then call `end`, which refuses what is left.
    """

    def __init__(self, value: object, where: str) -> None:
        self.where = where
        if not isinstance(value, Mapping):
            raise Invalid(f"{where} must be a mapping, not {_shown(value)}.", help=f"Write {where} with named fields.")
        self._values = dict(value)
        self._known: list[str] = []

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def at(self, name: str) -> str:
        """Return the full name of a field, for errors."""
        return f"{self.where}.{name}" if self.where else name

    def text(self, name: str, default: str | None = None) -> str:
        """Take a text. Without a default it must be there. Raises Invalid."""
        return self._take(name, str, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """Take true or false. Raises Invalid."""
        return self._take(name, bool, default)

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        """Take a whole number from `least` to `most`. Raises Invalid."""
        value = self._take(name, int, default)
        if value < least:
            raise Invalid(f"{self.at(name)} is {value}.", help=f"It must be at least {least}.", field=self.at(name))
        if value > most:
            raise Invalid(f"{self.at(name)} is {value}.", help=f"It must be at most {most}.", field=self.at(name))
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of texts, empty where the field is missing. Raises Invalid."""
        return tuple(self._each(name, str))

    def numbers(self, name: str) -> tuple[int, ...]:
        """Take a list of whole numbers, empty where the field is missing. Raises Invalid."""
        return tuple(self._each(name, int))

    def pairs(self, name: str) -> dict[str, str]:
        """Take a mapping of names to texts; numbers and truth values are written out. Raises Invalid."""
        found: dict[str, str] = {}
        for key, value in self.mapping(name).items():
            if not isinstance(value, str | int | float) or value is None:
                raise Invalid(f"{self.at(name)}.{key} must be text, not {_shown(value)}.", help="Put it in quotes.")
            found[key] = str(value).lower() if isinstance(value, bool) else str(value)
        return found

    def mapping(self, name: str) -> dict[str, Json]:
        """Take a mapping with text keys, empty where the field is missing. Raises Invalid."""
        value = self._take(name, dict, {})
        for key in value:
            if not isinstance(key, str):
                raise Invalid(f"{self.at(name)} has the key {key!r}.", help="Keys must be text; put it in quotes.")
        return value

    def any(self, name: str) -> object:
        """Take a field of any shape; None where it is missing."""
        self._known.append(name)
        return self._values.pop(name, None)

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """Take one of `choices`. Raises Invalid, naming the nearest one."""
        value = self.text(name, default)
        if value not in choices:
            raise Invalid(
                f"{self.at(name)} is {value!r}.",
                help=f"Use {nearest(value, choices) or 'one of ' + ', '.join(choices)}.",
                field=self.at(name),
            )
        return value

    def refuse(self, name: str, why: str, help: str) -> None:
        """Refuse a field that is understood but not served. Raises Invalid where it is there."""
        if self._values.pop(name, None) is not None:
            raise Invalid(f"{self.at(name)} is not served: {why}.", help=help, field=self.at(name))

    def misspelled(self, *names: str) -> None:
        """Refuse a field that was likely meant to be one of `names`, which are missing. Raises Invalid."""
        for written in self._values:
            near = nearest(str(written), names)
            if near:
                raise Invalid(
                    f"{self.at(str(written))} is not a field that Tilth knows.",
                    help=f"Did you mean {near!r}?",
                    field=self.at(str(written)),
                    nearest=near,
                )

    def end(self) -> None:
        """Refuse the fields that nobody took. Raises Invalid, naming the first and the nearest known field."""
        for name in self._values:
            near = nearest(str(name), self._known)
            raise Invalid(
                f"{self.at(str(name))} is not a field that Tilth knows.",
                help=f"Did you mean {near!r}?" if near else f"Known fields here: {', '.join(sorted(self._known))}.",
                field=self.at(str(name)),
                nearest=near,
            )

    def _take(self, name: str, kind: type[T], default: T | None) -> T:
        self._known.append(name)
        value = self._values.pop(name, None)
        if value is None:
            if default is None:
                self.misspelled(name)
                raise Invalid(f"{self.at(name)} is missing.", help=f"Give it {_WORDS[kind]}.", field=self.at(name))
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise Invalid(f"{self.at(name)} must be {_WORDS[kind]}, not {_shown(value)}.", help="", field=self.at(name))
        return value

    def _each(self, name: str, kind: type[T]) -> list[T]:
        values: list[object] = self._take(name, list, [])
        found: list[T] = []
        for position, value in enumerate(values):
            if not isinstance(value, kind):
                raise Invalid(
                    f"{self.at(name)}[{position}] must be {_WORDS[kind]}, not {_shown(value)}.",
                    help="Put it in quotes.",
                )
            found.append(value)
        return found


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the member of `known` that `word` most likely was meant to be, or None."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
