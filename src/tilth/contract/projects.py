"""Project branches: a whole project copied, worked on, and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """A project: the namespace of repos and pipelines."""

    name: str
    repos: int
    pipelines: int
    origin: str | None = None
    """The project that it was branched from."""
    author: str = ""
    """Who branched it, and when."""
    created_ms: int = 0


@dataclass(frozen=True, slots=True)
class BranchChange:
    """How one branch of a project branch differs from where it and its origin last agreed."""

    repo: str
    branch: str
    state: str
    """`same`, `changed`, `new` (not in the origin), or `gone` (there no more)."""
    output: bool
    """Whether a pipeline makes it: then it is not promoted, but made there from what is."""
    ahead: int
    """Commits here, at most 1,000 are counted."""
    behind: int
    """Commits of the origin."""
    added: int
    changed: int
    removed: int
    """Files."""


@dataclass(frozen=True, slots=True)
class PipelineChange:
    """How one pipeline of a project branch differs from its origin's."""

    name: str
    state: str
    """`same`, `changed` (here), `behind` (changed in the origin), `both`, `new`, or `gone` (there no more)."""


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """What a project branch has that its origin has not, and the other way round."""

    project: str
    origin: str
    branches: Sequence[BranchChange]
    pipelines: Sequence[PipelineChange]
    answers: int
    """Answers bought here that the origin does not have."""


@dataclass(frozen=True, slots=True)
class PromotionConflict:
    """What both sides changed: a file (`repo@branch:path`), a branch or a pipeline, by its name in the origin."""

    place: str
    kind: str


@dataclass(frozen=True, slots=True)
class ProjectPromotion:
    """What came of a promotion. While there are conflicts nothing has moved."""

    project: str
    origin: str
    change: str | None
    """The change that all of it is of, and that runs the origin's pipelines; None where nothing was to do."""
    branches: Sequence[str]
    """Branches of the origin that moved or were made."""
    pipelines: Sequence[str]
    """Pipelines of the origin that were changed or made."""
    labeling: Sequence[str]
    """Labeling pipelines of the origin that are given the answers bought here."""
    conflicts: Sequence[PromotionConflict]
    """The first of them."""
    undecided: int
    """How many there are."""


class Projects(Protocol):
    """Projects, and branches of them."""

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[ProjectInfo]:
        """List projects that hold something, by name."""

    def branch(self, project: str, name: str) -> ProjectInfo:
        """Copy a whole project: repos, pipelines, datasets, models, and what was computed and bought for them.

        No data is copied, and it is there as a whole or not at all. Its pipelines read the copies; what comes from
        other projects stays as it is. Cost: O(repos + branches + pipelines). Raises NotFound, Conflict for a name that
        is taken.
        """

    def changes(self, name: str) -> ProjectChanges:
        """Say what a project branch and its origin have that the other has not. Costs what differs, and its answers.

        Repos, branches and pipelines that were deleted in it are not told of. Raises NotFound, Conflict for a project
        that was not branched from another.
        """

    def promote(self, name: str, *, message: str = "", prefer: str = "") -> ProjectPromotion:
        """Bring what was changed in a project branch back into its origin, all of it in one change or nothing.

        Files are merged three ways, path by path; pipelines are changed or made; answers bought here come along. What
        both sides changed is a conflict, and nothing moves, unless `prefer` says whose holds: `ours` (the origin's) or
        `theirs` (the branch's). Raises Denied where a branch of the origin is protected from the caller, HeldOut when
        held-out data would reach something trained, Conflict.
        """

    def delete(self, name: str) -> None:
        """Delete a project branch: its repos, pipelines and what they hold. Its origin stays as it is.

        Raises Conflict when something outside of it reads it, or is branched from it.
        """
