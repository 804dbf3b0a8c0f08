"""Who is asking: what a door knows about a caller once the credential was checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a principal may do; `webapi/operations.py` says it operation by operation."""

    OWNER = "owner"
    """Everything, users and tokens included."""
    CURATOR = "curator"
    """Data, datasets, labeling projects, rulings, models; neither code that runs here nor users."""
    WRITER = "writer"
    """What a curator may, and pipelines that run code."""
    READER = "reader"
    """Looks at data, runs and results; changes nothing."""
    REVIEWER = "reviewer"
    """Looks at labels and decides them; nothing else of the workspace."""
    LABELER = "labeler"
    """Answers tasks of its labeling projects; nothing else of the workspace."""
    AUDITOR = "auditor"
    """Reads everything, users and the audit trail included; changes nothing."""


LIMITED: Final = frozenset({Role.LABELER, Role.REVIEWER})
"""Roles that may be limited to some labeling pipelines."""

FOLDER: Final = "folder"
"""Where a caller comes from that opened the workspace's folder itself."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credential was checked."""

    name: str
    role: Role
    worker: str
    """The opaque id under which its answers are published."""
    labels: tuple[str, ...] = ()
    """For labelers and reviewers: the labeling pipelines that they may work on; empty means all."""
    token: str = ""
    """The id of the token or session that was shown; empty for who opens the folder itself."""
    origin: str = FOLDER
    """Where the caller comes from: a network address, or `folder`."""

    def may_label(self, pipeline: str) -> bool:
        """Tell whether the caller may work on (and see) a labeling pipeline, named with or without its project."""
        if self.role not in LIMITED or not self.labels:
            return True
        return pipeline in self.labels or pipeline.removeprefix("default/") in self.labels
