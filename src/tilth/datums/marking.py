"""What the cut of an input names in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilth.storage.marking import Marker


def mark_input(marker: Marker, state: Mapping[str, Any]) -> None:
    """Mark the tables of a cut (`InputState` as JSON), and the trees it was made from.

    The next cut compares those trees with newer ones, for which it needs their rows, not the files.
    """
    for items, index in state["leaves"]:
        marker.table(bytes.fromhex(root) for root in (items, index) if root is not None)
    marker.table((bytes.fromhex(root) for _, _, root in state["trees"] if root is not None), shape=True)
