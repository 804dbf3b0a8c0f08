"""All processes below this one: find them, kill them, reap them, and wait for one of them."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import time
from collections.abc import Iterable

HAS_PROC = os.path.isdir("/proc/self/task")
"""Whether processes that left their group can be found."""
KILL_PATIENCE_S = 10.0
"""How long a killed process may take to end; one that is stuck in the kernel is left behind after that."""


def children(pid: int | str) -> list[int]:
    """List the direct children of a process; empty when it is gone or the system has no /proc."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:
            found.extend(map(int, listing.read().split()))
    return found


def descendants(roots: Iterable[int]) -> list[int]:
    """List `roots` and all that live below them, parents first."""
    found = list(roots)
    for pid in found:  # grows while it is walked
        found.extend(children(pid))
    return found


def kill_children(*, spare: frozenset[int] = frozenset()) -> float:
    """Kill and reap every descendant of this process but the children in `spare`; return their CPU seconds.

    Needs `adopt_orphans` to have been called, so that a process which left its session or lost its parent is
    still below this one. Repeats until none is left, because a process may fork while it is being killed.
    """
    if not spare and _childless():
        return 0.0
    cpu_s = 0.0
    deadline = time.monotonic() + KILL_PATIENCE_S
    while True:
        roots = [pid for pid in children("self") if pid not in spare]
        if not roots:
            return cpu_s
        kill_trees(roots)
        for pid in roots:
            cpu_s += _reap(pid, deadline)
        if time.monotonic() > deadline:
            return cpu_s


def kill_trees(roots: Iterable[int]) -> None:
    """Kill `roots` and all that live below them now; reaps nothing."""
    doomed = descendants(roots)
    # Stopping all of them first keeps a fork loop from outrunning the kills.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            with contextlib.suppress(OSError):
                os.kill(pid, number)


def kill_group(pid: int) -> None:
    """Kill the process group of `pid`; all that can be done where there is no /proc."""
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _childless() -> bool:
    """Tell whether this process has no child at all; a thirtieth of what reading /proc costs."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def _reap(pid: int, deadline: float) -> float:
    """Wait for a killed child and return its CPU seconds, 0.0 when it does not end."""
    pause = 0.0005
    while True:
        try:
            ended, _, usage = os.wait4(pid, os.WNOHANG)
        except ChildProcessError:
            return 0.0
        if ended:
            return cpu_seconds(usage)
        if time.monotonic() > deadline:
            return 0.0
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def cpu_seconds(usage: resource.struct_rusage) -> float:
    """Return user plus system seconds."""
    return usage.ru_utime + usage.ru_stime


def kill_marked(variable: str, value: str) -> None:
    """Kill every process of this user whose environment began with `variable=value`.

    For what a dead slot leaves behind: its orphans now belong to somebody else, and this mark is all that tells
    them. Reads /proc once per round, so it is for the rare case only.
    """
    mark = f"{variable}={value}".encode()
    for _ in range(100):
        marked = [pid for pid in _processes() if mark in _environment(pid)]
        if not marked:
            return
        for pid in marked:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    except OSError:
        return []


def _environment(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as environment:
            return environment.read().split(b"\0")
    except OSError:  # it ended, or belongs to another user
        return []


class ChildWatch:
    """Waits for one child and for other file descriptors at the same time."""

    __slots__ = ("_fd", "_others", "_poll", "pid", "status", "usage")

    def __init__(self, pid: int, others: Iterable[int]) -> None:
        self.pid = pid
        self.status: int | None = None
        self.usage: resource.struct_rusage | None = None
        self._others = frozenset(others)
        self._poll = select.poll()
        self._fd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
        if self._fd >= 0:
            self._poll.register(self._fd, select.POLLIN)
        for fd in self._others:
            self._poll.register(fd, select.POLLIN)

    def wait(self, seconds: float) -> frozenset[int]:
        """Wait until the child ends (`status` is set then), another descriptor is ready, or time is up.

        Returns the ready ones of the other descriptors.
        """
        # Without pidfd (macOS) look at the child every 5 ms.
        if self._fd < 0:
            seconds = min(seconds, 0.005)
        ready = {fd for fd, _ in self._poll.poll(max(0, int(seconds * 1000 + 0.999)))}
        if self.status is None and (self._fd < 0 or self._fd in ready):
            ended, status, usage = os.wait4(self.pid, os.WNOHANG)
            if ended:
                self.status, self.usage = os.waitstatus_to_exitcode(status), usage
        return self._others & ready

    def wait_end(self, seconds: float) -> None:
        """Wait for the child alone."""
        deadline = time.monotonic() + seconds
        while self.status is None and time.monotonic() < deadline:
            if self._fd >= 0:
                alone = select.poll()
                alone.register(self._fd, select.POLLIN)
                alone.poll(max(0.0, deadline - time.monotonic()) * 1000)
            self.wait(0)

    def close(self) -> None:
        """Release the descriptor that watches the child."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
