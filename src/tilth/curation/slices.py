"""A slice as it is kept: one JSON file beside the table of its items.

`slices/NAME.json` says what the slice is, what was said about it and how many items it has; the folder `slices/NAME/`
holds a row per chosen item or item with a status (`tilth.datasets.parts`), so that an act on k items of a large slice
rewrites about k parts of it and not all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from tilth.datasets.filters import parse_filter
from tilth.errors import Conflict, Corrupt, Invalid
from tilth.model.canonical import Json
from tilth.model.names import check_name

FOLDER: Final = "slices"
TYPES: Final = ("label quality", "bad data", "bucket", "campaign", "split", "scenario", "regression test")
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "triage": ("in progress", "cancelled"),
    "in progress": ("in review", "triage", "cancelled"),
    "in review": ("resolved", "in progress", "cancelled"),
    "resolved": ("in progress",),
    "cancelled": ("triage",),
}
"""Each state with those that can follow it."""
OPEN: Final = "open"
STATUSES: Final = (OPEN, "done", "set aside")

MAX_COMMENTS: Final = 2_000
MAX_TEXT: Final = 10_000
"""Characters of a note or comment."""

_ITEM_FIELDS: Final[list[pa.Field[Any]]] = [
    pa.field("key", pa.string(), nullable=False),
    pa.field("chosen", pa.bool_()),
    pa.field("status", pa.string()),
    pa.field("by", pa.string()),
    pa.field("at_ms", pa.int64()),
]
ITEMS: Final = pa.schema(_ITEM_FIELDS)
"""A row per item: `chosen` where it belongs to the slice by name and not by a live filter."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said, about the slice or (with `key`) about an item."""

    by: str
    at_ms: int
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One sending of items to people; `new` were not asked before."""

    pipeline: str
    by: str
    at_ms: int
    items: int
    new: int
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice without its items. Its acts (`moved`, `said`, ...) return it changed, or raise."""

    name: str
    type: str
    state: str
    owner: str
    note: str
    live: bool
    where: str
    members: int
    statuses: Mapping[str, int]
    made_by: str
    made_ms: int
    changed_ms: int
    comments: tuple[Comment, ...] = ()
    rounds: tuple[Round, ...] = ()

    @classmethod
    def new(cls, name: str, *, type: str, owner: str, note: str, live: bool, where: str, by: str, at_ms: int) -> Slice:
        """Return a new slice in triage. Raises Invalid for a bad name, type, note or filter."""
        check_name(name, "slice")
        made = cls(name, "bucket", "triage", "", "", live, where, 0, {}, by, at_ms, at_ms)
        if where:
            parse_filter(where)
        elif live:
            raise Invalid("A live slice needs a filter.", help="Say which items it is about, e.g. label = 'cat'.")
        return made.changed(type=type, owner=owner, note=note, at_ms=at_ms)

    def changed(
        self,
        *,
        at_ms: int,
        type: str | None = None,
        owner: str | None = None,
        note: str | None = None,
        where: str | None = None,
    ) -> Slice:
        """Return it with what is given changed. Raises Invalid."""
        after = self
        if type is not None:
            if type not in TYPES:
                raise Invalid(f"{type!r} is not a type of slice.", help=f"Types are {', '.join(TYPES)}.")
            after = replace(after, type=type)
        if owner is not None:
            after = replace(after, owner=_text(owner, "owner", 256))
        if note is not None:
            after = replace(after, note=_text(note, "note"))
        if where is not None and where != self.where:
            if not self.live:
                raise Invalid(
                    f"The items of slice {self.name} were chosen one by one; it follows no filter.",
                    help="Add or remove items, or make a live slice from the filter.",
                )
            if not where.strip():
                raise Invalid("A live slice needs a filter.", help="Say which items it is about.")
            parse_filter(where)
            after = replace(after, where=where)
        return self if after == self else replace(after, changed_ms=at_ms)

    def moved(self, state: str, *, at_ms: int) -> Slice:
        """Return it in another state. Raises Invalid for no state, Conflict for one that cannot follow."""
        if state not in STATES:
            raise Invalid(f"{state!r} is not a state of a slice.", help=f"States are {', '.join(STATES)}.")
        if state == self.state:
            return self
        if state not in STATES[self.state]:
            raise Conflict(
                f"Slice {self.name} is {self.state} and cannot become {state} now.",
                help=f"From here it can become {' or '.join(STATES[self.state])}.",
                state=self.state,
            )
        return replace(self, state=state, changed_ms=at_ms)

    def said(self, text: str, *, by: str, at_ms: int, key: str = "") -> Slice:
        """Return it with a comment more. Raises Invalid for an empty one, Conflict when there are too many."""
        if not text.strip():
            raise Invalid("The comment is empty.", help="Write something.")
        if len(self.comments) >= MAX_COMMENTS:
            raise Conflict(
                f"Slice {self.name} has {MAX_COMMENTS:,} comments already.", help="Make a new slice for what is left."
            )
        comment = Comment(by, at_ms, _text(text.strip(), "comment"), key)
        return replace(self, comments=(*self.comments, comment), changed_ms=at_ms)

    def sent(self, round: Round) -> Slice:
        """Return it with a round of sending to people."""
        return replace(self, rounds=(*self.rounds, round), changed_ms=round.at_ms)

    def counted(self, *, members: int, statuses: Mapping[str, int], at_ms: int) -> Slice:
        """Return it with so many members more (or fewer), and items of each status more (or fewer)."""
        now = {name: self.statuses.get(name, 0) + statuses.get(name, 0) for name in STATUSES if name != OPEN}
        kept = {name: count for name, count in now.items() if count > 0}
        return replace(self, members=self.members + members, statuses=kept, changed_ms=at_ms)

    def to_json(self) -> dict[str, Json]:
        """Return it as the file holds it."""
        return {
            "type": self.type,
            "state": self.state,
            "owner": self.owner,
            "note": self.note,
            "live": self.live,
            "where": self.where,
            "items": self.members,
            "statuses": dict(self.statuses),
            "made_by": self.made_by,
            "made_ms": self.made_ms,
            "changed_ms": self.changed_ms,
            "comments": [
                {"by": each.by, "at_ms": each.at_ms, "text": each.text, "key": each.key} for each in self.comments
            ],
            "rounds": [
                {
                    "pipeline": each.pipeline,
                    "by": each.by,
                    "at_ms": each.at_ms,
                    "items": each.items,
                    "new": each.new,
                    "commit": each.commit,
                }
                for each in self.rounds
            ],
        }

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        return (json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Slice:
        """Read the file. People may write it too, so raises Corrupt, naming it, where it is not a slice."""
        try:
            raw: dict[str, Any] = json.loads(data)
            found = cls(
                name=name,
                type=str(raw.get("type", "bucket")),
                state=str(raw.get("state", "triage")),
                owner=str(raw.get("owner", "")),
                note=str(raw.get("note", "")),
                live=bool(raw.get("live", False)),
                where=str(raw.get("where", "")),
                members=int(raw.get("items", 0)),
                statuses={str(status): int(count) for status, count in dict(raw.get("statuses", {})).items()},
                made_by=str(raw.get("made_by", "")),
                made_ms=int(raw.get("made_ms", 0)),
                changed_ms=int(raw.get("changed_ms", 0)),
                comments=tuple(
                    Comment(str(each["by"]), int(each["at_ms"]), str(each["text"]), str(each.get("key", "")))
                    for each in raw.get("comments", [])
                ),
                rounds=tuple(
                    Round(
                        str(each["pipeline"]),
                        str(each["by"]),
                        int(each["at_ms"]),
                        int(each["items"]),
                        int(each["new"]),
                        each.get("commit"),
                    )
                    for each in raw.get("rounds", [])
                ),
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise Corrupt(
                f"{file_of(name)} is not a slice: {problem}", help="Undo the change that made it so."
            ) from problem
        if found.state not in STATES or found.type not in TYPES:
            raise Corrupt(f"{file_of(name)} has an unknown state or type.", help="Undo the change that made it so.")
        return found


def file_of(name: str) -> str:
    """Return the path of a slice's file."""
    return f"{FOLDER}/{name}.json"


def items_of(name: str) -> str:
    """Return the folder of a slice's items."""
    return f"{FOLDER}/{name}"


def check_status(status: str) -> str:
    """Return `status` if an item may have it. Raises Invalid."""
    if status not in STATUSES:
        raise Invalid(f"{status!r} is not a status of an item.", help=f"It is one of {', '.join(STATUSES)}.")
    return status


def _text(text: str, what: str, longest: int = MAX_TEXT) -> str:
    if len(text) > longest:
        raise Invalid(f"The {what} has {len(text):,} characters; {longest:,} are allowed.", help="Shorten it.")
    return text
