"""Models, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.datasets import ActInfo
from tilth.contract.models import (
    ComparedItem,
    JoinInfo,
    ModelComparison,
    ModelInfo,
    ModelVersionInfo,
    PromotionInfo,
    TestBoard,
    TrainInfo,
)
from tilth.contract.paging import Page


class RemoteModels:
    """Models of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def register(self, name: str, definition: Mapping[str, Any], *, description: str = "") -> ModelInfo:
        """Make a model, or change its definition."""
        return self._call.post(
            "models.register", ModelInfo, name=name, definition=dict(definition), description=description
        )

    def get(self, name: str) -> ModelInfo:
        """Return one model."""
        return self._call.get("models.get", ModelInfo, name=name)

    def list(self, *, after: str | None = None, limit: int = 100, recent: int = 8) -> Page[ModelInfo]:
        """List models by name."""
        return self._call.get("models.list", Page[ModelInfo], after=after, limit=limit, recent=recent)

    def versions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[ModelVersionInfo]:
        """List the versions of a model."""
        return self._call.get("models.versions", Page[ModelVersionInfo], name=name, after=after, limit=limit)

    def upload(
        self,
        name: str,
        content: bytes | None = None,
        *,
        file: str = "",
        reference: str = "",
        mapping: Mapping[str, Any] | None = None,
        save: bool = False,
        drop_bad: bool = False,
        message: str = "",
    ) -> JoinInfo:
        """Report how predictions join the model's dataset; with `save`, keep them."""
        return self._call.send(
            "models.upload",
            JoinInfo,
            content or b"",
            name=name,
            file=file,
            reference=reference,
            mapping=json.dumps(dict(mapping)) if mapping else "",
            save=save,
            drop_bad=drop_bad,
            message=message,
        )

    def compare(
        self,
        first: str,
        second: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        second_at: str | None = None,
    ) -> ModelComparison:
        """Compare two versions."""
        return self._call.get(
            "models.compare",
            ModelComparison,
            first=first,
            second=second,
            dataset=dataset,
            where=where,
            at=at,
            second_at=second_at,
        )

    def compared(
        self,
        first: str,
        second: str,
        outcome: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[ComparedItem]:
        """List the items with an outcome."""
        return self._call.get(
            "models.compared",
            Page[ComparedItem],
            first=first,
            second=second,
            outcome=outcome,
            dataset=dataset,
            where=where,
            at=at,
            after=after,
            limit=limit,
        )

    def set_test(self, name: str, test: str, definition: Mapping[str, Any], *, message: str = "") -> ActInfo:
        """Make or change a test of a model."""
        return self._call.post(
            "models.set_test", ActInfo, name=name, test=test, definition=dict(definition), message=message
        )

    def remove_test(self, name: str, test: str, *, message: str = "") -> ActInfo:
        """Remove a test."""
        return self._call.post("models.remove_test", ActInfo, name=name, test=test, message=message)

    def board(self, name: str, *, version: str | None = None, limit: int = 5) -> TestBoard:
        """Run all tests of a model."""
        return self._call.get("models.board", TestBoard, name=name, version=version, limit=limit)

    def promote(self, name: str, version: str, *, reason: str = "") -> PromotionInfo:
        """Put a version in production."""
        return self._call.post("models.promote", PromotionInfo, name=name, version=version, reason=reason)

    def promotions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[PromotionInfo]:
        """List what was promoted."""
        return self._call.get("models.promotions", Page[PromotionInfo], name=name, after=after, limit=limit)

    def train(self, name: str) -> TrainInfo:
        """Train on a dataset, or make a model anew."""
        return self._call.post("models.train", TrainInfo, name=name)
