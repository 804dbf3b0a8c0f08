"""Joining a table of answers with a pipeline's items: which rows fit, and why the others do not. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tilth.errors import Invalid

EXAMPLES = 5
MAX_WORD = 200
MATCHES = ("path", "name", "stem")

ITEM, AMBIGUOUS, LABEL, WORKER, TWICE, OTHERWISE = "item", "ambiguous", "label", "worker", "twice", "otherwise"


@dataclass(frozen=True, slots=True)
class Place:
    """One item of the pipeline as it can be found: key, path, and the task that it shows."""

    key: str
    path: str
    task: str


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """A row that fits: its line in the table (from 0), task, worker as named there, label, seconds of one answer."""

    line: int
    task: str
    worker: str
    label: str
    seconds: float


@dataclass(slots=True)
class Problems:
    """Rows left out: kind → how many, and the first few in words."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, example: str) -> None:
        """Count a row."""
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES and example not in shown:
            shown.append(example[:MAX_WORD])


@dataclass(frozen=True, slots=True)
class Joined:
    """What a table gives. rows = len(good) + all problems."""

    rows: int
    good: Sequence[JoinedRow]
    problems: Problems
    words: Mapping[str, tuple[str, int]]
    """Word of the table → (class, how often); class "" for a word that is none."""
    match: str


def join(
    items: Sequence[Any],
    workers: Sequence[Any] | None,
    labels: Sequence[Any],
    seconds: Sequence[Any] | None,
    *,
    places: Sequence[Place],
    match: str,
    meaning: Callable[[str], str],
    per: int = 1,
) -> Joined:
    """Join columns of equal length with the items. `meaning` turns a word into a label, "" where it is none.

    Raises Invalid for an unknown way to match. Cost: O(rows + items).
    """
    if match not in (*MATCHES, "auto"):
        raise Invalid(f"{match[:40]!r} is no way to match items.", help="Choose auto, path, name or stem.")
    named = [_text(item) for item in items]
    ways = MATCHES if match == "auto" else (match,)
    found = {way: ([_found_by(name, way) for name in named], _index(places, way)) for way in ways}
    # The strictest way among those that find most items.
    match = max(ways, key=lambda way: (_hits(*found[way]), -ways.index(way)))
    sought, index = found[match]
    counted = Counter(map(_text, labels))
    words = {word: (meaning(word), count) for word, count in counted.most_common()}
    problems, good = Problems(), list[JoinedRow]()
    seen: dict[tuple[str, str], str] = {}
    for line, name in enumerate(named):
        tasks = index.get(sought[line])
        word = _text(labels[line])
        label = words[word][0]
        worker = _text(workers[line]) if workers is not None else "one person"
        if not tasks:
            problems.add(ITEM, name or "(empty)")
        elif len(tasks) > 1:
            problems.add(AMBIGUOUS, name)
        elif not label:
            problems.add(LABEL, word or "(empty)")
        elif not worker or len(worker) > MAX_WORD:
            problems.add(WORKER, f"line {line + 2}: {worker or '(empty)'}")
        else:
            task = next(iter(tasks))
            before = seen.get((task, worker))
            if before is not None:
                kind = TWICE if before == label else OTHERWISE
                problems.add(kind, f"{name}: {worker} said {before}" + ("" if kind == TWICE else f", then {label}"))
                continue
            seen[task, worker] = label
            good.append(JoinedRow(line, task, worker, label, _seconds(seconds, line, per)))
    return Joined(len(named), good, problems, words, match)


def _index(places: Sequence[Place], match: str) -> dict[str, set[str]]:
    index: dict[str, set[str]] = {}
    for place in places:
        for name in {place.key, place.path}:
            index.setdefault(_found_by(name, match), set()).add(place.task)
    return index


def _hits(sought: Sequence[str], index: Mapping[str, set[str]]) -> int:
    return sum(len(index.get(name, ())) == 1 for name in sought)


def _found_by(name: str, match: str) -> str:
    plain = name.removeprefix("./").strip("/")
    if match == "path":
        return plain
    last = plain.rpartition("/")[2]
    if match == "name":
        return last
    stem, dot, _ = last.rpartition(".")
    return stem if dot and stem else last


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):  # how some tables say that nothing is there
            return ""
        if value.is_integer():
            return str(int(value))
    return str(value).strip()


def _seconds(column: Sequence[Any] | None, line: int, per: int) -> float:
    if column is None:
        return 0.0
    try:
        value = float(column[line])
    except (TypeError, ValueError):
        return 0.0
    return value / per if math.isfinite(value) and value >= 0 else 0.0
