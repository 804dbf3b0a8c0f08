"""A worker holds the next task before this one is answered, and nothing of the rules is weaker for it."""

from __future__ import annotations

import pytest
from tests.labeling.conftest import PIPELINE, Shop, choose
from tests.labeling.test_desk import KNOWN, fill

from tilth.errors import Denied, Invalid, NotFound
from tilth.labeling.ledger.answering import TOLD_EVERY
from tilth.model.ids import WorkerId
from tilth.model.labeling import Queue

W = WorkerId


def queue(shop: Shop, worker: str, limit: int) -> Queue:
    return shop.desk.queue(PIPELINE, W(worker), limit)


def test_what_is_held_stays_in_front_and_what_is_missing_is_lent(shop: Shop) -> None:
    fill(shop, 5)
    first = queue(shop, "a", 1)
    both = queue(shop, "a", 2)
    assert both.tasks[0] == first.tasks[0]
    assert both.state == "lent"
    assert len({task.task for task in both.tasks}) == 2
    assert queue(shop, "a", 2) == both
    assert shop.take("a") == first.tasks[0]
    shop.desk.submit(both.tasks[0].id, W("a"), choose("cat"))
    assert queue(shop, "a", 2).tasks[0] == both.tasks[1]


def test_a_task_that_is_lent_again_comes_behind_what_is_held(shop: Shop) -> None:
    fill(shop, 2)
    first, second = queue(shop, "a", 2).tasks
    shop.desk.release(first.id, W("a"))
    both = queue(shop, "a", 2)
    assert [task.id for task in both.tasks] == [second.id, first.id]
    assert queue(shop, "a", 2) == both


def test_a_short_queue_says_why(shop: Shop) -> None:
    fill(shop, 3, overlap=2)
    short = queue(shop, "a", 4)
    assert (len(short.tasks), short.state) == (3, "nothing_new")
    shop.answer_all("b", "cat")
    for task in short.tasks:
        shop.desk.submit(task.id, W("a"), choose("cat"))
    assert queue(shop, "a", 2) == Queue(PIPELINE, [], "finished", "every task is done")


@pytest.mark.parametrize("limit", [0, 5, -1])
def test_nobody_holds_many(shop: Shop, limit: int) -> None:
    fill(shop, 30)
    with pytest.raises(Invalid):
        queue(shop, "a", limit)


def test_a_budget_counts_what_is_held(shop: Shop) -> None:
    fill(shop, 10, budget={"answers": 3})
    assert len(queue(shop, "a", 2).tasks) == 2
    other = queue(shop, "b", 2)
    assert (len(other.tasks), other.state) == (1, "budget")


def test_a_ban_takes_back_all_that_is_held(shop: Shop) -> None:
    fill(shop, 10)
    held = queue(shop, "a", 3).tasks
    shop.desk.ban(PIPELINE, W("a"), reason="by hand")
    assert shop.desk.progress(PIPELINE).leased == 0
    with pytest.raises(Denied):
        queue(shop, "a", 2)
    for task in held:
        with pytest.raises(Denied):
            shop.desk.submit(task.id, W("a"), choose("cat"))


def test_the_time_of_a_task_that_was_held_ready_begins_with_the_answer_before(shop: Shop) -> None:
    fill(shop, 10, rules={"fast": {"seconds": 2, "count": 1}})
    tasks = queue(shop, "a", 3).tasks
    for task in tasks[:2]:
        shop.clock.forward(4)
        assert shop.desk.submit(task.id, W("a"), choose("cat")).worker_state == "active"
    assert shop.desk.worker(PIPELINE, W("a")).mean_seconds == 4
    shop.clock.forward(1)
    assert shop.desk.submit(tasks[2].id, W("a"), choose("cat")).worker_state == "banned"


def test_an_answer_that_waited_is_written_with_the_time_it_took(shop: Shop) -> None:
    fill(shop, 10)
    first, second = queue(shop, "a", 2).tasks
    shop.clock.forward(3 + 20)  # three seconds to answer, twenty in hand
    shop.desk.submit(first.id, W("a"), choose("cat"), held_ms=20_000)
    assert shop.desk.worker(PIPELINE, W("a")).mean_seconds == 3
    shop.clock.forward(7)
    shop.desk.submit(second.id, W("a"), choose("cat"), held_ms=0)
    assert shop.desk.worker(PIPELINE, W("a")).mean_seconds == (3 + 27) / 2


@pytest.mark.parametrize("lie", [10**9, -(10**9)])
def test_a_lie_about_waiting_makes_no_answer_look_slow(shop: Shop, lie: int) -> None:
    fill(shop, 10, rules={"fast": {"seconds": 2, "count": 3, "of": 3}})
    states = []
    for task in queue(shop, "a", 3).tasks:
        shop.clock.forward(1)
        states.append(shop.desk.submit(task.id, W("a"), choose("cat"), held_ms=lie).worker_state)
    assert states == ["active", "active", "banned"]
    assert shop.desk.worker(PIPELINE, W("a")).mean_seconds <= 1


def test_a_score_moves_only_every_so_many_answers(shop: Shop) -> None:
    fill(shop, 60, golden=KNOWN)
    told = [shop.desk.told(PIPELINE, W("a"))]
    for _ in range(2 * TOLD_EVERY):
        shop.answer("a", "cat")
        told.append(shop.desk.told(PIPELINE, W("a")))
    scores = [(one.right, one.total, one.answers) for one in told]
    assert len(set(scores)) == 3
    assert scores[0] == scores[TOLD_EVERY - 1] == (0, 0, 0)
    assert scores[TOLD_EVERY][1:] == (10, TOLD_EVERY)
    assert scores[-1][1:] == (20, 2 * TOLD_EVERY)


def test_what_is_promised_grows_alike_with_known_and_other_answers(shop: Shop) -> None:
    fill(shop, 20, golden=KNOWN, overlap=2, price=0.5)
    promised = []
    for _ in range(8):
        shop.answer("a", "cat")
        promised.append(shop.desk.told(PIPELINE, W("a")).promised_micros)
    assert promised == [500_000 * n for n in range(1, 9)]


# Practice


def test_practice_is_on_done_items_and_leaves_no_trace(shop: Shop) -> None:
    fill(shop, 6, overlap=2, golden=KNOWN)
    shop.answer_all("a", "cat")
    assert shop.desk.practice(PIPELINE, W("me"), 10) == []
    shop.answer_all("b", lambda task: "dog" if task.data["text"] == "item 0" else "cat")
    before = shop.desk.progress(PIPELINE)
    tasks = shop.desk.practice(PIPELINE, W("me"), 10)
    assert sorted(str(task.data["text"]) for task in tasks) == [f"item {n}" for n in range(6)]
    found = shop.desk.compare(PIPELINE, W("me"), [(task.task, choose("cat"), 2.0) for task in tasks])
    assert (found.me.n, found.me.agreed, found.me.median_seconds) == (6, 6, 2.0)
    assert sorted((one.n, one.agreed) for one in found.others) == [(6, 5), (6, 5)]
    assert {(one.mine, one.theirs) for one in found.outcomes} == {('["cat"]', '["cat"]')} or len(found.outcomes) == 6
    assert shop.desk.progress(PIPELINE) == before
    assert shop.desk.worker(PIPELINE, W("me")).answers == 0
    assert shop.desk.practice(PIPELINE, W("a"), 10) == []  # has answered all of them


def test_a_ruling_is_what_practice_is_compared_with(shop: Shop) -> None:
    fill(shop, 2, overlap=2)
    for worker in "ab":
        shop.answer_all(worker, "cat")
    tasks = {str(task.data["text"]): task.task for task in shop.desk.practice(PIPELINE, W("me"), 9)}
    shop.desk.rule(PIPELINE, "k0", "dog", expert="x")
    found = shop.desk.compare(PIPELINE, W("me"), [(tasks["item 0"], choose("dog"), 1.0)])
    assert found.me.agreed == 1
    assert sum(one.agreed for one in found.others) == 2  # on the other item only


def test_what_is_not_done_is_not_for_practice(shop: Shop) -> None:
    fill(shop, 2, overlap=2, golden=KNOWN)
    open_task = shop.take("a").task
    with pytest.raises(NotFound):
        shop.desk.compare(PIPELINE, W("me"), [(open_task, choose("cat"), 1.0)])
    with pytest.raises(NotFound):
        shop.desk.practice_media(PIPELINE, open_task, "text")
    with pytest.raises(NotFound):
        shop.desk.practice("default/nothing", W("me"), 3)
