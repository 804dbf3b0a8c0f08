"""The `/pfs` that commands see, as private as the machine allows.

Three ways, best first: a mount namespace with its own `/pfs` (root, or any user where user namespaces are on; the
machine needs no `/pfs`); the machine's `/pfs` as a symlink, for one slot; no `/pfs`, only `$PFS`. The namespace is
made once per slot and costs nothing per datum, because a slot runs one datum at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from dataclasses import dataclass
from typing import Literal

from tilth.execution import linux

PFS = "/pfs"
_MARK = ".tilth-slot"
_MS_UNBINDABLE = 0x2_0000


@dataclass(frozen=True, slots=True)
class PrivatePfs:
    """Where commands find their files. `folder` is the real folder, `seen` the path that commands use for it."""

    kind: Literal["namespace", "symlink", "variable"]
    folder: str
    seen: str
    note: str = ""


def open_private_pfs(slot: str, *, may_link: bool, may_unshare: bool = True) -> PrivatePfs:
    """Give this process a view in which `slot`/pfs is `/pfs`; try the ways in order.

    Call it before the process has a second thread: a namespace belongs to a thread. Where a way cannot work the
    process is as it was before.
    """
    folder = os.path.join(slot, "pfs")
    os.makedirs(folder, exist_ok=True)
    notes: list[str] = []
    if may_unshare:
        try:
            _probe(slot, folder)
            _enter_namespace(slot, folder)
            return PrivatePfs("namespace", folder, PFS)
        except OSError as error:
            notes.append(f"no mount namespace ({error.strerror or error})")
    if may_link:
        try:
            _claim_link(slot, folder)
            return PrivatePfs("symlink", folder, PFS, "; ".join(notes))
        except OSError as error:
            notes.append(f"no link at {PFS} ({error.strerror or error})")
    return PrivatePfs("variable", folder, folder, "; ".join(notes))


def release_private_pfs(pfs: PrivatePfs) -> None:
    """Remove the link at `/pfs` if this process made it."""
    if pfs.kind == "symlink":
        with contextlib.suppress(OSError):
            if os.readlink(PFS) == pfs.folder:
                os.unlink(PFS)


def _probe(slot: str, folder: str) -> None:
    # A half-made namespace cannot be left again (some systems grant a user namespace without rights in it), so a
    # short-lived child tries first.
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _enter_namespace(slot, folder)
            code = 0
        except OSError as error:
            os.write(writer, (error.strerror or str(error)).encode())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        reason = answer.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    if status:
        raise OSError(reason or "the trial failed")


def _enter_namespace(slot: str, folder: str) -> None:
    user, group = os.getuid(), os.getgid()
    try:
        linux.unshare(linux.CLONE_NEWNS)
    except PermissionError:
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
        # The same numbers inside as outside: code sees itself as the user it is.
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
    # Slave: what the machine mounts later appears here too, and nothing made here leaves.
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_SLAVE)
    root = os.path.join(slot, "root")
    os.makedirs(root, exist_ok=True)
    linux.mount("tmpfs", root, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=0755,size=1m")
    # Unbindable: the new root lies below a folder that is bound into it, and must not be copied into itself.
    linux.mount(None, root, None, _MS_UNBINDABLE)
    here = os.getcwd()
    for name in os.listdir("/"):
        if name != "pfs":
            _bind_entry(f"/{name}", os.path.join(root, name))
    os.mkdir(root + PFS)
    linux.mount(folder, root + PFS, None, linux.MS_BIND)
    old = os.path.join(root, ".old")
    os.mkdir(old)
    linux.pivot_root(root, old)
    os.chdir("/")
    linux.unmount("/.old")
    os.rmdir("/.old")
    os.chdir(here)


def _bind_entry(source: str, target: str) -> None:
    kind = os.lstat(source).st_mode
    if stat.S_ISLNK(kind):
        os.symlink(os.readlink(source), target)
    elif stat.S_ISDIR(kind):
        os.mkdir(target)
        linux.mount(source, target, None, linux.MS_BIND | linux.MS_REC)
    elif stat.S_ISREG(kind):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        linux.mount(source, target, None, linux.MS_BIND)


def protect_folder(folder: str) -> None:
    """Make `folder` read-only in this namespace, where that is possible; call it in a slot with a namespace."""
    with contextlib.suppress(OSError):
        linux.mount(folder, folder, None, linux.MS_BIND)
        linux.mount(None, folder, None, linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY)


def _claim_link(slot: str, folder: str) -> None:
    """Point the machine's /pfs here, unless it is somebody's folder or belongs to a slot that lives."""
    mark = os.open(os.path.join(slot, _MARK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    root = os.open("/", os.O_RDONLY | os.O_CLOEXEC)
    try:
        # The lock tells others that this slot lives; it is held as long as the process.
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(root, fcntl.LOCK_EX)  # two slots must not claim it at once
        if os.path.lexists(PFS):
            _check_abandoned(os.readlink(PFS))
        fresh = f"/.pfs-{os.getpid()}"
        os.symlink(folder, fresh)
        os.rename(fresh, PFS)
    except OSError:
        os.close(mark)
        raise
    finally:
        os.close(root)


def _check_abandoned(target: str) -> None:
    try:
        mark = os.open(os.path.join(os.path.dirname(target), _MARK), os.O_RDONLY)
    except FileNotFoundError:
        if os.path.exists(target):
            raise OSError(f"{PFS} is somebody's own link to {target}") from None
        return
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(mark)
