"""kill -9 while people work: what was acknowledged is there, nothing is asked or paid twice, and work goes on."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.labeling.conftest import CHOICES, PIPELINE, ROWS, Shop

from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.metadata.schema.labeling import answers, assignments, labelings, tasks
from tilth.versioning.backend import open_backend

# Labels until killed, and tells each acknowledgement on standard output after it was given.
LABELER = """
import contextlib, json, sys
from pathlib import Path
from tilth.errors import Conflict
from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.versioning.backend import open_backend

folder, pipeline, worker, result = sys.argv[1:]
backend = open_backend(Path(folder))
desk, stage = LabelingDesk(backend), LabelingStage(backend)
while hasattr(task := desk.next(pipeline, worker), "task"):
    print(json.dumps(["lent", task.id, task.task]), flush=True)
    desk.submit(task.id, worker, json.loads(result))
    print(json.dumps(["done", task.id, task.task]), flush=True)
    with contextlib.suppress(Conflict):
        stage.publish_due()
print(json.dumps(["end", task.reason, ""]), flush=True)
"""

WORKERS = ("ann", "bob", "cyd")
RESULT = json.dumps([{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["cat"]}}])


@pytest.mark.slow
def test_no_acknowledged_answer_is_lost_and_nothing_is_bought_twice(shop: Shop, tmp_path: Path) -> None:
    count, rng = 60, random.Random(7)
    rows = "".join(f"k{n},item {n}\n" for n in range(count))
    shop.commit("items", {"pool.csv": b"id,text\n" + rows.encode()})
    shop.declare(input=ROWS, config=CHOICES, overlap=2, price=1, publish={"every": 10})
    shop.stage.take()
    folder = shop.backend.folder
    shop.backend.store.flush()
    acknowledged: dict[str, str] = {}
    kills = runs = 0
    finished = False
    while not finished and runs < 40:
        runs += 1
        outputs = [tmp_path / f"{runs}-{worker}" for worker in WORKERS]
        running = [_start(folder, worker, output) for worker, output in zip(WORKERS, outputs, strict=True)]
        enough = rng.randrange(3, 30)
        while sum(output.read_bytes().count(b"done") for output in outputs) < enough:
            if all(process.poll() is not None for process in running):
                finished = True
                break
            time.sleep(0.002)
        for process in running:
            if not finished:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.wait()
            assert process.returncode in (0, -signal.SIGKILL), process.returncode
        for output in outputs:
            for line in output.read_text().splitlines():
                kind, assignment, task = json.loads(line)
                if kind == "done":
                    assert assignment not in acknowledged
                    acknowledged[assignment] = task
    assert finished, "the labelers did not come to an end"
    assert kills >= 3
    with open_backend(folder) as backend:
        with backend.database.read() as conn:
            stored = {row.assignment: row.task for row in conn.execute(select(answers))}
            per_task = dict(conn.execute(select(answers.c.task, func.count()).group_by(answers.c.task)).all())
            desk = conn.execute(select(labelings)).one()
            pairs = conn.execute(select(assignments.c.task, assignments.c.worker)).all()
            created = conn.execute(select(func.count()).select_from(tasks)).scalar_one()
        assert acknowledged.items() <= stored.items()
        assert len(per_task) == created == count
        assert set(per_task.values()) == {2}
        assert len(pairs) == len(set(pairs))
        assert desk.spent_micros == 2 * count * 1_000_000
        assert (desk.reserved_micros, desk.leased, desk.open, desk.done) == (0, 0, 0, count)
        stage = LabelingStage(backend)
        stage.publish_due()
        assert stage.publish(PIPELINE) is None
        assert LabelingDesk(backend).progress(PIPELINE).published_commit is not None


def _start(folder: Path, worker: str, output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as stream:
        return subprocess.Popen([sys.executable, "-c", LABELER, str(folder), PIPELINE, worker, RESULT], stdout=stream)


def test_an_intake_that_was_cut_off_is_finished_by_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from tilth.labeling import taking

    monkeypatch.setattr(taking, "AT_ONCE", 2)
    rows = "".join(f"k{n},item {n}\n" for n in range(9))
    shop.commit("items", {"pool.csv": b"id,text\n" + rows.encode()})
    shop.declare(input=ROWS)

    class Cut(Exception):
        pass

    left = [3]

    def cut(conn: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Cut

    with pytest.raises(Cut):
        LabelingStage(shop.backend, clock=shop.clock, guard=cut).take()
    assert shop.desk.progress(PIPELINE).open == 4
    shop.answer("a", "cat")
    [intake] = shop.stage.take()
    assert intake.created == 5
    progress = shop.desk.progress(PIPELINE)
    assert (progress.open, progress.done) == (8, 1)
