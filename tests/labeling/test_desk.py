"""The desk lends each task to enough people, once each; takes answers once; judges and pays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.labeling.conftest import CHOICES, PIPELINE, ROWS, Shop, choose

from tilth.errors import Conflict, Denied, Invalid, NotFound
from tilth.model.ids import WorkerId
from tilth.model.labeling import Assignment, NoTask

W = WorkerId
KNOWN = {"answers": [{"data": {"text": f"known {n}"}, "label": "cat"} for n in range(30)], "every": 2}


def pool(count: int) -> dict[str, bytes | None]:
    rows = "".join(f"k{n},item {n}\n" for n in range(count))
    return {"pool.csv": b"id,text\n" + rows.encode()}


def fill(shop: Shop, count: int, **spec: object) -> None:
    """Declare the pipeline over `count` rows and take them in."""
    shop.commit("items", pool(count))
    shop.declare(input=ROWS, **spec)
    shop.stage.take()


def test_every_task_goes_to_as_many_different_people_as_wanted(shop: Shop) -> None:
    fill(shop, 4, overlap=3)
    assert [shop.answer_all(worker, "cat") for worker in "abcd"] == [4, 4, 4, 0]
    progress = shop.desk.progress(PIPELINE)
    assert (progress.done, progress.open, progress.answers) == (4, 0, 12)
    assert isinstance(shop.next("d"), NoTask)
    assert shop.next("d").reason == "every task is done"  # type: ignore[union-attr]


def test_no_one_gets_a_task_twice(shop: Shop) -> None:
    fill(shop, 3, overlap=3)
    seen: list[str] = []
    while isinstance(assignment := shop.next("a"), Assignment):
        seen.append(assignment.task)
        shop.desk.submit(assignment.id, W("a"), choose("cat"))
    assert len(seen) == len(set(seen)) == 3
    assert assignment.reason == "there is no open task that is new to you"


def test_never_more_than_the_overlap_are_lent_at_once(shop: Shop) -> None:
    fill(shop, 1, overlap=2)
    assert isinstance(shop.next("a"), Assignment)
    assert isinstance(shop.next("b"), Assignment)
    assert isinstance(shop.next("c"), NoTask)


def test_asking_again_gives_the_task_that_is_held(shop: Shop) -> None:
    fill(shop, 5)
    assert shop.take("a") == shop.take("a")


def test_a_lease_that_ran_out_goes_to_somebody_else(shop: Shop) -> None:
    fill(shop, 1, lease=60)
    first = shop.take("a")
    assert isinstance(shop.next("b"), NoTask)
    shop.clock.forward(61)
    second = shop.take("b")
    assert second.task == first.task
    with pytest.raises(Conflict, match="ran out"):
        shop.desk.submit(first.id, W("a"), choose("cat"))
    shop.desk.submit(second.id, W("b"), choose("dog"))
    assert shop.desk.progress(PIPELINE).answers == 1


def test_one_person_alone_gets_a_task_whose_lease_ran_out_again(shop: Shop) -> None:
    fill(shop, 1, lease=60)
    first = shop.take("a")
    shop.clock.forward(61)
    again = shop.take("a")
    assert (again.id, again.task) == (first.id, first.task)
    assert again.expires_ms > first.expires_ms
    shop.desk.submit(again.id, W("a"), choose("cat"))
    progress = shop.desk.progress(PIPELINE)
    assert (progress.done, progress.answers, progress.leased) == (1, 1, 0)


def test_a_task_given_back_too_late_does_not_come_again(shop: Shop) -> None:
    fill(shop, 1, lease=60)
    first = shop.take("a")
    shop.clock.forward(61)
    assert isinstance(shop.take("b"), Assignment)
    shop.desk.skip(first.id, W("a"))
    shop.clock.forward(61)
    assert isinstance(shop.next("a"), NoTask)


def test_a_late_answer_counts_when_nobody_else_took_the_task(shop: Shop) -> None:
    fill(shop, 2, lease=60)
    late = shop.take("a")
    shop.clock.forward(61)
    shop.take("b")  # returns a's lease, and takes the other or the same task
    if shop.take("b").task != late.task:
        assert shop.desk.submit(late.id, W("a"), choose("cat")).state == "accepted"
    assert shop.desk.progress(PIPELINE).leased == 1


def test_submitting_again_is_safe_and_another_answer_is_refused(shop: Shop) -> None:
    fill(shop, 1, overlap=2)
    assignment = shop.take("a")
    first = shop.desk.submit(assignment.id, W("a"), choose("cat"))
    assert shop.desk.submit(assignment.id, W("a"), choose("cat")) == first
    with pytest.raises(Conflict, match="another answer"):
        shop.desk.submit(assignment.id, W("a"), choose("dog"))
    assert shop.desk.progress(PIPELINE).answers == 1


def test_an_answer_that_does_not_fit_is_refused_and_the_task_is_still_held(shop: Shop) -> None:
    fill(shop, 1)
    assignment = shop.take("a")
    with pytest.raises(Invalid, match="'cow'"):
        shop.desk.submit(assignment.id, W("a"), choose("cow"))
    assert shop.take("a") == assignment


def test_nobody_can_answer_or_see_what_was_lent_to_another(shop: Shop) -> None:
    fill(shop, 1)
    assignment = shop.take("a")
    for act in (
        lambda: shop.desk.submit(assignment.id, W("b"), choose("cat")),
        lambda: shop.desk.skip(assignment.id, W("b")),
        lambda: shop.desk.media(assignment.id, W("b"), "text"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_skipped_task_goes_to_others_only(shop: Shop) -> None:
    fill(shop, 1)
    assignment = shop.take("a")
    assert shop.desk.skip(assignment.id, W("a")).state == "skipped"
    assert shop.desk.skip(assignment.id, W("a")).state == "skipped"
    assert isinstance(shop.next("a"), NoTask)
    assert shop.take("b").task == assignment.task
    with pytest.raises(Conflict, match="skipped"):
        shop.desk.submit(assignment.id, W("a"), choose("cat"))


def test_many_skips_in_a_row_ban(shop: Shop) -> None:
    fill(shop, 5, rules={"skips": 3})
    for _ in range(3):
        receipt = shop.desk.skip(shop.take("a").id, W("a"))
    assert receipt.worker_state == "banned"
    with pytest.raises(Denied, match="3 tasks skipped in a row"):
        shop.next("a")


def test_unsure_sends_a_task_to_an_expert_whose_word_is_final(shop: Shop) -> None:
    fill(shop, 1, overlap=2)
    assignment = shop.take("a")
    shop.desk.submit(assignment.id, W("a"), [], unsure=True)
    assert shop.desk.progress(PIPELINE).escalated == 1
    assert isinstance(shop.next("b"), NoTask)
    label = shop.desk.rule(PIPELINE, "k0", "dog", expert="eve", reason="it barks")
    assert (label.label, label.final, label.state) == ("dog", True, "ruled")
    assert shop.desk.progress(PIPELINE).done == 1
    reopened = shop.desk.reopen(PIPELINE, "k0", expert="eve")
    assert not reopened.final
    assert isinstance(shop.next("b"), Assignment)


def test_a_ruling_must_fit_the_config_and_name_an_item(shop: Shop) -> None:
    fill(shop, 1)
    with pytest.raises(Invalid, match="'cow'"):
        shop.desk.rule(PIPELINE, "k0", "cow", expert="eve")
    with pytest.raises(NotFound, match="k9"):
        shop.desk.rule(PIPELINE, "k9", "cat", expert="eve")


def test_known_answers_unmask_the_careless_and_their_work_is_done_again(shop: Shop) -> None:
    fill(shop, 20, overlap=2, golden=KNOWN, rules={"golden": {"min_answers": 4, "max_errors": 2}}, price=0.1)
    good = shop.answer_all("good", "cat")
    assert good > 20  # known-answer tasks among them
    with pytest.raises(Denied):
        shop.answer_all("bad", "dog")
    stats = {person.worker: person for person in shop.desk.workers(PIPELINE)}
    assert stats[W("bad")].state == "banned"
    assert stats[W("bad")].reason == "4 of 4 known answers wrong"
    assert stats[W("bad")].earned_micros == 0
    progress = shop.desk.progress(PIPELINE)
    assert progress.banned == 1
    assert progress.rejected == stats[W("bad")].rejected > 0
    assert progress.open == 20  # nothing is done by the banned one
    shop.answer_all("other", "cat")
    progress = shop.desk.progress(PIPELINE)
    assert progress.open == 0
    assert progress.reserved_micros == 0
    paid = sum(person.earned_micros for person in shop.desk.workers(PIPELINE))
    assert progress.spent_micros == paid == progress.answers * 100_000


def test_known_answer_tasks_look_like_any_other(shop: Shop) -> None:
    fill(shop, 10, golden=KNOWN)
    shapes = set()
    for _ in range(8):
        assignment = shop.take("a")
        shapes.add((tuple(assignment.data), tuple(assignment.media), assignment.price_micros, len(assignment.task)))
        receipt = shop.desk.submit(assignment.id, W("a"), choose("cat"))
        assert receipt.worker_state == "active"
    assert len(shapes) == 1


def test_fast_answers_ban(shop: Shop) -> None:
    fill(shop, 10, rules={"fast": {"seconds": 2, "count": 2, "of": 5}})
    shop.answer("a", "cat", seconds=1)
    receipt = shop.answer("a", "cat", seconds=1)
    assert receipt is not None
    assert receipt.worker_state == "banned"
    assert receipt.state == "rejected"
    assert receipt.reason == "2 of the last 2 answers took less than 2 s"
    assert shop.desk.progress(PIPELINE).open == 10


def test_a_budget_ends_the_lending_and_says_so(shop: Shop) -> None:
    fill(shop, 10, price=0.5, budget={"money": 1.2})
    assert shop.answer_all("a", "cat") == 2
    task = shop.next("a")
    assert isinstance(task, NoTask)
    assert "budget of 1.2 is used up" in task.reason
    assert "budget" in shop.desk.progress(PIPELINE).reason
    shop.declare(input=ROWS, price=0.5, budget={"money": 2})
    assert shop.answer_all("a", "cat") == 2


def test_a_budget_of_answers_counts_what_is_lent(shop: Shop) -> None:
    fill(shop, 10, budget={"answers": 2})
    shop.take("a")
    shop.take("b")
    assert isinstance(shop.next("c"), NoTask)
    shop.clock.forward(601)
    assert isinstance(shop.next("c"), Assignment)


def test_overlap_grows_until_the_label_is_sure(shop: Shop) -> None:
    fill(shop, 1, overlap={"min": 2, "max": 5, "confidence": 0.8}, golden=KNOWN)
    # Strangers are believed half, so even two equal votes are not enough.
    for worker in "abcde":
        while shop.next(worker) != NoTask(PIPELINE, "every task is done"):
            if shop.answer(worker, "cat") is None:
                break
    progress = shop.desk.progress(PIPELINE)
    assert progress.open == 0
    assert 2 <= shop.desk.labels(PIPELINE)[0].answers <= 5


def test_a_changed_overlap_reopens_or_settles(shop: Shop) -> None:
    fill(shop, 3, overlap=1)
    shop.answer_all("a", "cat")
    assert shop.desk.progress(PIPELINE).open == 0
    shop.declare(input=ROWS, overlap=2)
    assert shop.desk.progress(PIPELINE).open == 3
    shop.declare(input=ROWS, overlap=1)
    assert shop.desk.progress(PIPELINE).open == 0
    assert shop.desk.progress(PIPELINE).answers == 3


def test_a_task_that_only_liars_answer_goes_to_an_expert(shop: Shop) -> None:
    fill(shop, 1, retry=1, rules={"fast": {"seconds": 2, "count": 1}})
    for worker in "ab":
        shop.answer(worker, "cat", seconds=0)
    assert shop.desk.progress(PIPELINE).escalated == 1


def test_a_hand_made_ban_works_like_any_other(shop: Shop) -> None:
    fill(shop, 3)
    shop.answer_all("a", "cat")
    stats = shop.desk.ban(PIPELINE, W("a"), reason="shared the account")
    assert (stats.state, stats.reason, stats.rejected) == ("banned", "shared the account", 3)
    assert shop.desk.progress(PIPELINE).open == 3


def test_own_numbers_and_public_ids(shop: Shop) -> None:
    fill(shop, 3, price=0.25)
    assert shop.desk.worker(PIPELINE, W("a")).answers == 0
    shop.answer_all("a", "cat", seconds=4)
    stats = shop.desk.worker(PIPELINE, W("a"))
    assert (stats.answers, stats.earned_micros, stats.mean_seconds) == (3, 750_000, 4.0)
    assert stats.public
    assert stats.public != "a"


def test_an_unknown_pipeline_is_not_found(shop: Shop) -> None:
    for act in (shop.desk.progress, shop.desk.workers, shop.desk.labels):
        with pytest.raises(NotFound, match="default/none"):
            act("default/none")
    with pytest.raises(NotFound):
        shop.desk.next("default/none", W("a"))


def test_waiting_people_do_not_write(shop: Shop) -> None:
    fill(shop, 1)
    shop.answer("a", "cat")
    # While somebody else holds the write lock: being told that all is done needs none.
    with shop.backend.database.transaction(), ThreadPoolExecutor(1) as pool:
        task = pool.submit(shop.next, "b").result(timeout=10)
    assert isinstance(task, NoTask)


def test_a_closed_pipeline_lends_nothing(shop: Shop) -> None:
    fill(shop, 3)
    with shop.backend.database.transaction() as conn:
        shop.stage.close(conn, PIPELINE)
    assert isinstance(shop.next("a"), NoTask)
    assert shop.desk.pipelines() == []
    shop.declare(input=ROWS)
    assert isinstance(shop.next("a"), Assignment)


def test_labels_so_far_are_the_majority(shop: Shop) -> None:
    fill(shop, 2, overlap=3)
    for worker, label in (("a", "cat"), ("b", "dog"), ("c", "cat")):
        shop.answer_all(worker, label)
    labels = shop.desk.labels(PIPELINE, limit=1)
    assert [label.key for label in labels] == ["k0"]
    assert (labels[0].label, labels[0].answers, labels[0].state) == ("cat", 3, "settled")
    assert [label.key for label in shop.desk.labels(PIPELINE, after="k0")] == ["k1"]


def test_the_config_is_given_as_it_was_written(shop: Shop) -> None:
    fill(shop, 1, guidelines={"text": "Look *twice*.", "version": 3})
    assignment = shop.take("a")
    assert assignment.config == CHOICES
    assert (assignment.guidelines, assignment.guideline_version) == ("Look *twice*.", "3")
    assert assignment.data == {"text": "item 0"}
