"""An opened workspace folder, and as whom."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.contract.principal import Principal
from tilth.versioning.backend import Backend


@dataclass(frozen=True, slots=True)
class Opened:
    """What every local facet stands on."""

    backend: Backend
    principal: Principal

    @property
    def author(self) -> str:
        """The name under which the caller's acts are recorded."""
        return self.principal.name
