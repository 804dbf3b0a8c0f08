"""The review desk: samples of what the crowd decided, an expert's decisions, and the error rates that follow."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tilth.errors import Conflict, Invalid
from tilth.labeling import sampling
from tilth.labeling.gathered import Ints
from tilth.labeling.ledger import reports, reviewing
from tilth.labeling.ledger.ledger import open_ledger, spec_of
from tilth.labeling.ledger.reviewing import ACCEPTED, CORRECTED, REJECTED, SKIPPED, Drawn
from tilth.labeling.rates import Sampled, Share, by_group, share, weights_of
from tilth.labeling.results import result_for
from tilth.labeling.service import Clock, LabelingDesk, wall_clock
from tilth.labeling.standing import Standing, Standings
from tilth.model.canonical import Json
from tilth.versioning.backend import Backend

MAX_SIZE = 10_000
SEEDS = 2**31
NOBODY = "(no answers)"


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates from random samples; `left_out` decisions were on samples that are not."""

    overall: Share
    classes: Mapping[str, Share]
    workers: Mapping[str, Share]
    folders: Mapping[str, Share]
    reviews: int
    left_out: int
    weighted: bool


class ReviewDesk:
    """Draws samples, takes decisions, tells error rates. Thread-safe."""

    def __init__(
        self, backend: Backend, desk: LabelingDesk, standings: Standings, *, clock: Clock = wall_clock
    ) -> None:
        self._backend = backend
        self._desk = desk
        self._standings = standings
        self._clock = clock

    def start(self, pipeline: str, *, size: int, share: float, by: str, seed: int | None, author: str) -> str:
        """Draw a sample; return the review's id. Raises Invalid, NotFound. Cost: O(settled items)."""
        if by not in sampling.KINDS:
            raise Invalid(f"{by[:40]!r} is no way to draw a sample.", help=f"Choose {', '.join(sampling.KINDS)}.")
        if (size > 0) == (share > 0) or share > 1 or size < 0 or share < 0:
            raise Invalid("A sample needs a size, or a share above 0 and up to 1.", help="Give one of the two.")
        if seed is not None and not 0 <= seed < 1 << 63:
            raise Invalid(f"{seed} is no seed.", help="Give a whole number from 0 on, or none.")
        standing = self._standings.of(pipeline)
        population = standing.settled
        if not len(population):
            raise Invalid(
                f"{pipeline} has no settled item to review.",
                help="Wait until enough people have answered; what experts ruled needs no review.",
            )
        size = size or math.ceil(share * len(population))
        if size > MAX_SIZE:
            raise Invalid(
                f"A sample of {size:,} items is too much.", help=f"Draw up to {MAX_SIZE:,}; a few hundred tell much."
            )
        seed = secrets.randbelow(SEEDS) if seed is None else seed
        meanings, confidence = standing.holds[0][population], standing.holds[1][population]
        names, strata = self._strata(pipeline, standing, by, population, meanings, seed)
        if by == sampling.UNSURE:
            chosen = sampling.least_confident(confidence, size, seed)
        elif by == sampling.RANDOM:
            chosen = sampling.draw(len(population), size, seed)
        else:
            chosen = sampling.draw_equally(strata, size, seed)
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            # Among what is settled now: since the answers were read, some may have been withdrawn or ruled.
            places = reviewing.settled_among(conn, [standing.tasks[population[at]] for at in chosen.tolist()])
            drawn = [
                Drawn(
                    task,
                    *places[task],
                    names[strata[at]],
                    standing.meanings[meanings[at]],
                    round(float(confidence[at]), 4),
                )
                for at in chosen.tolist()
                if (task := standing.tasks[population[at]]) in places
            ]
            return reviewing.start(
                ledger,
                drawn,
                kind=by,
                seed=seed,
                population=len(population),
                strata={names[code]: count for code, count in enumerate(np.bincount(strata).tolist()) if count},
                author=author,
            )

    def _strata(
        self, pipeline: str, standing: Standing, by: str, population: Ints, meanings: Ints, seed: int
    ) -> tuple[list[str], Ints]:
        """Return the names of the groups, in order, and of each item of the population the group."""
        if by == sampling.BY_CLASS:
            named = [standing.meanings[code][:200] for code in np.unique(meanings).tolist()]
            names = sorted(set(named))
            group = np.zeros(len(standing.meanings), np.int64)
            group[np.unique(meanings)] = [names.index(name) for name in named]
            return names, group[meanings]
        if by != sampling.BY_WORKER:
            return [""], np.zeros(len(population), np.int64)
        # Each item belongs to one of its labelers, chosen by the seed, so that the groups do not overlap.
        with self._backend.database.read() as conn:
            public = {str(person.worker): person.public for person in reports.all_workers(conn, pipeline)}
        names = sorted({NOBODY, *public.values()})
        place = {name: code for code, name in enumerate(names)}
        person = np.array([place[public.get(name, NOBODY)] for name in standing.workers] or [0], np.int64)
        rows = np.flatnonzero(standing.counted)
        rows = rows[np.lexsort((person[standing.worker[rows]], standing.place[standing.task[rows]]))]
        chance = np.random.default_rng([seed, 1]).random(len(rows))
        task = standing.place[standing.task[rows]]
        order = np.lexsort((chance, task))
        first = np.unique(task[order], return_index=True)[1]
        group = np.full(len(standing.place), place[NOBODY], np.int64)
        group[standing.task[rows[order[first]]]] = person[standing.worker[rows[order[first]]]]
        return names, group[population]

    def decide(self, review: str, position: int, verdict: str, *, label: Json, reason: str, author: str) -> None:
        """Write a decision and do what it says. Raises Invalid, NotFound, Conflict."""
        reviewing.check_verdict(verdict, has_label=label is not None, reason=reason)
        with self._backend.database.read() as conn:
            row = reviewing.find(conn, review)
            found = reviewing.items(conn, review, [position])
            if not found:
                raise Invalid(f"The review has no item {position}.", help=f"It has {row.size:,}, from 0 on.")
            if row.ended:
                raise Conflict("This review has ended.", help="Start another one.")
            item = found[0]
            spec = spec_of(reports.spec_text(conn, row.pipeline))
            content = reports.content(conn, item.task)
        correction = None
        if verdict == CORRECTED:
            correction = self._desk.checked(spec, content, result_for(spec.config, label), False)
            if correction.meaning == item.meaning:
                verdict, correction = ACCEPTED, None
        with self._backend.database.transaction() as conn, open_ledger(conn, row.pipeline, self._clock()) as ledger:
            reviewing.decide(ledger, item, verdict, correction=correction, reason=reason.strip(), author=author)

    def undo(self, review: str, *, author: str) -> int | None:
        """Take back the author's last decision; return its item's position. Raises NotFound, Conflict."""
        with self._backend.database.read() as conn:
            row = reviewing.find(conn, review)
        with self._backend.database.transaction() as conn, open_ledger(conn, row.pipeline, self._clock()) as ledger:
            return reviewing.undo(ledger, review, author)

    def rates(self, pipeline: str, *, review: str | None = None) -> Rates:
        """Return how often labels are wrong. Cost: O(decisions and answers of decided items)."""
        standing = self._standings.of(pipeline)
        with self._backend.database.read() as conn:
            rows = reviewing.of_pipeline(conn, pipeline)
            if review is not None:
                rows = [row for row in rows if row.id == reviewing.find(conn, review).id]
            random = {row.id: json.loads(row.strata) for row in rows if row.kind != sampling.UNSURE}
            decided = [row for row in reviewing.standing(conn, pipeline=pipeline) if row.verdict != SKIPPED]
            wanted = {row.id for row in rows}
            items = reviewing.sampled(conn, sorted({row.review for row in decided} & random.keys()))
            public = {str(person.worker): person.public for person in reports.all_workers(conn, pipeline)}
        mine = [row for row in decided if row.review in random]
        # The latest decision on an item is the one that counts.
        last = {items[row.review, row.position].task: row for row in mine}
        entries = [(row, items[row.review, row.position]) for row in last.values()]
        samples = [
            Sampled(row.review, item.task, item.stratum, random[row.review][item.stratum]) for row, item in entries
        ]
        weights = weights_of(samples)
        wrong = [row.verdict in (CORRECTED, REJECTED) for row, _ in entries]
        classes = [
            (plain_meaning(standing, item.meaning), bad, weight)
            for (_, item), bad, weight in zip(entries, wrong, weights, strict=True)
        ]
        folders = [
            (folder_of(item.path), bad, weight) for (_, item), bad, weight in zip(entries, wrong, weights, strict=True)
        ]
        return Rates(
            share(wrong, weights),
            by_group(classes),
            by_group(self._by_worker(standing, entries, weights, public)),
            by_group(folders),
            len({row.review for row, _ in entries}),
            sum(row.review in wanted and row.review not in random for row in decided),
            len({round(weight, 9) for weight in weights}) > 1,
        )

    def _by_worker(
        self,
        standing: Standing,
        entries: Sequence[tuple[Any, Any]],
        weights: Sequence[float],
        public: Mapping[str, str],
    ) -> list[tuple[str, bool, float]]:
        """Tell, of each answer to a decided item, whether it was wrong; where answers were rejected without a right
        label, only for those who gave the wrong one."""
        found: list[tuple[str, bool, float]] = []
        rows = standing.of_tasks([item.task for _, item in entries])
        for (row, item), weight in zip(entries, weights, strict=True):
            for at in rows[item.task].tolist():
                if standing.unsure[at] or standing.golden[at] or standing.at_ms[at] > row.at_ms:
                    continue
                said = standing.meanings[standing.meaning[at]]
                if row.verdict == REJECTED:
                    if said != item.meaning:
                        continue
                    bad = True
                else:
                    bad = said != (row.meaning if row.verdict == CORRECTED else item.meaning)
                name = standing.workers[standing.worker[at]]
                found.append((public.get(name, ""), bad, weight))
        return found


def folder_of(path: str) -> str:
    """Return where an item comes from: the folder of a file, the file of a row; "/" for the top."""
    file, sign, _ = path.partition("#")
    return file if sign else path.rpartition("/")[0] or "/"


def plain_meaning(standing: Standing, meaning: str) -> str:
    """Return a meaning as the name of its class; answers that are no categories are all one."""
    return meaning if standing.categories is not None else "(drawn or written answers)"


def label_of_meaning(spec_text: str, meaning: str) -> Json:
    """Return a meaning as people say it: a category, else the result list."""
    config = spec_of(spec_text).config
    if config.categorical is not None or not meaning.startswith("["):
        return meaning
    try:
        result: Json = json.loads(meaning)
    except ValueError:
        return meaning
    return result
