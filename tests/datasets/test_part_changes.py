"""Noted changes of a table lead from one state to another, or say nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tilth.datasets import part_changes
from tilth.datasets.part_changes import PartChanges
from tilth.model.digest import Digest, digest_of

Rows = dict[str, int]


def state(rows: Rows) -> dict[str, Digest]:
    """Stand for the parts of a table: those with equal rows are equal."""
    return {"part.parquet": digest_of(repr(sorted(rows.items())).encode())}


def table(rows: Rows) -> pa.Table:
    return pa.table({"key": pa.array(list(rows), pa.string()), "n": pa.array(list(rows.values()), pa.int64())})


def test_notes_lead_from_any_state_to_any_later_one(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    changes = PartChanges(tmp_path)
    rows: Rows = {f"k{n}": n for n in range(30)}
    states = [dict(rows)]
    for turn in range(12):
        fresh = {f"k{n}": 100 * turn + int(n) for n in random.choice(60, 4, replace=False)}
        gone = [str(key) for key in random.choice(list(rows), 3, replace=False) if key not in fresh]
        rows = {key: value for key, value in {**rows, **fresh}.items() if key not in gone}
        changes.note(state(states[-1]), state(rows), table(fresh), gone)
        states.append(dict(rows))
    for start in range(12):
        for end in range(start + 1, 13):
            found = changes.between(state(states[start]), state(states[end]), key="key")
            assert found is not None
            now, gone = found
            made = {key: value for key, value in states[start].items() if key not in gone}
            made.update(zip(now["key"].to_pylist(), now["n"].to_pylist(), strict=True))
            assert made == states[end]
            assert len(set(now["key"].to_pylist())) == len(now)
    assert changes.between(state(states[5]), state(states[2]), key="key") is None


def test_what_is_missing_broken_or_too_much_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, later, last = {"a": 1}, {"a": 2}, {"a": 3}
    nowhere = PartChanges(tmp_path / "none")
    nowhere.note(state(rows), state(later), table(later), [])
    assert not (tmp_path / "none").exists()
    changes = PartChanges(tmp_path)
    assert changes.between(state(rows), state(later), key="key") is None
    changes.note(state(rows), state(later), table(later), [])
    changes.note(state(later), state(last), table(last), [])
    assert changes.between(state(rows), state(last), key="key") is not None
    monkeypatch.setattr(part_changes, "MOST_STEPS", 1)
    assert changes.between(state(rows), state(last), key="key") is None
    for note in tmp_path.iterdir():
        note.write_bytes(b"no table")
    assert changes.between(state(rows), state(later), key="key") is None


def test_states_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    changes = PartChanges(tmp_path)
    one, other = {"a": 1}, {"a": 2}
    changes.note(state(one), state(other), table(other), [])
    changes.note(state(other), state(one), table(one), [])
    assert changes.between(state(one), state({"a": 3}), key="key") is None
