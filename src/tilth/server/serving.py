"""The server: web API, coordinator and workspace in one process."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import uvicorn

from tilth.config import DEFAULT_PORT
from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.server.addresses import listen, url_of
from tilth.server.worker import Worker
from tilth.versioning.backend import Backend, open_backend
from tilth.webapi.app import create_app
from tilth.workspace import access_ledger
from tilth.workspace.lease import CoordinatorLease
from tilth.workspace.local import facets_of
from tilth.workspace.opened import Opened, Resources
from tilth.workspace.working import Working

TAKEOVER_S = 1.0
"""How long a new server waits for a command that holds the lease to finish."""
SHUTDOWN_S = 10


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(
    folder: str | Path, *, host: str = "127.0.0.1", port: int = DEFAULT_PORT, say: Callable[[str], None] = _say
) -> None:
    """Serve the workspace in `folder` until SIGINT or SIGTERM, and do its work.

    Says its address in the first line; at the first start also the owner's link, whose token is kept nowhere in clear.
    Raises Conflict that names the holder when another process does the folder's work, Unavailable when the port is
    taken.
    """
    listening = listen(host, port)
    url = url_of(listening, host)
    try:
        with open_backend(Path(folder)) as backend:
            lease = CoordinatorLease.take(backend.folder, backend.database, f"server {url}", wait_s=TAKEOVER_S)
            try:
                _run(backend, lease, listening, url, say)
            finally:
                lease.release()
    finally:
        listening.close()


def _run(
    backend: Backend, lease: CoordinatorLease, listening: socket.socket, url: str, say: Callable[[str], None]
) -> None:
    resources, working = Resources.of(backend), Working(backend)

    @lru_cache(maxsize=1024)
    def workspace_of(principal: Principal) -> Workspace:
        return facets_of(Opened(resources, principal), working, place=url, close=lambda: None)

    app = create_app(workspace_of, lambda token: access_ledger.authenticate(backend.database, token))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
    )
    worker = Worker(backend, lease, on_lost=lambda: setattr(server, "should_exit", True))
    worker.start()
    say(f"{url}  Tilth serves {backend.folder} (Ctrl-C ends it)")
    if not access_ledger.has_tokens(backend.database):
        owner = access_ledger.owner(backend.database)
        token = access_ledger.create_token(backend.database, owner.name, by=owner.name).token
        say(f"Owner's link, shown this once: {url}/?token={token}")
    try:
        server.run(sockets=[listening])
    finally:
        worker.stop()
        working.close()
