"""A server killed again and again while people label: nothing acknowledged is lost, nothing is bought twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tilth.client.remote import open as open_remote
from tilth.connection import connect
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, TilthError, Unavailable
from tilth.testing import ServerProcess, owner_token

SEED = 20
KILLS = 20
LABELERS = 6
ITEMS = 150
OVERLAP = 3
LEASE_S = 4

CONFIG = (
    '<View><Text name="text" value="$headline"/><Choices name="kind" toName="text" choice="single">'
    '<Choice value="bait"/><Choice value="news"/></Choices></View>'
)
SPEC: dict[str, Any] = {
    "pipeline": {"name": "ask"},
    "input": {"pfs": {"repo": "pool", "glob": "/pool.csv", "rows": True, "key": "headline"}},
    "labeling": {"config": CONFIG, "overlap": OVERLAP, "publish": {"every": 40}, "lease": f"{LEASE_S}s"},
}


@dataclass
class Labeler:
    """One simulated person who works through the worker API and notes what was acknowledged."""

    name: str
    workspace: Workspace
    draw: random.Random
    acknowledged: dict[str, str] = field(default_factory=dict)
    lent: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def work(self, finished: threading.Event) -> None:
        """Answer until there is nothing more; the server is away now and then."""
        while not finished.is_set():
            try:
                self._once(finished)
            except Unavailable:
                continue
            except (TilthError, AssertionError) as error:
                self.problems.append(repr(error))
                return

    def _once(self, finished: threading.Event) -> None:
        task = self.workspace.tasks.next("ask")
        if task is None:
            finished.wait(0.1)
            return
        self.lent[task.id] = str(task.data["headline"])
        value = self.draw.choice(["bait", "news"])
        answer: list[Any] = [{"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]
        try:
            self.workspace.tasks.submit(task.id, answer)
        except Conflict as refusal:
            # The server was away for longer than the lease: refused is not acknowledged, and said so.
            if "ran out" not in refusal.message:
                raise
            return
        self.acknowledged[task.id] = value


@pytest.mark.slow
def test_a_server_killed_twenty_times_loses_no_answer_and_buys_no_task_twice(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    owner = owner_token(folder)
    chance = random.Random(SEED)
    server = ServerProcess(folder)
    server.start()
    finished = threading.Event()
    with open_remote(server.url, owner) as workspace:
        workspace.repos.create("pool")
        rows = "headline\n" + "".join(f"headline {number}\n" for number in range(ITEMS))
        workspace.files.put("pool:pool.csv", rows.encode())
        workspace.pipelines.create(SPEC)
        workspace.maintenance.run(timeout_s=60)
        people = [_labeler(workspace, server.url, f"person-{number}", chance) for number in range(LABELERS)]
        threads = [threading.Thread(target=person.work, args=(finished,), daemon=True) for person in people]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            _work_on(people, chance.randint(1, 25))
            time.sleep(chance.uniform(0.0, 0.03))
            server.kill()
            server.start()
        in_between = _acknowledged(people)
        _until_done(workspace)
        finished.set()
        for thread in threads:
            thread.join(60)
        for person in people:
            person.workspace.close()
    assert server.stop() == 0
    assert [person.problems for person in people] == [[]] * LABELERS
    assert KILLS < in_between < ITEMS * OVERLAP, "the kills must fall into the work, not before or behind it"
    _check_ledger(folder, people)


def _labeler(workspace: Workspace, url: str, name: str, chance: random.Random) -> Labeler:
    workspace.access.create_user(name, "labeler", labels=["ask"])
    token = workspace.access.create_token(name).token
    return Labeler(name, open_remote(url, token), random.Random(chance.random()))


def _acknowledged(people: list[Labeler]) -> int:
    return sum(len(person.acknowledged) for person in people)


def _work_on(people: list[Labeler], answers: int) -> None:
    """Wait until so many more answers were acknowledged."""
    enough = _acknowledged(people) + answers
    deadline = time.monotonic() + 30
    while _acknowledged(people) < enough:
        assert time.monotonic() < deadline, "nobody gets to work"
        time.sleep(0.002)


def _until_done(workspace: Workspace) -> None:
    deadline = time.monotonic() + 120
    while True:
        state = workspace.labeling.get("ask")
        if state.open == 0:
            return
        assert time.monotonic() < deadline, f"{state.open} of {state.tasks} tasks are still open"
        time.sleep(0.1)


def _check_ledger(folder: Path, people: list[Labeler]) -> None:
    with connect(folder) as workspace:
        workspace.labeling.publish("ask")
        workspace.maintenance.run(timeout_s=60)
        answers = _rows(workspace, "ask:answers")
        labels = _rows(workspace, "ask:labels")
        verified = workspace.maintenance.verify()
        state = workspace.labeling.get("ask")
    # Every acknowledged answer is in the ledger, as it was given.
    kept = {row["answer"]: row["label"] for row in answers}
    for person in people:
        for assignment, value in person.acknowledged.items():
            assert kept.get(assignment) == value, f"{person.name} was told that {assignment} was kept"
    # Nobody answered a task twice, and no task was paid for more often than asked.
    assert not [pair for pair, times in Counter((row["task"], row["worker"]) for row in answers).items() if times > 1]
    bought = Counter(row["task"] for row in answers if row["state"] == "accepted")
    assert max(bought.values()) <= OVERLAP
    assert len(bought) == len(labels) == state.tasks == ITEMS
    assert sum(bought.values()) == ITEMS * OVERLAP == len(answers)
    assert sum(len(person.acknowledged) for person in people) <= len(answers)
    assert verified.problems == []


def _rows(workspace: Workspace, reference: str) -> list[Any]:
    rows: list[Any] = []
    after: str | None = None
    while True:
        page = workspace.datasets.rows(reference, after=after, limit=1000)
        rows.extend(page.items)
        if page.next is None:
            return rows
        after = page.next
