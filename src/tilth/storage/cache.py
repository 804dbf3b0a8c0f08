"""A bounded store of values that are costly to make again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Keep the values used last, up to `capacity` in the callers' own measure of size. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._lock = threading.Lock()
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return the value of `key`, if it is still here."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value, size: int = 1) -> None:
        """Keep a value of that size, and drop those unused for longest."""
        with self._lock:
            before = self._values.pop(key, None)
            if before is not None:
                self._held -= before[1]
            if size > self._capacity:
                return
            self._values[key] = (value, size)
            self._held += size
            while self._held > self._capacity:
                _, (_, dropped) = self._values.popitem(last=False)
                self._held -= dropped

    def drop(self, key: Key) -> None:
        """Forget the value of `key`."""
        with self._lock:
            before = self._values.pop(key, None)
            if before is not None:
                self._held -= before[1]

    def drop_where(self, unwanted: Callable[[Value], bool]) -> None:
        """Forget the values that are not wanted any more."""
        with self._lock:
            for key in [key for key, (value, _) in self._values.items() if unwanted(value)]:
                self._held -= self._values.pop(key)[1]
