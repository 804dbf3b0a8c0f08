"""What is published: labels, answers and workers as tables. Pure: rows in, Arrow out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.crowd.agreement import krippendorff_alpha
from tilth.crowd.answers import Answers
from tilth.crowd.dawid_skene import dawid_skene
from tilth.labeling.identity import TaskNames
from tilth.labeling.ledger.tasks import DONE, GOLDEN
from tilth.labeling.results import category_of, meaning_of
from tilth.labeling.rules import majority
from tilth.labeling.spec import LabelingSpec
from tilth.model.labeling import WorkerStats

_LABELS_FIELDS: list[pa.Field[Any]] = [
    pa.field("key", pa.string(), nullable=False),
    pa.field("path", pa.string()),
    pa.field("digest", pa.string()),
    pa.field("task", pa.string()),
    pa.field("data", pa.string()),
    pa.field("label", pa.string()),
    pa.field("confidence", pa.float64()),
    pa.field("majority", pa.string()),
    pa.field("agreement", pa.float64()),
    pa.field("answers", pa.int32()),
    pa.field("method", pa.string()),
    pa.field("guideline_version", pa.string()),
    pa.field("expert", pa.bool_()),
]
LABELS = pa.schema(_LABELS_FIELDS)
"""One row per item that has a label. `data` is the shown data as JSON; `label` the category, else a result list as
JSON. `majority` and `agreement` are plain plurality and its share, for comparison."""

_ANSWERS_FIELDS: list[pa.Field[Any]] = [
    pa.field("answer", pa.string(), nullable=False),
    pa.field("task", pa.string()),
    pa.field("key", pa.string()),
    pa.field("path", pa.string()),
    pa.field("worker", pa.string()),
    pa.field("label", pa.string()),
    pa.field("result", pa.string()),
    pa.field("seconds", pa.float64()),
    pa.field("guideline_version", pa.string()),
    pa.field("golden", pa.bool_()),
    pa.field("correct", pa.bool_()),
    pa.field("unsure", pa.bool_()),
    pa.field("state", pa.string()),
    pa.field("reason", pa.string()),
    pa.field("price", pa.float64()),
    pa.field("at_ms", pa.int64()),
]
ANSWERS = pa.schema(_ANSWERS_FIELDS)
"""One row per answer, rejected ones too; workers by opaque id. `key` and `path` are of the first item that shows the
task; empty where none does, as for most known-answer tasks."""

_WORKERS_FIELDS: list[pa.Field[Any]] = [
    pa.field("worker", pa.string(), nullable=False),
    pa.field("state", pa.string()),
    pa.field("reason", pa.string()),
    pa.field("answers", pa.int64()),
    pa.field("rejected", pa.int64()),
    pa.field("skipped", pa.int64()),
    pa.field("golden_right", pa.int64()),
    pa.field("golden_total", pa.int64()),
    pa.field("mean_seconds", pa.float64()),
    pa.field("skill", pa.float64()),
]
WORKERS = pa.schema(_WORKERS_FIELDS)
"""One row per worker. `skill` is the estimated chance that an answer is right; null where the method gives none."""

MAX_CATEGORIES = 200
"""More distinct answers than this are no categories: the plurality of equal answers holds."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the crowd says, per task: (meaning, confidence); the skill per worker; and Krippendorff's α of all answers,
    None where the method does not look at all of them or α is not defined."""

    method: str
    by_task: Mapping[str, tuple[str, float]]
    skill: Mapping[str, float]
    alpha: float | None = None


def agree(spec: LabelingSpec, votes: Sequence[tuple[str, str, str]], known: Mapping[str, str]) -> Agreed:
    """Conclude one label per task from (task, worker, meaning), holding `known` meanings fixed.

    Dawid–Skene where answers are categories, else the plurality of equal answers.
    """
    if not votes:
        return Agreed(spec.aggregation, {}, {})
    listed = spec.config.labels()
    vocabulary = tuple(dict.fromkeys([*listed, *sorted({vote[2] for vote in votes}), *sorted(set(known.values()))]))
    if spec.aggregation == "majority" or spec.config.categorical is None or len(vocabulary) > MAX_CATEGORIES:
        ballots: dict[str, list[str]] = {}
        for task, _, meaning in votes:
            ballots.setdefault(task, []).append(meaning)
        return Agreed("majority", {task: majority(given) for task, given in ballots.items()}, {})
    columns = list(zip(*votes, strict=True))
    answers = Answers.of(list(columns[0]), list(columns[1]), list(columns[2]), labels=vocabulary)
    consensus = dawid_skene(answers, known=known)
    confidence = consensus.confidence.round(3).tolist()
    labels = [consensus.labels[code] for code in consensus.label.tolist()]
    skill = {name: round(value, 3) for name, value in zip(consensus.workers, consensus.skill.tolist(), strict=True)}
    by_task = dict(zip(consensus.tasks, zip(labels, confidence, strict=True), strict=True))
    alpha = krippendorff_alpha(answers)
    return Agreed("dawid-skene", by_task, skill, round(alpha, 3) if math.isfinite(alpha) else None)


def has_label(row: Any) -> bool:
    """Tell whether an item has a label to publish: decided by an expert, known, or settled by the crowd."""
    return bool(row.active) and (row.final is not None or row.state in (DONE, GOLDEN))


def label_rows(
    spec: LabelingSpec,
    rows: Sequence[Any],
    votes: Mapping[str, Sequence[Any]],
    agreed: Agreed,
    names: TaskNames,
) -> list[dict[str, object]]:
    """Return the rows of LABELS for the items of `rows` that have a label, tasks by the names that copies share."""
    found: list[dict[str, object]] = []
    for row in rows:
        if not has_label(row):
            continue
        given = votes.get(row.task, ())
        most, share = majority([vote.meaning for vote in given]) if given else (None, None)
        ruled = row.final or (row.known if row.state == GOLDEN else None)
        if ruled is not None:
            regions = json.loads(ruled)
            label: str | None = category_of(spec.config, regions) or meaning_of(spec.config, regions)
            confidence, method = 1.0, "expert" if row.final else "known"
        elif row.task in agreed.by_task:
            label, confidence = agreed.by_task[row.task]
            method = agreed.method
        else:
            continue
        versions = sorted({vote.guideline_version for vote in given})
        data = json.loads(row.content)["data"]
        found.append(
            {
                "key": row.key,
                "path": row.path,
                "digest": row.digest,
                "task": names.shared(row.task),
                "data": json.dumps(data, sort_keys=True, ensure_ascii=False) if data else "",
                "label": label,
                "confidence": confidence,
                "majority": most,
                "agreement": round(share, 3) if share is not None else None,
                "answers": len(given),
                "method": method,
                "guideline_version": ",".join(versions) or spec.guidelines.version,
                "expert": row.final is not None,
            }
        )
    return found


def answer_rows(
    spec: LabelingSpec, rows: Sequence[Any], places: Mapping[str, tuple[str, str]], names: TaskNames
) -> list[dict[str, object]]:
    """Return the rows of ANSWERS; `places` is task → (key, path) of the item that shows it.

    An answer that was bought in another project is told as it is told there: by its name, at its price.
    """
    return [
        {
            "answer": row.shared or row.assignment,
            "task": names.shared(row.task),
            "key": places.get(row.task, ("", ""))[0],
            "path": places.get(row.task, ("", ""))[1],
            "worker": row.public,
            "label": category_of(spec.config, json.loads(row.result)),
            "result": row.result,
            "seconds": row.seconds,
            "guideline_version": row.guideline_version,
            "golden": bool(row.golden),
            "correct": None if row.right is None else bool(row.right),
            "unsure": bool(row.unsure),
            "state": row.state,
            "reason": row.reason,
            "price": _price(row) / 1e6 if row.state == "accepted" else 0.0,
            "at_ms": row.at_ms,
        }
        for row in rows
    ]


def _price(row: Any) -> int:
    return int(row.price_micros if row.carried_micros is None else row.carried_micros)


def worker_rows(workers: Sequence[WorkerStats], skill: Mapping[str, float]) -> list[dict[str, object]]:
    """Return the rows of WORKERS."""
    return [
        {
            "worker": person.public,
            "state": person.state,
            "reason": person.reason,
            "answers": person.answers,
            "rejected": person.rejected,
            "skipped": person.skipped,
            "golden_right": person.golden_right,
            "golden_total": person.golden_total,
            "mean_seconds": round(person.mean_seconds, 3),
            "skill": skill.get(person.worker),
        }
        for person in workers
    ]
