"""The thread in which a server does the workspace's work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing

from tilth.errors import Fenced, TilthError
from tilth.metadata import feed, leases
from tilth.versioning.backend import Backend
from tilth.workspace.coordinator import Coordinator, local_executor
from tilth.workspace.lease import CoordinatorLease

LOOK_S = 0.05
"""How soon the work of a commit begins that came through this process."""
LOOK_FAR_S = 0.25
"""The same for commits that other processes make."""
TROUBLE_S = 2.0
"""The pause after the machine could not go on (a full disk, no process to be had)."""
STOP_S = 30.0
NEWS_KEPT_MS = 7 * 86_400_000

_log = logging.getLogger(__name__)


class Worker:
    """Runs the coordinator until it is stopped, or the lease is lost (then `on_lost` is called)."""

    def __init__(self, backend: Backend, lease: CoordinatorLease, *, on_lost: Callable[[], None]) -> None:
        self._backend = backend
        self._lease = lease
        self._on_lost = on_lost
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tilth-coordinator", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop soon: running jobs wait for the next coordinator; one that cannot let go of its work is fenced off."""
        self._stopping.set()
        self._thread.join(STOP_S)
        self._lease.give_up()

    def _work(self) -> None:
        executor = local_executor(self._backend)
        try:
            while not self._stopping.is_set():
                try:
                    with closing(Coordinator(self._backend, self._lease, executor)) as coordinator:
                        self._forget_old_news()
                        while not self._stopping.is_set():
                            self._go(coordinator)
                except Fenced:
                    raise
                except TilthError as error:  # it could not even begin
                    _log.warning("%s", error)
                    self._stopping.wait(TROUBLE_S)
        except Fenced as error:
            if not self._stopping.is_set():
                _log.error("%s", error.message)
                self._on_lost()
        finally:
            executor.close()

    def _forget_old_news(self) -> None:
        before_ms = time.time_ns() // 1_000_000 - NEWS_KEPT_MS
        with self._backend.database.transaction() as conn:
            leases.check(conn, self._lease.lease)
            feed.trim(conn, before_ms)

    def _go(self, coordinator: Coordinator) -> None:
        try:
            if not coordinator.step():
                self._rest()
        except Fenced:
            raise
        except TilthError as error:
            _log.warning("%s", error)
            self._stopping.wait(TROUBLE_S)
        except Exception:  # noqa: BLE001 (a door: one broken step must not end all work)
            _log.exception("the coordinator failed and goes on")
            self._stopping.wait(TROUBLE_S)

    def _rest(self) -> None:
        """Wait for news: at once visible when this process wrote it, else by looking now and then."""
        seen = self._backend.database.writes
        until = time.monotonic() + LOOK_FAR_S
        while time.monotonic() < until and not self._stopping.wait(LOOK_S):
            if self._backend.database.writes != seen:
                return
