"""The ledger against a model in dicts: leases, expiry, answers, skips, bans, budgets, items that come and go."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select
from tests.labeling.conftest import CHOICES, PIPELINE, FakeClock, choose

from tilth.errors import Conflict, Denied
from tilth.labeling.content import content_of_row
from tilth.labeling.ledger import desks
from tilth.labeling.ledger.intake import KnownItem, ShownItem, Tally, set_known, take_in
from tilth.labeling.ledger.ledger import open_ledger
from tilth.labeling.results import result_for
from tilth.labeling.service import LabelingDesk
from tilth.labeling.spec import parse_spec
from tilth.metadata.schema.labeling import answers, assignments, labelings, tasks
from tilth.model.canonical import canonical
from tilth.model.ids import ChangeId, WorkerId
from tilth.model.labeling import Assignment
from tilth.versioning.backend import open_backend

WORKERS = ["ann", "bob", "cyd", "dan"]
LEASE = 100
GOLDEN = 2
SPEC: dict[str, Any] = {
    "config": CHOICES,
    "overlap": 2,
    "golden": {"answers": [{"data": {"text": f"known {n}"}, "label": "cat"} for n in range(GOLDEN)], "every": 3},
    "rules": {"golden": {"min_answers": 2, "max_errors": 1}, "skips": 4},
    "price": 1,
    "budget": {"answers": 14},
    "lease": LEASE,
    "retry": 100,
}


class LedgerMachine(RuleBasedStateMachine):
    """Every act is done on the desk and on the model; then both must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.backend = open_backend(Path(self.folder.name) / "workspace")
        self.clock = FakeClock()
        self.desk = LabelingDesk(self.backend, clock=self.clock)
        self.spec = parse_spec(SPEC)
        with self.backend.database.transaction() as conn:
            desks.declare(
                conn,
                PIPELINE,
                repo=PIPELINE,
                branch="main",
                spec=SPEC,
                input={},
                change=ChangeId("0" * 32),
                now_ms=self.clock(),
            )
        self.golden = set()
        known = []
        for n in range(GOLDEN):
            content = content_of_row(self.spec.config, {"text": f"known {n}"})
            task = content.task_id(PIPELINE, self.spec.config.digest, "")
            result = canonical(result_for(self.spec.config, "cat")).decode()
            known.append(KnownItem(task, content.to_text(), result, "cat"))
            self.golden.add(task)
        with self.backend.database.transaction() as conn, open_ledger(conn, PIPELINE, self.clock()) as ledger:
            set_known(ledger, known)
        with self.backend.database.transaction() as conn:
            desks.set_fields(conn, PIPELINE, golden_state="ready")
        # The model: task -> what is known of it.
        self.active: dict[int, str] = {}
        self.standing: dict[str, dict[str, str]] = {}
        self.leases: dict[str, dict[str, int]] = {}
        self.seen: dict[str, set[str]] = {worker: set() for worker in WORKERS}
        self.held: dict[str, list[Assignment]] = {worker: [] for worker in WORKERS}
        self.done_with: dict[str, tuple[Assignment, str]] = {}
        self.banned: set[str] = set()
        self.wrong: dict[str, list[bool]] = {worker: [] for worker in WORKERS}
        self.skips: dict[str, int] = dict.fromkeys(WORKERS, 0)
        for number in range(3):
            self.show(number)

    def teardown(self) -> None:
        self.backend.close()
        self.folder.cleanup()

    # The input

    def _item(self, number: int, shown: bool) -> ShownItem:
        content = content_of_row(self.spec.config, {"text": f"item {number}"})
        task = content.task_id(PIPELINE, self.spec.config.digest, "")
        return ShownItem(f"k{number}", f"k{number}", "", task if shown else None, content.to_text() if shown else "")

    def _take(self, item: ShownItem) -> None:
        with self.backend.database.transaction() as conn, open_ledger(conn, PIPELINE, self.clock()) as ledger:
            take_in(ledger, [item], Tally())

    @rule(number=st.integers(0, 7))
    def show(self, number: int) -> None:
        item = self._item(number, True)
        self._take(item)
        assert item.task is not None
        self.active[number] = item.task
        self.standing.setdefault(item.task, {})
        self.leases.setdefault(item.task, {})

    @rule(number=st.integers(0, 7))
    def hide(self, number: int) -> None:
        self._take(self._item(number, False))
        self.active.pop(number, None)

    # People

    def _expire(self) -> None:
        for task, holders in self.leases.items():
            for worker in [w for w, until in holders.items() if until <= self.clock.now]:
                del holders[worker]
                self.seen[worker].discard(task)

    def _used(self) -> int:
        return sum(map(len, self.leases.values())) + sum(map(len, self.standing.values()))

    def _free(self, task: str) -> bool:
        return len(self.leases[task]) + len(self.standing[task]) < 2

    def _ban(self, worker: str) -> None:
        self.banned.add(worker)
        for book in (self.standing, self.leases):
            for entries in book.values():
                entries.pop(worker, None)

    @rule(worker=st.sampled_from(WORKERS), limit=st.sampled_from([1, 1, 2, 3]))
    def take(self, worker: str, limit: int) -> None:
        self._expire()
        if worker in self.banned:
            with contextlib.suppress(Denied):
                self.desk.queue(PIPELINE, WorkerId(worker), limit)
                raise AssertionError("a banned worker got an answer")
            return
        queue = self.desk.queue(PIPELINE, WorkerId(worker), limit)
        held = [task for task in self.held[worker] if worker in self.leases[task.task]]
        assert list(queue.tasks[: len(held)]) == held[:limit]
        for task in queue.tasks[len(held) :]:
            assert self._used() < 14
            assert task.task not in self.seen[worker]
            assert task.task in self.golden or task.task in self.active.values()
            if task.task not in self.golden:
                assert self._free(task.task)
            self.seen[worker].add(task.task)
            self.leases.setdefault(task.task, {})[worker] = task.expires_ms
            self.standing.setdefault(task.task, {})
            self.held[worker] = [*(one for one in self.held[worker] if one.task != task.task), task]
        if len(queue.tasks) < limit:
            eligible = [name for name in self.active.values() if self._free(name) and name not in self.seen[worker]]
            assert self._used() >= 14 or not eligible, queue

    @rule(worker=st.sampled_from(WORKERS), label=st.sampled_from(["cat", "cat", "dog"]), which=st.integers(0, 2))
    def submit(self, worker: str, label: str, which: int) -> None:
        if not self.held[worker]:
            return
        held = self.held[worker][which % len(self.held[worker])]
        leased = worker in self.leases[held.task]
        free = held.task in self.golden or (held.task in self.active.values() and self._free(held.task))
        fits = leased or (free and self._used() < 14)
        try:
            receipt = self.desk.submit(held.id, WorkerId(worker), choose(label))
        except Denied:
            assert worker in self.banned
            return
        except Conflict:
            assert not fits
            return
        assert fits or self.clock.now >= held.expires_ms
        self.leases[held.task].pop(worker, None)
        self.standing[held.task][worker] = label
        self.seen[worker].add(held.task)
        self.skips[worker] = 0
        self.held[worker].remove(held)
        self.done_with[worker] = (held, label)
        if held.task in self.golden:
            self.wrong[worker].append(label != "cat")
        should_ban = len(self.wrong[worker]) >= 2 and sum(self.wrong[worker]) > 1
        assert (receipt.worker_state == "banned") == should_ban
        if should_ban:
            self._ban(worker)

    @precondition(lambda self: self.done_with)
    @rule(worker=st.sampled_from(WORKERS), other=st.booleans())
    def submit_again(self, worker: str, other: bool) -> None:
        if worker not in self.done_with:
            return
        assignment, label = self.done_with[worker]
        try:
            self.desk.submit(assignment.id, WorkerId(worker), choose("dog" if (label == "cat") == other else "cat"))
            assert not other
        except Conflict:
            assert other

    @rule(worker=st.sampled_from(WORKERS), which=st.integers(0, 2))
    def skip(self, worker: str, which: int) -> None:
        if not self.held[worker]:
            return
        held = self.held[worker][which % len(self.held[worker])]
        if worker not in self.leases[held.task]:
            return
        receipt = self.desk.skip(held.id, WorkerId(worker))
        del self.leases[held.task][worker]
        self.held[worker].remove(held)
        self.skips[worker] += 1
        assert (receipt.worker_state == "banned") == (self.skips[worker] >= 4)
        if receipt.worker_state == "banned":
            self._ban(worker)

    @rule(worker=st.sampled_from(WORKERS))
    def ban(self, worker: str) -> None:
        # Rarely, else nobody is left to work.
        if worker in self.banned or self.clock.now % 7 != 1:
            return
        self.desk.ban(PIPELINE, WorkerId(worker), reason="by hand")
        self._ban(worker)

    @rule(seconds=st.sampled_from([1, 30, LEASE, LEASE + 1]))
    def wait(self, seconds: int) -> None:
        self.clock.forward(seconds)

    # What must always hold

    @invariant()
    def the_ledger_agrees_with_the_model(self) -> None:
        with self.backend.database.read() as conn:
            rows = {row.task: row for row in conn.execute(select(tasks))}
            given = conn.execute(select(answers)).all()
            lent = conn.execute(select(assignments).where(assignments.c.state == "leased")).all()
            desk = conn.execute(select(labelings)).one()
            pairs = conn.execute(select(func.count()).select_from(assignments)).scalar_one()
            distinct = conn.execute(
                select(func.count()).select_from(select(assignments.c.task, assignments.c.worker).distinct().subquery())
            ).scalar_one()
        assert pairs == distinct
        standing = [row for row in given if row.state != "rejected"]
        for task, row in rows.items():
            said = {a.worker: a.meaning for a in standing if a.task == task}
            assert said == self.standing.get(task, {})
            assert row.answered == len(said)
            assert row.leased == sum(a.task == task for a in lent)
            if task in self.golden:
                assert (row.state, row.slots) == ("golden", 0)
                continue
            shown = task in self.active.values()
            expected = "withdrawn" if not shown else "done" if row.answered >= row.wanted else "open"
            assert row.state == expected
            assert row.slots == (max(row.wanted - row.leased - row.answered, 0) if expected == "open" else 0)
        states = [row.state for row in rows.values()]
        for name in ("open", "done", "withdrawn", "golden", "escalated"):
            assert getattr(desk, name) == states.count(name), name
        assert desk.leased == len(lent)
        assert desk.answers == len(standing)
        assert desk.rejected == len(given) - len(standing)
        assert desk.banned == len(self.banned)
        assert desk.spent_micros == sum(a.price_micros for a in standing if a.state == "accepted")
        submitted = sum(a.price_micros for a in standing if a.state == "submitted")
        assert desk.reserved_micros == submitted + sum(a.price_micros for a in lent)
        assert desk.leased + desk.answers <= 14
        paid = sum(person.earned_micros for person in self.desk.workers(PIPELINE))
        assert paid == desk.spent_micros


LedgerMachine.TestCase.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLedger = LedgerMachine.TestCase
