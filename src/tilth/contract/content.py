"""What differs inside a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContentChangeInfo:
    """One difference; `old` or `new` is None for what only one side has."""

    place: str
    """A line (`-12` of the old text, `+14` of the new), a cell (`row key / column`), or a JSON path (`$.a[3]`)."""
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ContentDiffInfo:
    """The differences between two contents of one path, in order."""

    path: str
    kind: str
    """As what they were compared: text, csv, json; binary and large (over 8 MB) files are not looked into."""
    equal: bool
    changes: Sequence[ContentChangeInfo]
    more: bool
    """Whether there are more than were asked for."""
