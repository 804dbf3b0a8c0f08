"""Analysis of datasets: maps, similar items, near-duplicates, explanations; local and over HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tilth.client import open as open_remote
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.testing.serving import ServerProcess, owner_token
from tilth.workspace.local import open as open_local

SHAPES = ("circle", "square", "cross")


def drawn(shape: str, rng: np.random.Generator) -> bytes:
    ground = int(rng.integers(180, 250))
    image = Image.new("RGB", (48, 48), (ground, ground, int(rng.integers(180, 250))))
    draw = ImageDraw.Draw(image)
    x, y, r = int(rng.integers(18, 30)), int(rng.integers(18, 30)), int(rng.integers(8, 14))
    colour = {"circle": (200, 40, 40), "square": (40, 120, 40), "cross": (30, 40, 160)}[shape]
    colour = tuple(int(np.clip(c + rng.integers(-30, 30), 0, 255)) for c in colour)
    if shape == "circle":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif shape == "square":
        draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)
    else:
        draw.line((x - r, y - r, x + r, y + r), fill=colour, width=5)
        draw.line((x - r, y + r, x + r, y - r), fill=colour, width=5)
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


def fill(workspace: Workspace) -> dict[str, str]:
    """Make 120 drawings, one of them twice across splits, one with a wrong label, one broken; return their shapes."""
    rng = np.random.default_rng(1)
    files, lines, truth = [], [], {}
    for number in range(120):
        shape = SHAPES[number % 3]
        path = f"in/{number:03}.png"
        files.append((path, drawn(shape, rng)))
        truth[path] = shape
        label = "circle" if number == 4 else shape
        lines.append(f"{path},{label},{'test' if number % 5 == 0 else 'train'},{'left' if number < 40 else 'right'}")
    files.append(("in/copy.png", dict(files)["in/010.png"]))
    truth["in/copy.png"] = truth["in/010.png"]
    lines.append(f"in/copy.png,{truth['in/copy.png']},train,right")
    files.append(("in/zz-broken.png", b"\x89PNG no"))
    workspace.repos.create("photos")
    workspace.files.put_many("photos", files)
    workspace.repos.create("truth")
    workspace.files.put("truth:all.csv", ("path,label,split,camera\n" + "\n".join(lines) + "\n").encode())
    workspace.datasets.define(
        "shapes",
        {
            "items": {"from": "photos@main:in"},
            "media": {"kind": "image"},
            "labels": {"from": "truth@main:all.csv", "key": "path"},
            "fields": [{"from": "truth@main:all.csv", "key": "path", "columns": ["split", "camera"]}],
        },
    )
    return truth


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Workspace, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("analysed") / "w"
    with open_local(folder) as workspace:
        truth = fill(workspace)
        assert workspace.analysis.state("shapes").state == "missing"
        begun = workspace.analysis.start("shapes")
        assert begun.newest == 1
        workspace.maintenance.run()
        yield folder, workspace, truth


@pytest.fixture(params=["local", "remote"], scope="module")
def shapes(request, analysed) -> Iterator[Workspace]:
    folder, workspace, _ = analysed
    if request.param == "local":
        yield workspace
        return
    with ServerProcess(folder) as server, open_remote(server.url, owner_token(folder)) as remote:
        yield remote


def test_an_analysis_is_ready_and_tells_what_it_found(shapes) -> None:
    info = shapes.analysis.state("shapes")
    assert (info.state, info.version, info.newest) == ("ready", 1, 1)
    assert info.unreadable == 1
    assert info.summary["items"] == 122
    assert info.summary["described"] == 121
    assert [job.state for job in info.jobs] == ["success", "success"]
    assert info.commit is not None


def test_the_map_holds_every_item_that_could_be_read(shapes) -> None:
    found = shapes.analysis.map("shapes", colour="label")
    assert (found.matching, found.without) == (121, 1)
    assert len(found.keys) == len(found.x) == len(found.y) == len(found.code) == 121
    assert sorted(found.colour.names) == sorted(SHAPES)
    assert sum(found.colour.counts) + found.colour.missing + found.colour.other == 121
    assert max(map(abs, found.x)) <= 1
    named = dict(zip(found.keys, found.code, strict=True))
    assert found.colour.names[named["in/001.png"]] == "square"


def test_the_map_takes_a_filter_a_number_as_colour_and_a_sample(shapes) -> None:
    assert shapes.analysis.map("shapes", where="camera = 'left'").matching == 40
    numbers = shapes.analysis.map("shapes", colour="outlier")
    assert numbers.colour.kind == "number"
    assert numbers.colour.low is not None
    assert len(numbers.value) == 121
    some = shapes.analysis.map("shapes", points=50)
    assert (some.matching, len(some.keys)) == (121, 50)
    assert shapes.analysis.map("shapes", points=50).keys == some.keys
    with pytest.raises(Invalid, match="no column"):
        shapes.analysis.map("shapes", colour="nothing")
    with pytest.raises(Invalid, match="cannot be sent"):
        shapes.analysis.map("shapes", points=10_000_000)


def test_similar_items_are_of_the_seeds_kind_and_none_comes_twice(analysed, shapes) -> None:
    truth = analysed[2]
    first = shapes.analysis.similar("shapes", ["in/000.png", "in/003.png"], limit=20)
    assert first.by == "similarity"
    kinds = [truth[each.item.key] for each in first.items]
    assert kinds[:8].count("circle") >= 7
    assert first.candidates == 119
    assert first.without == 1
    assert first.precision.value is None
    scores = [each.score for each in first.items]
    assert scores == sorted(scores, reverse=True)
    right = [each.item.key for each in first.items if truth[each.item.key] == "circle"][:6]
    wrong = [key for key, kind in truth.items() if kind == "cross"][:6]
    then = shapes.analysis.similar("shapes", ["in/000.png"], accepted=right, discarded=wrong, limit=20)
    assert then.by == "learned"
    assert then.precision.n == 12
    assert then.precision.value == 0.5
    keys = [each.item.key for each in then.items]
    assert not set(keys) & {*right, *wrong, "in/000.png"}
    assert [truth[key] for key in keys[:10]].count("circle") >= 9


def test_similar_keeps_to_a_filter_and_leaves_out_repetitions_when_asked(shapes) -> None:
    left = shapes.analysis.similar("shapes", ["in/000.png"], where="camera = 'left'", limit=100)
    assert {each.item.fields["camera"] for each in left.items} == {"left"}
    both = shapes.analysis.similar("shapes", ["in/013.png"], limit=200, diverse=False)
    assert {"in/010.png", "in/copy.png"} <= {each.item.key for each in both.items}
    one = shapes.analysis.similar("shapes", ["in/013.png"], limit=200, diverse=True)
    assert len({"in/010.png", "in/copy.png"} & {each.item.key for each in one.items}) == 1


def test_what_cannot_be_compared_is_said(shapes) -> None:
    with pytest.raises(Invalid, match="could not be read"):
        shapes.analysis.similar("shapes", ["in/zz-broken.png"])
    with pytest.raises(Invalid, match="could not be read"):
        shapes.analysis.similar("shapes", [])
    assert shapes.analysis.neighbours("shapes", "in/zz-broken.png") == []


def test_the_nearest_neighbour_of_a_copy_is_its_original(shapes) -> None:
    found = shapes.analysis.neighbours("shapes", "in/copy.png", limit=5)
    assert len(found) == 5
    assert found[0].item.key == "in/010.png"
    assert found[0].score == pytest.approx(1, abs=1e-4)


def test_with_rounded_vectors_on_disk_or_broken_ones_the_answers_are_the_same(analysed, monkeypatch) -> None:
    folder, workspace, _ = analysed
    seeds, accepted, discarded = ["in/000.png"], ["in/003.png", "in/006.png"], ["in/001.png"]

    def answers(workspace: Workspace) -> list[object]:
        ask = workspace.analysis
        return [
            ask.similar("shapes", seeds),
            ask.similar("shapes", seeds, discarded=discarded, where="camera = 'right'"),
            ask.similar("shapes", seeds, accepted=accepted, discarded=discarded, limit=10),
            ask.neighbours("shapes", "in/010.png"),
        ]

    plain = answers(workspace)
    monkeypatch.setattr("tilth.workspace.vectors.ROUNDED_FROM", 1)
    monkeypatch.setattr("tilth.curation.similarity.FEW", 0)
    for broken in (False, False, True):  # made, read from disk, made again
        for file in (folder / "scratch" / "vectors").rglob("*.codes.npy"):
            if broken:
                file.write_bytes(b"no")
        with open_local(folder) as again:
            assert answers(again) == plain
    assert list((folder / "scratch" / "vectors").rglob("*.bounds.npy"))


def test_a_copy_in_another_split_is_the_first_group_of_near_duplicates(shapes) -> None:
    found = shapes.analysis.duplicates("shapes")
    first = found.groups[0]
    assert {item.key for item in first.items} >= {"in/010.png", "in/copy.png"}
    assert list(first.splits) == ["test", "train"]
    assert found.across_splits >= 1
    assert found.total == len(found.groups)
    assert shapes.analysis.duplicates("shapes") == found
    assert shapes.analysis.duplicates("shapes", limit=1).next == (first.items[0].key if found.total > 1 else None)
    with pytest.raises(Invalid, match="not the key of a page"):
        shapes.analysis.duplicates("shapes", after="nothing")


def test_the_wrong_label_is_suspected_with_the_right_suggestion(shapes) -> None:
    page = shapes.datasets.items("shapes", where="suggested is not missing", sort="suspect", descending=True)
    assert page.items[0].key == "in/004.png"
    assert page.items[0].fields["suggested"] == "square"


def test_what_is_special_about_a_selection_is_told_with_lift_and_the_filter_that_finds_it(analysed, shapes) -> None:
    crosses = [key for key, kind in analysed[2].items() if kind == "cross"]
    told = shapes.analysis.explain("shapes", keys=crosses)
    assert (told.selected, told.rest) == (len(crosses), 122 - len(crosses))
    assert (told.over[0].column, told.over[0].value) == ("label", "cross")
    assert told.over[0].inside.value == 1.0
    assert told.over[0].p < 1e-10
    assert shapes.datasets.count_items("shapes", where=told.over[0].where).matching == len(crosses)
    assert told.errors_inside is None
    cameras = shapes.analysis.explain("shapes", selection="camera = 'left'", where="split = 'train'")
    assert all(each.column != "split" for each in cameras.over)
    assert [each.value for each in cameras.over if each.column == "camera"] == ["left"]
    even = [key for key in analysed[2] if key.endswith(("0.png", "2.png", "4.png", "6.png", "8.png"))]
    assert [each for each in shapes.analysis.explain("shapes", keys=even).over if each.column == "label"] == []
    with pytest.raises(Invalid, match="keys or a filter"):
        shapes.analysis.explain("shapes")


def test_fixing_a_label_makes_the_analysis_old_and_the_next_one_describes_nothing_again(tmp_path: Path) -> None:
    with open_local(tmp_path / "w") as workspace:
        fill(workspace)
        workspace.analysis.start("shapes")
        workspace.maintenance.run()
        act = workspace.datasets.fix("shapes", "square", keys=["in/004.png"])
        old = workspace.analysis.state("shapes")
        assert (old.state, old.version) == ("old", 1)
        assert "Labels were fixed" in old.reason
        workspace.analysis.start("shapes")
        workspace.maintenance.run()
        again = workspace.analysis.state("shapes")
        assert (again.state, again.version) == ("ready", 2)
        assert workspace.jobs.list(pipeline="shapes-embed").items[0].run in (0, 122)
        assert len(workspace.jobs.list(pipeline="shapes-embed").items) == 1, "nothing to describe again"
        workspace.datasets.undo("shapes", act.commit)
        assert workspace.analysis.state("shapes").state == "old"
        rng = np.random.default_rng(9)
        workspace.files.put("photos:in/new.png", drawn("cross", rng))
        assert workspace.analysis.state("shapes").state == "old"
        workspace.analysis.start("shapes")
        workspace.maintenance.run()
        assert workspace.jobs.list(pipeline="shapes-embed").items[0].run == 1
        assert "in/new.png" in workspace.analysis.map("shapes").keys
        near = workspace.analysis.neighbours("shapes", "in/new.png", limit=3)
        assert {each.item.label for each in near} == {"cross"}


def test_nobodys_own_pipeline_is_overwritten(tmp_path: Path) -> None:
    with open_local(tmp_path / "w") as workspace:
        fill(workspace)
        workspace.pipelines.create(
            {
                "pipeline": {"name": "shapes-embed"},
                "transform": {"cmd": ["true"]},
                "input": {"pfs": {"repo": "photos", "glob": "/"}},
            }
        )
        with pytest.raises(Conflict, match="not of the analysis"):
            workspace.analysis.start("shapes")
        with pytest.raises(Conflict, match="not of the analysis"):
            workspace.analysis.stop("shapes")


def test_before_an_analysis_one_is_told_what_to_do(tmp_path: Path) -> None:
    with open_local(tmp_path / "w") as workspace:
        fill(workspace)
        for ask in (
            lambda: workspace.analysis.map("shapes"),
            lambda: workspace.analysis.duplicates("shapes"),
            lambda: workspace.analysis.similar("shapes", ["in/000.png"]),
            lambda: workspace.analysis.neighbours("shapes", "in/000.png"),
        ):
            with pytest.raises(NotFound, match="not been analysed"):
                ask()
        workspace.analysis.start("shapes")
        running = workspace.analysis.state("shapes")
        assert running.state == "running"
        workspace.analysis.stop("shapes")
        workspace.repos.create("numbers")
        workspace.files.put("numbers:n.csv", b"id,n\n1,2\n")
        workspace.datasets.define("plain", {"items": {"from": "numbers:n.csv", "key": "id"}})
        assert workspace.analysis.state("plain").state == "impossible"
        with pytest.raises(Invalid, match="nothing that can be compared"):
            workspace.analysis.start("plain")
