"""Predictions from elsewhere: what their columns may mean, and how they join a dataset, before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.crowd.interval import Interval, wilson
from tilth.errors import Invalid

Match: TypeAlias = Literal["path", "name", "stem"]
MATCHES: tuple[Match, ...] = get_args(Match)
EXAMPLES = 5
_LOOKED_AT = 20_000
"""Rows by which columns are guessed."""
_KEYS = ("key", "path", "file", "filename", "file_name", "image", "item", "id", "name", "uid")
_LABELS = ("prediction", "predicted", "predicted_label", "pred", "y_pred", "label", "class", "category", "answer")
_CONFIDENCES = ("confidence", "conf", "score", "probability", "prob", "p", "max_prob")
_CLASS_COLUMN = re.compile(r"(?:p|prob|proba|probability|score)[._\- ](.+)")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is what. `probabilities` are (class, column); `match` is how its key joins an item's key.

    The whole path, its last part (`name`), or that without its ending (`stem`). `scale` divides the confidence.
    """

    key: str = ""
    label: str = ""
    confidence: str = ""
    probabilities: tuple[tuple[str, str], ...] = ()
    match: Match = "path"
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Few:
    """How many of something, and a few of them."""

    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinReport:
    """How a table of predictions joins the items of a dataset.

    bad_rows: rows that cannot be kept: without key or label, of a key that comes with two predictions, with a
    confidence outside 0 to 1. repeated: rows that say again what another said; one is kept. unmatched_rows: good rows
    of no item; they are kept and wait for it. unknown_classes: predictions that no label uses; they count as wrong.
    """

    rows: int
    items: int
    labeled: int
    matched: int
    judged: int
    accuracy: Interval
    unmatched_rows: Few
    unmatched_items: Few
    missing: int
    contradictory: Few
    repeated: int
    unknown_classes: tuple[tuple[str, int], ...]
    out_of_range: Few
    bad_rows: int


def guess(table: pa.Table, keys: Any, classes: Sequence[str]) -> Mapping:
    """Return what the columns of `table` most likely are, given the items' keys and the classes of their labels."""
    head = table.slice(0, _LOOKED_AT)
    numbers = [field.name for field in table.schema if _is_number(field.type)]
    known = pa.array(classes, pa.string())
    found_key, found_match, best = "", "path", (0.0, 0.0)
    for match in MATCHES:
        wanted = joined_keys(keys, match)
        for name in _plain_columns(table):
            column = joined_keys(head[name], match)
            hits = _share_in(column, wanted)
            score = (round(hits, 3), _likeness(name, _KEYS))
            if hits > 0 and score > best:
                found_key, found_match, best = name, match, score
    found_key = found_key or _likeliest(_plain_columns(table), _KEYS)
    found_label, best = "", (0.0, 0.0)
    for name in _plain_columns(table):
        if name == found_key:
            continue
        score = (_likeness(name, _LABELS) + _share_in(_texts(head[name]), known), _likeness(name, _LABELS))
        if score > best:
            found_label, best = name, score
    probabilities = tuple(
        (label, name)
        for name in numbers
        if (label := _class_of(name, classes)) is not None and name not in (found_key, found_label)
    )
    spent = {found_key, found_label, *(name for _, name in probabilities)}
    found_confidence = _likeliest([name for name in numbers if name not in spent], _CONFIDENCES)
    scale = 100.0 if found_confidence and _is_percent(head[found_confidence]) else 1.0
    return Mapping(found_key, found_label, found_confidence, probabilities, found_match, scale)  # type: ignore[arg-type]


def report(table: pa.Table, mapping: Mapping, keys: Any, labels: Any) -> tuple[JoinReport, pa.Table]:
    """Return how `table` joins the items `keys` (with `labels`, null where there is none), and the rows to keep.

    Those have the columns key (the item's; as in the file where it is of none), prediction, confidence (null where
    there is none) and `p.CLASS` per probability column, in key order. Raises Invalid for a mapping without key, or
    without label and probabilities, or with a column that is not there. Cost O((rows + items) log).
    """
    rows = _as_predictions(table, mapping)
    key, said = rows["key"].combine_chunks(), rows["prediction"].combine_chunks()
    here = pc.and_(pc.is_valid(key), pc.is_valid(said)).to_numpy(zero_copy_only=False)
    outside = _outside(rows)
    compared = joined_keys(key, mapping.match)
    order = pc.dictionary_encode(compared).indices
    place = pc.fill_null(order, -1).to_numpy(zero_copy_only=False)
    contradictory, repeated = _duplicates(place, said, here)
    bad = ~here | outside | contradictory
    kept = rows.filter(pa.array(~bad & ~repeated))
    items = joined_keys(keys, mapping.match)
    there: Any = pc.index_in(items, value_set=joined_keys(kept["key"], mapping.match))
    has = pc.is_valid(there).to_numpy(zero_copy_only=False)
    matched_rows = pc.is_in(joined_keys(kept["key"], mapping.match), value_set=items)
    labels = labels.combine_chunks() if isinstance(labels, pa.ChunkedArray) else labels
    labeled = pc.is_valid(labels).to_numpy(zero_copy_only=False)
    judged = has & labeled
    predictions = kept["prediction"].combine_chunks().take(pc.fill_null(there, 0).filter(pa.array(judged)))
    right = pc.equal(predictions, labels.filter(pa.array(judged)).cast(pa.string()))
    hits = int(np.count_nonzero(right.to_numpy(zero_copy_only=False)))
    known = pc.unique(labels.drop_null().cast(pa.string()))
    counted: Any = pc.value_counts(kept["prediction"].filter(pc.invert(pc.is_in(kept["prediction"], value_set=known))))
    strange = sorted(((row["values"], row["counts"]) for row in counted.to_pylist()), key=lambda row: (-row[1], row[0]))
    n = int(judged.sum())
    unmatched = kept.filter(pc.invert(matched_rows))
    whole = _flat(keys)
    joined = kept.take(there.drop_null()).set_column(0, "key", whole.filter(pa.array(has)).cast(pa.string()))
    kept = pa.concat_tables([joined, unmatched])
    return (
        JoinReport(
            rows=len(table),
            items=len(items),
            labeled=int(labeled.sum()),
            matched=int(has.sum()),
            judged=n,
            accuracy=wilson(hits, n),
            unmatched_rows=_few(unmatched["key"]),
            unmatched_items=_few(whole.filter(pa.array(~has))),
            missing=int((~here).sum()),
            contradictory=_few(pc.unique(key.filter(pa.array(contradictory))), count=int(contradictory.sum())),
            repeated=int((repeated & ~bad).sum()),
            unknown_classes=tuple(strange[:50]),
            out_of_range=_few(_texts(rows["confidence"].filter(pa.array(outside)))),
            bad_rows=int(bad.sum()),
        ),
        kept.take(pc.sort_indices(kept["key"])),
    )


def joined_keys(column: Any, match: str) -> Any:
    """Return keys as `match` compares them: the whole path, its last part, or that without its ending."""
    texts = _texts(column)
    if match == "path":
        return texts
    names = pc.replace_substring_regex(texts, r"^.*/", "")
    return names if match == "name" else pc.replace_substring_regex(names, r"(.)\.[^.]*$", r"\1")


def _as_predictions(table: pa.Table, mapping: Mapping) -> pa.Table:
    wanted = [mapping.key, mapping.label, mapping.confidence, *(column for _, column in mapping.probabilities)]
    for name in wanted:
        if name and name not in table.schema.names:
            raise Invalid(f"The file has no column {name!r}.", help=f"Its columns are {', '.join(table.schema.names)}.")
    if not mapping.key:
        raise Invalid("Which column names the item is not known.", help="Choose the key column.")
    if not mapping.label and not mapping.probabilities:
        raise Invalid("Which column holds the prediction is not known.", help="Choose it, or one column per class.")
    columns: dict[str, Any] = {"key": _texts(table[mapping.key])}
    each = {label: _numbers(table[name], mapping.scale) for label, name in mapping.probabilities}
    if mapping.label:
        columns["prediction"] = _texts(table[mapping.label])
    if each:
        matrix = np.stack([column.to_numpy(zero_copy_only=False) for column in each.values()], axis=1)
        filled = np.where(np.isnan(matrix), -1.0, matrix)
        if not mapping.label:
            best = pa.array(list(each), pa.string()).take(pa.array(filled.argmax(axis=1)))
            columns["prediction"] = pc.if_else(pa.array(filled.max(axis=1) >= 0), best, None)
        columns["confidence"] = pa.array(filled.max(axis=1), pa.float64(), mask=filled.max(axis=1) < 0)
    if mapping.confidence:
        columns["confidence"] = _numbers(table[mapping.confidence], mapping.scale)
    columns.setdefault("confidence", pa.nulls(len(table), pa.float64()))
    return pa.table(columns | {f"p.{label}": column for label, column in each.items()})


def _outside(rows: pa.Table) -> Any:
    outside = np.zeros(len(rows), bool)
    for name in rows.schema.names[2:]:
        values = rows[name].to_numpy()
        outside |= (values < 0) | (values > 1) | np.isinf(values)
    return outside


def _duplicates(place: Any, said: Any, here: Any) -> tuple[Any, Any]:
    """Mark rows whose key comes with two predictions, and rows that say again what an earlier one said."""
    code = pc.fill_null(pc.dictionary_encode(said).indices, -1).to_numpy(zero_copy_only=False)
    usable = np.flatnonzero(here)
    order = usable[np.argsort(place[usable], kind="stable")]
    keys, values = place[order], code[order]
    repeated, contradictory = np.zeros(len(place), bool), np.zeros(len(place), bool)
    if not len(order):
        return contradictory, repeated
    starts = np.concatenate([[True], keys[1:] != keys[:-1]])
    runs = np.cumsum(starts) - 1
    differs = values != values[np.flatnonzero(starts)][runs]
    bad_runs = np.bincount(runs, differs) > 0
    contradictory[order] = bad_runs[runs]
    repeated[order] = ~starts
    return contradictory, repeated


def _numbers(column: Any, scale: float) -> Any:
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    try:
        return pc.divide(texts.cast(pa.float64()), scale)
    except pa.ArrowInvalid as problem:
        raise Invalid(f"A confidence is no number: {problem}", help="Choose another column, or none.") from problem


def _texts(column: Any) -> Any:
    whole = _flat(column)
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    if pa.types.is_floating(whole.type):
        # 3.0 is how a table with gaps keeps the class 3.
        whole_numbers = pc.equal(pc.floor(whole), whole)
        if pc.all(whole_numbers).as_py():
            whole = whole.cast(pa.int64(), safe=False)
    try:
        return whole.cast(pa.string())
    except pa.ArrowException as problem:
        raise Invalid(f"A column of {whole.type} is no text: {problem}", help="Choose another column.") from problem


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _few(column: Any, count: int | None = None) -> Few:
    flat = _flat(column)
    return Few(
        len(flat) if count is None else count, tuple(str(value) for value in flat.slice(0, EXAMPLES).to_pylist())
    )


def _plain_columns(table: pa.Table) -> list[str]:
    return [
        field.name
        for field in table.schema
        if pa.types.is_string(field.type)
        or pa.types.is_large_string(field.type)
        or pa.types.is_integer(field.type)
        or pa.types.is_dictionary(field.type)
        or pa.types.is_boolean(field.type)
    ]


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _share_in(column: Any, known: Any) -> float:
    if not len(column) or not len(known):
        return 0.0
    return float(pc.mean(pc.is_in(column, value_set=known).cast(pa.float64())).as_py() or 0.0)


def _likeness(name: str, wanted: Sequence[str]) -> float:
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return 1 - wanted.index(plain) / len(wanted) / 2 if plain in wanted else 0.0


def _likeliest(names: Sequence[str], wanted: Sequence[str]) -> str:
    scored = [(_likeness(name, wanted), -index, name) for index, name in enumerate(names)]
    likeness, _, name = max(scored, default=(0.0, 0, ""))
    return name if likeness else ""


def _is_percent(column: Any) -> bool:
    """Tell whether numbers are percents: most are above 1, none above 100. One alone above 1 is a mistake."""
    values = column.cast(pa.float64()).drop_null().to_numpy()
    return len(values) > 0 and float(np.median(values)) > 1 and float(values.max()) <= 100


def _class_of(column: str, classes: Sequence[str]) -> str | None:
    if column in classes:
        return column
    match = _CLASS_COLUMN.fullmatch(column)
    return match[1] if match is not None and (match[1] in classes or not classes) else None
