"""Intake follows the input: what changed is asked, what moved is not asked again, what went is withdrawn."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.labeling.conftest import CHOICES, FILES, PIPELINE, ROWS, Shop, choose

from tilth.errors import Conflict, Invalid
from tilth.labeling.content import TaskContent
from tilth.model.ids import WorkerId
from tilth.model.labeling import Assignment, NoTask

W = WorkerId
PICTURE = (
    '<View><Image name="i" value="$image"/>'
    '<Choices name="c" toName="i"><Choice value="cat"/><Choice value="dog"/></Choices></View>'
)


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), shade).save(buffer, "PNG")
    return buffer.getvalue()


def test_each_file_becomes_a_task_and_taking_again_does_nothing(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one", "b.txt": b"two", "c.bin": b"\x00"})
    shop.declare(input=FILES)
    [intake] = shop.stage.take()
    assert (intake.created, intake.open) == (2, 2)
    assert shop.stage.take() == []
    assert shop.take("w").data["text"] in ("one", "two")


def test_renaming_a_file_buys_nothing_again(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one", "b.txt": b"two"})
    shop.declare(input=FILES)
    shop.stage.take()
    shop.answer_all("w", "cat")
    shop.commit("items", {"a.txt": None, "z.txt": b"one"})
    [intake] = shop.stage.take()
    assert (intake.created, intake.reused, intake.open) == (0, 1, 0)
    assert [label.key for label in shop.desk.labels(PIPELINE)] == ["b.txt", "z.txt"]
    assert all(label.label == "cat" for label in shop.desk.labels(PIPELINE))


def test_equal_content_is_one_task_with_two_labels(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"same", "b.txt": b"same"})
    shop.declare(input=FILES)
    [intake] = shop.stage.take()
    assert (intake.created, intake.reused) == (1, 1)
    assert shop.answer_all("w", "dog") == 1
    assert [label.label for label in shop.desk.labels(PIPELINE)] == ["dog", "dog"]


def test_a_deleted_item_is_withdrawn_and_comes_back_with_its_answers(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one", "b.txt": b"two"})
    shop.declare(input=FILES)
    shop.stage.take()
    shop.answer_all("w", "cat")
    shop.commit("items", {"a.txt": None})
    [intake] = shop.stage.take()
    assert intake.withdrawn == 1
    assert shop.desk.progress(PIPELINE).withdrawn == 1
    shop.commit("items", {"a.txt": b"one"})
    [intake] = shop.stage.take()
    assert (intake.created, intake.reused, intake.open) == (0, 1, 0)
    assert shop.desk.progress(PIPELINE).answers == 2


def test_only_changed_rows_become_tasks(shop: Shop) -> None:
    shop.commit("items", {"pool.csv": b"id,text,other\n1,one,x\n2,two,x\n"})
    shop.declare(input=ROWS)
    shop.stage.take()
    shop.answer_all("w", "cat")
    shop.commit("items", {"pool.csv": b"id,text,other\n1,one,CHANGED\n2,TWO,x\n3,three,x\n"})
    [intake] = shop.stage.take()
    # Row 1 changed only where nobody looks; row 2 shows something new; row 3 is new.
    assert (intake.created, intake.withdrawn, intake.open) == (2, 1, 2)


def test_an_answer_to_a_withdrawn_task_is_still_taken(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one"})
    shop.declare(input=FILES, price=1)
    shop.stage.take()
    assignment = shop.take("w")
    shop.commit("items", {"a.txt": None, "b.txt": b"two"})
    shop.stage.take()
    assert shop.desk.submit(assignment.id, W("w"), choose("cat")).state == "accepted"
    assert shop.desk.progress(PIPELINE).spent_micros == 1_000_000


def test_a_guideline_typo_buys_nothing_and_a_schema_change_says_its_price(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one", "b.txt": b"two"})
    shop.declare(input=FILES, overlap=2, price=0.5)
    shop.stage.take()
    shop.answer_all("w", "cat")
    shop.declare(input=FILES, overlap=2, price=0.5, guidelines="Typo fixed.")
    assert shop.stage.take() == []
    more = CHOICES.replace('<Choice value="dog"/>', '<Choice value="dog"/><Choice value="cow"/>')
    with pytest.raises(Conflict, match=r"2 items .* 4 answers for 2") as error:
        shop.declare(input=FILES, overlap=2, price=0.5, config=more)
    assert "--reask" in error.value.help
    shop.declare(input=FILES, overlap=2, price=0.5, config=more, reask=True)
    [intake] = shop.stage.take()
    assert (intake.created, intake.withdrawn, intake.open) == (2, 2, 2)


def test_breaking_guidelines_ask_again_once(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one"})
    shop.declare(input=FILES)
    shop.stage.take()
    shop.answer_all("w", "cat")
    breaking = {"text": "Cats are dogs now.", "version": 2, "breaking": True}
    with pytest.raises(Conflict, match="breaking"):
        shop.declare(input=FILES, guidelines=breaking)
    shop.declare(input=FILES, guidelines=breaking, reask=True)
    assert shop.stage.take()[0].created == 1
    shop.declare(input=FILES, guidelines={"text": "Typo.", "version": 3})
    assert shop.stage.take() == []


def test_images_are_shown_as_media_and_broken_ones_are_named(shop: Shop) -> None:
    shop.commit("items", {"a.png": png(10), "b.png": b"not an image"})
    shop.declare(input={"pfs": {"repo": "items", "glob": "/*.png", "name": "image"}}, config=PICTURE)
    [intake] = shop.stage.take()
    assert intake.created == 1
    assert "b.png: it is not an image" in shop.desk.progress(PIPELINE).reason
    assignment = shop.take("w")
    assert assignment.media == {"image": "image/png"}
    shown, chunks = shop.desk.media(assignment.id, W("w"), "image")
    assert shown.content_type == "image/png"
    assert b"".join(chunks) == png(10)
    shop.commit("items", {"b.png": png(20)})
    assert shop.stage.take()[0].created == 1
    assert shop.desk.progress(PIPELINE).reason == ""


def test_when_nothing_can_be_shown_the_intake_fails_and_says_why(shop: Shop) -> None:
    shop.commit("items", {"pool.csv": b"id,words\n1,one\n"})
    shop.declare(input=ROWS)
    with pytest.raises(Invalid, match="it has no 'text'"):
        shop.stage.take()


def test_json_files_are_task_data(shop: Shop) -> None:
    shop.commit("items", {"a.json": b'{"text": "one", "more": 1}', "b.json": b'{"data": {"text": "two"}}'})
    shop.declare(input={"pfs": {"repo": "items", "glob": "/*.json"}})
    assert shop.stage.take()[0].created == 2
    assert {shop.take("v").data["text"], shop.take("w").data["text"]} == {"one", "two"}


def test_nothing_is_lent_before_the_known_answers_are_there(shop: Shop) -> None:
    shop.commit("items", {"pool.csv": b"id,INPUT:text\n1,one\n2,two\n"})
    shop.declare(input=ROWS, golden={"from": "known:control.csv", "every": 2})
    [intake] = shop.stage.take()
    assert "no commit" in intake.waiting
    refused = shop.next("w")
    assert isinstance(refused, NoTask)
    assert "known answers are not loaded" in refused.reason
    shop.commit("known", {"control.csv": b"INPUT:text,GOLDEN:kind\nmiau,cat\nwuff,cow\n"})
    [intake] = shop.stage.take()
    assert "line 3" in intake.waiting
    assert "'cow'" in shop.desk.progress(PIPELINE).reason
    shop.commit("known", {"control.csv": b"INPUT:text,GOLDEN:kind\nmiau,cat\nwuff,dog\n"})
    [intake] = shop.stage.take()
    assert (intake.waiting, intake.golden) == ("", 2)
    assert isinstance(shop.next("w"), Assignment)


def test_known_answers_may_name_files_of_the_pool_and_are_not_asked_as_real(shop: Shop) -> None:
    shop.commit("items", {f"{n}.txt": f"text {n}".encode() for n in range(4)})
    shop.commit("known", {"k.jsonl": b'{"path": "1.txt", "label": "cat"}\n{"path": "2.txt", "label": "dog"}\n'})
    shop.declare(input=FILES, golden={"from": "known:k.jsonl", "items": "items", "every": 2})
    [intake] = shop.stage.take()
    assert (intake.golden, intake.open) == (2, 2)
    labels = {label.key: (label.label, label.state) for label in shop.desk.labels(PIPELINE)}
    assert labels["1.txt"] == ("cat", "known")
    assert labels["2.txt"] == ("dog", "known")


def test_changed_known_answers_replace_the_old_ones(shop: Shop) -> None:
    shop.commit("items", {f"{n}.txt": f"text {n}".encode() for n in range(3)})
    shop.commit("known", {"k.csv": b"path,label\n0.txt,cat\n"})
    shop.declare(input=FILES, golden={"from": "known:k.csv", "items": "items"})
    shop.stage.take()
    shop.commit("known", {"k.csv": b"path,label\n1.txt,dog\n"})
    [intake] = shop.stage.take()
    assert (intake.golden, intake.open) == (1, 2)
    states = {label.key: label.state for label in shop.desk.labels(PIPELINE)}
    assert states == {"0.txt": "open", "1.txt": "known", "2.txt": "open"}


def test_another_input_withdraws_what_it_does_not_show(shop: Shop) -> None:
    shop.commit("items", {"a.txt": b"one", "b.md": b"two"})
    shop.declare(input=FILES)
    shop.stage.take()
    shop.declare(input={"pfs": {"repo": "items", "glob": "/*.md", "name": "text"}})
    [intake] = shop.stage.take()
    assert (intake.created, intake.withdrawn) == (1, 1)


def test_an_empty_input_is_fine(shop: Shop) -> None:
    shop.declare(input=FILES)
    assert shop.stage.take()[0].created == 0
    assert isinstance(shop.next("w"), NoTask)


def test_content_round_trips_as_text() -> None:
    content = TaskContent({"text": "ä", "n": [1, None]})
    assert TaskContent.from_text(content.to_text()) == content
