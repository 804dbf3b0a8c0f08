"""The server: web API, coordinator and workspace in one process."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import uvicorn

from tilth.config import DEFAULT_PORT
from tilth.contract.maintenance import EventInfo, StatusInfo
from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.server.addresses import listen, url_of
from tilth.server.caretaker import Caretaker
from tilth.server.worker import Worker
from tilth.versioning.backend import Backend, open_backend
from tilth.webapi.app import create_app
from tilth.webapi.operations import ACTS
from tilth.workspace import access_ledger
from tilth.workspace.audited import AuditedWorkspace
from tilth.workspace.doorkeeper import Doorkeeper
from tilth.workspace.lease import CoordinatorLease
from tilth.workspace.local import LocalWorkspace
from tilth.workspace.maintenance import LocalMaintenance
from tilth.workspace.opened import Opened, Resources
from tilth.workspace.warming import keep_warm
from tilth.workspace.working import Working

TAKEOVER_S = 1.0
"""How long a new server waits for a command that holds the lease to finish."""
SHUTDOWN_S = 10


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(
    folder: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    say: Callable[[str], None] = _say,
    terminal: bool = False,
) -> None:
    """Serve the workspace in `folder` until SIGINT or SIGTERM, and do its work.

    Says its address in the first line; at the first start also the owner's link, whose token is kept nowhere in clear.
    At later starts a link that is valid for minutes is said only where what is said goes to a `terminal`, never to a
    log, and the folder belongs to who started the server: they could make a token with `tilth user token` as well.
    Raises Conflict that names the holder when another process does the folder's work, Unavailable when the port is
    taken, Moving when the workspace is moved away.
    """
    stop = _Stop()
    listening = listen(host, port)
    url = url_of(listening, host)
    try:
        with stop.listening(), open_backend(Path(folder)) as backend:
            with backend.database.transaction():
                pass  # a workspace that was moved away is not served: who it serves would go on in the old one
            lease = CoordinatorLease.take(str(backend.folder), backend.database, f"server {url}", wait_s=TAKEOVER_S)
            try:
                _run(backend, lease, listening, url, say, stop, links=terminal and _owns(backend.folder))
            finally:
                lease.release()
    finally:
        listening.close()


def _run(
    backend: Backend,
    lease: CoordinatorLease,
    listening: socket.socket,
    url: str,
    say: Callable[[str], None],
    stop: _Stop,
    *,
    links: bool,
) -> None:
    resources, working = Resources(backend), Working(backend)
    keeper = Doorkeeper(backend.database)

    @lru_cache(maxsize=1024)
    def workspace_of(principal: Principal) -> Workspace:
        inner = LocalWorkspace(Opened(resources, principal), lambda: working, place=url, close=lambda: None)
        return AuditedWorkspace(inner, backend.database, principal, ACTS, keeper.refusals)

    care = LocalMaintenance(Opened(resources, access_ledger.owner(backend.database)), working)

    def news(after: int) -> tuple[Sequence[EventInfo], StatusInfo]:
        keeper.keep_uses()
        return care.events(after=after, limit=1000).items, care.status()

    app = create_app(workspace_of, keeper, news=news)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
    )
    stop.ends(server)
    app.state.broadcast.ending = lambda: server.should_exit
    worker = Worker(backend, lease, on_lost=lambda: setattr(server, "should_exit", True))
    worker.start()
    caretaker = Caretaker(backend)
    caretaker.start()
    care_for_datasets = Opened(resources, access_ledger.owner(backend.database))
    warming = threading.Thread(target=keep_warm, args=(care_for_datasets, lambda: server.should_exit), name="warming")
    warming.start()
    say(f"{url}  Tilth serves {backend.folder} (Ctrl-C ends it)")
    owner = access_ledger.owner(backend.database)
    if not access_ledger.has_tokens(backend.database):
        token = access_ledger.create_token(backend.database, owner.name, by=owner.name).token
        say(f"Owner's link (opens the console; `tilth -w LINK` takes it, too), shown this once: {url}/?token={token}")
    elif links:
        token = access_ledger.create_login_token(backend.database, owner.name).token
        minutes = access_ledger.LOGIN_MS // 60_000
        say(f"This link logs you in as {owner.name}, for {minutes} minutes from now: {url}/?token={token}")
    else:
        say(f"A new browser needs a link: `tilth user token owner` makes a TOKEN; open {url}/?token=TOKEN")
    try:
        server.run(sockets=[listening])
    finally:
        server.should_exit = True
        warming.join()
        caretaker.stop()
        worker.stop()
        working.close()


def _owns(folder: Path) -> bool:
    return folder.stat().st_uid == os.getuid()


class _Stop:
    """SIGINT and SIGTERM ask the server to stop, from its first moment to its last; nobody else sees them.

    While uvicorn runs it takes them itself, and raises them again (to here) once it has stopped.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._server: uvicorn.Server | None = None

    def ends(self, server: uvicorn.Server) -> None:
        """Say which server to stop."""
        self._server = server
        server.should_exit = self.wanted

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear signals, where this is the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: object) -> None:
        self.wanted = True
        if self._server is not None:
            self._server.should_exit = True
