"""Warming: what the first question to a dataset would wait for, done when a server starts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tilth.errors import TilthError
from tilth.versioning.repos import DATASET, list_repos
from tilth.workspace.opened import Opened


def warm(opened: Opened, ended: Callable[[], bool]) -> None:
    """Load the code that datasets need, and open those that were asked about last; stop early once `ended` says so.

    Does nothing in a workspace without datasets. Cost: what the first questions cost later without it.
    """
    if not list_repos(opened.backend, kind=DATASET, limit=1):
        return
    from tilth.workspace.datasets import LocalDatasets

    datasets = LocalDatasets(opened)
    for name, model in opened.resources.dataset_views.recent():
        if ended():
            return
        with suppress(TilthError):  # deleted meanwhile, or its sources do not fit any more: who asks is told
            datasets.items(name, model=model, limit=1)
            datasets.get(name)
            datasets.columns(name, model=model)
            if model is not None and not ended():
                datasets.metrics(name, model)
