"""Importing answers: rows join items or are told why not; the same import twice imports nothing twice."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labeling.conftest import FILES as TEXTS
from tests.labeling.conftest import PIPELINE, Shop

from tilth.datasets.parts import read_parts
from tilth.errors import Conflict, Invalid
from tilth.labeling.importing import Columns, Imported, TakenBack, import_table, list_imports, take_back
from tilth.labeling.joining import Place, join
from tilth.labeling.ledger import reports
from tilth.labeling.ledger.ledger import open_ledger
from tilth.labeling.ledger.rejecting import reject_answers, restore_answers
from tilth.labeling.ledger.tasks import TaskCounts, load_many
from tilth.labeling.standing import Standings
from tilth.model.commit import Commit
from tilth.model.ids import WorkerId
from tilth.versioning.branches import find_branch
from tilth.versioning.trees import Tree

COLUMNS = Columns(item="image", answer="label", worker="who", seconds="took", per=10)


def fill(shop: Shop, **spec: object) -> None:
    shop.commit("items", {f"in{n}.txt": f"item {n}".encode() for n in range(4)})
    shop.declare(input=TEXTS, overlap=2, **spec)
    shop.stage.take()


def table(*rows: tuple[str, str, str, object]) -> pa.Table:
    names = ("image", "who", "label", "took")
    return pa.table({name: [str(row[at]) if at < 3 else row[at] for row in rows] for at, name in enumerate(names)})


def load(shop: Shop, given: pa.Table, **asked: object) -> Imported:
    options: dict[str, object] = {
        "match": "auto",
        "meanings": {},
        "source": "default/known@c:answers.csv",
        "commit": _head(shop),
        "author": "eva",
        "dry_run": False,
        "start": 0,
        "limit": 1000,
        **asked,
    }
    return import_table(shop.backend, PIPELINE, given, COLUMNS, clock=shop.clock, **options)  # type: ignore[arg-type]


def _head(shop: Shop) -> str:
    with shop.backend.database.read() as conn:
        head = find_branch(conn, "known", "main").head
    return head or shop.commit("known", {"answers.csv": b"x"}).id


GOOD = table(
    ("in0", "w1", "cat", 50),
    ("in0", "w2", "cat", 30),
    ("in1", "w1", "Dog", 50),
    ("in1", "w2", "cat", None),
    ("in2", "w1", "dog", 40),
)


def test_imported_answers_settle_items_are_unpaid_and_publish(shop: Shop) -> None:
    fill(shop, price=0.5)
    done = load(shop, GOOD)
    assert (done.imported, done.joined.match, done.items, done.items_without, done.workers) == (5, "stem", 3, 1, 2)
    progress = shop.desk.progress(PIPELINE)
    assert (progress.answers, progress.done, progress.open, progress.workers) == (5, 2, 2, 2)
    assert (progress.spent_micros, progress.reserved_micros) == (0, 0)
    assert [worker.mean_seconds for worker in shop.desk.workers(PIPELINE)].count(pytest.approx(14 / 3)) == 1
    commit = shop.stage.publish(PIPELINE)
    assert commit is not None
    assert any(used.repo.endswith("known") for used in commit.derivation.inputs), "the table is in the lineage"


def test_the_same_import_twice_imports_nothing_twice(shop: Shop) -> None:
    fill(shop)
    load(shop, GOOD)
    before = shop.desk.progress(PIPELINE)
    again = load(shop, GOOD)
    assert (again.imported, again.present, again.otherwise) == (0, 5, 0)
    assert shop.desk.progress(PIPELINE) == before
    other = load(shop, table(("in0", "w1", "dog", 1)))
    assert (other.imported, other.present, other.otherwise) == (0, 1, 1), (
        "another answer later does not replace the first"
    )


def test_an_import_goes_on_where_it_stopped(shop: Shop) -> None:
    fill(shop)
    first = load(shop, GOOD, limit=2)
    assert (first.imported, first.next) == (2, 2)
    rest = load(shop, GOOD, start=2, limit=2)
    assert (rest.imported, rest.next) == (2, 4)
    assert load(shop, GOOD, start=4, limit=2).next is None
    assert shop.desk.progress(PIPELINE).answers == 5


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    fill(shop)
    before = shop.desk.progress(PIPELINE)
    done = load(shop, GOOD, dry_run=True)
    assert (done.imported, len(done.joined.good), done.next) == (0, 5, None)
    assert shop.desk.progress(PIPELINE) == before


def test_nothing_is_dropped_silently(shop: Shop) -> None:
    fill(shop)
    bad = table(
        ("in0", "w1", "cat", 1),
        ("in0", "w1", "cat", 1),
        ("in0", "w1", "dog", 1),
        ("in9", "w1", "cat", 1),
        ("in1", "w1", "bird", 1),
        ("in1", "", "cat", 1),
    )
    done = load(shop, bad)
    assert done.joined.rows == len(done.joined.good) + sum(done.joined.problems.counts.values()) == 6
    assert dict(done.joined.problems.counts) == {"twice": 1, "otherwise": 1, "item": 1, "label": 1, "worker": 1}
    assert done.joined.problems.examples["label"] == ["bird"]
    assert done.joined.words["bird"] == ("", 1)
    assert load(shop, bad, meanings={"bird": "dog"}).imported == 1


def test_known_answers_score_imported_workers_and_ban_nobody(shop: Shop) -> None:
    known = {"answers": [{"path": f"in{n}.txt", "label": "cat"} for n in range(3)], "every": 2}
    fill(shop, golden=known, rules={"golden": {"min_answers": 1, "max_errors": 0}})
    done = load(shop, GOOD)
    assert done.known == 5
    scores = {worker.golden_total: worker.golden_right for worker in shop.desk.workers(PIPELINE)}
    assert scores == {3: 1, 2: 2}
    assert shop.desk.progress(PIPELINE).banned == 0


def test_people_go_on_where_the_import_left_off(shop: Shop) -> None:
    fill(shop)
    load(shop, GOOD)
    assert shop.answer_all("ann", "dog") == 2
    assert shop.answer_all("bob", "dog") == 1
    assert shop.desk.progress(PIPELINE).done == 4


def test_a_banned_imported_worker_loses_answers_like_any_other(shop: Shop) -> None:
    fill(shop)
    load(shop, GOOD)
    name = next(worker.worker for worker in shop.desk.workers(PIPELINE) if worker.answers == 3)
    shop.desk.ban(PIPELINE, WorkerId(name), reason="random")
    assert (shop.desk.progress(PIPELINE).answers, shop.desk.progress(PIPELINE).open) == (2, 4)
    assert load(shop, table(("in3", "w1", "cat", 1))).imported == 0


def test_the_columns_follow_an_import(shop: Shop) -> None:
    fill(shop)
    standings = Standings(shop.backend)
    assert standings.of(PIPELINE).size == 0
    load(shop, GOOD)
    assert standings.of(PIPELINE).size == 5


def test_a_column_that_is_not_there_is_named(shop: Shop) -> None:
    fill(shop)
    with pytest.raises(Invalid, match="'image'"):
        load(shop, pa.table({"picture": ["a"]}))


NAMES = st.sampled_from(["a/1.png", "b/1.png", "2.png", "c/3.jpg", "4"])


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(NAMES, st.sampled_from(["ann", "bob", ""]), st.sampled_from(["cat", "dog", "cow"])), max_size=30
    ),
    st.sampled_from(["auto", "path", "name", "stem"]),
)
def test_every_row_is_good_or_told(rows: list[tuple[str, str, str]], match: str) -> None:
    places = [Place(path, path, f"task {path}") for path in ("a/1.png", "b/1.png", "x/2.png", "c/3.jpg")]
    found = join(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        None,
        places=places,
        match=match,
        meaning=lambda word: "" if word == "cow" else word,
    )
    assert len(found.good) + sum(found.problems.counts.values()) == found.rows == len(rows)
    assert len({(good.task, good.worker) for good in found.good}) == len(found.good)
    for good in found.good:
        assert rows[good.line][1:] == (good.worker, good.label)
        assert good.task.rpartition("/")[2].startswith(rows[good.line][0].rpartition("/")[2].partition(".")[0])


def test_a_gap_in_a_column_of_numbers_is_a_row_without_an_item() -> None:
    nan = float("nan")
    found = join(
        [1.0, nan, float("inf")], None, ["a", "b", nan], None, places=[Place("1", "1", "t")], match="path", meaning=str
    )
    assert [(row.task, row.label) for row in found.good] == [("t", "a")]
    assert found.problems.counts == {"item": 2}


def undo(shop: Shop, **asked: object) -> TakenBack:
    (found,) = list_imports(shop.backend, PIPELINE)
    options: dict[str, object] = {"author": "eva", "dry_run": False, "limit": 1000, **asked}
    return take_back(shop.backend, PIPELINE, found.id, clock=shop.clock, **options)  # type: ignore[arg-type]


def test_an_import_taken_back_leaves_the_ledger_as_if_it_had_never_been(shop: Shop) -> None:
    fill(shop, price=0.5)
    shop.answer("ann", "cat")
    before = shop.desk.progress(PIPELINE)
    load(shop, GOOD)
    assert shop.stage.publish(PIPELINE) is not None
    settled = shop.desk.progress(PIPELINE).done
    foreseen = undo(shop, dry_run=True)
    assert shop.desk.progress(PIPELINE).done == settled, "a dry run changes nothing"
    done = undo(shop)
    assert (done.loss, done.micros) == (foreseen.loss, foreseen.micros)
    assert (done.loss.answers, done.loss.items, done.loss.unlabeled, done.left) == (5, 3, settled, 0)
    after = shop.desk.progress(PIPELINE)
    for name in ("answers", "rejected", "open", "done", "escalated"):
        assert getattr(after, name) == getattr(before, name), name
    assert (before.spent_micros, before.reserved_micros) == (0, 500_000)
    assert (after.spent_micros, after.reserved_micros) == (500_000, 0), "who was paid meanwhile stays paid"
    given = [worker for worker in shop.desk.workers(PIPELINE) if worker.worker.startswith("imported:")]
    assert {(worker.answers, worker.issued, worker.mean_seconds) for worker in given} == {(0, 0, 0.0)}
    with pytest.raises(Conflict):
        undo(shop)


def test_labels_of_an_import_taken_back_go_with_the_next_publication_and_not_before(shop: Shop) -> None:
    fill(shop)
    load(shop, GOOD)
    first = shop.stage.publish(PIPELINE)
    assert first is not None
    keys = _labels(shop, first)
    undo(shop)
    assert _labels(shop, first) == keys
    assert find_head(shop) == first.id, "nothing is published silently"
    second = shop.stage.publish(PIPELINE)
    assert second is not None
    assert _labels(shop, second) == set()
    assert not any(used.repo.endswith("known") for used in second.derivation.inputs), "the table holds nothing up now"
    states = _table(shop, second, "answers", "state")
    assert states == ["withdrawn"] * 5, "what was given is still on record"


def test_the_same_table_may_be_imported_again_in_another_way_and_taken_back_again(shop: Shop) -> None:
    fill(shop)
    standings = Standings(shop.backend)
    load(shop, GOOD, meanings={"Dog": "cat"})
    assert standings.of(PIPELINE).counted.sum() == 5
    undo(shop, limit=2)
    assert undo(shop, limit=2).left == 1
    undo(shop)
    assert standings.of(PIPELINE).counted.sum() == 0
    again = load(shop, GOOD)
    assert (again.imported, again.present) == (5, 0)
    assert load(shop, GOOD).imported == 0
    for standing in (standings.of(PIPELINE), Standings(shop.backend).of(PIPELINE)):
        assert (int(standing.counted.sum()), int(standing.rejected.sum())) == (5, 0)
        said = {name: [standing.meanings[m] for m in standing.meaning[standing.of_worker(name)]] for name in workers()}
        assert sorted(map(sorted, said.values())) == [["cat", "cat"], ["cat", "dog", "dog"]]
        assert standing.numbers["imported:default/label:w1"].median_seconds == 5
    undo(shop)
    assert load(shop, GOOD).imported == 5


def test_what_a_review_rejected_is_not_brought_back_after_its_import_was_taken_back(shop: Shop) -> None:
    fill(shop)
    load(shop, GOOD)
    task = next(task for task in _tasks(shop) if task.answered == 2)
    with shop.backend.database.transaction() as conn, open_ledger(conn, PIPELINE, shop.clock()) as ledger:
        before = reject_answers(ledger, task.task, "blurred")
    undo(shop)
    with shop.backend.database.transaction() as conn, open_ledger(conn, PIPELINE, shop.clock()) as ledger:
        assert restore_answers(ledger, task.task, before, "blurred") == 0
    progress = shop.desk.progress(PIPELINE)
    assert (progress.answers, progress.rejected, progress.done) == (0, 0, 0)


def workers() -> list[str]:
    return [f"imported:default/label:{name}" for name in ("w1", "w2")]


def find_head(shop: Shop) -> str | None:
    with shop.backend.database.read() as conn:
        return find_branch(conn, PIPELINE, "main").head


def _tasks(shop: Shop) -> list[TaskCounts]:
    with shop.backend.database.read() as conn:
        names = [place[2] for place in reports.places(conn, PIPELINE)]
        return load_many(conn, sorted(names))


def _table(shop: Shop, commit: Commit, folder: str, column: str) -> list[str]:
    tree = Tree(shop.backend.store, commit.tree)
    names = [entry.path.rpartition("/")[2] for entry in tree.list(folder)]
    key = {"labels": "key", "answers": "answer"}[folder]
    found = read_parts(lambda name: tree.read(f"{folder}/{name}"), names, key=key)
    values: list[str] = found[column].to_pylist()
    return values


def _labels(shop: Shop, commit: Commit) -> set[str]:
    return set(_table(shop, commit, "labels", "key"))
