"""What every Workspace does with datasets, slices and models, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.testing.material import PICTURE, every, make_headlines, make_numbers, paths_below, read_file


class DatasetSuite:
    """Datasets, slices, models."""

    def test_tables_are_filtered_paged_and_counted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        table = "key,n,word\n" + "".join(
            f"k{number},{number},{'odd' if number % 2 else 'even'}\n" for number in range(9)
        )
        workspace.files.put(f"{name}:t.csv", table.encode())
        rows = every(lambda after: workspace.datasets.rows(f"{name}:t.csv", where="word = 'odd'", after=after, limit=2))
        assert [row["n"] for row in rows] == [1, 3, 5, 7]
        only = workspace.datasets.rows(f"{name}:t.csv", columns=["n"], limit=1).items[0]
        assert dict(only) == {"key": "k0", "n": 0}
        assert workspace.datasets.count(f"{name}:t.csv", where="n >= 5") == 4
        with pytest.raises(Invalid):
            workspace.datasets.count(f"{name}:t.csv", where="nope = 1")
        with pytest.raises(Invalid):
            workspace.datasets.rows(f"{name}:t.csv", where="1; DROP TABLE data")

    def test_a_dataset_is_asked_fixed_undone_and_saved(self, workspace: Workspace, name: str) -> None:
        data = make_numbers(workspace, name)
        info = workspace.datasets.get(data)
        assert (info.items, info.labeled, list(info.classes), info.media) == (9, 9, ["even", "odd"], "text")
        assert data in [each.name for each in every(lambda after: workspace.datasets.list(after=after))]
        items = every(lambda after: workspace.datasets.items(data, sort="n", descending=True, after=after, limit=2))
        assert [item.fields["n"] for item in items] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
        counted = workspace.datasets.count_items(data, where="label = 'odd' and n > 2")
        assert (counted.total, counted.matching) == (9, 3)
        told = workspace.datasets.histograms(data, ["label", "n"], where="n >= 1", bins=4)
        assert [(each.value, each.count) for each in told[0].values] == [("even", 4), ("odd", 4)]
        assert [each.count for each in told[1].bins] == [1, 2, 2, 3]
        assert [each.value for each in workspace.datasets.values(data, "label", prefix="OD")] == ["odd"]
        assert {each.name: each.role for each in workspace.datasets.columns(data)}["n"] == "field"
        act = workspace.datasets.fix(data, "prime", where="n = 2 or n = 3", expect=2, reason="counted")
        with pytest.raises(Conflict):
            workspace.datasets.fix(data, "prime", where="n = 5", expect=2)
        marked = workspace.datasets.mark(data, "ambiguous", ["k1"])
        detail = workspace.datasets.item(data, "k2")
        assert (detail.item.label, detail.item.given_label, detail.item.labeled_by) == ("prime", "even", "fixed")
        assert [(event.kind, event.label, event.reason) for event in detail.history[:1]] == [
            ("fixed", "prime", "counted")
        ]
        version = workspace.datasets.save_version(data, "with primes")
        assert version.derivation is not None
        assert not workspace.datasets.save_version(data).changed
        workspace.datasets.undo(data, act.commit)
        acts = {each.commit: each for each in every(lambda after: workspace.datasets.acts(data, after=after, limit=2))}
        assert (acts[act.commit].undone, acts[marked.commit].undone, len(acts)) == (True, False, 4)
        assert workspace.datasets.count_items(data, where="label = 'prime'").matching == 0
        assert workspace.datasets.count_items(data, where="label = 'prime'", at=version.id).matching == 2
        assert [(each.number, each.items, each.message) for each in workspace.datasets.versions(data).items] == [
            (1, 9, "with primes")
        ]
        with pytest.raises(NotFound):
            workspace.datasets.item(data, "nobody")
        with pytest.raises(Invalid) as caught:
            workspace.datasets.define(data, {"items": {"from": f"{name}:t.csv", "key": "nope"}})
        assert caught.value.facts["field"] == "items.key"

    def test_pictures_are_a_dataset_with_thumbnails(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        files = [(f"{kind}/{number}.png", PICTURE) for kind in ("cat", "dog") for number in range(2)]
        workspace.files.put_many(f"{name}@main", files)
        workspace.datasets.define(f"{name}-set", workspace.datasets.guess(f"{name}@main"))
        item = workspace.datasets.items(f"{name}-set", where="label = 'dog'").items[0]
        assert (item.key, item.media.kind) == ("dog/0.png", "image")
        assert item.media.reference is not None
        assert read_file(workspace, item.media.reference) == PICTURE
        small = workspace.datasets.thumbnail(f"{name}-set", "dog/0.png", size=32)
        assert small.startswith(b"\x89PNG")
        assert workspace.files.thumbnail(f"{name}:dog/0.png", size=32) == small
        with pytest.raises(NotFound):
            workspace.files.thumbnail(f"{name}:dog/7.png")
        with pytest.raises(NotFound):
            workspace.datasets.thumbnail(f"{name}-set", "dog/7.png")

    def test_chosen_items_go_back_through_a_declared_edge_within_its_budget(
        self, workspace: Workspace, name: str
    ) -> None:
        workspace.repos.create(name)
        workspace.repos.create(f"{name}-inbox")
        workspace.files.put_many(name, [("a", b"1"), ("b", b"2")])
        edge = workspace.feedback.declare(f"{name}-e", name, f"{name}-inbox:more", budget=3, max_rounds=5)
        assert (edge.budget, edge.used, edge.state) == (3, 0, "open")
        fired = workspace.feedback.fire(f"{name}-e", message="round 1")
        assert fired is not None
        assert fired.derivation is not None
        assert [source.kind for source in fired.derivation.inputs] == ["feedback"]
        assert paths_below(workspace, f"{name}-inbox") == ["more/a", "more/b"]
        assert workspace.feedback.get(f"{name}-e").used == 2
        with pytest.raises(Conflict):
            workspace.feedback.fire(f"{name}-e")
        assert f"{name}-e" in [each.name for each in workspace.feedback.list().items]
        ended = workspace.feedback.end(f"{name}-e")
        assert ended.state.startswith("ended")
        assert workspace.feedback.end(f"{name}-e") == ended
        with pytest.raises(Conflict, match="has ended"):
            workspace.feedback.fire(f"{name}-e")
        with pytest.raises(NotFound):
            workspace.feedback.end("no-such-edge")

    def test_slices_of_a_dataset_are_kept_changed_and_found_by_filter(self, workspace: Workspace, name: str) -> None:
        make_headlines(workspace, name)
        made = workspace.slices.create(name, "odd", keys=["1", "3"], type="label quality", note="odd ones")
        assert made.slice is not None
        assert (made.count, made.slice.items, made.slice.state) == (2, 2, "triage")
        workspace.slices.create(name, "news", where="label = 'news'", live=True, expect=2)
        moved = workspace.slices.update(name, "odd", state="in progress", owner="maria")
        workspace.slices.set_items(name, "odd", add=["0"])
        workspace.slices.set_items(name, "odd", keys=["0", "1"], status="done")
        told = workspace.slices.comment(name, "odd", "look twice", key="1").slice
        assert told is not None
        assert (told.owner, told.items, dict(told.statuses)) == ("maria", 3, {"done": 2})
        assert workspace.slices.get(name, "odd") == told
        assert [each.text for each in told.comments] == ["look twice"]
        listed = every(lambda after: workspace.slices.list(name, after=after, limit=1))
        assert [(each.name, each.live) for each in listed] == [("news", True), ("odd", False)]
        noted = every(lambda after: workspace.slices.items(name, "odd", after=after, limit=2))
        assert [(each.key, each.status) for each in noted] == [("0", "done"), ("1", "done"), ("3", "open")]
        assert [each.key for each in workspace.slices.items(name, "odd", keys=["3"]).items] == ["3"]
        where = "slice.odd = true and slice.news = true"
        assert workspace.datasets.count_items(name, where=where).matching == 1
        with pytest.raises(Conflict):
            workspace.slices.update(name, "odd", state="resolved")
        with pytest.raises(NotFound):
            workspace.slices.get(name, "none")
        assert moved.commit is not None
        workspace.slices.delete(name, "odd")
        assert [each.name for each in workspace.slices.list(name).items] == ["news"]

    def test_items_are_sent_to_people_once(self, workspace: Workspace, name: str) -> None:
        make_headlines(workspace, name)
        form = {"name": f"{name}-ask", "overlap": 1, "price": 0.5}
        plan = workspace.datasets.plan_send(name, keys=["0", "1"], new=form)
        assert (plan.items, plan.new, list(plan.cost), plan.makes_pipeline) == (2, 2, [1.0, 1.0], True)
        sent = workspace.datasets.send(name, keys=["0", "1"], new=form, expect=2)
        assert sent.commit is not None
        assert workspace.commits.get(f"{name}-ask-inbox@{sent.commit}").derivation is not None
        again = workspace.datasets.send(name, keys=["0", "1"], pipeline=f"{name}-ask")
        assert (again.commit, again.act, again.plan.already) == (None, None, 2)
        with pytest.raises(Conflict):
            workspace.datasets.send(name, keys=["0", "1"], pipeline=f"{name}-ask", expect=3)

    def test_matching_items_are_exported_as_an_archive(self, workspace: Workspace, name: str) -> None:
        make_headlines(workspace, name)
        plan = workspace.datasets.plan_export(name, where="label = 'bait'")
        assert (plan.items, plan.media) == (2, 0)
        assert "huggingface" in plan.formats
        pieces = workspace.datasets.export(name, format="jsonl", where="label = 'bait'")
        with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
            rows = [json.loads(line) for line in archive.read("items.jsonl").splitlines()]
            assert json.loads(archive.read("export.json"))["where"] == "label = 'bait'"
        assert [(row["key"], row["label"]) for row in rows] == [("1", "bait"), ("3", "bait")]
        with pytest.raises(Invalid):
            list(workspace.datasets.export(name, format="xls"))
        with pytest.raises(NotFound):
            list(workspace.datasets.export(f"{name}-none"))

    def test_a_model_is_judged_compared_tested_and_promoted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(f"{name}-rows")
        rows = [f"{number},{'cat' if number % 2 else 'dog'}" for number in range(60)]
        workspace.files.put(f"{name}-rows:rows.csv", "\n".join(["id,label", *rows]).encode())
        items = {"from": f"{name}-rows@main:rows.csv", "key": "id"}
        workspace.datasets.define(f"{name}-set", {"items": items, "labels": {"column": "label"}})
        made = workspace.models.register(name, {"dataset": f"{name}-set"}, description="Mine")
        assert (made.versions, made.follows, made.description) == (0, "", "Mine")
        assert name in [model.name for model in every(lambda after: workspace.models.list(after=after, limit=2))]

        def said(right: int) -> bytes:
            lines = [row if number < right else f"{number},eel" for number, row in enumerate(rows)]
            return "\n".join(["id,says", *lines]).encode()

        tried = workspace.models.upload(name, said(30), file="said.csv")
        assert (tried.mapping.key, tried.mapping.label, tried.matched, tried.commit) == ("id", "says", 60, None)
        assert tried.unknown_classes == {"eel": 30}
        for right in (30, 57):
            saved = workspace.models.upload(name, said(right), file="said.csv", mapping={"label": "says"}, save=True)
            assert saved.commit is not None
        versions = every(lambda after: workspace.models.versions(name, after=after, limit=1))
        assert [version.number for version in versions] == [2, 1]
        assert versions[0].accuracy.n == 60
        found = workspace.models.compare(f"{name}@1", name)
        assert (found.fixed, found.broken, found.still_wrong, found.accuracy.verdict) == (27, 0, 3, "better")
        fixed = every(lambda after: workspace.models.compared(f"{name}@1", name, "fixed", after=after, limit=10))
        assert len({item.key for item in fixed}) == 27
        workspace.models.set_test(name, "good", {"metric": "accuracy", "at_least": 0.9})
        board = workspace.models.board(name)
        assert (board.needed, board.passed) == (1, {"1": 0, "2": 1})
        with pytest.raises(Conflict, match="good"):
            workspace.models.promote(name, "1")
        assert workspace.models.promote(name, "2", reason="better").reason == "better"
        assert [each.number for each in workspace.models.promotions(name).items] == [2]
        workspace.models.remove_test(name, "good")
        with pytest.raises(Conflict, match="uploaded"):
            workspace.models.train(name)
        with pytest.raises(NotFound):
            workspace.models.get(f"{name}-set")
