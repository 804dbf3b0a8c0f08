"""Labeling for practice: done items once more, by somebody who is then compared with those who did them.

Nothing of it enters the ledger. Known-answer tasks are left out, for who has practised on one would know it again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Connection, bindparam, select

from tilth.errors import Invalid
from tilth.labeling.ledger.ledger import STANDING
from tilth.labeling.ledger.tasks import DONE
from tilth.labeling.rules import majority
from tilth.metadata.schema.labeling import answers, people, tasks

LOOKED_AT = 1000
"""Done tasks that practice chooses from, and that people are compared on."""
FEWEST = 2
"""Answers of others that a task needs: one alone is no consensus."""


@dataclass(frozen=True, slots=True)
class Practised:
    """A practice answer, checked: what it means, and how long it took."""

    task: str
    meaning: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How often one person agreed with what the others held, and how quick they were."""

    public: str
    """Opaque id; empty for the person who practised."""
    n: int
    agreed: int
    median_seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One practised task: what I said and what the others held."""

    task: str
    mine: str
    theirs: str
    share: float
    """Share of the others' answers that said so; 1 for an expert's ruling."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The person who practised beside all who did the work."""

    me: Standing
    others: Sequence[Standing]
    """The most agreeing first."""
    outcomes: Sequence[Outcome]


_DONE = (
    select(tasks.c.task)
    .where(tasks.c.pipeline == bindparam("in_pipeline"), tasks.c.state == DONE, tasks.c.answered >= FEWEST)
    .order_by(tasks.c.answered, tasks.c.task)
    .limit(LOOKED_AT)
)


def choose(conn: Connection, pipeline: str, worker: str, n: int, *, chance: random.Random) -> list[str]:
    """Choose up to `n` done tasks that the worker has not answered, at random among the first thousand."""
    done: list[str] = list(conn.execute(_DONE, {"in_pipeline": pipeline}).scalars())
    own: set[str] = set()
    for start in range(0, len(done), 500):
        query = select(answers.c.task).where(answers.c.worker == worker, answers.c.task.in_(done[start : start + 500]))
        own.update(conn.execute(query).scalars())
    new = [task for task in done if task not in own]
    return chance.sample(new, min(n, len(new)))


def compare(
    conn: Connection, pipeline: str, worker: str, practised: Sequence[Practised], ruled: Mapping[str, str]
) -> Comparison:
    """Compare practice answers with the consensus of the others, and each of the others with that of the rest.

    `ruled`: task → the meaning of an expert's ruling, which holds instead. Everybody is measured alike: an answer
    against the majority of all other people's to the same task. Cost: the answers to a thousand done tasks at most.
    Raises Invalid for a task that is not done.
    """
    sample: list[str] = list(conn.execute(_DONE, {"in_pipeline": pipeline}).scalars())
    by_task = _answers(conn, pipeline, {*sample, *(one.task for one in practised)})
    agreed = 0
    outcomes: list[Outcome] = []
    for one in practised:
        held = _held([row.meaning for row in by_task.get(one.task, ()) if row.worker != worker], ruled.get(one.task))
        if held is None:
            raise Invalid(
                f"Task {one.task[:64]!r} has no answers to compare with.", help="Ask for practice tasks anew."
            )
        outcomes.append(Outcome(one.task, one.meaning, *held))
        agreed += held[0] == one.meaning
    found: dict[str, list[tuple[bool, float]]] = {}
    for task in sample:
        rows = by_task.get(task, ())
        for row in rows:
            if row.worker == worker:
                continue
            held = _held([other.meaning for other in rows if other is not row], ruled.get(task))
            if held is not None:
                found.setdefault(row.public, []).append((held[0] == row.meaning, row.seconds))
    others = [
        Standing(public, len(said), sum(right for right, _ in said), median(seconds for _, seconds in said))
        for public, said in found.items()
    ]
    others.sort(key=lambda one: (-one.agreed / one.n, one.public))
    mine = Standing("", len(practised), agreed, median([one.seconds for one in practised] or [0.0]))
    return Comparison(mine, others, outcomes)


def _held(meanings: Sequence[str], ruled: str | None) -> tuple[str, float] | None:
    """Return what holds by the ruling, else by majority, and its share; None where nobody else said anything."""
    if ruled is not None:
        return ruled, 1.0
    return majority(meanings) if meanings else None


def _answers(conn: Connection, pipeline: str, named: set[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    ordered = sorted(named)
    for start in range(0, len(ordered), 500):
        query = (
            select(answers.c.task, answers.c.worker, answers.c.meaning, answers.c.seconds, people.c.public)
            .join(tasks, tasks.c.task == answers.c.task)
            .join(people, people.c.worker == answers.c.worker)
            .where(
                answers.c.task.in_(ordered[start : start + 500]),
                answers.c.pipeline == pipeline,
                tasks.c.state == DONE,
                answers.c.state.in_(STANDING),
                answers.c.unsure.is_(False),
            )
        )
        for row in conn.execute(query):
            found.setdefault(row.task, []).append(row)
    return found
