"""The coordinator's lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.errors import Conflict, Fenced
from tilth.metadata import leases
from tilth.metadata.database import Database
from tilth.workspace.lease import CoordinatorLease, holder_of, is_free


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "tilth.db") as database:
        yield database


def test_one_at_a_time_and_the_other_is_told_who(tmp_path: Path, database: Database) -> None:
    assert is_free(database)
    first = CoordinatorLease.take("here", database, "server http://here")
    assert not is_free(database)
    with pytest.raises(Conflict, match="server http://here") as caught:
        CoordinatorLease.take("here", database, "tilth run")
    assert f"process {os.getpid()}" in str(caught.value.facts["holder"])
    first.release()
    assert holder_of(database) is None
    second = CoordinatorLease.take("here", database, "tilth run")
    assert second.lease.epoch > first.lease.epoch
    second.release()


def test_giving_up_fences_off_but_lets_nobody_in_yet(tmp_path: Path, database: Database) -> None:
    first = CoordinatorLease.take("here", database, "server")
    first.give_up()
    with database.read() as conn, pytest.raises(Fenced):
        leases.check(conn, first.lease)
    with pytest.raises(Conflict):
        CoordinatorLease.take("here", database, "other")
    first.release()
    CoordinatorLease.take("here", database, "other").release()


_HOLDER = """
import os, signal, sys
from pathlib import Path
from tilth.metadata.database import Database
from tilth.workspace.lease import CoordinatorLease

folder = Path(sys.argv[1])
with Database.open(folder / "tilth.db") as database:
    CoordinatorLease.take("here", database, "victim")
    fork = os.fork()
    if fork:
        print(fork, flush=True)
    signal.pause()
"""


def test_a_killed_holder_is_succeeded_at_once_even_when_its_forks_live_on(tmp_path: Path, database: Database) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    fork = int(holder.stdout.readline())
    try:
        assert not is_free(database)
        holder.kill()
        holder.wait()
        lease = CoordinatorLease.take("here", database, "successor", wait_s=5.0)
        assert lease.lease.epoch == 2
        lease.release()
    finally:
        holder.stdout.close()
        os.kill(fork, signal.SIGKILL)
