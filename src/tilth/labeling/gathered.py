"""A pipeline's answers as columns that grow: what the ledger gained is appended, what changed is written over.

Old views stay as they were: rows are only ever appended, and the few columns in which an answer may change later
(whether it was rejected; what the others said) are copied before they are written, one and four bytes per answer. All
else costs O(answers touched and answers to the same items).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

REJECTED, GOLDEN, UNSURE, RIGHT, TOLD, GONE = 1, 2, 4, 8, 16, 32
"""Flags of an answer: RIGHT means something where TOLD is set, which is on known answers. GONE (always with REJECTED):
taken back with its import, as if it had never been."""
SETTLED, KNOWN, RULED = 1, 2, 4
"""Flags of a task: the crowd has settled it, it has a known answer, an expert has ruled."""
UNKNOWN = -1
_STATES = {"rejected": REJECTED, "withdrawn": REJECTED | GONE}
_FEW = 4096


class Codes:
    """A growing vocabulary: value → code. Only added to, so it is shared by views of all times."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values: list[str] = list(values)
        self._code: dict[str, int] = {value: code for code, value in enumerate(self.values)}

    def __len__(self) -> int:
        return len(self.values)

    def of(self, value: str) -> int:
        """Return the code of a value, giving it one."""
        code = self._code.get(value)
        if code is None:
            code = self._code[value] = len(self.values)
            self.values.append(value)
        return code

    def of_many(self, values: Sequence[str]) -> NDArray[np.int32]:
        """Return the codes of many values, each distinct one looked up once."""
        encoded = pa.array(values, pa.string()).dictionary_encode()
        codes = np.array([self.of(str(value)) for value in encoded.dictionary.to_pylist()] or [0], np.int32)
        found: NDArray[np.int32] = codes[encoded.indices.to_numpy()]
        return found

    def find(self, value: str) -> int:
        """Return the code of a value, UNKNOWN where it has none."""
        return self._code.get(value, UNKNOWN)


class Grown:
    """A column with room to grow."""

    def __init__(self, values: NDArray[Any], *, fill: int = 0) -> None:
        self._room = values
        self.fill = fill
        self.size = len(values)

    @property
    def now(self) -> NDArray[Any]:
        """Return the column as it is; growing leaves it alone, writing over does not."""
        return self._room[: self.size]

    def append(self, values: NDArray[Any]) -> None:
        """Add values."""
        self.reach(self.size + len(values))
        self._room[self.size - len(values) : self.size] = values

    def reach(self, size: int) -> None:
        """Fill up to a size."""
        if size > len(self._room):
            room = np.full(max(size + size // 2, 64), self.fill, self._room.dtype)
            room[: self.size] = self._room[: self.size]
            self._room = room
        self._room[self.size : size] = self.fill
        self.size = max(size, self.size)

    def part(self) -> None:
        """Part with the views that were handed out: what is written over from here on, they do not see."""
        self._room = self._room.copy()


class _Places:
    """Where the rows of each code are: sorted once, what came later in lists."""

    def __init__(self) -> None:
        self._order: Ints = np.empty(0, np.int64)
        self._starts: Ints = np.zeros(1, np.int64)
        self._indexed = self._have = 0
        self._later: dict[int, list[int]] = {}

    def add(self, column: NDArray[Any]) -> None:
        """Take in the rows that the column has gained."""
        if len(column) - self._indexed > max(_FEW, self._indexed // 4):
            self._order = np.argsort(column, kind="stable")
            top = int(column.max()) + 2 if len(column) else 1
            self._starts = np.searchsorted(column[self._order], np.arange(top))
            self._indexed = self._have = len(column)
            self._later = {}
            return
        for row, code in enumerate(column[self._have :].tolist(), self._have):
            self._later.setdefault(code, []).append(row)
        self._have = len(column)

    def of(self, code: int) -> Ints:
        """Return the rows of one code, oldest first."""
        found = self._order[:0]
        if 0 <= code < len(self._starts) - 1:
            found = self._order[self._starts[code] : self._starts[code + 1]]
        later = self._later.get(code)
        return found if later is None else np.concatenate([found, np.array(later, np.int64)])

    def of_many(self, codes: Iterable[int]) -> Ints:
        """Return the rows of several codes, grouped by code."""
        found = [self.of(code) for code in codes]
        return np.concatenate(found) if found else self._order[:0]


class Gathered:
    """All answers of one pipeline, and what is counted of each worker. Not thread-safe; views of it are."""

    def __init__(self) -> None:
        self.since = -1
        self.gained = 0
        """Answers taken since this was kept on disk last."""
        self.tasks, self.workers, self.meanings = Codes(), Codes(), Codes()
        self.ids: list[str] = []
        self.task, self.worker, self.meaning = (Grown(np.empty(0, np.int32)) for _ in range(3))
        self.flags = Grown(np.empty(0, np.uint8))
        self.seconds = Grown(np.empty(0, np.float64))
        self.at_ms = Grown(np.empty(0, np.int64))
        self.others = Grown(np.empty(0, np.int32), fill=UNKNOWN)
        """Per answer: what most others said of the item (or an expert ruled); UNKNOWN where it cannot be told."""
        self.state = Grown(np.empty(0, np.uint8))
        self.known: dict[int, int] = {}
        self.ruled: dict[int, int] = {}
        self.told, self.hits, self.last_ms = (Grown(np.empty(0, np.int64)) for _ in range(3))
        self.median = Grown(np.empty(0, np.float64))
        self._by_task, self._by_worker = _Places(), _Places()
        self._gone: set[int] = set()
        """Workers some of whose answers have just been taken back."""
        self._rank: Ints = np.empty(0, np.int64)

    def rank(self, size: int) -> Ints:
        """Return the place of each of the first `size` tasks in the order of their names; kept until asked of more."""
        rank = self._rank
        if len(rank) != size:
            rank = np.empty(size, np.int64)
            rank[order_of(self.tasks.values[:size])] = np.arange(size)
            self._rank = rank
        return rank

    @property
    def size(self) -> int:
        """How many answers there are."""
        return self.task.size

    def take(self, answers: Sequence[Any], tasks: Sequence[tuple[str, bool, str | None, str | None]]) -> None:
        """Bring up to date: `answers` as `columns.touched` has them, and (task, settled, known, ruled) as they are now.

        Cost: O(these, and the answers to their items).
        """
        began = self.size
        self.gained += len(answers)
        touched = self._take_tasks(tasks)
        touched |= self._take_answers(answers)
        self.state.reach(len(self.tasks))
        for column in (self.told, self.hits, self.last_ms, self.median):
            column.reach(len(self.workers))
        self._by_task.add(self.task.now)
        self._by_worker.add(self.worker.now)
        self._compare(touched)
        self._time(began)

    def _take_tasks(self, tasks: Sequence[tuple[str, bool, str | None, str | None]]) -> set[int]:
        touched: set[int] = set()
        if tasks:
            self.known, self.ruled = dict(self.known), dict(self.ruled)
            self.state.part()
        told = [
            # Not those that nobody has answered yet.
            (self.tasks.of(row[0]), *row[1:])
            for row in tasks
            if row[1] or row[2] is not None or row[3] is not None or self.tasks.find(row[0]) >= 0
        ]
        self.state.reach(len(self.tasks))
        for code, settled, known, ruled in told:
            flags = settled * SETTLED
            for held, meaning, flag in ((self.known, known, KNOWN), (self.ruled, ruled, RULED)):
                if meaning is not None:
                    held[code] = self.meanings.of(meaning)
                    flags |= flag
                else:
                    held.pop(code, None)
            if (self.state.now[code] | flags) & RULED:
                touched.add(code)
            self.state.now[code] = flags
        return touched

    def _take_answers(self, answers: Sequence[Any]) -> set[int]:
        if not answers:
            return set()
        columns = list(zip(*answers, strict=True))
        task, worker, meaning = (
            codes.of_many(column)
            for codes, column in zip((self.tasks, self.workers, self.meanings), columns[1:4], strict=True)
        )
        golden, unsure = np.array(columns[4], np.bool_), np.array(columns[6], np.bool_)
        judged = np.array(columns[5], np.float64)  # None becomes nan
        told, right = ~np.isnan(judged), judged == 1
        marks = np.array([_STATES.get(state, 0) for state in columns[7]], np.uint8)
        flags = (marks + golden * GOLDEN + unsure * UNSURE + right * RIGHT + told * TOLD).astype(np.uint8)
        touched = set(task.tolist())
        fresh = np.ones(len(task), np.bool_)
        if self.size:
            fresh = self._write_over(columns[0], task, worker, flags)
            self._gone.update(worker[~fresh & ((flags & GONE) != 0)].tolist())
        self.ids.extend(columns[0] if fresh.all() else (columns[0][at] for at in np.flatnonzero(fresh).tolist()))
        for column, values in (
            (self.task, task),
            (self.worker, worker),
            (self.meaning, meaning),
            (self.flags, flags),
            (self.seconds, np.array(columns[8], np.float64)),
            (self.at_ms, np.array(columns[9], np.int64)),
        ):
            column.append(values[fresh])
        self.others.reach(self.task.size)
        return touched

    def _write_over(self, ids: Sequence[str], task: Any, worker: Any, flags: Any) -> Mask:
        """Change the answers that are there already; return which of the given ones are not."""
        fresh = np.ones(len(task), np.bool_)
        parted = False
        for at, (id, code, who) in enumerate(zip(ids, task.tolist(), worker.tolist(), strict=True)):
            # A person answers a task once; all else of an answer but its state stays as it is.
            for row in self._by_task.of(code).tolist():
                if self.worker.now[row] == who and self.ids[row] == id:
                    fresh[at] = False
                    if self.flags.now[row] != flags[at]:
                        if not parted:
                            self.flags.part()
                            parted = True
                        self.flags.now[row] = flags[at]
                    break
        return fresh

    def _compare(self, touched: set[int]) -> None:
        """Find out again what the others said, for all answers to these tasks, and count it."""
        many = len(touched) * 4 > len(self.tasks)
        rows = np.arange(self.size) if many else self._by_task.of_many(touched)
        if not len(rows):
            return
        before = self.others.now[rows]
        after = what_others_say(
            self.task.now[rows], self.meaning.now[rows], self.flags.now[rows], len(self.meanings), self.ruled
        )
        same = before == after
        if same.all():
            return
        rows, before, after = rows[~same], before[~same], after[~same]
        self.others.part()
        self.others.now[rows] = after
        self.told.part()
        self.hits.part()
        who, said = self.worker.now[rows], self.meaning.now[rows]
        plain = (self.flags.now[rows] & GOLDEN) == 0
        for values, sign in ((before, -1), (after, 1)):
            for column, chosen in ((self.told, values >= 0), (self.hits, values == said)):
                column.now[:] += sign * np.bincount(who[plain & chosen], minlength=column.size)

    def _time(self, began: int) -> None:
        """Count again how fast those are whose answers came behind `began`, or were taken back."""
        if began == self.size and not self._gone:
            return
        self.last_ms.part()
        self.median.part()
        who, at_ms = self.worker.now[began:], self.at_ms.now[began:]
        np.maximum.at(self.last_ms.now, who, at_ms)
        for code in {*np.unique(who).tolist(), *self._gone}:
            rows = self._by_worker.of(code)
            rows = rows[(self.flags.now[rows] & GONE) == 0]
            self.median.now[code] = np.median(self.seconds.now[rows]) if len(rows) else 0.0
            if code in self._gone:
                self.last_ms.now[code] = self.at_ms.now[rows].max() if len(rows) else 0
        self._gone = set()


def order_of(names: Sequence[str]) -> Ints:
    """Return the places of different names in the order of their bytes.

    By their first bytes as numbers, and only those few that begin alike as texts: ids are sorted five times faster so.
    """
    texts: Any = pa.array(names, pa.string())
    if not len(names):
        return np.empty(0, np.int64)
    _, ends, letters = texts.buffers()
    starts = np.frombuffer(ends, np.int32)[: len(names) + 1]
    data = np.append(np.frombuffer(letters or b"", np.uint8), np.zeros(8, np.uint8))
    at = starts[:-1, None] + np.arange(8, dtype=np.int32)
    first = np.ascontiguousarray(np.where(at < starts[1:, None], data[at], 0).astype(np.uint8)).view(">u8")
    numbers = first.reshape(-1).astype(np.uint64)
    order: Ints = np.argsort(numbers, kind="stable")
    alike = np.flatnonzero(np.diff(numbers[order]) == 0)
    if 10 * len(alike) > len(names):
        whole: Ints = pc.sort_indices(texts).to_numpy().astype(np.int64)
        return whole
    for group in np.split(alike, np.flatnonzero(np.diff(alike) > 1) + 1) if len(alike) else ():
        here = slice(int(group[0]), int(group[-1]) + 2)
        order[here] = sorted(order[here].tolist(), key=lambda place: names[place].encode())
    return order


def what_others_say(task: Any, meaning: Any, flags: Any, meanings: int, ruled: Mapping[int, int]) -> Ints:
    """Return, per answer, the meaning that more of the others to its item gave than any other; of a ruled item, what
    was ruled. UNKNOWN where nobody else answered, where the others are of two minds, and for unsure answers.

    Rows are all answers to their items. Rejected ones count for nobody, and are compared: they are why somebody was
    banned.
    """
    tasks, place = np.unique(task, return_inverse=True)
    counted = (flags & (REJECTED | UNSURE)) == 0
    pairs, cell = np.unique(place.astype(np.int64) * (meanings + 1) + meaning, return_inverse=True)
    votes = np.bincount(cell, counted, minlength=len(pairs)).astype(np.int64)
    of_task, said = pairs // (meanings + 1), pairs % (meanings + 1)
    order = np.lexsort((-votes, of_task))
    starts = np.searchsorted(of_task[order], np.arange(len(tasks) + 1))
    # Of each task its two strongest meanings, and how many have as many votes as the second.
    width = np.diff(starts)
    ranked = np.full((len(tasks), 3), UNKNOWN, np.int64)
    strength = np.zeros((len(tasks), 3), np.int64)
    for rank in range(3):
        has = np.flatnonzero(width > rank)
        ranked[has, rank] = said[order[starts[has] + rank]]
        strength[has, rank] = votes[order[starts[has] + rank]]
    own = votes[cell] - counted
    first, second = ranked[place, 0], ranked[place, 1]
    is_first = first == meaning
    rival, rival_votes = np.where(is_first, second, first), strength[place, np.where(is_first, 1, 0)]
    # Another meaning must be ahead of every other one too, not of one's own only.
    next_votes = np.where(is_first | (second == meaning), strength[place, 2], strength[place, 1])
    found = np.where(own > rival_votes, meaning, UNKNOWN)
    found = np.where((rival_votes > own) & (rival_votes > next_votes), rival, found)
    if ruled:
        decided = np.array([ruled.get(code, UNKNOWN) for code in tasks.tolist()], np.int64)[place]
        found = np.where(decided >= 0, decided, found)
    told: Ints = np.where((flags & (UNSURE | GONE)) == 0, found, UNKNOWN)
    return told
