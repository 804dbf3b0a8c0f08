"""A server that starts opens the large datasets that were asked about last, from what it kept of them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tilth.versioning.commits import get_commit
from tilth.workspace import dataset_views, kept_views, model_scores
from tilth.workspace.local import open as open_local
from tilth.workspace.model_repos import load_model
from tilth.workspace.warming import keep_warm, warm

DEFINITION = {"items": {"from": "rows@main:rows.csv", "key": "id"}, "labels": {"column": "label"}}


def _fill(folder: Path) -> None:
    with open_local(folder) as workspace:
        workspace.repos.create("rows")
        rows = "id,label\n" + "".join(f"r{number},{'ab'[number % 2]}\n" for number in range(30))
        workspace.files.put("rows@main:rows.csv", rows.encode())
        workspace.datasets.define("large", DEFINITION)
        workspace.datasets.fix("large", "c", keys=["r3"])


def test_the_next_process_reads_no_source_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_views, "ON_DISK", 10)
    _fill(tmp_path / "w")
    monkeypatch.setattr(dataset_views, "assemble", lambda *_: pytest.fail("a source was read"))
    with open_local(tmp_path / "w") as workspace:
        opened = workspace.datasets._opened  # type: ignore[attr-defined]
        views = opened.resources.dataset_views
        assert views.recent() == [("default/large", None)]
        warm(opened, lambda: False)
        assert len(views.kept) == 1
        assert workspace.datasets.count_items("large", where="label = 'c'").matching == 1
        workspace.datasets.fix("large", "d", keys=["r4"])
    with open_local(tmp_path / "w") as workspace:
        assert [item.label for item in workspace.datasets.items("large", where="key in ('r3', 'r4')").items] == [
            "c",
            "d",
        ]


def test_a_dataset_that_is_gone_does_not_stop_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_views, "ON_DISK", 10)
    _fill(tmp_path / "w")
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.delete("large", force=True)
        warm(workspace.datasets._opened, lambda: False)  # type: ignore[attr-defined]
        workspace.datasets._opened.resources.dataset_views._recent.write_text("{odd")  # type: ignore[attr-defined]
        warm(workspace.datasets._opened, lambda: False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["forget", "drop"])
def test_no_copy_of_what_was_let_go_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(kept_views, "ON_DISK", 10)
    secret = b"Ada Lovelace"
    folder = tmp_path / "w"
    with open_local(folder) as workspace:
        workspace.repos.create("rows")
        clean = "id,name\n" + "".join(f"r{number},n{number}\n" for number in range(30))
        dirty = clean.replace("n7\n", f"{secret.decode()}\n")
        for rows in (clean, dirty, clean + "r30,n30\n")[: 3 if how == "forget" else 2]:
            told = workspace.files.put("rows@main:rows.csv", rows.encode())
            workspace.datasets.define("large", {"items": {"from": "rows@main:rows.csv", "key": "id"}})
            if rows is dirty:
                holding = told.id
        assert any(secret in path.read_bytes() for path in (folder / "scratch" / "views").glob("*.duckdb"))
        if how == "forget":
            workspace.commits.forget(f"rows@{holding}", reason="a person asked")
        else:
            workspace.branches.drop("rows", "main", reason="a person asked")
        held = [path for path in (folder / "scratch").rglob("*") if path.is_file() and secret in path.read_bytes()]
        assert held == []
        assert workspace.datasets.count_items("large").matching == (31 if how == "forget" else 30)


def test_a_small_dataset_is_not_kept_on_disk(tmp_path: Path) -> None:
    _fill(tmp_path / "w")
    assert not (tmp_path / "w" / "scratch" / "views").exists()


def test_models_of_open_datasets_are_judged_before_anybody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_views, "ON_DISK", 10)
    _fill(tmp_path / "w")
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.create("out")
        workspace.models.register("judge", {"dataset": "large", "follows": {"predictions": "out@main:p.csv"}})
        opened = workspace.datasets._opened  # type: ignore[attr-defined]
        read: list[str] = []
        real = model_scores.read_predictions

        def reading(backend: Any, commit: Any, predictions: Any) -> Any:
            read.append(commit.id)
            return real(backend, commit, predictions)

        monkeypatch.setattr(model_scores, "read_predictions", reading)
        ended = threading.Event()
        keeping = threading.Thread(target=keep_warm, args=(opened, ended.is_set), kwargs={"look_s": 0.02})
        keeping.start()
        try:
            for right in (20, 25):
                said = "key,prediction\n" + "".join(
                    f"r{number},{'ab'[(number % 2) ^ (number >= right)]}\n" for number in range(30)
                )
                workspace.files.put("out@main:p.csv", said.encode())
                commit = workspace.commits.log("out@main", limit=1).items[0].id
                asked = (
                    opened.resources.dataset_views.moment("large"),
                    get_commit(opened.backend, commit),
                    load_model(opened.backend, "judge").predictions,
                )
                while opened.resources.yardsticks.remembered(*asked) is None:  # until the test's own time limit
                    time.sleep(0.02)
                count = len(read)
                newest = workspace.models.list().items[0].recent[0]
                assert (newest.commit, newest.accuracy.n) == (commit, 30)
                assert newest.accuracy.value == pytest.approx((right - 1) / 30)  # r3 was fixed to c
                assert len(read) == count, "nothing was read for who asked"
        finally:
            ended.set()
            keeping.join()
        assert sorted(read) == sorted(set(read)), "and each version once"


def test_a_server_that_has_started_loads_no_code_for_the_frame_of_a_page(tmp_path: Path) -> None:
    script = """
import sys
from tilth.workspace.local import open
from tilth.workspace.warming import warm
with open(sys.argv[1]) as workspace:
    warm(workspace.datasets._opened, lambda: False)
    before = {name for name in sys.modules if name.startswith("tilth")}
    workspace.repos.list(), workspace.labeling.list(), workspace.reviews.due(), workspace.pipelines.list()
    workspace.jobs.list()
    print(sorted({name for name in sys.modules if name.startswith("tilth")} - before))
"""
    with open_local(tmp_path / "w"):
        pass
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "w")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
