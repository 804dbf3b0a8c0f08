"""Whole repos between workspaces: what a repo names, what it consists of, and how another takes it over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class BranchRef:
    """A branch and where its head is; `head` and `seal` are empty while there is no commit."""

    name: str
    head: str
    seal: str


@dataclass(frozen=True, slots=True)
class TagRef:
    """A tag as it was made."""

    name: str
    commit: str
    seal: str
    author: str
    at_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class ReleasedRef:
    """A commit whose data was let go of; its record and seal stay."""

    commit: str
    how: str
    author: str
    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class RepoRefs:
    """What a repo is and what it names."""

    id: str
    project: str
    name: str
    description: str
    held_out: bool
    kind: str
    created_ms: int
    branches: Sequence[BranchRef]
    tags: Sequence[TagRef]
    released: Sequence[ReleasedRef]

    @property
    def commits(self) -> list[str]:
        """The commits that branches and tags name, each once."""
        named = [branch.head for branch in self.branches if branch.head] + [tag.commit for tag in self.tags]
        return list(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What taking a repo over did: how many commits are new, which branches moved, and under which name it is here."""

    repo: str
    commits: int
    moved: Sequence[str] = field(default_factory=tuple)
    tags: int = 0


class Transfers(Protocol):
    """Repos as records, for archives and mirrors. An *outline* is a row of 33-byte entries: a kind and a digest."""

    def refs(self, repo: str) -> RepoRefs:
        """Return what a repo names now."""

    def lacking(self, commits: Sequence[str]) -> Sequence[str]:
        """Return those of the given commits that are not here."""

    def outline(self, repo: str, commits: Sequence[str], have: Sequence[str]) -> Iterator[bytes]:
        """Stream the entries of all records that `commits` of the repo reach and `have` do not.

        That is data, trees and records of the repo's own commits, and the records alone of the commits of other repos
        that their lineage names. Asked again with the same commits it is the same.
        """

    def records(self, repo: str, commits: Sequence[str], have: Sequence[str], wanted: bytes) -> Iterator[bytes]:
        """Stream the records whose entries of that outline have their bit in `wanted` (lowest bit first), in order."""

    def missing(self, entries: bytes) -> bytes:
        """Return a byte for each entry of an outline: 1 where its record is not here."""

    def put_records(self, source: bytes | BinaryIO) -> int:
        """Store records, each checked against its digest; return how many. Durable when this returns.

        Nothing names them yet: `take_over` does. Raises Invalid for what is no record, Corrupt for a damaged one.
        """

    def take_over(self, refs: RepoRefs, *, name: str = "", force: bool = False) -> TakenOver:
        """Make the repo here what `refs` say, from records that are here; everything is checked first.

        A new repo is made under `name` (else its own). Heads only move forward, and tags stay where they are, unless
        `force`. Raises Conflict, Invalid where records are missing.
        """
