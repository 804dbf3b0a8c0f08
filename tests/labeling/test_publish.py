"""A publication says what holds now, with its derivation, once, and rewrites only what changed."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from tests.labeling.conftest import FILES, PIPELINE, ROWS, Shop

from tilth.datasets.parts import read_parts
from tilth.errors import Fenced
from tilth.labeling.labels import ANSWERS, LABELS, WORKERS, agree
from tilth.labeling.spec import parse_spec
from tilth.labeling.stage import LabelingStage
from tilth.model.commit import Commit, InputKind
from tilth.model.ids import WorkerId
from tilth.versioning.trees import Tree


def table(shop: Shop, commit: Commit, folder: str, key: str) -> pa.Table:
    tree = Tree(shop.backend.store, commit.tree)
    names = [entry.path.rpartition("/")[2] for entry in tree.list(folder)]
    return read_parts(lambda name: tree.read(f"{folder}/{name}"), names, key=key)


def labels(shop: Shop, commit: Commit) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in table(shop, commit, "labels", "key").to_pylist()}


def publish(shop: Shop) -> Commit:
    commit = shop.stage.publish(PIPELINE)
    assert commit is not None
    return commit


def start(shop: Shop, count: int, **spec: Any) -> None:
    shop.commit("items", {f"{n}.txt": f"text {n}".encode() for n in range(count)})
    shop.declare(input=FILES, **spec)
    shop.stage.take()


def truth(assignment: Any) -> str:
    return "cat" if int(assignment.data["text"].rpartition(" ")[2]) % 2 else "dog"


def lie(assignment: Any) -> str:
    return "dog" if truth(assignment) == "cat" else "cat"


def test_labels_answers_and_workers_are_published_with_their_derivation(shop: Shop) -> None:
    start(shop, 4, overlap=3, price=0.1, guidelines={"text": "Look.", "version": 7})
    source = shop.commit("items", {"new.md": b"not matched"})
    shop.stage.take()
    for worker in "abc":
        assert shop.stage.due() == []
        shop.answer_all(worker, truth)
    assert shop.stage.due() == [PIPELINE]
    [commit] = shop.stage.publish_due()
    found = labels(shop, commit)
    assert {key: row["label"] for key, row in found.items()} == {
        "0.txt": "dog",
        "1.txt": "cat",
        "2.txt": "dog",
        "3.txt": "cat",
    }
    row = found["1.txt"]
    assert (row["answers"], row["method"], row["guideline_version"], row["expert"]) == (3, "dawid-skene", "7", False)
    assert row["confidence"] > 0.9
    answers = table(shop, commit, "answers", "answer").to_pylist()
    assert len(answers) == 12
    assert {answer["state"] for answer in answers} == {"accepted"}
    assert sum(answer["price"] for answer in answers) == pytest.approx(1.2)
    people = table(shop, commit, "workers", "worker").to_pylist()
    assert len(people) == 3
    assert {answer["worker"] for answer in answers} == {person["worker"] for person in people}
    assert not {"a", "b", "c"} & {person["worker"] for person in people}
    derivation = commit.derivation
    assert derivation is not None
    assert derivation.stage == PIPELINE
    assert [(used.repo, used.commit, used.kind) for used in derivation.inputs] == [
        ("default/items", source.id, InputKind.DATA)
    ]
    facts = derivation.facts
    assert (facts["guideline_version"], facts["previous"], facts["answers"]) == ("7", None, 12)
    assert facts["ledger_sequence"] == shop.desk.progress(PIPELINE).published_sequence
    assert isinstance(facts["alpha"], float)
    assert -1 <= facts["alpha"] <= 1


def test_publishing_again_changes_nothing(shop: Shop) -> None:
    start(shop, 2)
    shop.answer_all("a", truth)
    first = publish(shop)
    assert shop.stage.publish(PIPELINE) is None
    assert shop.stage.due() == []
    assert shop.desk.progress(PIPELINE).published_commit == first.id


def test_the_schemas_are_kept(shop: Shop) -> None:
    start(shop, 2)
    shop.answer_all("a", truth)
    commit = publish(shop)
    for folder, key, schema in (
        ("labels", "key", LABELS),
        ("answers", "answer", ANSWERS),
        ("workers", "worker", WORKERS),
    ):
        assert table(shop, commit, folder, key).schema.names == schema.names


def test_a_rename_is_published_under_the_new_key_without_a_new_answer(shop: Shop) -> None:
    start(shop, 2)
    shop.answer_all("a", truth)
    first = publish(shop)
    shop.commit("items", {"0.txt": None, "zero.txt": b"text 0"})
    shop.stage.take()
    assert shop.stage.due() == [PIPELINE]
    second = publish(shop)
    assert set(labels(shop, second)) == {"1.txt", "zero.txt"}
    assert second.derivation is not None
    assert second.derivation.facts["previous"] == first.id
    keys = {answer["key"] for answer in table(shop, second, "answers", "answer").to_pylist()}
    assert keys == {"1.txt", "zero.txt"}


def test_a_withdrawn_item_has_no_label_any_more(shop: Shop) -> None:
    start(shop, 3)
    shop.answer_all("a", truth)
    publish(shop)
    shop.commit("items", {"1.txt": None})
    shop.stage.take()
    assert set(labels(shop, publish(shop))) == {"0.txt", "2.txt"}


def test_an_experts_ruling_stays_through_publications(shop: Shop) -> None:
    start(shop, 3, overlap=2)
    shop.answer_all("a", truth)
    shop.answer_all("b", truth)
    publish(shop)
    shop.desk.rule(PIPELINE, "0.txt", "cat", expert="eve")
    row = labels(shop, publish(shop))["0.txt"]
    assert (row["label"], row["confidence"], row["method"], row["expert"]) == ("cat", 1.0, "expert", True)
    assert row["majority"] == "dog"
    shop.commit("items", {"9.txt": b"text 9"})
    shop.stage.take()
    for worker in "ab":
        shop.answer_all(worker, truth)
    again = labels(shop, publish(shop))
    assert again["0.txt"]["label"] == "cat"
    assert again["9.txt"]["label"] == "cat"


def test_every_n_settled_tasks_are_published(shop: Shop) -> None:
    start(shop, 5, publish={"every": 2})
    shop.answer("a", truth)
    assert shop.stage.due() == []
    shop.answer("a", truth)
    [commit] = shop.stage.publish_due()
    assert len(labels(shop, commit)) == 2
    shop.answer("a", truth)
    assert shop.stage.due() == []
    shop.answer("a", truth)
    assert len(labels(shop, shop.stage.publish_due()[0])) == 4


def test_every_t_seconds_what_changed_is_published(shop: Shop) -> None:
    start(shop, 5, publish={"every": "1h"})
    shop.answer("a", truth)
    assert shop.stage.due() == []
    shop.clock.forward(3601)
    assert len(shop.stage.publish_due()) == 1
    shop.clock.forward(3601)
    assert shop.stage.due() == []


def test_a_used_up_budget_publishes_what_there_is(shop: Shop) -> None:
    start(shop, 5, budget={"answers": 3})
    shop.answer_all("a", truth)
    [commit] = shop.stage.publish_due()
    assert len(labels(shop, commit)) == 3
    assert shop.stage.due() == []


def test_a_lease_that_ran_out_does_not_keep_a_used_up_budget_waiting(shop: Shop) -> None:
    start(shop, 5, budget={"answers": 2}, lease=60)
    shop.answer("a", truth)
    shop.take("b")
    assert shop.stage.due() == []
    shop.clock.forward(61)
    assert shop.stage.due() == []  # its share of the budget is free again
    shop.answer("c", truth)
    assert shop.stage.due() == [PIPELINE]


def test_a_ban_after_publication_takes_the_answers_out_of_the_next_one(shop: Shop) -> None:
    start(shop, 4, overlap=1, price=1)
    shop.answer_all("bad", lie)
    publish(shop)
    shop.desk.ban(PIPELINE, WorkerId("bad"), reason="lies")
    assert shop.stage.due() == []
    shop.answer_all("good", truth)
    commit = publish(shop)
    assert {row["label"] for row in labels(shop, commit).values()} == {"cat", "dog"}
    assert labels(shop, commit)["1.txt"]["label"] == "cat"
    states = [answer["state"] for answer in table(shop, commit, "answers", "answer").to_pylist()]
    assert (states.count("rejected"), states.count("accepted")) == (4, 4)
    assert commit.derivation is not None
    assert commit.derivation.facts["spent"] == 4


def test_consensus_believes_those_who_know_more_than_those_who_are_many(shop: Shop) -> None:
    known = [{"data": {"text": f"text {1000 + n}"}, "label": "cat" if n % 2 else "dog"} for n in range(12)]
    start(shop, 12, overlap=3, golden={"answers": known, "every": 2})
    for worker, says in (("good", truth), ("liar", lie), ("liar too", lie)):
        shop.answer_all(worker, says)
    commit = publish(shop)
    found = labels(shop, commit)
    assert all(row["label"] == ("cat" if int(key[:-4]) % 2 else "dog") for key, row in found.items())
    assert all(row["majority"] != row["label"] for row in found.values())
    people = table(shop, commit, "workers", "worker").to_pylist()
    assert sorted(round(person["skill"]) for person in people) == [0, 0, 1]


def test_known_answer_items_are_labels_too(shop: Shop) -> None:
    shop.commit("items", {f"{n}.txt": f"text {n}".encode() for n in range(3)})
    shop.commit("known", {"k.csv": b"path,label\n0.txt,cat\n"})
    shop.declare(input=FILES, golden={"from": "known:k.csv", "items": "items"})
    shop.stage.take()
    shop.answer_all("a", truth)
    commit = publish(shop)
    row = labels(shop, commit)["0.txt"]
    assert (row["label"], row["method"]) == ("cat", "known")
    assert commit.derivation is not None
    assert [used.kind for used in commit.derivation.inputs] == [InputKind.DATA, InputKind.REFERENCE]


def test_rows_carry_their_data(shop: Shop) -> None:
    shop.commit("items", {"pool.csv": b"id,INPUT:text\nx,hello\n"})
    shop.declare(input=ROWS)
    shop.stage.take()
    shop.answer_all("a", "cat")
    row = labels(shop, publish(shop))["x"]
    assert json.loads(row["data"]) == {"text": "hello"}
    assert row["path"] == "pool.csv#x"


def test_regions_are_agreed_by_plurality(shop: Shop) -> None:
    config = '<View><Text name="t" value="$text"/><Labels name="l" toName="t"><Label value="N"/></Labels></View>'
    start(shop, 1, config=config, overlap=3)
    spans = {"a": (0, 4), "b": (0, 4), "c": (1, 4)}
    for worker, (first, last) in spans.items():
        assignment = shop.take(worker)
        value = {"start": first, "end": last, "labels": ["N"]}
        shop.desk.submit(
            assignment.id,
            WorkerId(worker),
            [{"id": worker, "from_name": "l", "to_name": "t", "type": "labels", "value": value}],
        )
    row = labels(shop, publish(shop))["0.txt"]
    assert json.loads(row["label"])[0]["value"]["start"] == 0
    assert (row["method"], row["confidence"]) == ("majority", pytest.approx(2 / 3))


def test_majority_aggregation_updates_only_what_changed(shop: Shop) -> None:
    start(shop, 3, aggregation="majority")
    shop.answer_all("a", truth)
    publish(shop)
    shop.commit("items", {"3.txt": b"text 3"})
    shop.stage.take()
    shop.answer_all("a", truth)
    found = labels(shop, publish(shop))
    assert len(found) == 4
    assert found["3.txt"]["method"] == "majority"


def test_another_aggregation_publishes_every_label_again(shop: Shop) -> None:
    start(shop, 3)
    shop.answer_all("a", truth)
    publish(shop)
    shop.declare(input=FILES, aggregation="majority")
    assert shop.stage.due() == [PIPELINE]
    assert {row["method"] for row in labels(shop, publish(shop)).values()} == {"majority"}


def test_a_label_that_others_answers_overturn_is_published_anew(shop: Shop) -> None:
    start(shop, 10, overlap=2)
    shop.answer_all("a", truth)
    shop.answer_all("b", lambda task: truth(task) if truth(task) == "cat" else lie(task))
    first = labels(shop, publish(shop))
    shop.commit("items", {f"{n}.txt": f"text {n}".encode() for n in range(10, 40)})
    shop.stage.take()
    for worker, says in (("a", truth), ("c", truth)):
        shop.answer_all(worker, says)
    second = labels(shop, publish(shop))
    untouched = [key for key in first if first[key] != second[key]]
    assert untouched, "nothing was learned about anybody"
    assert all(int(key[:-4]) < 10 for key in untouched)


def test_a_process_that_lost_its_lease_publishes_and_takes_nothing(shop: Shop) -> None:
    start(shop, 1)
    shop.answer_all("a", truth)

    def fenced(conn: object) -> None:
        raise Fenced("The lease is gone.")

    old = LabelingStage(shop.backend, clock=shop.clock, guard=fenced)
    with pytest.raises(Fenced):
        old.publish(PIPELINE)
    shop.commit("items", {"1.txt": b"text 1"})
    with pytest.raises(Fenced):
        old.take()
    assert shop.stage.take()[0].created == 1


def test_nothing_to_say_makes_no_commit(shop: Shop) -> None:
    shop.commit("items", {"a.md": b"x"})
    shop.declare(input=FILES)
    shop.stage.take()
    assert shop.stage.publish_due() == []
    assert shop.stage.publish(PIPELINE) is None


def test_agreement_on_no_votes_is_empty() -> None:
    spec = parse_spec({"config": '<View><Text name="t" value="$t"/><Rating name="r" toName="t"/></View>'})
    assert agree(spec, [], {}).by_task == {}
