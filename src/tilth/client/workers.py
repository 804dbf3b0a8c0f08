"""The people of labeling pipelines over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.workers import Flip, MethodComparison, WorkerAnswer, WorkerDetail, WorkerRow


class RemoteWorkers:
    """Labelers of a server's pipelines."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def list(
        self, pipeline: str, *, sort: str = "known", descending: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[WorkerRow]:
        """List labelers, sorted."""
        return self._call.get(
            "workers.list",
            Page[WorkerRow],
            pipeline=pipeline,
            sort=sort,
            descending=descending,
            after=after,
            limit=limit,
        )

    def get(self, pipeline: str, worker: str) -> WorkerDetail:
        """Return one labeler from near."""
        return self._call.get("workers.get", WorkerDetail, pipeline=pipeline, worker=worker)

    def answers(
        self, pipeline: str, worker: str, *, only: str = "", after: str | None = None, limit: int = 20
    ) -> Page[WorkerAnswer]:
        """List a labeler's answers, newest first."""
        return self._call.get(
            "workers.answers", Page[WorkerAnswer], pipeline=pipeline, worker=worker, only=only, after=after, limit=limit
        )

    def unban(self, pipeline: str, worker: str, reason: str) -> WorkerRow:
        """Give a banned labeler another chance."""
        return self._call.post("workers.unban", WorkerRow, pipeline=pipeline, worker=worker, reason=reason)

    def compare(self, pipeline: str) -> MethodComparison:
        """Aggregate the same answers by every method."""
        return self._call.get("workers.compare", MethodComparison, pipeline=pipeline)

    def flips(self, pipeline: str, *, method: str = "", after: str | None = None, limit: int = 20) -> Page[Flip]:
        """List items that methods decide differently."""
        return self._call.get("workers.flips", Page[Flip], pipeline=pipeline, method=method, after=after, limit=limit)
