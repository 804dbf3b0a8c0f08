"""Who is asking: what a door knows about a caller once the credential was checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal may do, from all to least; a labeler's rights are apart: labeling and nothing else."""

    OWNER = "owner"
    WRITER = "writer"
    READER = "reader"
    LABELER = "labeler"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credential was checked."""

    name: str
    role: Role
    worker: str
    """The opaque id under which its answers are published."""
    labels: tuple[str, ...] = ()
    """For labelers: the labeling pipelines that they may work on; empty means all."""

    def may_label(self, pipeline: str) -> bool:
        """Tell whether the caller may work on (and see) a labeling pipeline."""
        return self.role is not Role.LABELER or not self.labels or pipeline in self.labels
