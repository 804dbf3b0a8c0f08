"""Reviews: seeded samples, decisions that can be taken back, error rates against a count by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labeling.conftest import PIPELINE, ROWS, Shop

from tilth.crowd.interval import wilson
from tilth.errors import Conflict, Invalid
from tilth.labeling import sampling
from tilth.labeling.ledger import reviewing
from tilth.labeling.rates import Sampled, by_group, share, weights_of
from tilth.labeling.reviewing import ReviewDesk, folder_of
from tilth.labeling.standing import Standings
from tilth.model.ids import WorkerId


@pytest.fixture
def desk(shop: Shop) -> ReviewDesk:
    rows = "".join(f"k{n:02},item {n}\n" for n in range(20))
    shop.commit("items", {"pool.csv": b"id,text\n" + rows.encode()})
    shop.declare(input=ROWS, overlap=2, price=0.5)
    shop.stage.take()
    shop.answer_all("ann", lambda task: "cat" if int(str(task.data["text"])[5:]) < 15 else "dog")
    shop.answer_all("bob", lambda task: "cat" if int(str(task.data["text"])[5:]) < 14 else "dog")
    return ReviewDesk(shop.backend, shop.desk, Standings(shop.backend), clock=shop.clock)


def start(desk: ReviewDesk, **asked: object) -> str:
    given: dict[str, object] = {"size": 0, "share": 0.0, "by": "random", "seed": 7, "author": "eva", **asked}
    return desk.start(PIPELINE, **given)  # type: ignore[arg-type]


def items(shop: Shop, review: str) -> list[tuple[str, str, str]]:
    with shop.backend.database.read() as conn:
        return [(row.key, row.meaning, row.stratum) for row in reviewing.items(conn, review, range(100))]


def decide(
    desk: ReviewDesk, review: str, position: int, verdict: str, label: str | None = None, reason: str = ""
) -> None:
    desk.decide(review, position, verdict, label=label, reason=reason, author="eva")


def test_equal_seeds_draw_equal_samples_and_others_do_not(shop: Shop, desk: ReviewDesk) -> None:
    one, two, other = (items(shop, start(desk, size=8, seed=seed)) for seed in (7, 7, 8))
    assert one == two != other
    assert len({key for key, _, _ in one}) == 8
    assert len(items(shop, start(desk, share=0.5))) == 10
    assert len(items(shop, start(desk, size=500))) == 20


def test_a_sample_by_class_has_equally_many_of_each(shop: Shop, desk: ReviewDesk) -> None:
    drawn = items(shop, start(desk, size=8, by="class"))
    assert sorted(stratum for _, _, stratum in drawn) == ["cat"] * 4 + ["dog"] * 4


def test_a_sample_by_worker_spreads_over_workers(shop: Shop, desk: ReviewDesk) -> None:
    public = {worker.public for worker in shop.desk.workers(PIPELINE)}
    drawn = items(shop, start(desk, size=8, by="worker"))
    assert {stratum for _, _, stratum in drawn} == public


def test_the_least_confident_come_first_and_feed_no_rate(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=3, by="unsure")
    assert items(shop, review)[0][0] == "k14"  # the one on which they differ
    decide(desk, review, 0, "corrected", "dog" if items(shop, review)[0][1] == "cat" else "cat")
    rates = desk.rates(PIPELINE)
    assert (rates.overall.n, rates.left_out) == (0, 1)


def test_a_wrong_question_for_a_sample_is_refused(desk: ReviewDesk) -> None:
    for asked in ({"size": 3, "by": "colour"}, {}, {"size": 3, "share": 0.5}, {"share": 1.5}, {"size": 20_000}):
        with pytest.raises(Invalid):
            start(desk, **asked)  # type: ignore[arg-type]
    for seed in (-1, 1 << 63):
        with pytest.raises(Invalid, match="no seed"):
            start(desk, size=5, seed=seed)


def test_a_correction_is_a_ruling_and_undo_takes_it_back(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=5)
    key, label, _ = items(shop, review)[0]
    right = "dog" if label == "cat" else "cat"
    decide(desk, review, 0, "corrected", right, "it barks")
    held = {each.key: each for each in shop.desk.labels(PIPELINE)}[key]
    assert (held.label, held.final) == (right, True)
    with pytest.raises(Conflict, match="decided already"):
        decide(desk, review, 0, "accepted")
    assert desk.rates(PIPELINE).overall.hits == 1
    assert desk.undo(review, author="eva") == 0
    held = {each.key: each for each in shop.desk.labels(PIPELINE)}[key]
    assert (held.label, held.final) == (label, False)
    assert desk.rates(PIPELINE).overall.n == 0
    assert desk.undo(review, author="eva") is None
    decide(desk, review, 0, "accepted")
    assert desk.undo(review, author="somebody else") is None


def test_a_correction_to_the_same_label_is_an_acceptance(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=5)
    decide(desk, review, 2, "corrected", items(shop, review)[2][1])
    assert desk.rates(PIPELINE).overall.hits == 0
    assert not any(label.final for label in shop.desk.labels(PIPELINE))


def test_undo_is_refused_when_somebody_ruled_since(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=5)
    key, label, _ = items(shop, review)[0]
    decide(desk, review, 0, "corrected", "dog" if label == "cat" else "cat")
    shop.desk.rule(PIPELINE, key, label, expert="zoe")
    with pytest.raises(Conflict, match="decided again"):
        desk.undo(review, author="eva")


def test_rejected_answers_are_unpaid_asked_again_and_restored_by_undo(shop: Shop, desk: ReviewDesk) -> None:
    before = shop.desk.progress(PIPELINE)
    people = shop.desk.workers(PIPELINE)
    review = start(desk, size=5)
    with pytest.raises(Invalid, match="reason"):
        decide(desk, review, 1, "rejected")
    decide(desk, review, 1, "rejected", reason="shown upside down")
    now = shop.desk.progress(PIPELINE)
    assert (now.open, now.answers, now.rejected) == (1, before.answers - 2, 2)
    assert now.spent_micros == before.spent_micros - 1_000_000
    assert sum(person.earned_micros for person in shop.desk.workers(PIPELINE)) == now.spent_micros
    desk.undo(review, author="eva")
    assert shop.desk.progress(PIPELINE).spent_micros == before.spent_micros
    assert shop.desk.workers(PIPELINE) == people
    assert (shop.desk.progress(PIPELINE).open, shop.desk.progress(PIPELINE).rejected) == (0, 0)
    decide(desk, review, 1, "rejected", reason="shown upside down")
    assert shop.answer("cyd", "dog") is not None
    assert shop.answer("ann", "dog") is None, "who answered before is not asked again"


def test_those_banned_since_stay_rejected(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=5)
    decide(desk, review, 1, "rejected", reason="blurred")
    shop.desk.ban(PIPELINE, WorkerId("bob"), reason="a robot")
    desk.undo(review, author="eva")
    progress = shop.desk.progress(PIPELINE)
    assert (progress.answers, progress.rejected) == (20, 20)


def test_rates_are_those_of_a_brute_force_count(shop: Shop, desk: ReviewDesk) -> None:
    review = start(desk, size=12)
    drawn = items(shop, review)
    wrong: dict[str, bool] = {}
    for position, (key, label, _) in enumerate(drawn[:10]):
        if position == 4:
            decide(desk, review, position, "skipped")
            continue
        bad = position % 3 == 0
        decide(desk, review, position, *(("corrected", "dog" if label == "cat" else "cat") if bad else ("accepted",)))
        wrong[key] = bad
    rates = desk.rates(PIPELINE)
    twin = wilson(sum(wrong.values()), len(wrong))
    assert (rates.overall.n, rates.overall.value) == (9, pytest.approx(twin.value))
    assert (rates.overall.low, rates.overall.high) == (pytest.approx(twin.low), pytest.approx(twin.high))
    assert not rates.weighted
    labels = {key: label for key, label, _ in drawn}
    for name in ("cat", "dog"):
        mine = [bad for key, bad in wrong.items() if labels[key] == name]
        if mine:
            assert (rates.classes[name].n, rates.classes[name].hits) == (len(mine), sum(mine))
    assert list(rates.folders) == ["pool.csv"]
    assert all(each.n == 9 for each in rates.workers.values())
    assert desk.rates(PIPELINE, review=review) == rates


def test_a_published_interval() -> None:
    """Newcombe 1998, table I: 15 of 148, Wilson: 0.0624 to 0.1605."""
    found = share([True] * 15 + [False] * 133)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)


def test_sixty_reviewed_items_with_two_errors() -> None:
    found = share([True] * 2 + [False] * 58)
    assert f"{found.value:.1%} ({found.low:.1%}–{found.high:.1%})" == "3.3% (0.9%–11.4%)"


def test_weights_undo_unequal_chances() -> None:
    # 10 of 900 cats with 1 wrong, 10 of 100 dogs with 5 wrong: .9 * .1 + .1 * .5
    sample = [Sampled("r", f"c{n}", "cat", 900) for n in range(10)] + [
        Sampled("r", f"d{n}", "dog", 100) for n in range(10)
    ]
    wrong = [n < 1 for n in range(10)] + [n < 5 for n in range(10)]
    found = share(wrong, weights_of(sample))
    assert found.value == pytest.approx(0.14)
    size = 1000**2 / (10 * 90**2 + 10 * 10**2)
    assert found.low == pytest.approx(_wilson_low(0.14, size))
    cats = by_group(
        (item.stratum, bad, weight) for item, bad, weight in zip(sample, wrong, weights_of(sample), strict=True)
    )
    assert (cats["cat"].low, cats["cat"].high) == (pytest.approx(wilson(1, 10).low), pytest.approx(wilson(1, 10).high))


def _wilson_low(p: float, n: float) -> float:
    z = 1.959963984540054
    return (p + z * z / (2 * n) - z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def test_two_simple_samples_weigh_as_one() -> None:
    sample = [Sampled("a", f"{n}", "", 1000) for n in range(30)] + [Sampled("b", f"b{n}", "", 1200) for n in range(10)]
    assert weights_of(sample) == pytest.approx([1.0] * 40)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.integers(0, 60))
def test_shares_are_as_equal_as_sizes_allow(sizes: list[int], total: int) -> None:
    shares = sampling.allocate(sizes, total)
    assert sum(shares) == min(total, sum(sizes))
    assert all(0 <= got <= size for got, size in zip(shares, sizes, strict=True))
    unfilled = [got for got, size in zip(shares, sizes, strict=True) if got < size]
    assert not unfilled or max(shares) <= min(unfilled) + 1


def test_every_item_is_drawn_equally_often() -> None:
    counts = np.zeros(10)
    for seed in range(2_000):
        counts[sampling.draw(10, 3, seed)] += 1
    assert np.all(np.abs(counts - 600) < 5 * np.sqrt(2_000 * 0.3 * 0.7))


def test_where_an_item_comes_from() -> None:
    assert [folder_of(path) for path in ("a/b/c.png", "c.png", "pool.csv#7")] == ["a/b", "/", "pool.csv"]
