"""Versioned tables against a dict: whatever the history, equal rows are one table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.storage import cutting
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.store import Store
from tilth.storage.tables import Table, TableSchema, after_prefix, diff_tables

SCHEMA = TableSchema(
    "model-0",
    pa.schema(
        [
            pa.field("key", pa.string(), nullable=False),
            pa.field("number", pa.int64()),
            pa.field("text", pa.string()),
            pa.field("tags", pa.list_(pa.string())),
            pa.field("facts", pa.map_(pa.string(), pa.string())),
            pa.field("box", pa.struct([("x", pa.float32()), ("flag", pa.bool_())])),
        ]
    ),
)
Model = dict[str, dict[str, Any]]

# Few distinct keys over a wide space of shapes: edits must hit, miss, and lie beyond both ends.
keys = st.one_of(
    st.integers(0, 400).map(lambda n: f"a/{n:04d}"),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
values = st.fixed_dictionaries(
    {
        "number": st.none() | st.integers(-3, 3),
        "text": st.none() | st.sampled_from(["", "a", "long " * 60]),
        "tags": st.none() | st.lists(st.none() | st.sampled_from(["x", "yy"]), max_size=3),
        "facts": st.none()
        | st.dictionaries(st.sampled_from("abc"), st.none() | st.text(max_size=2)).map(lambda d: sorted(d.items())),
        "box": st.none()
        | st.fixed_dictionaries({"x": st.none() | st.sampled_from([0.5, -1.0]), "flag": st.none() | st.booleans()}),
    }
)
rows = st.dictionaries(keys, values, max_size=40)
runs = st.tuples(st.integers(0, 400), st.integers(1, 200), values).map(
    lambda run: {f"a/{n:04d}": run[2] for n in range(run[0], min(400, run[0] + run[1]))}
)
edits = st.tuples(st.one_of(rows, runs), st.one_of(st.lists(keys, max_size=20), runs.map(list)))


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut every dozen rows, so that a few hundred rows make a tree of several levels."""
    monkeypatch.setattr(cutting, "LEAST", 3)
    monkeypatch.setattr(cutting, "TARGET", 12)
    monkeypatch.setattr(cutting, "MOST", 60)
    monkeypatch.setattr(cutting, "STRICT", (1 << 32) // 16)
    monkeypatch.setattr(cutting, "LOOSE", (1 << 32) // 4)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), MemoryCatalogue()) as opened:
        yield opened


def arrow(model: Model) -> pa.Table:
    return pa.Table.from_pylist([{"key": key, **row} for key, row in model.items()], schema=SCHEMA.arrow)


def rebuilt(store: Store, model: Model) -> Table:
    return Table(store, SCHEMA).update(arrow(model))


def read(batches: Iterator[pa.RecordBatch]) -> Model:
    found: Model = {}
    for batch in batches:
        for row in batch.to_pylist():
            found[row.pop("key")] = row
    return found


def ordered(model: Model) -> list[tuple[str, dict[str, Any]]]:
    return sorted(model.items(), key=lambda item: item[0].encode())


def between(model: Model, start: str | None, stop: str | None) -> Model:
    return {
        key: row
        for key, row in model.items()
        if (start is None or key.encode() >= start.encode()) and (stop is None or key.encode() < stop.encode())
    }


quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.lists(edits, min_size=1, max_size=6), keys, keys)
def test_any_history_gives_the_table_that_its_rows_give(
    store: Store, history: list[tuple[Model, list[str]]], start: str, stop: str
) -> None:
    table, model = Table(store, SCHEMA), dict[str, Any]()
    for upserts, deletes in history:
        before, old = table, dict(model)
        table = table.update(arrow(upserts), deletes)
        for key in deletes:
            model.pop(key, None)
        model.update(upserts)

        assert table.root == rebuilt(store, model).root
        assert len(table) == len(model)
        assert list(read(table.scan()).items()) == ordered(model)
        changed = {key: (old.get(key), model.get(key)) for key in {*old, *model} if old.get(key) != model.get(key)}
        found = list(diff_tables(before, table))
        assert [key for key, _, _ in found] == sorted(changed, key=lambda key: key.encode())
        for key, was, now in found:
            assert (was, now) == tuple(row and {"key": key, **row} for row in changed[key])  # type: ignore[comparison-overlap]
        assert [key for key, _, _ in diff_tables(before, table, start, stop)] == [
            key for key, _, _ in found if start.encode() <= key.encode() < stop.encode()
        ]

    assert list(read(table.scan(start, stop)).items()) == ordered(between(model, start, stop))
    for key in [start, stop, *list(model)[:5]]:
        assert table.get(key) == ({"key": key, **model[key]} if key in model else None)
    some = [start, stop, *list(model)[::7]]
    assert read(iter(table.get_many(some).to_batches())) == {key: model[key] for key in some if key in model}
    for prefix in ("", "a", "a/01", start):
        assert list(read(table.prefix(prefix)).items()) == ordered(
            {key: row for key, row in model.items() if key.startswith(prefix)}
        )


@quick
@given(st.lists(edits, min_size=1, max_size=4), st.none() | keys, st.none() | keys)
def test_a_fold_is_the_root_of_a_table_of_just_those_rows(
    store: Store, history: list[tuple[Model, list[str]]], start: str | None, stop: str | None
) -> None:
    table, model = Table(store, SCHEMA), dict[str, Any]()
    for upserts, deletes in history:
        table = table.update(arrow(upserts), deletes)
        for key in deletes:
            model.pop(key, None)
        model.update(upserts)
    part = between(model, start, stop)
    digest, count = table.fold(start, stop)
    assert count == len(part)
    if part:
        assert digest == rebuilt(store, part).root
    else:
        assert digest == Table(store, SCHEMA).fold()[0]


@quick
@given(runs, st.data())
def test_a_slice_of_a_larger_batch_stores_only_its_own_rows(store: Store, model: Model, data: st.DataObject) -> None:
    whole = arrow(model)
    start = data.draw(st.integers(0, len(model)))
    length = data.draw(st.integers(0, len(model)))
    part = dict(list(model.items())[start : start + length])
    assert Table(store, SCHEMA).update(whole.slice(start, length)).root == rebuilt(store, part).root


@given(st.binary(max_size=4), st.lists(st.binary(max_size=5)))
@settings(deadline=None)
def test_the_end_of_a_prefix_parts_what_begins_with_it_from_the_rest(prefix: bytes, others: list[bytes]) -> None:
    end = after_prefix(prefix)
    for other in others:
        assert (other >= prefix and (end is None or other < end)) == other.startswith(prefix)
