"""Warming: what the first question to a dataset would wait for, done when a server starts, and ahead of being asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from tilth.errors import TilthError
from tilth.metadata import feed
from tilth.versioning.repos import DATASET, MODEL, list_repos
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened

LOOK_S = 1.0
"""How often what happened is looked for; only when nothing has happened for as long, models are judged."""
REST = 10
"""After judging models this is not done again for so many times as long."""

_EVERY_PAGE = ("repos", "labeling", "reviews", "pipelines", "jobs")
"""What any page of the console asks, for its frame. Their code is loaded when it is first asked for, which is slow."""


def keep_warm(opened: Opened, ended: Callable[[], bool], *, look_s: float = LOOK_S) -> None:
    """Warm, and then judge models after each change, once all is quiet again, until `ended` says so.

    Costs a query a look, and at most one part in REST of a processor.
    """
    warm(opened, ended)
    seen = judged = -1
    looked = rested = 0.0
    while not ended():
        time.sleep(min(look_s, 0.1))
        now = time.monotonic()
        if now < max(looked + look_s, rested):
            continue
        looked = now
        with suppress(TilthError):  # the database is busy: then later
            with opened.backend.database.read() as conn:
                position = feed.last(conn)
            if position == seen and position != judged:
                judge_ahead(opened, ended)
                judged = position
                rested = time.monotonic() + REST * (time.monotonic() - now)
            seen = position


def judge_ahead(opened: Opened, ended: Callable[[], bool]) -> None:
    """Count the scores of models of the large datasets that are kept open, so that no list of them waits for that.

    Costs what is new: for new predictions reading them, for new labels a pass over the labels; else some queries.
    """
    kept = {name for name, _ in opened.resources.dataset_views.recent()}
    if not kept:
        return
    from tilth.workspace.model_repos import load_model
    from tilth.workspace.models import LocalModels

    models = LocalModels(opened)
    for repo in list_repos(opened.backend, kind=MODEL):
        if ended():
            return
        with suppress(TilthError):  # what hinders is told to who asks
            name = short_name(repo.full_name)
            if full_name(load_model(opened.backend, name).definition.dataset) in kept:
                models.get(name)


def warm(opened: Opened, ended: Callable[[], bool]) -> None:
    """Load the code of all pages, and open the datasets that were asked about last; stop early once `ended` says so.

    Opens nothing, and loads only what every page needs, in a workspace without datasets. Cost: what the first questions
    cost later without it.
    """
    for name in _EVERY_PAGE:
        if ended():
            return
        import_module(f"tilth.workspace.{name}")
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
            datasets.versions(name, limit=1)
            if model is not None and not ended():
                datasets.metrics(name, model)
