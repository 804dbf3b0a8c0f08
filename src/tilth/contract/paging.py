"""How lists are read: by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; pass `next` as `after` to read on; None means that this was the last."""

    items: Sequence[T]
    next: str | None = None
