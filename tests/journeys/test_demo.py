"""Both demos from start to end, as a user runs them, and again in the same folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tilth.connection import connect


def tilth(*words: str, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TILTH_")}
    done = subprocess.run(
        [sys.executable, "-m", "tilth.cli.main", *words], cwd=cwd, env=environment, capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_handwriting_demo_tells_its_whole_story_and_a_second_run_buys_nothing(tmp_path: Path) -> None:
    told = tilth("demo", "--folder", "story", cwd=tmp_path)
    for step in ("1/5 Version", "2/5 Label", "3/5 Train", "4/5 Find", "5/5 Trust"):
        assert step in told
    assert "heldout → heldout-features → cheat" in " ".join(told.split())
    assert "everything run again: 0 labels bought, 0 items recomputed" in told
    assert "features ran 1 item of 1,277" in told
    assert re.search(r"again; 0 items recomputed", told)
    assert re.search(r"verify: .* 0 problems", told)

    with connect(str(tmp_path / "story" / ".tilth")) as workspace:
        rounds = json.loads(b"".join(workspace.files.read("report:rounds.json")))
        workers = {worker.worker: worker for worker in workspace.labeling.workers("label").items}
        tasks = workspace.labeling.get("label")
    assert [one["items"] for one in rounds] == [{"chosen": n, "random": n} for n in (60, 120, 180, 240)]
    assert sum(one["answers"] for one in rounds) == tasks.answers
    assert rounds[-1]["accuracy"]["chosen"][0] > 0.9
    for one in rounds:
        for value, low, high in one["accuracy"].values():
            assert low <= value <= high
        difference, low, high, verdict = one["gain"]
        assert (verdict == "better") is (low > 0)
        assert low <= difference <= high
    # The adversary is never right on purpose, so it cannot escape the known answers; the spammer is, one time in ten.
    banned = [worker for worker in workers.values() if worker.state == "banned"]
    assert any(worker.golden_right == 0 for worker in banned)
    assert all(worker.golden_right / worker.golden_total < 0.6 for worker in banned)

    again = tilth("demo", "--folder", "story", cwd=tmp_path)
    assert "nothing changed" in again
    assert "0 labels bought, 0 items recomputed" in again


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_headline_demo_labels_trains_and_takes_a_new_row_in(tmp_path: Path, shared_data: Path) -> None:
    data = str(shared_data / "clickbait" / "data")
    told = tilth("demo", "clickbait", "--data", data, "--folder", "story", cwd=tmp_path)
    assert "re-run: 0 tasks created, 0 answers bought, 0 items recomputed" in told
    assert "known-answer tasks existed before the first assignment: 20" in told
    assert "one row added to the pool: 1 new task" in told
    with connect(str(tmp_path / "story" / ".tilth")) as workspace:
        metrics = json.loads(b"".join(workspace.files.read("evaluate:metrics.json")))
        enriched = b"".join(workspace.files.read("enrich:enriched_train.csv")).decode()
        upstream = {node.commit.repo for node in workspace.lineage.of("train").nodes}
    assert metrics["n"] == 600
    assert metrics["accuracy"][0] > 0.9
    assert enriched.count(",labeled\n") == 30
    assert not any(repo.endswith("test") for repo in upstream), "held-out rows must not be upstream of the model"

    again = tilth("demo", "clickbait", "--data", data, "--folder", "story", cwd=tmp_path)
    assert "re-run: 0 tasks created, 0 answers bought, 0 items recomputed" in again


def test_the_headline_demo_names_a_missing_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tilth.cli.main", "demo", "clickbait", "--data", str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "train.csv" in done.stderr
    assert not (tmp_path / "tilth-demo").exists()
