"""Writer sessions: who may hold records that no row names yet, so that garbage collection knows whom to wait for."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from tilth.errors import SessionLost, TilthError
from tilth.model.ids import new_id

BEAT_S = 10.0
"""A session says so often that it is alive."""
LAST_BEAT_S = 2.0
"""How long closing waits for a beat that is under way, so that it leaves no connection behind."""

PATIENCE_S = 60.0
"""A session that was not heard of for so long is lost: what it holds may be collected."""


class SessionLedger(Protocol):
    """The list of sessions that all processes of a workspace share. Each method is one short transaction of its own.

    None needs to survive a power cut, which no session survives either.
    """

    def begin(self, session: str, place: str, what: str) -> int:
        """Add a session that has seen everything condemned so far; return the epoch that this is."""

    def beat(self, session: str, since: int) -> bool:
        """Say that a session lives and holds nothing from before epoch `since`; False when it was declared lost."""

    def end(self, session: str) -> None:
        """Take a session away: it holds nothing any more."""


class _Session:
    """One row of the ledger, as its process knows it."""

    __slots__ = ("acts", "beating", "id", "idle", "lost", "seen", "stop")

    def __init__(self, id: str, seen: int) -> None:
        self.id = id
        self.seen = seen
        self.acts: set[_Act] = set()
        self.idle = False
        self.lost = False
        self.stop = threading.Event()
        self.beating: threading.Thread | None = None


class _Act:
    """Work that puts records or takes over the digests of others, and has yet to record what came of it."""

    __slots__ = ("epoch", "owner", "session")

    def __init__(self, owner: Sessions) -> None:
        self.owner = owner
        self.session: _Session | None = None
        self.epoch = 0


class _Scope:
    """The acts of one piece of work, one per store that it writes to; they end together."""

    __slots__ = ("acts", "over", "pid", "stored")

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.acts: dict[Sessions, _Act] = {}
        self.over = False
        self.stored = 0


_scope: ContextVar[_Scope | None] = ContextVar("tilth_scope", default=None)


@contextmanager
def one_act() -> Iterator[None]:
    """Make what is put into any store meanwhile one act, which begins with the first thing that is put.

    Costs nothing where nothing is. What was only read before that is not held; where it must be, use `Sessions.act`.
    Threads take part that run in a copy of the caller's context, while it lasts.
    """
    if (scope := _scope.get()) is not None and scope.pid == os.getpid() and not scope.over:
        yield
        return
    scope = _Scope()
    _scope.set(scope)
    try:
        yield
    finally:
        _scope.set(None)
        scope.over = True
        for sessions, act in list(scope.acts.items()):
            sessions.leave(act)


def count_stored(size: int) -> None:
    """Count bytes of files that were not stored before for the act in which they are put."""
    if (scope := _scope.get()) is not None:
        scope.stored += size


def take_stored() -> int:
    """Return the bytes of files that this act stored and nobody has taken yet; 0 outside of any."""
    scope = _scope.get()
    if scope is None:
        return 0
    stored, scope.stored = scope.stored, 0
    return stored


class Sessions:
    """The writer sessions of one open store.

    `epoch` counts what was condemned. An act remembers the epoch it began in; collection of what was condemned later
    waits until it ends. So an act never loses what it found, however long it takes to record it, as long as its process
    is heard of. Between acts a process has no session. What is put outside of any act is held until `close`; where that
    was lost, each thread is told once, when it would put or record the next thing outside of any act, and goes on anew.

    `view` brings the index up to date and returns the epoch that it then shows. Thread-safe; a forked child begins
    anew.
    """

    def __init__(self, ledger: SessionLedger, view: Callable[[], int], *, beat_s: float = BEAT_S) -> None:
        self._ledger = ledger
        self._view = view
        self._beat_s = beat_s
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._session: _Session | None = None
        self._rest: _Act | None = None
        self._losses = 0
        self._told = threading.local()

    @contextmanager
    def act(self) -> Iterator[None]:
        """Work on something that will be recorded at the end. An act within an act is part of it.

        Never begin one inside a database transaction: it may write to the database itself.
        """
        with one_act():
            self._enter(self._here() or self._rest_act())
            yield

    def hold(self) -> None:
        """Make sure that what is found from now on is not collected before it is recorded. Raises SessionLost.

        Cheap within an act; outside of any, all that this process finds is held until `close` or `let_go`.
        """
        act = self._here()
        if act is None:
            self._tell()
            act = self._rest_act()
        session = act.session or self._enter(act)
        if session.lost:
            self._lose_rest(act)
            raise lost()

    def let_go(self) -> None:
        """Say that all that was put outside of any act has been recorded, or never will be."""
        act, self._rest = self._rest, None
        if act is not None:
            self.leave(act)
        self._told.losses = self._losses

    def current(self) -> str | None:
        """Return the session under which the caller acts; None where it holds nothing. Raises SessionLost."""
        if self._pid != os.getpid():
            return None
        act = self._here()
        if act is None:
            self._tell()
            act = self._rest
        return act.session.id if act is not None and act.session is not None else None

    def give_up(self) -> None:
        """Take note that the caller's session was declared lost."""
        act = self._here() or self._rest
        if act is not None and act.session is not None:
            self._lose(act.session)
            self._lose_rest(act)

    def close(self) -> None:
        """End this process's session: it holds nothing any more."""
        if self._pid != os.getpid():
            self._begin()
            return
        with self._lock:
            session, self._session, self._rest = self._session, None, None
        if session is not None:
            session.stop.set()
            if session.beating is not None:
                session.beating.join(LAST_BEAT_S)
            with suppress(TilthError):  # a row that stays is declared lost in time
                self._ledger.end(session.id)

    def pause(self) -> None:
        """End the session at once where nothing is held, so that nobody waits for its next beat."""
        with self._lock:
            session = self._session
            if session is None or session.acts or self._pid != os.getpid():
                return
            self._session = None
        session.stop.set()
        with suppress(TilthError):
            self._ledger.end(session.id)

    def leave(self, act: _Act) -> None:
        """End an act."""
        with self._lock:
            if act.session is not None:
                act.session.acts.discard(act)

    def _here(self) -> _Act | None:
        """Return the act of the work that the caller does; None where it is not marked as such."""
        scope = _scope.get()
        if scope is None or scope.over or scope.pid != os.getpid():
            return None
        act = scope.acts.get(self)
        return act if act is not None else scope.acts.setdefault(self, _Act(self))

    def _rest_act(self) -> _Act:
        """Return the act of everything that is done outside of any."""
        if self._pid != os.getpid():
            self._begin()
        with self._lock:
            self._rest = self._rest or _Act(self)
            return self._rest

    def _enter(self, act: _Act) -> _Session:
        if self._pid != os.getpid():
            self._begin()
        with self._lock:
            if act.session is not None:
                return act.session
            session = self._session
            if session is None:
                # The row first, then the look at what is condemned: so nothing is missed in between.
                id = new_id()
                session = _Session(id, self._ledger.begin(id, here(), what()))
                self._view()
                self._session = session
                session.beating = threading.Thread(
                    target=self._beat, args=(session, self._pid), name="tilth-session", daemon=True
                )
                session.beating.start()
            act.session = session
            act.epoch = session.seen
            session.acts.add(act)
            session.idle = False
            return session

    def _tell(self) -> None:
        """Raise SessionLost where what this thread put outside of any act was lost, and it was not told yet."""
        losses, self._told.losses = getattr(self._told, "losses", 0), self._losses
        if losses < self._losses:
            raise lost()

    def _lose_rest(self, act: _Act) -> None:
        """Begin anew what is done outside of any act, where it is that which was lost; the caller tells its thread."""
        with self._lock:
            if self._rest is act:
                self._rest = None
                self._losses += 1
                self._told.losses = self._losses

    def _lose(self, session: _Session) -> None:
        with self._lock:
            session.lost = True
            if self._session is session:
                self._session = None

    def _beat(self, session: _Session, pid: int) -> None:
        while not session.stop.wait(self._beat_s) and pid == os.getpid():
            with suppress(TilthError):  # a full disk, a long lock: the next beat may come through
                if not self._beat_once(session):
                    return

    def _beat_once(self, session: _Session) -> bool:
        """Say that the session lives, or end it when it had nothing to do for a whole beat; False at its end."""
        with self._lock:
            if session is not self._session:
                return False
            over = session.idle and not session.acts
            if over:
                self._session = None
            session.idle = not session.acts
        if over:
            self._ledger.end(session.id)
            return False
        seen = self._view()
        with self._lock:
            session.seen = max(session.seen, seen)
            since = min((act.epoch for act in session.acts), default=session.seen)
        if not self._ledger.beat(session.id, since):
            self._lose(session)
            return False
        return True


def lost() -> SessionLost:
    """Return the error of an act whose session was declared lost."""
    return SessionLost(
        "This process was not heard of for so long that what it was about to record may have been collected.",
        help="Nothing was recorded. Do it again (where this repeats: the machine sleeps, or its disk is too slow).",
    )


def what() -> str:
    """Say which process this is, for people."""
    return f"process {os.getpid()} on {platform.node()}"


def here() -> str:
    """Return the place of this process, by which others on the same machine can tell that it has died."""
    return "/".join((*_machine(os.getpid()), str(os.getpid()), _started(os.getpid())))


def is_dead(place: str) -> bool:
    """Tell whether the process at `place` certainly runs no more; False where that cannot be known from here."""
    *machine, pid, started = place.split("/")
    mine = _machine(os.getpid())
    return bool(all(mine)) and tuple(machine) == mine and started != "" and _started(int(pid)) != started


@lru_cache(maxsize=1)
def _machine(pid: int) -> tuple[str, str]:
    """Return boot and process namespace: within both, a process id and its start name one process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ("", "")
    return boot, namespace


def _started(pid: int) -> str:
    """Return the start time of a process in the kernel's ticks; "" where there is none."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = line.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]  # a zombie does nothing any more
