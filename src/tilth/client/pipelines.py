"""Pipelines over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.pipelines import PipelineInfo, SpecCheck


class RemotePipelines:
    """Pipelines of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def check(self, spec: Mapping[str, Any]) -> SpecCheck:
        """Say what a spec would do."""
        return self._call.post("pipelines.check", SpecCheck, again=True, spec=dict(spec))

    def create(
        self,
        spec: Mapping[str, Any],
        *,
        code: bytes | None = None,
        update: bool = False,
        keep_outputs: bool = False,
        reask: bool = False,
    ) -> PipelineInfo:
        """Create or update a pipeline."""
        return self._call.post(
            "pipelines.create",
            PipelineInfo,
            spec=dict(spec),
            code=None if code is None else base64.b64encode(code).decode(),
            update=update,
            keep_outputs=keep_outputs,
            reask=reask,
        )

    def get(self, name: str) -> PipelineInfo:
        """Return one pipeline."""
        return self._call.get("pipelines.get", PipelineInfo, name=name)

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[PipelineInfo]:
        """List pipelines by name."""
        return self._call.get("pipelines.list", Page[PipelineInfo], after=after, limit=limit)

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a pipeline."""
        self._call.act("pipelines.delete", name=name, force=force)

    def pause(self, name: str) -> PipelineInfo:
        """Let a pipeline get no more jobs until it is resumed."""
        return self._call.post("pipelines.pause", PipelineInfo, name=name)

    def resume(self, name: str) -> PipelineInfo:
        """Let a paused pipeline run again."""
        return self._call.post("pipelines.resume", PipelineInfo, name=name)

    def rerun(self, name: str, *, reprocess: bool = False) -> str:
        """Start a new change for the pipeline."""
        return self._call.post("pipelines.rerun", str, name=name, reprocess=reprocess)
