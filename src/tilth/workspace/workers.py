"""The people of a local workspace's labeling pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tilth.contract.paging import Page
from tilth.contract.workers import (
    ClassAgreement,
    ConfusionCell,
    EstimatedCell,
    Flip,
    MethodComparison,
    MethodPair,
    MethodScore,
    Restriction,
    SpeedPoint,
    WorkerAnswer,
    WorkerDetail,
    WorkerRow,
)
from tilth.errors import Invalid
from tilth.labeling.crowdwork import Worker, WorkerDesk, classes_of
from tilth.labeling.rates import Share
from tilth.labeling.shown import answers_named
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, position_of
from tilth.workspace.shown import given_answer, interval, plain_of, seen, tasks_shown


def _surely(share: Share) -> float | None:
    """Return the lower end of a share's interval: 5 of 5 says less than 95 of 100."""
    return share.low if share.value is not None else None


_SORTS: Mapping[str, Callable[[Worker], Any]] = {
    "known": lambda worker: _surely(worker.known),
    "agreement": lambda worker: _surely(worker.numbers.agreement),
    "seconds": lambda worker: worker.numbers.median_seconds,
    "answers": lambda worker: worker.stats.answers,
    "rejected": lambda worker: worker.stats.rejected,
    "skipped": lambda worker: worker.stats.skipped,
    "earned": lambda worker: worker.stats.earned_micros,
    "state": lambda worker: worker.stats.state,
    "last": lambda worker: worker.numbers.last_ms,
    "worker": lambda worker: worker.stats.public,
}


class LocalWorkers:
    """Labelers of the folder's pipelines."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._desk = WorkerDesk(opened.backend, opened.resources.desk, opened.resources.standings)

    def list(
        self, pipeline: str, *, sort: str = "known", descending: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[WorkerRow]:
        """List labelers, sorted."""
        check_limit(limit)
        if sort not in _SORTS:
            raise Invalid(f"Labelers cannot be sorted by {sort[:40]!r}.", help=f"Choose {', '.join(_SORTS)}.")
        value = _SORTS[sort]
        found = self._desk.workers(self._seen(pipeline))
        told = [worker for worker in found if value(worker) is not None]
        told.sort(key=value, reverse=descending)
        told += [worker for worker in found if value(worker) is None]
        start = 0
        if after is not None:
            start = next((at + 1 for at, worker in enumerate(told) if worker.stats.public == after), len(told))
        shown = told[start : start + limit]
        return Page(
            [worker_row(worker) for worker in shown],
            shown[-1].stats.public if shown and len(told) > start + limit else None,
        )

    def get(self, pipeline: str, worker: str) -> WorkerDetail:
        """Return one labeler from near."""
        near = self._desk.near(self._seen(pipeline), worker)
        return WorkerDetail(
            row=worker_row(near.worker),
            labels=list(near.labels),
            consensus=[ConfusionCell(true, said, count) for (true, said), count in near.consensus.items()],
            known=[ConfusionCell(true, said, count) for (true, said), count in near.known.items()],
            estimated=[EstimatedCell(true, said, round(share, 4)) for (true, said), share in near.estimated.items()],
            classes=[ClassAgreement(name, interval(share)) for name, share in classes_of(near.consensus).items()],
            speed=[SpeedPoint(at_ms, seconds, count) for at_ms, seconds, count in near.speed],
            restrictions=[Restriction(row.rule, row.reason, row.at_ms) for row in near.restrictions],
        )

    def answers(
        self, pipeline: str, worker: str, *, only: str = "", after: str | None = None, limit: int = 20
    ) -> Page[WorkerAnswer]:
        """List a labeler's answers, newest first."""
        check_limit(limit)
        standing, rows = self._desk.answers(self._seen(pipeline), worker, only)
        start = position_of(after) or 0
        chosen = rows[start : start + limit]
        with self._opened.backend.database.read() as conn:
            given = answers_named(conn, [standing.ids[at] for at in chosen])
        shown = tasks_shown(self._opened, self._seen(pipeline), [row.task for row in given])
        found: list[WorkerAnswer] = []
        for at, row in zip(chosen, given, strict=True):
            held = standing.held(row.task)
            agrees = int(standing.agrees[at])
            found.append(
                WorkerAnswer(
                    shown=shown[row.task],
                    given=given_answer(standing.spec, row),
                    label=plain_of(standing.spec, held[0]) if held is not None else None,
                    agrees=None if agrees < 0 else bool(agrees),
                    golden=bool(row.golden),
                    right=None if row.right is None else bool(row.right),
                )
            )
        return Page(found, str(start + limit) if len(rows) > start + limit else None)

    def unban(self, pipeline: str, worker: str, reason: str) -> WorkerRow:
        """Give a banned labeler another chance."""
        self._desk.unban(self._seen(pipeline), worker, reason=reason)
        return worker_row(self._desk.near(self._seen(pipeline), worker).worker)

    def compare(self, pipeline: str) -> MethodComparison:
        """Aggregate the same answers by every method."""
        standing, found = self._desk.compare(self._seen(pipeline))
        current = standing.method
        return MethodComparison(
            items=len(found.items),
            answers=len(standing.answers),
            workers=len(np.unique(standing.answers.worker)),
            methods=[
                MethodScore(
                    name,
                    interval(found.scores[name]),
                    len(found.flips(current, name)) if name != current else 0,
                    name == current,
                    round(found.seconds[name], 4),
                )
                for name in found.labels
            ],
            pairs=[
                MethodPair(pair.first, pair.second, pair.share, pair.kappa, len(found.items)) for pair in found.pairs
            ],
            alpha=found.alpha,
            alpha_items=found.alpha_items,
            kappa=found.kappa,
            kappa_items=found.kappa_items,
            kappa_answers=found.kappa_answers,
        )

    def flips(self, pipeline: str, *, method: str = "", after: str | None = None, limit: int = 20) -> Page[Flip]:
        """List items that methods decide differently."""
        check_limit(limit)
        standing, found = self._desk.compare(self._seen(pipeline))
        if method and method not in found.labels:
            raise Invalid(f"There is no method {method[:40]!r}.", help=f"Choose {', '.join(found.labels)}.")
        tasks = found.flips(standing.method, method).tolist()
        start = position_of(after) or 0
        chosen = tasks[start : start + limit]
        names = [standing.answers.tasks[task] for task in chosen]
        shown = tasks_shown(self._opened, self._seen(pipeline), names)
        rows = standing.of_tasks(names)
        labels = standing.categories or ()
        flips = [
            Flip(
                shown[name],
                [
                    standing.meanings[standing.meaning[at]]
                    for at in rows[name].tolist()
                    if not (standing.rejected[at] or standing.unsure[at])
                ],
                {way: labels[int(codes[task])] for way, codes in found.labels.items()},
            )
            for task, name in zip(chosen, names, strict=True)
        ]
        return Page(flips, str(start + limit) if len(tasks) > start + limit else None)

    def _seen(self, pipeline: str) -> str:
        return seen(self._opened.principal, pipeline)


def worker_row(worker: Worker) -> WorkerRow:
    """Return a labeler under its opaque public id."""
    stats, numbers = worker.stats, worker.numbers
    return WorkerRow(
        worker=stats.public,
        state=stats.state,
        reason=stats.reason,
        answers=stats.answers,
        rejected=stats.rejected,
        skipped=stats.skipped,
        known=interval(worker.known),
        known_right=stats.golden_right,
        agreement=interval(numbers.agreement),
        median_seconds=round(numbers.median_seconds, 3),
        earned=stats.earned_micros / 1e6,
        last_ms=numbers.last_ms,
        imported=numbers.imported,
    )
