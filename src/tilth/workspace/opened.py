"""An opened workspace folder, and as whom."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.contract.principal import Principal
from tilth.labeling.service import LabelingDesk
from tilth.versioning.backend import Backend
from tilth.workspace.tables import Tables


@dataclass(frozen=True, slots=True)
class Resources:
    """What all callers of one process share."""

    backend: Backend
    desk: LabelingDesk
    tables: Tables

    @classmethod
    def of(cls, backend: Backend) -> Resources:
        """Return the resources on an opened backend."""
        return cls(backend, LabelingDesk(backend), Tables(backend))


@dataclass(frozen=True, slots=True)
class Opened:
    """What every local facet stands on."""

    resources: Resources
    principal: Principal

    @property
    def backend(self) -> Backend:
        """The folder's database and store."""
        return self.resources.backend

    @property
    def author(self) -> str:
        """The name under which the caller's acts are recorded."""
        return self.principal.name
