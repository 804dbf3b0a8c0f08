"""A view from its file is the view that was kept, and what is done to it is nobody else's."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tilth.datasets import view_files
from tilth.datasets.assembling import Assembly, joined_labels
from tilth.datasets.definition import Labels
from tilth.datasets.items import ItemView, Slice
from tilth.datasets.overlays import VALUES
from tilth.datasets.view_files import ViewFiles

KEY = b"\x07" * 32


def _assembly() -> Assembly:
    keys = [f"k{number:03}" for number in range(50)]
    items = pa.table({"key": keys, "size": list(range(50)), "kind": ["a", "b"] * 25, "text": [f"t {k}" for k in keys]})
    said = pa.table({"key": [*keys[:40], "stray"], "label": ["cat", "dog"] * 20 + ["cat"], "confidence": [0.5] * 41})
    return Assembly(items, [joined_labels(Labels("labels@main"), said)], media="text", classes=["dog", "cat"])


def _lay(view: ItemView, overlay: str, rows: dict[str, str]) -> None:
    table = pa.table({"key": list(rows), "value": list(rows.values())}).cast(VALUES)
    view.lay(overlay, {"part": repr(rows).encode()}, lambda _: table)


@pytest.fixture
def files(tmp_path: Path) -> ViewFiles:
    made = ViewFiles(tmp_path / "views")
    made.make(KEY, lambda con: ItemView(_assembly(), con).keep())
    return made


def _opened(files: ViewFiles) -> ItemView:
    con = files.open(KEY)
    assert con is not None
    return ItemView.reopened(con)


def test_a_reopened_view_tells_what_a_new_one_tells(files: ViewFiles) -> None:
    old, new = _opened(files), ItemView(_assembly())
    for view in (old, new):
        view.set_slices([Slice("big", "size > 40"), Slice("some", keys=("k001", "k007"))])
        _lay(view, "fixes", {"k003": "bird", "k044": "dog"})
        _lay(view, "marks", {"k001": "odd"})
    assert old.table().equals(new.table())
    assert (old.kinds, old.roles, old.classes) == (new.kinds, new.roles, new.classes)
    assert (old.unmatched, old.media, old.totals()) == ({"labels": 1}, "text", new.totals())
    assert old.distinct() == new.distinct()
    assert old.count("label = 'bird' and labeled_by = 'fixed'") == 1


def test_each_opens_a_copy_of_its_own_that_leaves_nothing_behind(files: ViewFiles, tmp_path: Path) -> None:
    one, other = _opened(files), _opened(files)
    _lay(one, "fixes", {"k003": "cat"})
    assert one.count("labeled_by = 'fixed'") == 1
    assert other.count("labeled_by = 'fixed'") == 0
    assert _opened(files).count("labeled_by = 'fixed'") == 0
    assert [path.suffix for path in (tmp_path / "views").iterdir()] == [".duckdb"]
    one.close()
    assert [path.suffix for path in (tmp_path / "views").iterdir()] == [".duckdb"]


def test_a_view_from_a_file_reaches_nothing_else(files: ViewFiles, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    con = files.open(KEY)
    for statement in (
        f"SELECT * FROM read_text('{tmp_path}/secret.txt')",
        f"COPY data TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/views/{next((tmp_path / 'views').iterdir()).name}' AS other",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement)


def test_what_is_not_there_or_not_readable_is_made_anew(files: ViewFiles, tmp_path: Path) -> None:
    assert files.open(b"\x08" * 32) is None
    path = next((tmp_path / "views").iterdir())
    path.write_bytes(path.read_bytes()[:5000])
    assert files.open(KEY) is None
    assert not path.exists()


def test_what_fails_while_it_is_made_leaves_nothing(files: ViewFiles, tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        files.make(b"\x09" * 32, lambda con: con.execute("SELECT * FROM nowhere"))
    assert len(list((tmp_path / "views").iterdir())) == 1


def test_only_the_files_used_last_are_kept(files: ViewFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_files, "KEPT", 3)
    for number in range(5):
        files.make(bytes([number]) * 32, lambda con: con.execute("CREATE TABLE data (a INTEGER)"))
    assert len(list((tmp_path / "views").glob("*.duckdb"))) <= 3
    assert files.open(b"\x04" * 32) is not None
    assert files.open(b"\x00" * 32) is None
