"""What comes of a merge: a commit, or the conflicts that have to be decided first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileInfo


@dataclass(frozen=True, slots=True)
class ConflictInfo:
    """One path that both sides changed: what it was where they parted, is in the target, and is in the source."""

    path: str
    kind: str
    """`both changed`, `changed and deleted`, or `file and folder`."""
    base: FileInfo | None
    ours: FileInfo | None
    theirs: FileInfo | None
    meets: str = ""
    """For `file and folder`: the path of the target that is in the way."""


@dataclass(frozen=True, slots=True)
class MergeInfo:
    """What came of a merge, or would."""

    commit: CommitInfo | None
    """The merged state; None while conflicts are undecided. Its `changed` is False when the target had all already."""
    conflicts: Sequence[ConflictInfo]
    """The first of them by path; `commits.conflicts` lists all."""
    undecided: int
    """How many conflicts there are."""
    taken: int
    """How many paths come from the source."""
    bases: Sequence[str]
    """The commits where the two histories parted."""
    moved: bool = False
    """Whether the target was only behind, so that its head moved to the source's commit."""
