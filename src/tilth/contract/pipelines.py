"""Pipelines: code, function, labeling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """A pipeline and where it stands."""

    name: str
    project: str
    kind: str
    version: int
    state: str
    """active, paused, or invalid where the stored spec cannot be understood (any more)."""
    spec: Mapping[str, Any]
    output: str
    """`repo@branch` that it writes."""
    recipe: str
    created_ms: int
    updated_ms: int
    last_job: str | None = None
    last_job_state: str | None = None
    paused_by: str | None = None


@dataclass(frozen=True, slots=True)
class KnownCheck:
    """How a labeling's table of known answers fits: all its rows, those that do, the first of the others in words."""

    rows: int
    fit: int
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class SpecCheck:
    """What a spec would do, without doing it."""

    name: str
    kind: str
    inputs: Sequence[str]
    output: str
    items: int | None = None
    warnings: Sequence[str] = ()
    known: KnownCheck | None = None
    """Of a labeling that names a table of known answers."""


class Pipelines(Protocol):
    """Pipelines: code, function, labeling."""

    def check(self, spec: Mapping[str, Any]) -> SpecCheck:
        """Say what a spec would do. Raises Invalid that names the field."""

    def create(
        self,
        spec: Mapping[str, Any],
        *,
        code: bytes | None = None,
        update: bool = False,
        keep_outputs: bool = False,
        reask: bool = False,
    ) -> PipelineInfo:
        """Create (or with `update` change) a pipeline. `code` is an archive of its code folder (see `archive_code`).

        An update without it keeps the code that is there, when the spec names the same folder as before.
        Raises Conflict, with count and cost, when people would be asked everything again; `reask` says that they shall.
        """

    def get(self, name: str) -> PipelineInfo:
        """Return one pipeline."""

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[PipelineInfo]:
        """List pipelines by name."""

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a pipeline; its output repo and lineage stay."""

    def pause(self, name: str) -> PipelineInfo:
        """Let it get no more jobs (and lend no more tasks) until resumed; a job that runs is finished."""

    def resume(self, name: str) -> PipelineInfo:
        """Let a paused pipeline run again, at its inputs' heads: what it missed meanwhile is one job."""

    def rerun(self, name: str, *, reprocess: bool = False) -> str:
        """Start a new change for the pipeline at its inputs' heads; `reprocess` ignores earlier results. Returns it."""
