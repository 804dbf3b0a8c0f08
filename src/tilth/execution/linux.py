"""What Python 3.11 does not ask of Linux. All do nothing, or raise OSError, where the system lacks them."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUSER = 0x1000_0000
MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_SLAVE = 0x8_0000
MNT_DETACH = 0x2

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}


@cache
def _libc() -> ctypes.CDLL:
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, "this needs Linux")
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def unshare(flags: int) -> None:
    """Leave the parent's namespaces named by `flags`. CLONE_NEWUSER needs a process with one thread."""
    _check(_libc().unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount `source` on `target`."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    data = None if options is None else options.encode()
    _check(_libc().mount(*encoded, ctypes.c_ulong(flags), data), f"mount {target}")


def unmount(target: str) -> None:
    """Detach the mount at `target`; open files stay usable."""
    _check(_libc().umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of this mount namespace and put the old root at `old`."""
    number = _PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, f"pivot_root is not known on {os.uname().machine}")
    _check(_libc().syscall(ctypes.c_long(number), os.fsencode(new), os.fsencode(old)), "pivot_root")


def free_memory() -> float:
    """Return the part of this machine's memory, or of this control group's, that is free: 0 to 1."""
    parts = [1.0]
    with suppress(OSError, KeyError, ValueError):
        with open("/proc/meminfo") as lines:
            sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        parts.append(sizes["MemAvailable"] / sizes["MemTotal"])
    with suppress(OSError, ValueError):  # "max" where there is no limit
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        parts.append(1 - int(Path("/sys/fs/cgroup/memory.current").read_text()) / limit)
    return min(parts)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has died, so that none can hide by `setsid`."""
    if sys.platform.startswith("linux"):
        _check(_libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def die_with_parent(signal_number: int) -> None:
    """Ask for `signal_number` when the thread that started this process ends."""
    if sys.platform.startswith("linux"):
        _check(_libc().prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")
