"""What a question to a facet costs the server: the answer and its encoding as JSON, without HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, get_type_hints

import numpy as np

from tilth.webapi.answers import json_answer

CALLS = 7
PROMISE_MS = 150.0
"""CPU that a question of the console may cost, with a million items."""


def answer(promise: type, facet: object, method: str, **given: Any) -> bytes:
    """Ask a facet, whose Protocol is `promise`, and encode the answer as the server does."""
    kind = get_type_hints(getattr(promise, method))["return"]
    return bytes(json_answer(kind, getattr(facet, method)(**given)).body)


def cpu_ms(act: Callable[[], object], *, calls: int = CALLS) -> float:
    """Return the median CPU milliseconds of this process for an act, after one that does not count."""
    act()
    spent = []
    for _ in range(calls):
        started = time.process_time()
        act()
        spent.append(time.process_time() - started)
    return float(np.median(spent)) * 1e3


def spent_since(started: float, wall: float) -> str:
    """Return what has passed since `process_time` and `perf_counter` were these."""
    return f"{time.process_time() - started:.2f} cpu-s, {time.perf_counter() - wall:.2f} s"
