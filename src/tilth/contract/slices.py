"""Slices: named sets of a dataset's items with a purpose, a state and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class SliceComment:
    """What somebody said about a slice, or (with `key`) about one of its items."""

    by: str
    at_ms: int
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class SliceRound:
    """One sending of items of the slice to people."""

    pipeline: str
    by: str
    at_ms: int
    items: int
    new: int
    """Of these, items that the pipeline had not been asked before."""
    commit: str | None = None
    """The commit that handed them over; None when all were there already."""


@dataclass(frozen=True, slots=True)
class SliceProgress:
    """How far people are with the items of a slice in one labeling pipeline."""

    pipeline: str
    asked: int
    """Items that are tasks there."""
    answered: int
    """Of these, with an answer that counts."""
    settled: int
    """Of these, with a label that holds."""


@dataclass(frozen=True, slots=True)
class SliceInfo:
    """A slice as it stands."""

    dataset: str
    name: str
    type: str
    """label quality, bad data, bucket, campaign, split, scenario or regression test."""
    state: str
    """triage, in progress, in review, resolved or cancelled."""
    owner: str
    note: str
    live: bool
    """Whether the items are those that match `where` at any time; else they were chosen once, one by one."""
    where: str
    """The filter that says (live) or said (not live) which items these are; "" where they were picked by hand."""
    items: int | None
    """How many items a slice of chosen items has; None for a live one: count them with the filter `slice.NAME`."""
    statuses: Mapping[str, int]
    """How many items have each status (done, set aside); all others are open."""
    comments: Sequence[SliceComment]
    rounds: Sequence[SliceRound]
    progress: Sequence[SliceProgress]
    """Per pipeline that items were sent to; empty in lists, which count nothing."""
    made_by: str
    made_ms: int
    changed_ms: int
    next: Sequence[str] = ()
    """The states that can follow."""


@dataclass(frozen=True, slots=True)
class SliceItem:
    """What is noted about one item in a slice."""

    key: str
    status: str
    """open, done or set aside."""
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SliceAct:
    """What an act on a slice did: `commit` on the dataset's repo (undo it there), None when nothing changed."""

    commit: str | None
    count: int
    """Items that the act was about."""
    slice: SliceInfo | None = None
    """The slice afterwards; None when it was deleted."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Slices(Protocol):
    """Slices of datasets. Every act is one commit by the caller on the dataset's repo, and can be undone there."""

    def create(
        self,
        dataset: str,
        name: str,
        *,
        type: str = "bucket",
        note: str = "",
        owner: str = "",
        keys: Iterable[str] = (),
        where: str = "",
        model: str | None = None,
        live: bool = False,
        expect: int | None = None,
    ) -> SliceAct:
        """Make a slice of the items `keys`, of those that match `where` now, or (`live`) that match it at any time.

        `expect` is the count that was shown: Conflict when it is another. Raises Conflict for a taken name.
        """

    def get(self, dataset: str, name: str) -> SliceInfo:
        """Return one slice."""

    def list(self, dataset: str, *, state: str = "", after: str | None = None, limit: int = 100) -> Page[SliceInfo]:
        """List the slices of a dataset by name (without their comments), those of one state or all."""

    def items(
        self, dataset: str, name: str, *, keys: Iterable[str] = (), after: str | None = None, limit: int = 100
    ) -> Page[SliceItem]:
        """List what is noted about items, by key: the chosen items, or (live) those with a status; or some `keys`."""

    def update(
        self,
        dataset: str,
        name: str,
        *,
        type: str | None = None,
        state: str | None = None,
        owner: str | None = None,
        note: str | None = None,
        where: str | None = None,
    ) -> SliceAct:
        """Change what is given. Raises Conflict for a state that cannot follow the present one."""

    def set_items(
        self,
        dataset: str,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        keys: Iterable[str] = (),
        status: str = "",
    ) -> SliceAct:
        """Add items, take items out, or give the items `keys` a status."""

    def comment(self, dataset: str, name: str, text: str, *, key: str = "") -> SliceAct:
        """Say something about the slice, or about its item `key`."""

    def delete(self, dataset: str, name: str) -> SliceAct:
        """Delete a slice; the items stay, and so does the slice's history."""
