"""Leases: one holder, and a late one is fenced off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.errors import Conflict, Fenced
from tilth.metadata import leases
from tilth.metadata.database import Database


@pytest.fixture
def database(database_place: Path | str) -> Iterator[Database]:
    with Database.open(database_place) as opened:
        yield opened


def test_a_held_lease_is_refused_by_the_holders_name(database: Database) -> None:
    leases.acquire(database, "coordinator", "one", 60)
    with pytest.raises(Conflict, match="held by one"):
        leases.acquire(database, "coordinator", "two", 60)


def test_a_lease_that_ran_out_can_be_taken_and_fences_the_former_holder(database: Database) -> None:
    late = leases.acquire(database, "coordinator", "one", -1)
    now = leases.acquire(database, "coordinator", "two", 60)
    assert now.epoch > late.epoch
    with pytest.raises(Fenced, match="two does"):
        leases.renew(database, late, 60)
    with database.transaction() as conn:
        leases.check(conn, now)
        with pytest.raises(Fenced):
            leases.check(conn, late)


def test_a_released_lease_is_free_and_a_lost_one_releases_nothing(database: Database) -> None:
    first = leases.acquire(database, "coordinator", "one", 60)
    leases.release(database, first)
    second = leases.acquire(database, "coordinator", "two", 60)
    leases.release(database, first)
    with database.transaction() as conn:
        leases.check(conn, second)


def test_a_restarted_holder_fences_its_former_self(database: Database) -> None:
    former = leases.acquire(database, "coordinator", "one", 60)
    leases.acquire(database, "coordinator", "one", 60)
    with database.transaction() as conn, pytest.raises(Fenced):
        leases.check(conn, former)
