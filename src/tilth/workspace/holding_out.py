"""Whether a dataset may be trained on: nothing that its sources are made of may be held out."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.versioning.provenance import held_out_behind, held_out_error
from tilth.workspace.dataset_views import OpenDataset
from tilth.workspace.opened import Opened


def untrainable(opened: Opened, dataset: OpenDataset) -> str:
    """Say why nothing may be trained on a dataset; "" where something may. Costs one query."""
    path = _held_out(opened, dataset)
    return f"{path[0]} is held out: it is for measuring only, so nothing may be trained on it." if path else ""


def check_trainable(opened: Opened, dataset: OpenDataset, pipeline: str) -> None:
    """Raise HeldOut, naming the path to `pipeline`, where a source is held out or made from what is."""
    path = _held_out(opened, dataset)
    if path:
        raise held_out_error([*path, dataset.name, pipeline])


def _held_out(opened: Opened, dataset: OpenDataset) -> Sequence[str]:
    used = [each.commit.id for each in dataset.sources if each.role not in ("model", "predictions", "analysis")]
    with opened.backend.database.read() as conn:
        return held_out_behind(conn, used)
