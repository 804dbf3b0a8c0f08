"""Slices of datasets, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.slices import SliceAct, SliceInfo, SliceItem


class RemoteSlices:
    """Slices of a server's datasets."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def create(
        self,
        dataset: str,
        name: str,
        *,
        type: str = "bucket",
        note: str = "",
        owner: str = "",
        keys: Iterable[str] = (),
        where: str = "",
        model: str | None = None,
        live: bool = False,
        expect: int | None = None,
    ) -> SliceAct:
        """Make a slice."""
        return self._call.post(
            "slices.create",
            SliceAct,
            dataset=dataset,
            name=name,
            type=type,
            note=note,
            owner=owner,
            keys=list(keys),
            where=where,
            model=model,
            live=live,
            expect=expect,
        )

    def get(self, dataset: str, name: str) -> SliceInfo:
        """Return one slice."""
        return self._call.get("slices.get", SliceInfo, dataset=dataset, name=name)

    def items(
        self, dataset: str, name: str, *, keys: Iterable[str] = (), after: str | None = None, limit: int = 100
    ) -> Page[SliceItem]:
        """List what is noted about items."""
        return self._call.get(
            "slices.items", Page[SliceItem], dataset=dataset, name=name, keys=list(keys), after=after, limit=limit
        )

    def list(self, dataset: str, *, state: str = "", after: str | None = None, limit: int = 100) -> Page[SliceInfo]:
        """List the slices of a dataset."""
        return self._call.get("slices.list", Page[SliceInfo], dataset=dataset, state=state, after=after, limit=limit)

    def update(
        self,
        dataset: str,
        name: str,
        *,
        type: str | None = None,
        state: str | None = None,
        owner: str | None = None,
        note: str | None = None,
        where: str | None = None,
    ) -> SliceAct:
        """Change what is given."""
        return self._call.post(
            "slices.update",
            SliceAct,
            dataset=dataset,
            name=name,
            type=type,
            state=state,
            owner=owner,
            note=note,
            where=where,
        )

    def set_items(
        self,
        dataset: str,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        keys: Iterable[str] = (),
        status: str = "",
    ) -> SliceAct:
        """Add items, take items out, or give items a status."""
        return self._call.post(
            "slices.set_items",
            SliceAct,
            dataset=dataset,
            name=name,
            add=[*add],
            remove=[*remove],
            keys=[*keys],
            status=status,
        )

    def comment(self, dataset: str, name: str, text: str, *, key: str = "") -> SliceAct:
        """Say something about the slice, or about one of its items."""
        return self._call.post("slices.comment", SliceAct, dataset=dataset, name=name, text=text, key=key)

    def delete(self, dataset: str, name: str) -> SliceAct:
        """Delete a slice."""
        return self._call.post("slices.delete", SliceAct, dataset=dataset, name=name)
