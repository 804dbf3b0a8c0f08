"""Datasets over HTTP, and tables in commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.datasets import (
    ActInfo,
    ColumnInfo,
    CountInfo,
    DatasetInfo,
    HistogramInfo,
    ItemDetail,
    ItemInfo,
    MetricsInfo,
    ValueInfo,
    VersionChanges,
    VersionInfo,
)
from tilth.contract.paging import Page
from tilth.contract.sending import ExportPlan, SendInfo, SendPlan

_Rows = Page[Mapping[str, Any]]
_Definition = dict[str, Any]
_Columns = list[ColumnInfo]
_Histograms = list[HistogramInfo]
_Values = list[ValueInfo]


class RemoteDatasets:
    """Datasets of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def rows(
        self,
        reference: str,
        *,
        where: str = "",
        columns: Iterable[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Mapping[str, Any]]:
        """Read rows of a table."""
        return self._call.get(
            "datasets.rows", _Rows, reference=reference, where=where, columns=[*columns], after=after, limit=limit
        )

    def count(self, reference: str, *, where: str = "") -> int:
        """Count the rows that match."""
        return self._call.get("datasets.count", int, reference=reference, where=where)

    def define(
        self, name: str, definition: Mapping[str, Any], *, description: str = "", message: str = ""
    ) -> DatasetInfo:
        """Create a dataset or change what it is made of."""
        return self._call.post(
            "datasets.define",
            DatasetInfo,
            name=name,
            definition=dict(definition),
            description=description,
            message=message,
        )

    def guess(self, reference: str) -> Mapping[str, Any]:
        """Suggest a definition."""
        return self._call.get("datasets.guess", _Definition, reference=reference)

    def get(self, name: str) -> DatasetInfo:
        """Return one dataset, opened."""
        return self._call.get("datasets.get", DatasetInfo, name=name)

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[DatasetInfo]:
        """List datasets by name."""
        return self._call.get("datasets.list", Page[DatasetInfo], after=after, limit=limit)

    def columns(self, name: str, *, model: str | None = None, at: str | None = None) -> Sequence[ColumnInfo]:
        """List what filters may name."""
        return self._call.get("datasets.columns", _Columns, name=name, model=model, at=at)

    def items(
        self,
        name: str,
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        sort: str = "",
        descending: bool = False,
        after: str | None = None,
        skip: int = 0,
        limit: int = 100,
    ) -> Page[ItemInfo]:
        """List matching items."""
        return self._call.get(
            "datasets.items",
            Page[ItemInfo],
            name=name,
            where=where,
            model=model,
            at=at,
            sort=sort,
            descending=descending,
            after=after,
            skip=skip,
            limit=limit,
        )

    def item(self, name: str, key: str, *, model: str | None = None, at: str | None = None) -> ItemDetail:
        """Return one item."""
        return self._call.get("datasets.item", ItemDetail, name=name, key=key, model=model, at=at)

    def count_items(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> CountInfo:
        """Count the items that match."""
        return self._call.get("datasets.count_items", CountInfo, name=name, where=where, model=model, at=at)

    def histograms(
        self,
        name: str,
        columns: Iterable[str],
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        bins: int = 20,
    ) -> Sequence[HistogramInfo]:
        """Count the values of several columns."""
        return self._call.get(
            "datasets.histograms",
            _Histograms,
            name=name,
            columns=[*columns],
            where=where,
            model=model,
            at=at,
            bins=bins,
        )

    def values(
        self,
        name: str,
        column: str,
        *,
        prefix: str = "",
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        limit: int = 20,
    ) -> Sequence[ValueInfo]:
        """List the values of a column that begin with `prefix`."""
        return self._call.get(
            "datasets.values",
            _Values,
            name=name,
            column=column,
            prefix=prefix,
            where=where,
            model=model,
            at=at,
            limit=limit,
        )

    def metrics(
        self, name: str, model: str, *, where: str = "", at: str | None = None, threshold: float = 0.0
    ) -> MetricsInfo:
        """Score a model on the matching items."""
        return self._call.get(
            "datasets.metrics", MetricsInfo, name=name, model=model, where=where, at=at, threshold=threshold
        )

    def thumbnail(self, name: str, key: str, *, size: int = 256, at: str | None = None) -> bytes:
        """Return a small picture of an image item."""
        return b"".join(self._call.stream("datasets.thumbnail", name=name, key=key, size=size, at=at))

    def fix(
        self,
        name: str,
        label: str | None,
        *,
        keys: Sequence[str] | None = None,
        where: str | None = None,
        model: str | None = None,
        expect: int | None = None,
        reason: str = "",
    ) -> ActInfo:
        """Set the label of items, or take fixes back."""
        return self._call.post(
            "datasets.fix",
            ActInfo,
            name=name,
            label=label,
            keys=None if keys is None else [*keys],
            where=where,
            model=model,
            expect=expect,
            reason=reason,
        )

    def mark(self, name: str, mark: str | None, keys: Sequence[str], *, reason: str = "") -> ActInfo:
        """Mark items, or take marks off."""
        return self._call.post("datasets.mark", ActInfo, name=name, mark=mark, keys=[*keys], reason=reason)

    def undo(self, name: str, commit: str) -> ActInfo:
        """Undo one act."""
        return self._call.post("datasets.undo", ActInfo, name=name, commit=commit)

    def acts(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[ActInfo]:
        """List what people did, newest first."""
        return self._call.get("datasets.acts", Page[ActInfo], name=name, after=after, limit=limit)

    def save_version(self, name: str, message: str = "") -> CommitInfo:
        """Save the working state as a version."""
        return self._call.post("datasets.save_version", CommitInfo, name=name, message=message)

    def versions(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[VersionInfo]:
        """List saved versions, newest first."""
        return self._call.get("datasets.versions", Page[VersionInfo], name=name, after=after, limit=limit)

    def version_changes(
        self, name: str, old: str, new: str, *, what: str = "", after: str | None = None, limit: int = 100
    ) -> VersionChanges:
        """Compare two saved versions."""
        return self._call.get(
            "datasets.version_changes",
            VersionChanges,
            name=name,
            old=old,
            new=new,
            what=what,
            after=after,
            limit=limit,
        )

    def plan_send(
        self,
        name: str,
        *,
        keys: Iterable[str] = (),
        where: str = "",
        slice: str = "",
        model: str | None = None,
        pipeline: str | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> SendPlan:
        """Say what sending items to people would do, and cost at most."""
        return self._call.post(
            "datasets.plan_send",
            SendPlan,
            again=True,
            name=name,
            keys=[*keys],
            where=where,
            slice=slice,
            model=model,
            pipeline=pipeline,
            new=new,
        )

    def send(
        self,
        name: str,
        *,
        keys: Iterable[str] = (),
        where: str = "",
        slice: str = "",
        model: str | None = None,
        pipeline: str | None = None,
        new: Mapping[str, Any] | None = None,
        expect: int | None = None,
        message: str = "",
    ) -> SendInfo:
        """Send items to people."""
        return self._call.post(
            "datasets.send",
            SendInfo,
            name=name,
            keys=[*keys],
            where=where,
            slice=slice,
            model=model,
            pipeline=pipeline,
            new=new,
            expect=expect,
            message=message,
        )

    def plan_export(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> ExportPlan:
        """Say how much an export would be."""
        return self._call.get("datasets.plan_export", ExportPlan, name=name, where=where, model=model, at=at)

    def export(
        self,
        name: str,
        *,
        format: str = "csv",
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        media: bool = True,
        spreadsheet_safe: bool = True,
    ) -> Iterator[bytes]:
        """Stream matching items as a zip archive."""
        return self._call.stream(
            "datasets.export",
            name=name,
            format=format,
            where=where,
            model=model,
            at=at,
            media=media,
            spreadsheet_safe=spreadsheet_safe,
        )
