"""Analysis of datasets over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.client.transport import Transport
from tilth.contract.analysis import AnalysisInfo, DuplicatesInfo, ExplainInfo, MapInfo, SimilarInfo, SimilarItem

_Similar = list[SimilarItem]


class RemoteAnalysis:
    """Analysis of a server's datasets."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def start(self, dataset: str) -> AnalysisInfo:
        """Save a version if something changed, and run the analysis."""
        return self._call.post("analysis.start", AnalysisInfo, again=True, dataset=dataset)

    def state(self, dataset: str) -> AnalysisInfo:
        """Tell how far the analysis is."""
        return self._call.get("analysis.state", AnalysisInfo, dataset=dataset)

    def stop(self, dataset: str) -> AnalysisInfo:
        """Stop its runs."""
        return self._call.post("analysis.stop", AnalysisInfo, again=True, dataset=dataset)

    def map(
        self,
        dataset: str,
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        colour: str = "",
        points: int = 50_000,
    ) -> MapInfo:
        """Return the places of matching items."""
        return self._call.get(
            "analysis.map", MapInfo, dataset=dataset, where=where, model=model, at=at, colour=colour, points=points
        )

    def similar(
        self,
        dataset: str,
        seeds: Sequence[str],
        *,
        accepted: Sequence[str] = (),
        discarded: Sequence[str] = (),
        where: str = "",
        model: str | None = None,
        limit: int = 60,
        diverse: bool = True,
    ) -> SimilarInfo:
        """Find items like some, unlike others, best first."""
        return self._call.post(
            "analysis.similar",
            SimilarInfo,
            again=True,
            dataset=dataset,
            seeds=list(seeds),
            accepted=list(accepted),
            discarded=list(discarded),
            where=where,
            model=model,
            limit=limit,
            diverse=diverse,
        )

    def neighbours(self, dataset: str, key: str, *, model: str | None = None, limit: int = 12) -> Sequence[SimilarItem]:
        """Return the items nearest to one."""
        return self._call.get("analysis.neighbours", _Similar, dataset=dataset, key=key, model=model, limit=limit)

    def duplicates(self, dataset: str, *, after: str | None = None, limit: int = 50) -> DuplicatesInfo:
        """List groups of near-duplicates."""
        return self._call.get("analysis.duplicates", DuplicatesInfo, dataset=dataset, after=after, limit=limit)

    def explain(
        self,
        dataset: str,
        *,
        keys: Sequence[str] | None = None,
        selection: str | None = None,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        limit: int = 20,
    ) -> ExplainInfo:
        """Say what is special about some items."""
        return self._call.post(
            "analysis.explain",
            ExplainInfo,
            again=True,
            dataset=dataset,
            keys=None if keys is None else list(keys),
            selection=selection,
            where=where,
            model=model,
            at=at,
            limit=limit,
        )
