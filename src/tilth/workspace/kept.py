"""Everything that keeps what is stored: the one list of roots (docs/design/003-garbage.md says what each names)."""

from __future__ import annotations

from tilth.labeling.marking import LabelingRoots
from tilth.pipelines.marking import JobRoots, ResultRoots
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import CommitRoots


def kept() -> Kept:
    """Return the roots of every package. Whoever adds a column that holds a digest adds it there."""
    return Kept([CommitRoots(), JobRoots(), LabelingRoots()], [ResultRoots()])
