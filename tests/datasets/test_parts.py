"""Parts: local edits, and files that follow from the rows alone."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.datasets import parts
from tilth.datasets.parts import build_parts, part_path, plan_parts, read_parts, scan_parts, write_parts
from tilth.errors import Corrupt, Invalid

SCHEMA = pa.schema([pa.field("key", pa.string(), nullable=False), ("label", pa.string()), ("score", pa.float64())])


def rows(values: dict[str, tuple[str | None, float | None]]) -> pa.Table:
    return pa.table(
        {
            "key": pa.array(list(values), pa.string()),
            "label": pa.array([label for label, _ in values.values()], pa.string()),
            "score": pa.array([score for _, score in values.values()], pa.float64()),
        }
    )


def as_dict(files: dict[str, bytes]) -> dict[str, tuple[str | None, float | None]]:
    table = read_parts(files.__getitem__, files, key="key")
    return {row["key"]: (row["label"], row["score"]) for row in table.to_pylist()}


def edit(files: dict[str, bytes], upserts, deletes=()) -> dict[str, bytes | None]:
    written = write_parts(files.__getitem__, list(files), rows(upserts) if upserts else None, deletes, key="key")
    for path, data in written.items():
        if data is None:
            del files[path]
        else:
            assert files.get(path) != data
            files[path] = data
    return written


VALUE = st.tuples(st.none() | st.sampled_from(["cat", "dog", ""]), st.none() | st.floats(0, 1))
EDITS = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, 60).map(str), VALUE, max_size=20),
        st.lists(st.integers(0, 60).map(str), max_size=30),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_any_history_of_edits_gives_the_files_of_a_table_built_at_once(edits) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "SPLIT_ABOVE", 4)
        files: dict[str, bytes] = dict(build_parts(SCHEMA.empty_table(), key="key"))
        model: dict[str, tuple[str | None, float | None]] = {}
        for upserts, deletes in edits:
            edit(files, upserts, deletes)
            model = {key: value for key, value in model.items() if key not in deletes} | upserts
            assert as_dict(files) == dict(sorted(model.items()))
            assert files == build_parts(rows(model), key="key")


def test_k_scattered_edits_rewrite_at_most_k_parts_and_read_no_others() -> None:
    files = dict(build_parts(rows({f"item-{n:06}": ("cat", n / 7) for n in range(100_000)}), key="key"))
    sizes = [len(table) for table in scan_parts(files.__getitem__, files, key="key")]
    assert 8 <= len(files) <= 16
    assert max(sizes) <= parts.SPLIT_ABOVE
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return files[path]

    changed = rows({f"item-{n:06}": ("dog", 0.0) for n in (3, 50_000, 99_999)})
    written = write_parts(read, list(files), changed, key="key")
    assert len(written) <= 3
    assert sorted(asked) == sorted(written)


def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    files = dict(build_parts(rows({"a": ("cat", 1.0), "b": (None, None)}), key="key"))
    assert edit(files, {"a": ("cat", 1.0)}) == {}
    assert edit(files, {}, ["nowhere"]) == {}
    assert edit(files, {}) == {}


def test_a_part_splits_alone_and_merges_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SPLIT_ABOVE", 8)
    files = dict(build_parts(rows({str(n): ("cat", None) for n in range(8)}), key="key"))
    assert list(files) == ["part.parquet"]
    written = edit(files, {"8": ("cat", None)})
    assert written["part.parquet"] is None
    assert sorted(files) == ["part-0.parquet", "part-1.parquet"]
    edit(files, {}, ["8"])
    assert list(files) == ["part.parquet"]
    edit(files, {}, [str(n) for n in range(8)])
    assert as_dict(files) == {}
    assert list(files) == ["part.parquet"]


def test_a_key_deleted_and_upserted_at_once_stays() -> None:
    files = dict(build_parts(rows({"a": ("cat", 1.0)}), key="key"))
    edit(files, {"a": ("dog", 2.0)}, ["a"])
    assert as_dict(files) == {"a": ("dog", 2.0)}


def test_the_plan_names_the_part_of_every_key() -> None:
    files = build_parts(rows({f"item-{n}": ("cat", 0.0) for n in range(30_000)}), key="key")
    plan = plan_parts(files, ["item-7", "item-8", "new"])
    assert sorted(position for positions in plan.values() for position in positions) == [0, 1, 2]
    assert set(plan) <= set(files)
    for path, positions in plan.items():
        table = read_parts(files.__getitem__, [path], key="key", columns=["label"])
        assert table.schema.names == ["key", "label"]
        assert all(f"item-{p + 7}" in table["key"].to_pylist() for p in positions if p < 2)


def test_dictionary_columns_and_metadata_do_not_change_the_bytes() -> None:
    plain = rows({"a": ("cat", 1.0), "b": ("dog", 2.0)})
    other = plain.set_column(1, "label", plain["label"].dictionary_encode()).replace_schema_metadata({"made": "today"})
    assert build_parts(plain, key="key") == build_parts(other, key="key")
    chunked = pa.concat_tables([plain.slice(1), plain.slice(0, 1)])
    assert build_parts(chunked, key="key") == build_parts(plain, key="key")


def test_what_is_wrong_is_named() -> None:
    files = dict(build_parts(rows({"a": ("cat", 1.0)}), key="key"))
    with pytest.raises(Invalid, match="no key column 'id'"):
        build_parts(rows({}), key="id")
    with pytest.raises(Invalid, match="'a' comes twice"):
        write_parts(files.__getitem__, files, pa.concat_tables([rows({"a": ("x", 0.0)})] * 2), key="key")
    with pytest.raises(Invalid, match="not text"):
        build_parts(pa.table({"key": [1]}), key="key")
    with pytest.raises(Invalid, match="1 rows have no key"):
        build_parts(pa.table({"key": pa.array([None], pa.string())}), key="key")
    with pytest.raises(Invalid, match="but the table has key string, label string, score double"):
        write_parts(files.__getitem__, files, pa.table({"key": ["a"]}), key="key")
    with pytest.raises(Invalid, match=r"'x\.csv' is not a part"):
        plan_parts(["x.csv"], [])
    with pytest.raises(Corrupt, match=r"part\.parquet"):
        read_parts(lambda path: b"broken", [part_path("")], key="key")
    with pytest.raises(Invalid, match="needs rows or a schema"):
        write_parts(files.__getitem__, (), None, key="key")
