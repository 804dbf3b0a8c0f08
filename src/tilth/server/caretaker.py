"""The thread in which a server keeps its store tidy."""

from __future__ import annotations

import logging
import threading
import time

from tilth.errors import Conflict, TilthError
from tilth.versioning.backend import Backend
from tilth.versioning.garbage import collect, tidy
from tilth.workspace.kept import kept

LOOK_S = 600.0
"""How often small packs are looked for."""
COLLECT_S = 86_400.0
"""How often garbage is collected."""
FIRST_S = 1800.0
"""When it is collected for the first time after the start, and again where it had to wait for somebody."""

_log = logging.getLogger(__name__)


class Caretaker:
    """Merges small packs every ten minutes, and collects garbage once a day."""

    def __init__(self, backend: Backend, *, look_s: float = LOOK_S, first_s: float = FIRST_S) -> None:
        self._backend = backend
        self._look_s = look_s
        self._first_s = first_s
        self._collect_at = time.monotonic() + first_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._care, name="tilth-caretaker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop. What is in the middle of its work may be killed at any point and is taken up by the next one."""
        self._stopping.set()
        self._thread.join(1.0)

    def _care(self) -> None:
        self._backend.reserve.keep()
        while not self._stopping.wait(self._look_s):
            try:
                self._backend.reserve.keep()
                tidy(self._backend)
                if time.monotonic() >= self._collect_at:
                    report = collect(self._backend, kept(), wait_s=30.0)
                    self._collect_at = time.monotonic() + (self._first_s if report.waiting else COLLECT_S)
                    _log.info("collected %d records, %d bytes", report.records, report.freed)
            except Conflict:
                continue  # another process does it
            except TilthError as error:
                self._collect_at = time.monotonic() + self._first_s
                _log.warning("the store could not be tidied: %s", error)
            except Exception:  # noqa: BLE001 (a door: it must not end the thread)
                self._collect_at = time.monotonic() + self._first_s
                _log.exception("the store could not be tidied")
