"""What differs inside a file: lines of text, cells of a CSV table, values of a JSON document.

Bounded: files over LARGEST are not compared, and the work grows with the size of the two files, whatever is in them.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise
from typing import Any

LARGEST = 8 << 20
"""Bytes of a file that is looked into."""
LONGEST = 1000
"""Characters of a line or value that are told."""

_PAIRS = 40_000
"""Lines of one side times the other's that are compared each with each, between lines that both sides have once."""
_MISSING = object()


class ContentKind(StrEnum):
    """As what two files were compared."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    BINARY = "binary"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class ContentChange:
    """One difference: a line by its number, a cell by its row's key and column, a JSON value by its path."""

    place: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ContentDiff:
    """The differences, in the order of the file; `more` says that there are more than were asked for."""

    kind: ContentKind
    changes: tuple[ContentChange, ...]
    more: bool = False


def diff_content(path: str, old: bytes, new: bytes, *, limit: int = 1000) -> ContentDiff:
    """Compare two contents of `path`, whose ending says what they are. O(size of both)."""
    if max(len(old), len(new)) > LARGEST:
        return ContentDiff(ContentKind.LARGE, ())
    try:
        before, after = old.decode("utf-8-sig"), new.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ContentDiff(ContentKind.BINARY, ())
    if "\0" in before or "\0" in after:
        return ContentDiff(ContentKind.BINARY, ())
    ending = path.rpartition(".")[2].lower()
    kind, changes = ContentKind.TEXT, text_changes(before, after)
    try:
        if ending in ("csv", "tsv"):
            delimiter = "\t" if ending == "tsv" else ","
            kind, changes = ContentKind.CSV, iter(csv_changes(before, after, delimiter))
        elif ending == "json":
            kind, changes = ContentKind.JSON, json_changes(json.loads(before), json.loads(after))
    except (ValueError, RecursionError, csv.Error):
        pass  # it does not keep what its name promises: its lines can be told all the same
    found = tuple(islice(changes, limit + 1))
    return ContentDiff(kind, found[:limit], len(found) > limit)


def text_changes(old: str, new: str) -> Iterator[ContentChange]:
    """Yield the lines that only one side has; a place is the line's number in the old (-) or new (+) text."""
    before, after = old.splitlines(), new.splitlines()
    for first, last, start, stop in _blocks(before, after):
        for number in range(first, last):
            yield ContentChange(f"-{number + 1}", _cut(before[number]), None)
        for number in range(start, stop):
            yield ContentChange(f"+{number + 1}", None, _cut(after[number]))


def csv_changes(old: str, new: str, delimiter: str) -> list[ContentChange]:
    """Return cells that differ, by row key and column, and rows and columns that only one side has.

    A row's key is its first cell, where those are all different; else whole rows are compared, whatever their order.
    Raises csv.Error, ValueError.
    """
    sides = [list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)) for text in (old, new)]
    heads = [rows[0] if rows else [] for rows in sides]
    if any(len(set(head)) != len(head) for head in heads):
        raise ValueError("two columns have one name")
    tables = [{row[0] if row else "": row for row in rows[1:]} for rows in sides]
    places = {name: at for at, name in enumerate(heads[0])}
    there = set(heads[1])
    changes = [ContentChange(f"column {name}", name, None) for name in heads[0] if name not in there]
    changes += [ContentChange(f"column {name}", None, name) for name in heads[1] if name not in places]
    if any(len(table) != len(rows[1:]) for table, rows in zip(tables, sides, strict=True)):
        counts = [Counter(tuple(row) for row in rows[1:]) for rows in sides]
        for cells, count in (counts[0] - counts[1]).items():
            changes += [ContentChange("row", _row(cells, delimiter), None)] * count
        for cells, count in (counts[1] - counts[0]).items():
            changes += [ContentChange("row", None, _row(cells, delimiter))] * count
        return changes
    for key, row in tables[0].items():
        other = tables[1].get(key)
        if other is None:
            changes.append(ContentChange(f"row {key}", _row(row, delimiter), None))
            continue
        # By the cells that there are: a row may be much shorter than the header, and then has only empty ones.
        olds, news = dict(zip(heads[0], row, strict=False)), dict(zip(heads[1], other, strict=False))
        for name in [*(name for name in news if name in places), *(name for name in olds if name not in news)]:
            was, now = olds.get(name, ""), news.get(name, "")
            if was != now and name in there:
                changes.append(ContentChange(f"{key} / {name}", _cut(was), _cut(now)))
    added = ((key, row) for key, row in tables[1].items() if key not in tables[0])
    changes += [ContentChange(f"row {key}", None, _row(row, delimiter)) for key, row in added]
    return changes


def json_changes(old: Any, new: Any) -> Iterator[ContentChange]:
    """Yield the values that differ, by path; lists are compared item by item."""
    waiting: list[tuple[str, Any, Any]] = [("$", old, new)]
    while waiting:
        place, was, now = waiting.pop()
        if isinstance(was, dict) and isinstance(now, dict):
            keys = [*was, *(key for key in now if key not in was)]
            pairs = [(f"{place}.{key}", was.get(key, _MISSING), now.get(key, _MISSING)) for key in keys]
            waiting.extend(reversed(pairs))
        elif isinstance(was, list) and isinstance(now, list):
            length = max(len(was), len(now))
            both = [(side + [_MISSING] * (length - len(side))) for side in (was, now)]
            waiting.extend((f"{place}[{at}]", both[0][at], both[1][at]) for at in range(length - 1, -1, -1))
        elif type(was) is not type(now) or was != now:
            yield ContentChange(place, _value(was), _value(now))


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first, last, start, stop): old[first:last] gave way to new[start:stop].

    Lines that both have exactly once anchor the rest (the longest rising chain of them, patience diff); between anchors
    short stretches are compared line by line and long ones are one block. O(n log n) however the texts are.
    """
    stack = [(0, len(old), 0, len(new))]
    while stack:
        first, last, start, stop = stack.pop()
        while first < last and start < stop and old[first] == new[start]:
            first, start = first + 1, start + 1
        while first < last and start < stop and old[last - 1] == new[stop - 1]:
            last, stop = last - 1, stop - 1
        if first == last and start == stop:
            continue
        anchors = _anchors(old, new, first, last, start, stop) if first < last and start < stop else []
        if anchors:
            edges = [(first - 1, start - 1), *anchors, (last, stop)]
            gaps = [(left[0] + 1, right[0], left[1] + 1, right[1]) for left, right in pairwise(edges)]
            stack.extend(reversed(gaps))
        elif (last - first) * (stop - start) > _PAIRS or first == last or start == stop:
            yield first, last, start, stop
        else:
            matcher = difflib.SequenceMatcher(None, old[first:last], new[start:stop], autojunk=False)
            for tag, a, b, c, d in matcher.get_opcodes():
                if tag != "equal":
                    yield first + a, first + b, start + c, start + d


def _anchors(
    old: Sequence[str], new: Sequence[str], first: int, last: int, start: int, stop: int
) -> list[tuple[int, int]]:
    here = Counter(old[first:last])
    there = Counter(new[start:stop])
    places = {new[at]: at for at in range(start, stop) if there[new[at]] == 1}
    pairs = [(at, places[old[at]]) for at in range(first, last) if here[old[at]] == 1 and old[at] in places]
    tails: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for number, (_, at) in enumerate(pairs):
        place = bisect_left(tails, at)
        before.append(chain[place - 1] if place else -1)
        tails[place : place + 1] = [at]
        chain[place : place + 1] = [number]
    found: list[tuple[int, int]] = []
    number = chain[-1] if chain else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _row(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return _cut(text.getvalue())


def _value(value: Any) -> str | None:
    return None if value is _MISSING else _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
