"""Tasks and answers as those who run a pipeline see them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from tilth.contract.datasets import IntervalInfo
from tilth.contract.principal import Principal
from tilth.contract.reviews import GivenAnswer, ShownTask
from tilth.errors import Denied
from tilth.labeling.ledger.columns import IMPORTED
from tilth.labeling.rates import Share
from tilth.labeling.results import category_of
from tilth.labeling.shown import Shown, shown_tasks
from tilth.labeling.spec import LabelingSpec
from tilth.model.canonical import Json
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened

MEDIA_PATH = "/api/v1/labeling/media"


def seen(principal: Principal, pipeline: str) -> str:
    """Return the full name of a labeling pipeline that the caller may see. Raises Denied."""
    full = full_name(pipeline)
    if not principal.may_label(full):
        raise Denied(
            f"{principal.name} may not look at {pipeline}.", help="Ask an owner to be let in.", pipeline=pipeline
        )
    return full


def tasks_shown(opened: Opened, pipeline: str, task_ids: Sequence[str]) -> dict[str, ShownTask]:
    """Return task → what it shows, with addresses for its media."""
    found = shown_tasks(opened.backend, opened.resources.desk, list(dict.fromkeys(task_ids)))
    return {task: _shown_task(pipeline, shown) for task, shown in found.items()}


def _shown_task(pipeline: str, shown: Shown) -> ShownTask:
    data = dict(shown.data)
    for variable in shown.media:
        asked = {"pipeline": short_name(pipeline), "task": shown.task, "variable": variable}
        data[variable] = f"{MEDIA_PATH}?{urlencode(asked)}"
    return ShownTask(shown.task, shown.key, shown.path, data, dict(shown.media))


def given_answer(spec: LabelingSpec, row: Any) -> GivenAnswer:
    """Return a row of answers, with the worker's public id."""
    result = json.loads(row.result)
    return GivenAnswer(
        answer=row.assignment,
        worker=row.public,
        label=category_of(spec.config, result),
        result=result,
        seconds=row.seconds,
        state=row.state,
        unsure=bool(row.unsure),
        imported=row.worker.startswith(IMPORTED),
        at_ms=row.at_ms,
    )


def plain_of(spec: LabelingSpec, meaning: str | None) -> Json:
    """Return a meaning as people say it: a category, else the result list that it is."""
    if meaning is None or spec.config.categorical is not None or not meaning.startswith("["):
        return meaning
    result: Json = json.loads(meaning)
    return result


def interval(share: Share) -> IntervalInfo:
    """Return a share with its interval."""
    return IntervalInfo(share.value, share.low, share.high, share.n)
