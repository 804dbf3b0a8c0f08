"""A server killed while answers are imported, items are sent and labels are reviewed: nothing is lost or doubled."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.workspace.test_slices import picture

from tilth.client.remote import open as open_remote
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, TilthError, Unavailable
from tilth.testing import ServerProcess, owner_token

SEED = 11
KILLS = 2
ITEMS, PEOPLE, BATCH = 120, 3, 30
CONFIG = (
    '<View><Text name="text" value="$headline"/><Choices name="kind" toName="text" choice="single">'
    '<Choice value="bait"/><Choice value="news"/></Choices></View>'
)
SPEC: dict[str, Any] = {
    "pipeline": {"name": "ask"},
    "input": {"pfs": {"repo": "pool", "glob": "/pool.csv", "rows": True, "key": "headline"}},
    "labeling": {"config": CONFIG, "overlap": PEOPLE, "publish": "complete"},
}
COLUMNS: dict[str, Any] = {"item": "item", "answer": "label", "worker": "who"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, Workspace]]:
    folder = tmp_path_factory.mktemp("kill") / "workspace"
    owner = owner_token(folder)
    with ServerProcess(folder) as server, open_remote(server.url, owner) as workspace:
        workspace.repos.create("pool")
        names = [f"headline {number}" for number in range(ITEMS)]
        workspace.files.put("pool:pool.csv", ("headline\n" + "\n".join(names) + "\n").encode())
        rows = [
            f"{name},p{person},{'bait' if number % 3 else 'news'}"
            for number, name in enumerate(names)
            for person in range(PEOPLE)
        ]
        workspace.repos.create("given")
        workspace.files.put("given:given.csv", ("item,who,label\n" + "\n".join(rows) + "\n").encode())
        workspace.pipelines.create(SPEC)
        workspace.maintenance.run(timeout_s=60)
        yield server, workspace


class Patient:
    """Does one thing after the other in a thread, each again until the server has said that it is done."""

    def __init__(self, acts: list[Callable[[], None]]) -> None:
        self.done = 0
        self._acts = acts
        self._turn = threading.Lock()
        self.problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while self.done < len(self._acts):
                with self._turn:
                    try:
                        self._acts[self.done]()
                        self.done += 1
                        continue
                    except Unavailable:
                        pass
                time.sleep(0.02)
        except (TilthError, AssertionError) as problem:
            self.problem = problem

    def through(self, server: ServerProcess, check: Callable[[int], None]) -> None:
        """Work, with the server killed now and then; `check` what is there against what was acknowledged by then."""
        chance = random.Random(SEED)
        self._thread.start()
        for kill in range(KILLS):
            enough = (kill * len(self._acts)) // KILLS + 1
            while self.done < enough and self._thread.is_alive():
                time.sleep(0.001)
            time.sleep(chance.uniform(0.0, 0.05))
            server.kill()
            with self._turn:
                server.start()
                check(self.done)
        self._thread.join(60)
        assert self.problem is None, repr(self.problem)
        assert self.done == len(self._acts)


@pytest.mark.slow
def test_an_import_and_its_undoing_are_whole_whenever_the_server_dies(served: tuple[ServerProcess, Workspace]) -> None:
    server, workspace = served
    labeling = workspace.labeling
    total = ITEMS * PEOPLE

    def load(start: int) -> Callable[[], None]:
        return lambda: _nothing(labeling.import_answers("ask", "given:given.csv", **COLUMNS, start=start, most=BATCH))

    def there(least: int) -> None:
        (found,) = labeling.imports("ask").items
        answers = labeling.get("ask").answers
        assert found.answers == answers, "what is noted of an import is what it wrote"
        assert least * BATCH <= answers <= total
        assert answers % BATCH == 0, "a batch is there whole or not at all"

    Patient([load(start) for start in range(0, total, BATCH)]).through(server, there)
    there(total // BATCH)
    assert labeling.get("ask").done == ITEMS
    (found,) = labeling.imports("ask").items

    def undo() -> None:
        try:
            labeling.undo_import("ask", found.id, most=BATCH)
        except Conflict:
            return  # one that nobody heard the answer to had taken the last of them

    def gone(least: int) -> None:
        (now,) = labeling.imports("ask").items
        assert now.answers == labeling.get("ask").answers <= total - least * BATCH

    Patient([undo] * (total // BATCH)).through(server, gone)
    assert (labeling.get("ask").answers, labeling.get("ask").open) == (0, ITEMS)
    while (report := labeling.import_answers("ask", "given:given.csv", **COLUMNS)).next is not None:
        pass
    assert report.imported == total


@pytest.mark.slow
def test_a_decision_that_was_acknowledged_stands_once(served: tuple[ServerProcess, Workspace]) -> None:
    server, workspace = served
    if not workspace.labeling.get("ask").done:
        workspace.labeling.import_answers("ask", "given:given.csv", **COLUMNS)
    review = workspace.reviews.start("ask", size=40, seed=3)
    verdicts = ["accepted", "corrected", "rejected", "skipped"]

    def decide(position: int, key: str) -> Callable[[], None]:
        verdict = verdicts[position % 4]
        said: dict[str, Any] = {"label": _other(key)} if verdict == "corrected" else {}

        def act() -> None:
            try:
                workspace.reviews.decide(review.id, position, verdict, reason="seen", **said)
            except Conflict:
                return  # it was decided before the answer was lost

        return act

    drawn = [(item.position, item.shown.key) for item in workspace.reviews.items(review.id, limit=100).items]

    def there(least: int) -> None:
        items = workspace.reviews.items(review.id, limit=100).items
        for item in items[:least]:
            assert item.verdict == verdicts[item.position % 4]
        assert sum(item.verdict != "" for item in items) in (least, least + 1)
        info, asked = workspace.reviews.get(review.id), workspace.labeling.get("ask")
        rejected = sum(item.verdict == "rejected" for item in items)
        assert info.rejected == rejected
        assert asked.rejected == rejected * PEOPLE, "each rejection took its answers once"

    Patient([decide(position, key) for position, key in drawn]).through(server, there)
    there(len(drawn))


@pytest.mark.slow
def test_what_was_sent_to_people_is_asked_once(served: tuple[ServerProcess, Workspace]) -> None:
    server, workspace = served
    keys = [f"{number}.png" for number in range(12)]
    workspace.repos.create("photos")
    drawn = {key: picture(number) for number, key in enumerate(keys)}
    for key, data in drawn.items():
        workspace.files.put(f"photos:{key}", data)
    workspace.datasets.define(
        "cells", {"media": {"kind": "image"}, "items": {"from": "photos@main"}, "classes": ["a", "b"]}
    )
    new: dict[str, Any] = {"name": "again", "classes": ["a", "b"], "overlap": 1}
    workspace.datasets.send("cells", keys=keys[:1], new=new)

    def send(key: str) -> Callable[[], None]:
        return lambda: _nothing(workspace.datasets.send("cells", keys=[key], pipeline="again"))

    def there(least: int) -> None:
        plan = workspace.datasets.plan_send("cells", keys=keys[: least + 1], pipeline="again")
        assert (plan.new, plan.already) == (0, least + 1)

    Patient([send(key) for key in keys[1:]]).through(server, there)
    there(len(keys) - 1)
    workspace.maintenance.run(timeout_s=60)
    assert workspace.labeling.get("again").tasks == len(keys)
    assert not workspace.maintenance.verify().problems


def _other(key: str) -> str:
    """Return the label that nobody gave this item."""
    return "news" if int(key.rpartition(" ")[2]) % 3 else "bait"


def _nothing(_: object) -> None:
    return None
