"""Each call of a facet is one act: what it finds in the store is not collected before it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from tilth.storage.sessions import one_act


class OneAct:
    """A facet each of whose calls is one act (see tilth.storage.sessions). It is what it wraps, for everybody else."""

    def __init__(self, facet: Any) -> None:
        self._facet = facet

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._facet, name)
        if not callable(value) or name in _LONG:
            return value
        acting = _one_act(value)
        setattr(self, name, acting)
        return acting


_LONG = frozenset({"run", "wait", "gc", "purge", "backup"})
"""Calls that last and in which many things are done: each of these begins acts of its own."""


def _one_act(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def acting(*args: Any, **named: Any) -> Any:
        with one_act():
            return call(*args, **named)

    return acting
