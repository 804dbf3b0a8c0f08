"""What a whole command costs: CPU seconds of it and its children, its peak memory, the time on the clock."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user + system), wall seconds, peak resident megabytes of the largest process."""

    cpu_s: float
    wall_s: float
    peak_mb: float


_SPAWN = """
import json, os, sys, time
words, cores = json.loads(sys.argv[1])
if cores:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
started = time.perf_counter()
child = os.posix_spawnp(words[0], words, os.environ)
_, status, usage = os.wait4(child, 0)
figures = usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss / 1024
print(json.dumps([os.waitstatus_to_exitcode(status), *figures]), file=os.fdopen(int(sys.argv[2]), "w"))
"""


def command(words: Sequence[str], *, environment: Mapping[str, str] | None = None, cores: int | None = None) -> Cost:
    """Run a command to its end and return what it cost. Raises RuntimeError with its last words where it fails.

    With `cores` it may use that many. Byte code may be written, as it is on a user's machine. A small process starts
    it, because the system counts the memory of who starts a process as that process's own.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    figures, told = os.pipe()
    with tempfile.TemporaryFile() as said, os.fdopen(figures) as answer:
        try:
            subprocess.run(
                [sys.executable, "-I", "-S", "-c", _SPAWN, json.dumps([list(words), cores]), str(told)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**own, **(environment or {})},
                pass_fds=[told],
                check=True,
            )
        finally:
            os.close(told)
        code, cpu_s, wall_s, peak_mb = json.loads(answer.read())
        if code:
            said.seek(max(0, said.seek(0, os.SEEK_END) - 1000))
            raise RuntimeError(f"{words[0]} ended with {code}: {said.read().decode(errors='replace')}")
    return Cost(cpu_s, wall_s, peak_mb)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure by itself."""
    return Cost(
        statistics.median(each.cpu_s for each in costs),
        statistics.median(each.wall_s for each in costs),
        max(each.peak_mb for each in costs),
    )
