"""Slices of a dataset: each act is a commit, and whoever comes second loses nothing."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.workspace.local import open as open_local


def picture(shade: int, size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("L", (size, size), shade).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A dataset `cells` of twelve images, six of class a and six of class b."""
    with open_local(tmp_path / "workspace") as workspace:
        workspace.repos.create("photos")
        workspace.files.put_many(
            "photos", [(f"{number % 3}/{number:02}.png", picture(number * 9)) for number in range(12)]
        )
        workspace.repos.create("truth")
        rows = "".join(f"{number % 3}/{number:02}.png,{'ab'[number % 2]}\n" for number in range(12))
        workspace.files.put("truth:truth.csv", f"key,label\n{rows}".encode())
        workspace.datasets.define(
            "cells",
            {
                "media": {"kind": "image"},
                "items": {"from": "photos@main"},
                "labels": {"from": "truth@main:truth.csv"},
                "classes": ["a", "b"],
            },
        )
        yield workspace


def keys_of(workspace: Workspace, where: str) -> list[str]:
    return [item.key for item in workspace.datasets.items("cells", where=where).items]


def test_a_slice_is_made_of_items_and_is_a_column(workspace: Workspace) -> None:
    picked = ["0/00.png", "1/01.png"]
    made = workspace.slices.create("cells", "odd", type="bad data", note="dark", keys=picked, owner="ann")
    assert made.slice is not None
    assert (made.count, made.slice.items, made.slice.state, made.slice.owner) == (2, 2, "triage", "ann")
    assert keys_of(workspace, "slice.odd = true") == picked
    assert workspace.datasets.count_items("cells", where="slice.odd != true").matching == 10
    assert [item.key for item in workspace.slices.items("cells", "odd", limit=1).items] == ["0/00.png"]
    (act, *_) = workspace.datasets.acts("cells").items
    assert (act.kind, act.count, act.undoable) == ("slice", 2, True)


def test_a_slice_is_made_of_what_matches_and_stays_so(workspace: Workspace) -> None:
    made = workspace.slices.create("cells", "as", where="label = 'a'", expect=6)
    assert made.count == 6
    workspace.datasets.fix("cells", "b", keys=["0/00.png"])
    assert len(keys_of(workspace, "slice.as = true")) == 6
    with pytest.raises(Conflict):
        workspace.slices.create("cells", "more", where="label = 'a'", expect=6)


def test_a_live_slice_follows_its_filter(workspace: Workspace) -> None:
    made = workspace.slices.create("cells", "as", where="label = 'a'", live=True, expect=6)
    assert made.slice is not None
    assert made.slice.items is None
    workspace.datasets.fix("cells", "b", keys=["0/00.png"])
    assert len(keys_of(workspace, "slice.as = true")) == 5
    workspace.slices.update("cells", "as", where="label = 'b'")
    assert len(keys_of(workspace, "slice.as = true")) == 7
    with pytest.raises(Invalid):
        workspace.slices.set_items("cells", "as", add=["0/00.png"])


def test_items_come_go_and_are_done(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=["0/00.png", "1/01.png"])
    workspace.slices.set_items("cells", "odd", add=["2/02.png", "1/01.png"])
    done = workspace.slices.set_items("cells", "odd", keys=["0/00.png", "2/02.png"], status="done")
    assert done.slice is not None
    assert (done.slice.items, dict(done.slice.statuses)) == (3, {"done": 2})
    again = workspace.slices.set_items("cells", "odd", keys=["0/00.png"], status="done")
    assert (again.commit, again.count) == (None, 0)
    gone = workspace.slices.set_items("cells", "odd", remove=["0/00.png", "0/03.png"])
    assert gone.slice is not None
    assert (gone.count, gone.slice.items, dict(gone.slice.statuses)) == (1, 2, {"done": 1})
    statuses = {item.key: item.status for item in workspace.slices.items("cells", "odd").items}
    assert statuses == {"1/01.png": "open", "2/02.png": "done"}
    assert [item.key for item in workspace.slices.items("cells", "odd", keys=["2/02.png", "nope"]).items] == [
        "2/02.png"
    ]
    with pytest.raises(NotFound):
        workspace.slices.set_items("cells", "odd", keys=["0/00.png"], status="done")
    with pytest.raises(NotFound):
        workspace.slices.set_items("cells", "odd", add=["no such item"])
    with pytest.raises(Invalid):
        workspace.slices.set_items("cells", "odd", keys=["1/01.png"], status="gone")


def test_every_act_can_be_undone_and_later_ones_stay(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=["0/00.png"])
    other = workspace.slices.create("cells", "even", keys=["1/01.png"])
    moved = workspace.slices.update("cells", "odd", state="in progress")
    assert moved.commit is not None
    workspace.slices.comment("cells", "even", "look at the edges")
    workspace.datasets.undo("cells", moved.commit)
    assert workspace.slices.get("cells", "odd").state == "triage"
    assert other.commit is not None
    gone = workspace.slices.delete("cells", "even")
    with pytest.raises(NotFound):
        workspace.slices.get("cells", "even")
    assert gone.commit is not None
    workspace.datasets.undo("cells", gone.commit)
    assert [each.text for each in workspace.slices.get("cells", "even").comments] == ["look at the edges"]


def test_states_owner_and_comments(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=["0/00.png"])
    with pytest.raises(Conflict):
        workspace.slices.update("cells", "odd", state="resolved")
    for state in ("in progress", "in review", "resolved"):
        workspace.slices.update("cells", "odd", state=state, owner="bo")
    told = workspace.slices.comment("cells", "odd", "<script>alert(1)</script>", key="0/00.png").slice
    assert told is not None
    assert [(each.text, each.key) for each in told.comments] == [("<script>alert(1)</script>", "0/00.png")]
    assert (told.state, told.owner, list(told.next)) == ("resolved", "bo", ["in progress"])
    assert [each.name for each in workspace.slices.list("cells", state="resolved").items] == ["odd"]
    assert not workspace.slices.list("cells", state="triage").items
    assert workspace.slices.update("cells", "odd", owner="bo").commit is None


def test_lists_page_by_name(workspace: Workspace) -> None:
    for name in ("b", "a-b", "a", "a_b"):
        workspace.slices.create("cells", name, keys=["0/00.png"])
    names: list[str] = []
    after: str | None = None
    while True:
        page = workspace.slices.list("cells", after=after, limit=1)
        names += [each.name for each in page.items]
        after = page.next
        if after is None:
            break
    assert names == ["a", "a-b", "a_b", "b"]


def test_what_is_wrong_is_refused(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=["0/00.png"])
    with pytest.raises(Conflict):
        workspace.slices.create("cells", "odd", keys=["0/00.png"])
    for name in ("a/b", "..", "", "x" * 64):
        with pytest.raises(Invalid):
            workspace.slices.create("cells", name, keys=["0/00.png"])
    with pytest.raises(NotFound):
        workspace.slices.create("cells", "other", keys=["gone"])
    with pytest.raises(NotFound):
        workspace.slices.list("photos")
    with pytest.raises(Invalid):
        workspace.slices.create("cells", "other", where="no such column = 1")


def test_two_people_at_once_lose_nothing(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=["0/00.png"])
    errors: list[BaseException] = []

    def say(who: str) -> None:
        try:
            for number in range(4):
                workspace.slices.comment("cells", "odd", f"{who} {number}")
        except Exception as error:  # noqa: BLE001 - told by the test below
            errors.append(error)

    threads = [threading.Thread(target=say, args=(who,)) for who in ("ann", "bo", "cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(workspace.slices.get("cells", "odd").comments) == 12


def test_a_large_slice_is_no_large_file(tmp_path: Path) -> None:
    with open_local(tmp_path / "workspace") as workspace:
        workspace.repos.create("rows")
        workspace.files.put("rows:r.csv", ("id,text\n" + "".join(f"{n},t{n}\n" for n in range(30_000))).encode())
        workspace.datasets.define(
            "lines", {"media": {"kind": "text", "column": "text"}, "items": {"from": "rows@main:r.csv", "key": "id"}}
        )
        workspace.slices.create("lines", "all", where="key is not missing")
        assert workspace.files.stat("lines:slices/all.json").size < 2_000
        assert len(workspace.files.walk("lines:slices/all").items) > 1
        commit = workspace.slices.set_items("lines", "all", keys=["7"], status="done").commit
        assert commit is not None
        changed = [change.path for change in workspace.commits.diff(None, f"lines@{commit}").items]
        assert len(changed) == 2, "the slice's file and one part of its items"
        assert workspace.datasets.count_items("lines", where="slice.all = true").matching == 30_000
