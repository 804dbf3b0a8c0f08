"""A server that starts opens the large datasets that were asked about last, from what it kept of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.workspace import dataset_views
from tilth.workspace.local import open as open_local
from tilth.workspace.warming import warm

DEFINITION = {"items": {"from": "rows@main:rows.csv", "key": "id"}, "labels": {"column": "label"}}


def _fill(folder: Path) -> None:
    with open_local(folder) as workspace:
        workspace.repos.create("rows")
        rows = "id,label\n" + "".join(f"r{number},{'ab'[number % 2]}\n" for number in range(30))
        workspace.files.put("rows@main:rows.csv", rows.encode())
        workspace.datasets.define("large", DEFINITION)
        workspace.datasets.fix("large", "c", keys=["r3"])


def test_the_next_process_reads_no_source_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_views, "ON_DISK", 10)
    _fill(tmp_path / "w")
    monkeypatch.setattr(dataset_views, "assemble", lambda *_: pytest.fail("a source was read"))
    with open_local(tmp_path / "w") as workspace:
        opened = workspace.datasets._opened  # type: ignore[attr-defined]
        views = opened.resources.dataset_views
        assert views.recent() == [("default/large", None)]
        warm(opened, lambda: False)
        assert len(views._kept) == 1
        assert workspace.datasets.count_items("large", where="label = 'c'").matching == 1
        workspace.datasets.fix("large", "d", keys=["r4"])
    with open_local(tmp_path / "w") as workspace:
        assert [item.label for item in workspace.datasets.items("large", where="key in ('r3', 'r4')").items] == [
            "c",
            "d",
        ]


def test_a_dataset_that_is_gone_does_not_stop_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_views, "ON_DISK", 10)
    _fill(tmp_path / "w")
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.delete("large", force=True)
        warm(workspace.datasets._opened, lambda: False)  # type: ignore[attr-defined]
        workspace.datasets._opened.resources.dataset_views._recent.write_text("{odd")  # type: ignore[attr-defined]
        warm(workspace.datasets._opened, lambda: False)  # type: ignore[attr-defined]


def test_a_small_dataset_is_not_kept_on_disk(tmp_path: Path) -> None:
    _fill(tmp_path / "w")
    assert not (tmp_path / "w" / "scratch" / "views").exists()
