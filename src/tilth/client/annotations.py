"""Annotations over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilth.client.transport import Transport
from tilth.contract.annotations import AnnotationInfo
from tilth.contract.paging import Page


class RemoteAnnotations:
    """Words about what is on a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def set(self, reference: str, values: Mapping[str, str]) -> Page[AnnotationInfo]:
        """Set keys of a thing."""
        return self._call.post("annotations.set", Page[AnnotationInfo], reference=reference, values=dict(values))

    def get(self, reference: str) -> Page[AnnotationInfo]:
        """Return what is said about a thing, by key."""
        return self._call.get("annotations.get", Page[AnnotationInfo], reference=reference)

    def remove(self, reference: str, keys: Sequence[str]) -> Page[AnnotationInfo]:
        """Take keys away."""
        return self._call.post("annotations.remove", Page[AnnotationInfo], reference=reference, keys=list(keys))

    def find(
        self,
        key: str,
        *,
        value: str | None = None,
        repo: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[AnnotationInfo]:
        """List what has a key."""
        return self._call.get(
            "annotations.find", Page[AnnotationInfo], key=key, value=value, repo=repo, after=after, limit=limit
        )
