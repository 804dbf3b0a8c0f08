"""Versioned tables at their real sizes: what they refuse, what an edit costs, and digests that never change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.nodes import Tree
from tilth.storage.records import RecordKind
from tilth.storage.rows import check_rows, logical_digest, row_sizes
from tilth.storage.store import Store
from tilth.storage.tables import Table, TableSchema, diff_tables

FILES = TableSchema(
    "files-0", pa.schema([pa.field("path", pa.string(), nullable=False), ("size", pa.int64()), ("body", pa.binary())])
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, MemoryCatalogue()) as opened:
        yield opened


def files(numbers: range | list[int], salt: int = 0, body: int = 0) -> pa.Table:
    return pa.table(
        {
            "path": [f"images/{number // 100:04d}/{number:07d}.png" for number in numbers],
            "size": [number * 7 + salt for number in numbers],
            "body": [random.Random(number + salt).randbytes(body) for number in numbers],
        },
        schema=FILES.arrow,
    )


def nodes(table: Table, level: int = 0) -> set[Digest]:
    assert table.root is not None
    return {entry.digest for entry in Tree(table.store, table.schema.name, table.root).entries(level)}


def test_the_root_of_known_rows_is_that_of_format_0(store: Store) -> None:
    table = Table(store, FILES).update(files(range(20_000)))
    assert table.root is not None
    assert table.root.hex() == "cae78cce5d7ea965b95620fadfe7875fa928a00eb87699d52435cb78c708295e"
    assert len(nodes(table)) == 19


def test_ranges_are_near_their_target_and_within_their_bounds(store: Store) -> None:
    table = Table(store, FILES).update(files(range(60_000)))
    sizes = [batch.num_rows for batch in table.scan()]
    assert 700 < sum(sizes) / len(sizes) < 1400
    assert min(sizes[:-1]) >= 128
    assert max(sizes) <= 8192
    heavy = Table(store, FILES).update(files(range(3000), body=3000))
    weights = [int(row_sizes(batch).sum()) for batch in heavy.scan()]
    assert 60_000 < sum(weights) / len(weights) < 250_000
    assert max(weights) < (1 << 20) + 4000


def test_one_row_larger_than_a_range_is_a_range(store: Store) -> None:
    table = Table(store, FILES).update(files(range(10), body=2 << 20))
    assert [batch.num_rows for batch in table.scan()] == [1] * 10
    assert len(table) == 10


@pytest.mark.parametrize("body", [0, 200, 10_000])
def test_an_edit_rewrites_few_ranges_whatever_the_size_of_rows(store: Store, body: int) -> None:
    table = Table(store, FILES).update(files(range(0, 8000), body=body))
    for edit in (files([4001], salt=1, body=body), files([8001], body=body)):
        assert len(nodes(table.update(edit)) - nodes(table)) <= 4
    assert len(nodes(table.update(None, ["images/0040/0004000.png"])) - nodes(table)) <= 4


def test_many_edits_at_real_sizes_give_the_root_of_a_rebuild(store: Store) -> None:
    source = random.Random(3)
    present = dict.fromkeys(range(0, 30_000, 2), 0)
    table = Table(store, FILES).update(files(list(present)))
    for salt in range(1, 7):
        start = source.randrange(30_000)
        put = [source.randrange(30_000) for _ in range(source.choice([1, 50, 3000]))] + list(range(start, start + 400))
        drop = source.sample(sorted(present), 200) + list(range(start + 500, start + 3000))
        present = {number: at for number, at in present.items() if number not in set(drop)}
        present.update(dict.fromkeys(put, salt))
        table = table.update(files(put, salt), files(drop)["path"].to_pylist())
    rows = pa.concat_tables([files([number], at) for number, at in present.items()])
    assert table.root == Table(store, FILES).update(rows).root
    assert len(table) == len(present)


def test_reading_and_folding_cost_what_they_touch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(store, FILES).update(files(range(60_000)))
    edited = table.update(files([30_000], salt=1))
    store.flush()
    reads: list[Digest] = []
    real = Tree.load

    def counted(self: Tree, digest: Digest) -> Any:
        reads.append(digest)
        return real(self, digest)

    monkeypatch.setattr(Tree, "load", counted)

    def cost(act: Any) -> int:
        reads.clear()
        act()
        return len(set(reads))

    assert cost(lambda: table.get("images/0300/0030000.png")) == 2
    assert cost(lambda: list(table.prefix("images/0300/"))) <= 3
    assert cost(lambda: list(diff_tables(table, edited))) <= 8
    assert cost(lambda: table.fold("images/0100/", "images/0500/")) <= 12
    assert cost(lambda: table.update(files([77], salt=2))) <= 6
    assert cost(lambda: len(table)) == 1


def test_the_last_of_several_rows_with_one_key_wins_and_a_put_beats_a_delete(store: Store) -> None:
    rows = pa.concat_tables([files([1], salt=1), files([2]), files([1], salt=2)])
    table = Table(store, FILES).update(rows, files([1])["path"].to_pylist())
    assert [row["size"] for batch in table.scan() for row in batch.to_pylist()] == [9, 14]


def test_an_edit_that_changes_nothing_gives_the_same_table(store: Store) -> None:
    table = Table(store, FILES).update(files(range(3000)))
    assert table.update(files([5, 2000])).root == table.root
    assert table.update(None, ["not here"]).root == table.root
    assert table.update(None) is table


def test_rows_put_before_a_range_that_comes_out_as_it_was_keep_it(store: Store) -> None:
    """Once, the only old range was taken for unchanged, and lost, when the new rows were cut off just before it."""
    numbers = range(3000)
    for last in range(1, 3000, 97):
        table = Table(store, FILES).update(files([last]))
        table = table.update(files(numbers[:last]))
        assert len(table) == last + 1
    cut = next(Table(store, FILES).update(files(numbers)).scan()).num_rows
    table = Table(store, FILES).update(files(numbers[cut : cut + 1])).update(files(numbers[:cut]))
    assert len(table) == cut + 1
    assert table.root == Table(store, FILES).update(files(numbers[: cut + 1])).root


def test_deleting_every_row_gives_the_empty_table(store: Store) -> None:
    table = Table(store, FILES).update(files(range(3000)))
    empty = table.update(None, files(range(3000))["path"].to_pylist())
    assert empty.root is None
    assert len(empty) == 0
    assert list(empty.scan()) == []
    assert empty.get("x") is None
    assert empty.get_many(["x"]).num_rows == 0
    assert [key for key, _, after in diff_tables(table, empty) if after is None] == files(range(3000))[
        "path"
    ].to_pylist()


def test_tables_of_two_kinds_have_different_roots_and_are_not_compared(store: Store) -> None:
    other = TableSchema("files-1", FILES.arrow)
    one, two = Table(store, FILES).update(files([1])), Table(store, other).update(files([1]))
    assert one.root != two.root
    with pytest.raises(Invalid, match=r"files-0 and files-1"):
        list(diff_tables(one, two))
    with pytest.raises(Corrupt, match="files-1"):
        len(Table(store, FILES, two.root))


def test_rows_that_do_not_fit_are_refused_by_name(store: Store) -> None:
    table = Table(store, FILES)
    with pytest.raises(Invalid, match="'body'"):
        table.update(files([1]).drop_columns(["body"]))
    with pytest.raises(Invalid, match="'size'"):
        table.update(pa.table({"path": ["a"], "size": ["large"], "body": [b""]}))
    with pytest.raises(Invalid, match="no key"):
        table.update(pa.table({"path": pa.array([None], pa.string()), "size": [1], "body": [b""]}))
    with pytest.raises(Invalid, match="not a key"):
        table.get(b"bytes")


def test_a_schema_that_a_table_cannot_hold_is_refused() -> None:
    with pytest.raises(Invalid, match="int64"):
        TableSchema("bad", pa.schema([("id", pa.int64())]))
    with pytest.raises(Invalid, match="dictionary"):
        TableSchema("bad", pa.schema([("id", pa.string()), ("x", pa.dictionary(pa.int8(), pa.string()))]))


def test_binary_keys_are_ordered_by_bytes(store: Store) -> None:
    schema = TableSchema("digests-0", pa.schema([("digest", pa.binary()), ("n", pa.int8())]))
    keys = [b"\xff\xff", b"\x00", b"", b"\xff", b"a\x00", b"a"]
    table = Table(store, schema).update(pa.table({"digest": keys, "n": [0] * 6}, schema=schema.arrow))
    assert [key for batch in table.scan() for key in batch["digest"].to_pylist()] == sorted(keys)
    assert [key for batch in table.prefix(b"\xff") for key in batch["digest"].to_pylist()] == [b"\xff", b"\xff\xff"]
    assert [key for key, _, _ in diff_tables(table, table.update(None, [b""]))] == [b""]


def column_twins() -> list[tuple[pa.Array, pa.Array]]:
    """Pairs of equal columns whose buffers differ: sliced, or with anything under the nulls."""
    pairs = []
    for values, kind in [
        ([None, "a", "bc", None, ""], pa.string()),
        ([None, 1, 2, None, 3], pa.int16()),
        ([True, None, False, True, None], pa.bool_()),
        ([None, ["x"], [], None, ["y", None]], pa.list_(pa.string())),
        ([None, [1.0, 2.0], [3.0, 4.0], None, [5.0, 6.0]], pa.list_(pa.float32(), 2)),
        ([None, [("k", "v")], [], [("a", None), ("b", "c")], None], pa.map_(pa.string(), pa.string())),
        ([{"x": 1}, None, {"x": None}, {"x": 2}, None], pa.struct([("x", pa.int32())])),
        ([None, b"12", b"34", None, b"56"], pa.binary(2)),
    ]:
        plain = pa.array(values, kind)
        filler = [value for value in values if value is not None]
        parent = pa.array(filler + values + filler, kind)
        pairs.append((plain, parent.slice(len(filler), len(values))))
        dirty = pa.array([filler[0] if value is None else value for value in values], kind)
        mask = pa.array([value is None for value in values])
        if not pa.types.is_map(kind):
            hidden = (
                pa.Array.from_buffers(
                    kind,
                    len(values),
                    [pa.array([value is not None for value in values]).buffers()[1], *dirty.buffers()[1:2]],
                    children=[],
                )
                if kind == pa.int16()
                else pa.compute.if_else(mask, pa.scalar(None, kind), dirty)
            )
            pairs.append((plain, hidden))
    return pairs


@pytest.mark.parametrize(("one", "other"), column_twins(), ids=lambda column: str(column.type))
def test_equal_columns_have_equal_digests_and_sizes_however_they_lie(one: pa.Array, other: pa.Array) -> None:
    assert one.equals(other)
    a, b = (pa.RecordBatch.from_arrays([column], ["c"]) for column in (one, other))
    assert logical_digest("t", 0, a) == logical_digest("t", 0, b)
    assert row_sizes(a).tolist() == row_sizes(b).tolist()
    assert logical_digest("t", 0, a) != logical_digest("t", 0, a.slice(1))
    assert logical_digest("t", 0, a) != logical_digest("u", 0, a)


def test_stored_ranges_say_themselves_what_their_digest_must_be(store: Store) -> None:
    table = Table(store, FILES).update(files(range(5000)))
    store.flush()
    found = [*store.records(RecordKind.RANGE), *store.records(RecordKind.NODE)]
    assert len(found) == len(nodes(table)) + 1
    assert all(check_rows(data) == digest for digest, data in found)
    assert list(store.verify()) == []
