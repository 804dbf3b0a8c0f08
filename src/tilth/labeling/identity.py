"""By which name a task is known: its own here, and the one that it shares with the same task of other projects.

A labeling pipeline that was copied with its project shows the tasks of its origin, so that what was answered there need
not be asked again. In the ledger every pipeline's tasks are its own; what is published names the shared one, so that
what reads it finds the same rows in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tilth.model.digest import digest_of
from tilth.model.ids import TaskId


@dataclass(frozen=True, slots=True)
class TaskNames:
    """The names of the tasks of `pipeline`, whose contents are asked about as those of `identity`."""

    pipeline: str
    identity: str
    """The pipeline that the first copy was made of; the pipeline itself where it is none."""

    @classmethod
    def of(cls, pipeline: str, identity: str) -> TaskNames:
        """Return them for a row of the ledger, where "" says that the pipeline is no copy."""
        return cls(pipeline, identity or pipeline)

    def own(self, shared: str) -> TaskId:
        """Return the name here of a task by the name that all copies share."""
        return TaskId(f"{int(shared, 16) ^ _mask(self.pipeline, self.identity):032x}")

    def shared(self, own: str) -> TaskId:
        """Return the name that all copies share of a task of this pipeline."""
        return self.own(own)  # turning twice is turning back


@lru_cache(maxsize=256)
def _mask(pipeline: str, identity: str) -> int:
    if pipeline == identity:
        return 0
    return int.from_bytes(digest_of(f"tilth project branch\0{identity}\0{pipeline}".encode())[:16], "big")
