"""The labeling desk: what the doors call, for those who label and for those who run it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from tilth.errors import Conflict, Invalid, NotFound
from tilth.labeling.content import ShownFile, TaskContent
from tilth.labeling.ledger import answering, banning, desks, lending, reports, ruling
from tilth.labeling.ledger.answering import Given
from tilth.labeling.ledger.ledger import open_ledger, spec_of
from tilth.labeling.ledger.lending import Lent, revoke_held
from tilth.labeling.ledger.tasks import DONE, GOLDEN
from tilth.labeling.practice import Comparison, Practised, choose
from tilth.labeling.practice import compare as compare_practised
from tilth.labeling.results import category_of, meaning_of, result_for, validate_result
from tilth.labeling.rules import majority
from tilth.labeling.spec import LabelingSpec
from tilth.model.canonical import Json
from tilth.model.ids import AssignmentId, TaskId, WorkerId
from tilth.model.labeling import Assignment, Label, LabelingProgress, NoTask, PracticeTask, Queue, Receipt, WorkerStats
from tilth.storage.content import open_content, read_content
from tilth.versioning.backend import Backend

Clock = Callable[[], int]


def wall_clock() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """How a worker does, as far as they may know."""

    right: int
    total: int
    """Known answers among the first `answers`; told anew once per twenty answers."""
    answers: int
    promised_micros: int
    """Earned, or earned once the answers that wait are accepted."""


ROOM, ROOM_EACH = 2_000, 40
"""How much of a ledger's counting is kept free for an act, so that where it ends can be written down before it is done:
what others do meanwhile, and what each of its items may take."""


@dataclass(frozen=True, slots=True)
class ManyRuled:
    """An act of ruling that is still to be done. `act(conn, until)` does it, and the ledger then stands at `until`;
    Conflict is raised where it had got too far meanwhile."""

    pipeline: str
    until: int
    act: Callable[[Connection, int], None]


class LabelingDesk:
    """Lends tasks, takes answers, tells how far it is. Thread-safe; any number of processes may have one.

    Pipelines are named `PROJECT/NAME`. Workers are whoever the caller says: doors tell people apart.
    """

    def __init__(self, backend: Backend, *, clock: Clock = wall_clock) -> None:
        self._backend = backend
        self._clock = clock

    # For the person who labels

    def next(self, pipeline: str, worker: WorkerId) -> Assignment | NoTask:
        """Lend a task, the same again while the worker holds one; or say why there is none.

        Raises Denied for a banned worker, NotFound for no such pipeline.
        """
        found = self.queue(pipeline, worker, 1)
        return found.tasks[0] if found.tasks else NoTask(pipeline, found.reason)

    def queue(self, pipeline: str, worker: WorkerId, limit: int) -> Queue:
        """Return up to `limit` tasks that the worker holds, lending what is missing; the one to do first comes first.

        So that the next task is there before this one is answered. Raises as `next` does, and Invalid for a limit that
        would keep too much from others.
        """
        if not 1 <= limit <= lending.HELD_MOST:
            raise Invalid(
                f"A worker holds between 1 and {lending.HELD_MOST} tasks at once, not {limit}.", help="Ask for 2."
            )
        if self._is_finished(pipeline, worker):
            return Queue(pipeline, [], lending.FINISHED.state, lending.FINISHED.reason)
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            lent, wait = lending.lend(ledger, worker, limit)
            spec, texts = ledger.spec, [reports.content(conn, one.task) for one in lent]
        tasks = [self._assignment(pipeline, spec, *pair) for pair in zip(lent, texts, strict=True)]
        return Queue(pipeline, tasks, wait.state if wait else "lent", wait.reason if wait else "")

    def _assignment(self, pipeline: str, spec: LabelingSpec, lent: Lent, text: str) -> Assignment:
        content = TaskContent.from_text(text)
        return Assignment(
            id=lent.assignment,
            pipeline=pipeline,
            task=lent.task,
            data=self.data(content),
            media=_media_of(content),
            config=spec.config.text,
            guidelines=spec.guidelines.text,
            guideline_version=spec.guidelines.version,
            expires_ms=lent.expires_ms,
            price_micros=lent.price_micros,
        )

    def submit(
        self, assignment: str, worker: WorkerId, result: object, *, unsure: bool = False, held_ms: int = 0
    ) -> Receipt:
        """Take an answer: a Label Studio result list. Durable when this returns; the same call again is safe.

        `held_ms`: how long the answer waited at the worker's, who could take it back until it was sent.

        Raises Invalid (naming the region) for an answer that does not fit the config, Conflict for another answer to
        the same assignment or one that came too late, Denied for a banned worker, NotFound.
        """
        row = self._shown(assignment, worker)
        given = replace(self.checked(spec_of(row.spec), row.content, result, unsure), held_ms=held_ms)
        with self._backend.database.transaction() as conn, open_ledger(conn, row.pipeline, self._clock()) as ledger:
            verdict = answering.submit(ledger, assignment, worker, given)
        return Receipt(AssignmentId(assignment), verdict.state, verdict.worker_state, verdict.reason)

    def skip(self, assignment: str, worker: WorkerId) -> Receipt:
        """Give a task back; this worker never gets it again. The same call again is safe. Raises Conflict, NotFound."""
        row = self._shown(assignment, worker)
        with self._backend.database.transaction() as conn, open_ledger(conn, row.pipeline, self._clock()) as ledger:
            worker_state, reason = lending.skip(ledger, assignment, worker)
        return Receipt(AssignmentId(assignment), "skipped", worker_state, reason)

    def release(self, assignment: str, worker: WorkerId) -> Receipt:
        """Give a task back for now, as if its time had run out. The same call again is safe. Raises NotFound."""
        row = self._shown(assignment, worker)
        with self._backend.database.transaction() as conn, open_ledger(conn, row.pipeline, self._clock()) as ledger:
            state = lending.give_back(ledger, assignment, worker)
            person = reports.worker(conn, row.pipeline, worker)
        return Receipt(AssignmentId(assignment), state, person.state if person else "active", "")

    def media(self, assignment: str, worker: WorkerId, variable: str) -> tuple[ShownFile, Iterator[bytes]]:
        """Return a shown file and its bytes, to the worker who holds or held the task. Raises NotFound."""
        with self._backend.database.read() as conn:
            row = reports.shown_by(conn, assignment, worker)
        shown = TaskContent.from_text(row.content).files.get(variable) if row is not None else None
        if shown is None:
            raise NotFound(
                f"Assignment {assignment[:64]!r} shows no file as {variable[:64]!r}.",
                help="Read the variables that the task names under media.",
            )
        return shown, read_content(self._backend.store, shown.content)

    def worker(self, pipeline: str, worker: WorkerId) -> WorkerStats:
        """Return a worker's own numbers. Raises NotFound for no such pipeline."""
        self._row(pipeline)
        with self._backend.database.read() as conn:
            found = reports.worker(conn, pipeline, worker)
        return found or WorkerStats(worker, "", "active", "", 0, 0, 0, 0, 0, 0, 0.0, 0)

    def told(self, pipeline: str, worker: WorkerId) -> Told:
        """Return what a worker may know of how they do, without telling known-answer tasks from others."""
        with self._backend.database.read() as conn:
            right, total, answers = reports.told(conn, pipeline, worker)
            return Told(right, total, answers, reports.promised(conn, pipeline, worker))

    # For practice: nothing of it is kept

    def practice(self, pipeline: str, worker: WorkerId, n: int) -> list[PracticeTask]:
        """Return up to `n` done tasks that the worker has not answered, by chance. Raises NotFound."""
        self._row(pipeline)
        with self._backend.database.read() as conn:
            chosen = choose(conn, pipeline, worker, n, chance=random.Random())
            contents = [(TaskId(task), TaskContent.from_text(reports.content(conn, task))) for task in chosen]
        return [PracticeTask(task, self.data(content), _media_of(content)) for task, content in contents]

    def practice_media(self, pipeline: str, task: str, variable: str) -> tuple[ShownFile, Iterator[bytes]]:
        """Return a file that a done task shows. Raises NotFound, for a task that is not done too."""
        with self._backend.database.read() as conn:
            text = reports.done_content(conn, pipeline, task)
        shown = TaskContent.from_text(text).files.get(variable) if text is not None else None
        if shown is None:
            raise NotFound(f"There is no such practice task: {task[:64]!r}.", help="Ask for practice tasks anew.")
        return shown, read_content(self._backend.store, shown.content)

    def compare(self, pipeline: str, worker: WorkerId, given: Sequence[tuple[str, object, float]]) -> Comparison:
        """Compare practice answers, (task, result, seconds), with those of the people who did the work.

        Raises Invalid, naming the region, for an answer that does not fit the config.
        """
        spec = spec_of(self._row(pipeline).spec)
        if spec.config.categorical is None:
            raise Invalid(
                f"What people answer in {pipeline} is not one of several labels, so agreement cannot be counted.",
                help="Practise in a project that asks for a choice.",
            )
        practised: list[Practised] = []
        with self._backend.database.read() as conn:
            for task, result, seconds in given:
                text = reports.done_content(conn, pipeline, task)
                if text is None:
                    raise NotFound(
                        f"There is no such practice task: {task[:64]!r}.", help="Ask for practice tasks anew."
                    )
                practised.append(Practised(task, self.checked(spec, text, result, False).meaning, seconds))
            ruled = {
                task: meaning_of(spec.config, json.loads(final))
                for task, final in reports.ruled_meanings(conn, pipeline).items()
            }
            return compare_practised(conn, pipeline, worker, practised, ruled)

    # For those who run it

    def worker_of(self, pipeline: str, public: str) -> WorkerId:
        """Return the worker behind an opaque public id. Raises NotFound for one who has not worked on the pipeline."""
        self._row(pipeline)
        with self._backend.database.read() as conn:
            found = reports.worker_by_public(conn, pipeline, public)
        if found is None:
            raise NotFound(
                f"No worker {public[:64]!r} has worked on {pipeline}.", help="`tilth labeling workers` shows the ids."
            )
        return found.worker

    def pipelines(self) -> list[LabelingProgress]:
        """Return all open labeling pipelines with their progress, by name. Cost: O(pipelines)."""
        with self._backend.database.read() as conn:
            return [reports.progress_of(row) for row in desks.rows(conn)]

    def progress(self, pipeline: str) -> LabelingProgress:
        """Return one pipeline's progress from counters. Raises NotFound."""
        return reports.progress_of(self._row(pipeline))

    def workers(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> list[WorkerStats]:
        """Return a page of workers by public id. Raises NotFound."""
        self._row(pipeline)
        with self._backend.database.read() as conn:
            return reports.workers(conn, pipeline, after=after, limit=limit)

    def labels(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> list[Label]:
        """Return a page of what holds now, by key: rulings, known answers, else the majority of answers so far.

        The weighted consensus is made when labels are published. Raises NotFound.
        """
        spec = spec_of(self._row(pipeline).spec)
        with self._backend.database.read() as conn:
            rows = reports.items(conn, pipeline, after=after, limit=limit)
            votes = reports.votes(conn, [row.task for row in rows])
        return [label_of(spec, row, votes.get(row.task, [])) for row in rows]

    def rule(self, pipeline: str, key: str, answer: Json, *, expert: str, reason: str = "") -> Label:
        """Decide an item: a plain label or a result list. Final until reopened. Raises Invalid, NotFound, Conflict."""
        spec = spec_of(self._row(pipeline).spec)
        with self._backend.database.read() as conn:
            item = reports.item(conn, pipeline, key)
            text = reports.content(conn, item.task) if item is not None else None
        if text is None:
            raise NotFound(f"{pipeline} has no item {key[:200]!r}.", help="List them with `tilth labeling labels`.")
        given = self.checked(spec, text, result_for(spec.config, answer), False)
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            ruling.rule(ledger, key, expert, given.result, given.meaning, reason=reason)
        return self._label(pipeline, key)

    def reopen(self, pipeline: str, key: str, *, expert: str, reason: str = "") -> Label:
        """Take a ruling back. Raises NotFound, Conflict."""
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            ruling.reopen(ledger, key, expert, reason=reason)
        return self._label(pipeline, key)

    def ruling_of_many(
        self, pipeline: str, keys: Sequence[str], answer: Json | None, *, expert: str, reason: str = ""
    ) -> ManyRuled:
        """Return the act of deciding many items alike, as `rule` does each, or (None) of taking their rulings back; to
        be done in a transaction of the caller's, whole or not at all. Raises what `rule` raises, before it is done.
        """
        row = self._row(pipeline)
        given: dict[str, Given | None] = dict.fromkeys(keys)
        if answer is not None:
            spec = spec_of(row.spec)
            result = result_for(spec.config, answer)
            with self._backend.database.read() as conn:
                texts = {found.key: found.content for found in reports.items_named(conn, pipeline, keys)}
            for key in keys:
                if key not in texts:
                    raise NotFound(
                        f"{pipeline} has no item {key[:200]!r}.", help="List them with `tilth labeling labels`."
                    )
                given[key] = self.checked(spec, texts[key], result, False)

        def act(conn: Connection, until: int) -> None:
            with open_ledger(conn, pipeline, self._clock()) as ledger:
                for key, each in given.items():
                    if each is None:
                        ruling.reopen(ledger, key, expert, reason=reason)
                    else:
                        ruling.rule(ledger, key, expert, each.result, each.meaning, reason=reason)
                ledger.reach(until)

        return ManyRuled(pipeline, row.sequence + ROOM + len(given) * ROOM_EACH, act)

    def take_back(
        self, pipeline: str, acts: Sequence[ruling.Act], *, expert: str, reason: str
    ) -> dict[str, str | None]:
        """Let what was ruled before some acts hold again; see `ruling.take_back`. All of them or none."""
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            return ruling.take_back(ledger, acts, expert, reason=reason)

    def ban(self, pipeline: str, worker: WorkerId, *, reason: str) -> WorkerStats:
        """Ban a worker by hand: answers are rejected and unpaid, their tasks asked again.

        Raises NotFound, and Conflict for a worker who is banned already.
        """
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            person = ledger.worker(worker)
            if person.state == "banned":
                raise Conflict(f"This worker is banned already: {person.reason}.", help="Nothing more is needed.")
            banning.ban(ledger, person, rule="person", reason=reason or "by those who run it")
            revoke_held(ledger, worker)
        return self.worker(pipeline, worker)

    # Inside

    def _is_finished(self, pipeline: str, worker: str) -> bool:
        """Tell, without the write lock, what most asking is answered with while people wait for new tasks."""
        with self._backend.database.read() as conn:
            if not reports.all_done(conn, pipeline):
                return False
            person = reports.worker(conn, pipeline, worker)
        return person is None or person.state == "active"

    def _shown(self, assignment: str, worker: WorkerId) -> Any:
        """Return what an assignment of the worker showed. Raises NotFound."""
        with self._backend.database.read() as conn:
            row = reports.shown_by(conn, assignment, worker)
        if row is None:
            raise NotFound(
                f"You have no assignment {assignment[:64]!r}.",
                help="Ask for the next task.",
                assignment=assignment[:64],
            )
        return row

    def _row(self, pipeline: str) -> Any:
        with self._backend.database.read() as conn:
            row = desks.find(conn, pipeline)
        if row is None:
            raise NotFound(f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`.")
        return row

    def _label(self, pipeline: str, key: str) -> Label:
        spec = spec_of(self._row(pipeline).spec)
        with self._backend.database.read() as conn:
            row = reports.item(conn, pipeline, key)
            votes = reports.votes(conn, [row.task]) if row is not None else {}
        if row is None:
            raise NotFound(f"{pipeline} has no item {key[:200]!r}.", help="List them with `tilth labeling labels`.")
        return label_of(spec, row, votes.get(row.task, []))

    def data(self, content: TaskContent) -> dict[str, Json]:
        """Return Label Studio task data; media variables hold a placeholder."""
        data = dict(content.data)
        for name, shown in content.files.items():
            if shown.as_text:
                with open_content(self._backend.store, shown.content) as stream:
                    data[name] = stream.read().decode()
            else:
                data[name] = f"media:{name}"
        return data

    def checked(self, spec: LabelingSpec, content: str, result: object, unsure: bool) -> Given:
        """Return an answer that fits the config and what the task shows. Raises Invalid that names the region."""
        if unsure and result == []:
            return Given([], "", True)
        validate_result(spec.config, result, self.data(TaskContent.from_text(content)))
        if not isinstance(result, list):
            raise Invalid("An answer is a list of results.", help='Send [{"from_name": ..., "value": ...}].')
        regions: Sequence[Mapping[str, Json]] = result
        return Given(regions, meaning_of(spec.config, regions), unsure)


def _media_of(content: TaskContent) -> dict[str, str]:
    return {name: shown.content_type for name, shown in content.files.items() if not shown.as_text}


def label_of(spec: LabelingSpec, row: Any, votes: Sequence[Any]) -> Label:
    """Return what holds for one item, given the answers that count."""
    task = TaskId(row.task)
    ruled = row.final or (row.known if row.state == GOLDEN else None)
    if ruled is not None:
        state = "ruled" if row.final else "known"
        return Label(row.key, row.path, task, plain_label(spec, ruled), 1.0, len(votes), row.final is not None, state)
    if not votes:
        return Label(row.key, row.path, task, None, 0.0, 0, False, row.state)
    meaning, share = majority([vote.meaning for vote in votes])
    result = next(vote.result for vote in votes if vote.meaning == meaning)
    state = row.state if row.state != DONE else "settled"
    return Label(row.key, row.path, task, plain_label(spec, result), share, len(votes), False, state)


def plain_label(spec: LabelingSpec, result: str) -> Json:
    """Return a stored result as people say it: the category, else the result list."""
    regions = json.loads(result)
    category = category_of(spec.config, regions)
    return category if category is not None else regions
