"""Transforms are valid or are not built."""

from __future__ import annotations

import pickle

import pytest

from tilth.errors import Invalid
from tilth.execution.batch import DatumTask, Transform
from tilth.model.digest import digest_of


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "cmd"},
        {"kind": "cmd", "cmd": ("",)},
        {"kind": "cmd", "cmd": ("a",), "function": "m:f"},
        {"kind": "cmd", "cmd": ("a\0b",)},
        {"kind": "cmd", "cmd": ("a",), "env": {"A": "\0"}},
        {"kind": "cmd", "cmd": ("a",), "env": {"A=B": "1"}},
        {"kind": "cmd", "cmd": ("a",), "timeout_s": 0},
        {"kind": "cmd", "cmd": ("a",), "timeout_s": float("nan")},
        {"kind": "function"},
        {"kind": "function", "function": "module"},
        {"kind": "function", "function": "../m:f"},
        {"kind": "function", "function": "m:f", "cmd": ("a",)},
    ],
)
def test_a_transform_that_cannot_run_is_not_built(settings: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Transform(**settings)


def test_values_survive_the_way_to_a_worker() -> None:
    task = DatumTask("k", digest_of(b""), (), {"A": "1"})
    assert pickle.loads(pickle.dumps(task)) == task
    transform = Transform("function", function="a.b:c", timeout_s=1.5)
    assert pickle.loads(pickle.dumps(transform)) == transform
