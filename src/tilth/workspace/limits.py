"""So many of something per minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REFUSALS_PER_MINUTE = 60
"""How many refused calls of one user (or of one address, for strangers) are written down, so that nobody fills the
trail; the last of them says so."""


class Limit:
    """So many of something per minute and key."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._taken: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Take one and return how many are left; below 0 when there was none."""
        minute = int(self._clock() // 60)
        with self._lock:
            if len(self._taken) > 10_000:
                self._taken = {each: taken for each, taken in self._taken.items() if taken[0] == minute}
            at, count = self._taken.get(key, (minute, 0))
            count = count + 1 if at == minute else 1
            self._taken[key] = (minute, count)
        return self._most - count

    def left(self, key: str) -> int:
        """Return how many are left."""
        at, count = self._taken.get(key, (0, 0))
        return self._most - (count if at == int(self._clock() // 60) else 0)

    def told(self, key: str, detail: str) -> str | None:
        """Take one and return how to write it down; None when enough were written down this minute."""
        left = self.take(key)
        if left < 0:
            return None
        return detail if left else f"{detail}; more of this minute is not written down"
