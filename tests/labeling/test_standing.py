"""The columns agree with the ledger whatever happened, and what is told of workers with a count by hand."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from contextlib import suppress
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.labeling.conftest import PIPELINE, ROWS, Shop

from tilth.errors import Conflict, Denied, Invalid
from tilth.labeling.crowdwork import WorkerDesk, classes_of
from tilth.labeling.gathered import order_of
from tilth.labeling.ledger import reports
from tilth.labeling.standing import Standing, Standings
from tilth.metadata.schema.labeling import answers, restrictions
from tilth.model.ids import WorkerId

KNOWN = {"answers": [{"data": {"text": f"known {n}"}, "label": "cat"} for n in range(6)], "every": 3}


def truth(text: str) -> str:
    return "cat" if text.startswith("known") or int(text.split()[1]) % 2 else "dog"


def work(shop: Shop, **spec: object) -> None:
    """Three people label 30 items, one of them at random."""
    rows = "".join(f"k{n:02},item {n}\n" for n in range(30))
    shop.commit("items", {"pool.csv": b"id,text\n" + rows.encode()})
    shop.declare(input=ROWS, overlap=3, golden=KNOWN, **spec)
    shop.stage.take()
    chance = random.Random(1)
    for worker, wrong in (("ann", 0.05), ("bob", 0.1), ("spam", 0.5)):
        with suppress(Denied):
            shop.answer_all(
                worker,
                lambda task: (
                    ("dog" if truth(str(task.data["text"])) == "cat" else "cat")
                    if chance.random() < wrong  # noqa: B023 (called before the next round)
                    else truth(str(task.data["text"]))
                ),
                seconds=chance.randint(1, 20),
            )


def desk_of(shop: Shop) -> WorkerDesk:
    return WorkerDesk(shop.backend, shop.desk, Standings(shop.backend), clock=shop.clock)


def rows_of(standing: Standing) -> dict[str, tuple[object, ...]]:
    return {
        standing.ids[at]: (
            standing.tasks[standing.task[at]],
            standing.workers[standing.worker[at]],
            standing.meanings[standing.meaning[at]],
            bool(standing.rejected[at]),
        )
        for at in range(standing.size)
    }


def test_kept_columns_are_those_read_anew_after_every_act(shop: Shop) -> None:
    standings = Standings(shop.backend)
    work(shop)
    first = standings.of(PIPELINE)
    assert standings.of(PIPELINE) is first, "nothing happened"
    shop.desk.ban(PIPELINE, WorkerId("spam"), reason="at random")
    shop.desk.rule(PIPELINE, "k03", "dog", expert="eva")
    shop.answer_all("cyd", "cat")
    kept, anew = standings.of(PIPELINE), Standings(shop.backend).of(PIPELINE)
    assert rows_of(kept) == rows_of(anew)
    assert {name: kept.held(name) for name in kept.tasks} == {name: anew.held(name) for name in kept.tasks}
    assert kept.numbers == anew.numbers
    assert not first.rejected.any(), "what was told before stays as it was"


def test_what_holds_is_what_is_published(shop: Shop) -> None:
    work(shop)
    shop.desk.rule(PIPELINE, "k04", "cat", expert="eva")
    standing = Standings(shop.backend).of(PIPELINE)
    from tilth.labeling.labels import agree

    with shop.backend.database.read() as conn:
        known = {**reports.known_meanings(conn, PIPELINE), **dict(standing.ruled)}
        agreed = agree(standing.spec, reports.all_votes(conn, PIPELINE), known)
    for task, (label, confidence) in agreed.by_task.items():
        held = standing.held(task)
        assert held is not None
        assert (held[0], round(held[1], 3)) == (label, pytest.approx(confidence, abs=0.0011))


def test_numbers_of_workers_are_those_counted_by_hand(shop: Shop) -> None:
    work(shop)
    with shop.backend.database.read() as conn:
        rows = conn.execute(select(answers)).all()
    seconds, hits, total = defaultdict(list), defaultdict(int), defaultdict(int)
    for row in rows:
        seconds[row.worker].append(row.seconds)
        if row.golden:
            continue
        others = Counter(other.meaning for other in rows if other.task == row.task and other.worker != row.worker)
        (most, votes), *rest = others.most_common()
        if not rest or votes > rest[0][1]:
            total[row.worker] += 1
            hits[row.worker] += most == row.meaning
    assert any(count < 30 for count in total.values()), "where the others are of two minds nothing can be told"
    for worker in desk_of(shop).workers(PIPELINE):
        name = worker.stats.worker
        assert worker.numbers.median_seconds == pytest.approx(median(seconds[name]))
        assert (worker.numbers.agreement.hits, worker.numbers.agreement.n) == (hits[name], total[name])
        assert worker.known.n == worker.stats.golden_total > 0


def test_ones_own_answer_has_no_part_in_ones_agreement(shop: Shop) -> None:
    shop.commit("items", {"pool.csv": b"id,text\nk0,a\nk1,b\nk2,c\nk3,d\n"})
    shop.declare(input=ROWS, overlap=3)
    shop.stage.take()
    said = {"ann": "cat", "bob": "cat", "odd": "dog"}
    for worker, label in said.items():
        shop.answer_all(worker, lambda task, label=label: "cat" if task.data["text"] == "d" else label)  # type: ignore[misc]
    shop.desk.rule(PIPELINE, "k2", "dog", expert="eva")
    numbers = Standings(shop.backend).of(PIPELINE).numbers
    told = {name: (each.agreement.hits, each.agreement.n) for name, each in numbers.items()}
    # Of a, b and c the two others of ann (cat, dog) are of two minds, but that an expert ruled c; d is of one mind.
    assert told == {"ann": (1, 2), "bob": (1, 2), "odd": (2, 4)}


def test_what_is_kept_on_disk_is_what_is_read_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from tilth.labeling import kept, standing

    work(shop)
    monkeypatch.setattr(standing, "KEPT_EVERY", 1)
    shop.desk.rule(PIPELINE, "k03", "dog", expert="eva")
    first = Standings(shop.backend).of(PIPELINE)
    (file,) = shop.backend.scratch.glob("answers/*.arrow")
    shop.desk.ban(PIPELINE, WorkerId("spam"), reason="at random")
    shop.answer_all("cyd", "cat")
    monkeypatch.setattr(standing, "KEPT_EVERY", 10**9)
    found = kept.find(file, PIPELINE)
    assert found is not None
    assert (found.since, found.size) == (first.sequence, first.size)
    caught_up = Standings(shop.backend).of(PIPELINE)
    good = file.read_bytes()
    for broken in (b"", good[:-1], bytes([good[0] ^ 1]) + good[1:], good[:40] + b"\xff" + good[41:]):
        file.write_bytes(broken)
        assert kept.find(file, PIPELINE) is None
        anew = Standings(shop.backend).of(PIPELINE)
        assert rows_of(caught_up) == rows_of(anew)
        assert caught_up.numbers == anew.numbers
        assert {name: caught_up.held(name) for name in caught_up.tasks} == {
            name: anew.held(name) for name in caught_up.tasks
        }
    assert kept.find(file, "default/another") is None


@pytest.mark.parametrize("seed", range(4))
def test_counting_along_gives_what_counting_at_the_end_gives(seed: int) -> None:
    from tilth.labeling.gathered import Gathered

    chance = random.Random(seed)
    ledger: dict[tuple[int, int], tuple[object, ...]] = {}
    tasks: dict[str, tuple[str, bool, str | None, str | None]] = {}
    along = Gathered()
    for step in range(40):
        changed = []
        for _ in range(chance.randrange(1, 20)):
            at = (chance.randrange(25), chance.randrange(8))
            state = chance.choice(["submitted", "accepted", "rejected"])
            if at in ledger:
                row = (*ledger[at][:7], state, *ledger[at][8:])
            else:
                said, unsure = chance.choice("abc"), chance.random() < 0.1
                row = (
                    f"{at}",
                    f"t{at[0]}",
                    f"w{at[1]}",
                    said,
                    at[0] == 0,
                    at[0] == 0 or None,
                    unsure,
                    state,
                    1.0 * step,
                    step,
                )
            ledger[at] = row
            changed.append(row)
        name = f"t{chance.randrange(25)}"
        tasks[name] = (name, chance.random() < 0.5, None, chance.choice([None, None, "a", "b"]))
        last = {row[0]: row for row in changed}
        along.take(list(last.values()), [tasks[name]])
    whole = Gathered()
    whole.take(list(ledger.values()), list(tasks.values()))

    def told(held: Gathered) -> object:
        names = [column.now.tolist() for column in (held.told, held.hits, held.last_ms, held.median)]
        others = {
            held.ids[at]: held.meanings.values[code] if code >= 0 else "" for at, code in enumerate(held.others.now)
        }
        return dict(zip(held.workers.values, zip(*names, strict=True), strict=True)), others

    assert told(along) == told(whole)


def test_a_worker_from_near(shop: Shop) -> None:
    work(shop)
    desk = desk_of(shop)
    public = {worker.stats.worker: worker.stats.public for worker in desk.workers(PIPELINE)}
    near = desk.near(PIPELINE, public[WorkerId("spam")])
    assert sum(near.consensus.values()) == near.worker.numbers.agreement.n > 20
    assert sum(near.known.values()) == near.worker.stats.golden_total
    assert sum(share.hits for share in classes_of(near.consensus).values()) == near.worker.numbers.agreement.hits
    for true in near.labels:
        assert sum(near.estimated[true, said] for said in near.labels) == pytest.approx(1)
    assert sum(count for _, _, count in near.speed) == near.worker.stats.answers
    standing, wrong = desk.answers(PIPELINE, public[WorkerId("spam")], "differs")
    assert len(wrong) >= near.worker.numbers.agreement.n - near.worker.numbers.agreement.hits
    assert [standing.at_ms[at] for at in wrong] == sorted((standing.at_ms[at] for at in wrong), reverse=True)


def test_another_chance_keeps_answers_rejected_and_begins_anew(shop: Shop) -> None:
    work(shop, rules={"golden": {"min_answers": 2, "max_errors": 1}})
    desk = desk_of(shop)
    (spam,) = [worker.stats for worker in desk.workers(PIPELINE) if worker.stats.worker == "spam"]
    assert spam.state == "banned", "by the rules"
    with pytest.raises(Invalid, match="reason"):
        desk.unban(PIPELINE, spam.public, reason=" ")
    desk.unban(PIPELINE, spam.public, reason="read the guidelines again")
    with pytest.raises(Conflict):
        desk.unban(PIPELINE, spam.public, reason="twice")
    near = desk.near(PIPELINE, spam.public)
    assert (near.worker.stats.state, near.worker.stats.rejected) == ("active", spam.rejected)
    assert [row.rule for row in near.restrictions] == ["golden", "lifted"]
    assert shop.desk.progress(PIPELINE).banned == 0
    assert near.worker.stats.golden_total == spam.golden_total, "the score still tells the past"
    rows = "".join(f"k{n:02},item {n}\n" for n in range(40))
    shop.commit("items", {"pool.csv": b"id,text\n" + rows.encode()})
    shop.stage.take()
    assert shop.answer("spam", lambda task: truth(str(task.data["text"]))) is not None
    assert shop.desk.worker(PIPELINE, WorkerId("spam")).state == "active"
    with pytest.raises(Denied):
        shop.answer_all("spam", "dog")
    with shop.backend.database.read() as conn:
        last = conn.execute(select(restrictions.c.rule).order_by(restrictions.c.sequence.desc())).scalars().first()
    assert last == "golden", "the rules hold again"


def test_methods_are_scored_on_answers_they_do_not_see(shop: Shop) -> None:
    work(shop)
    standing, found = desk_of(shop).compare(PIPELINE)
    assert set(found.labels) == {"majority", "wawa", "one_coin", "dawid_skene"}
    assert found.scores["majority"].n == len({standing.task[at] for at in range(standing.size) if standing.golden[at]})
    votes: dict[str, list[str]] = defaultdict(list)
    for at in range(standing.size):
        votes[standing.tasks[standing.task[at]]].append(standing.meanings[standing.meaning[at]])
    plain = {
        task: max(sorted(set(given)), key=given.count) for task, given in votes.items() if task not in standing.known
    }
    assert standing.categories is not None
    for task in found.items.tolist():
        assert standing.categories[found.labels["majority"][task]] == plain[standing.answers.tasks[task]]
    differing = set(found.flips("dawid_skene", "majority").tolist())
    twin = {
        task for task in found.items.tolist() if found.labels["majority"][task] != found.labels["dawid_skene"][task]
    }
    assert differing == twin <= set(found.flips("dawid_skene").tolist())
    (pair,) = [pair for pair in found.pairs if {pair.first, pair.second} == {"majority", "dawid_skene"}]
    assert pair.share == pytest.approx(1 - len(differing) / len(found.items))
    assert found.kappa_answers == 3
    assert found.kappa_items >= 30


def test_what_is_no_category_has_its_plurality(shop: Shop) -> None:
    config = '<View><Text name="t" value="$text"/><TextArea name="c" toName="t"/></View>'
    shop.commit("items", {"pool.csv": b"id,text\nk0,hello\n"})
    shop.spec = {}
    shop.declare(input=ROWS, overlap=3, config=config)
    shop.stage.take()
    for worker, said in (("a", "x"), ("b", "y"), ("c", "y")):
        task = shop.take(worker)
        result = [{"from_name": "c", "to_name": "t", "type": "textarea", "value": {"text": [said]}}]
        shop.desk.submit(task.id, WorkerId(worker), result)
    standing = Standings(shop.backend).of(PIPELINE)
    (task_id,) = standing.tasks
    held = standing.held(task_id)
    assert held is not None
    assert '"y"' in held[0]
    assert held[1] == pytest.approx(2 / 3)
    with pytest.raises(Invalid, match="category"):
        desk_of(shop).compare(PIPELINE)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("ab\0é🐈z", max_size=12), unique=True),
    st.lists(st.text("ab", min_size=9, max_size=12).map("same up to ".__add__), unique=True),
)
def test_names_are_ordered_by_their_bytes(some: list[str], alike: list[str]) -> None:
    for names in (some, [*some, *alike], [*(f"{number:05}" for number in range(200)), *alike[:5]]):
        wanted = sorted(range(len(names)), key=lambda place: names[place].encode())
        assert order_of(names).tolist() == wanted
