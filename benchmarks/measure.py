"""What a whole command costs: CPU seconds of it and its children, its peak memory, the time on the clock."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user + system), wall seconds, peak resident megabytes of the largest process."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def command(words: Sequence[str], *, environment: Mapping[str, str] | None = None, cores: int | None = None) -> Cost:
    """Run a command to its end and return what it cost. Raises RuntimeError with its last words where it fails.

    With `cores` it may use that many. Byte code may be written, as it is on a user's machine.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    some = sorted(os.sched_getaffinity(0))[:cores] if cores else None
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**own, **(environment or {})},
            preexec_fn=(lambda: os.sched_setaffinity(0, some)) if some else None,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(max(0, said.tell() - 1000))
            raise RuntimeError(f"{words[0]} ended with {child.returncode}: {said.read().decode(errors='replace')}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure by itself."""
    return Cost(
        statistics.median(each.cpu_s for each in costs),
        statistics.median(each.wall_s for each in costs),
        max(each.peak_mb for each in costs),
    )
