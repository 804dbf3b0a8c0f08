"""The workspace database: transactions, snapshots, migration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from tilth.errors import Corrupt, Invalid, TilthError
from tilth.metadata import counters, feed
from tilth.metadata.database import SCHEMA_VERSION, Database
from tilth.metadata.migration import ScriptDirectory, configuration
from tilth.metadata.schema.everything import metadata
from tilth.metadata.schema.feed import feed as feed_table
from tilth.model.ids import ChangeId


@pytest.fixture
def database(database_place: Path | str) -> Iterator[Database]:
    with Database.open(database_place) as opened:
        yield opened


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as conn:
            feed.append(conn, "head.moved", ChangeId("c"), {})
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    with database.read() as conn:
        assert feed.read(conn, 0) == []
        assert feed.last(conn) == 0


def test_a_read_is_a_snapshot(database: Database) -> None:
    with database.read() as reader:
        assert feed.last(reader) == 0
        with database.transaction() as conn:
            feed.append(conn, "head.moved", ChangeId("c"), {})
        assert feed.last(reader) == 0
    with database.read() as conn:
        assert feed.last(conn) == 1


def test_transactions_do_not_nest_in_one_thread(database: Database) -> None:
    with database.transaction(), pytest.raises(RuntimeError, match="already open"), database.transaction():
        pass


def test_every_power_cut_safe_pragma_is_on(tmp_path: Path) -> None:
    with Database.open(tmp_path / "tilth.db") as database, database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert conn.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


def test_reopening_keeps_the_rows_and_a_newer_schema_is_refused(database_place: Path | str) -> None:
    with Database.open(database_place) as database, database.transaction() as conn:
        counters.step(conn, "x", 3)
    with Database.open(database_place) as database, database.transaction() as conn:
        assert counters.value(conn, "x") == 3
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Invalid, match="schema 9999"):
        Database.open(database_place)


def test_a_file_that_is_not_a_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "tilth.db").write_bytes(b"not a database at all, but long enough to be read as a header" * 20)
    with pytest.raises(Corrupt, match=r"tilth\.db"):
        Database.open(tmp_path / "tilth.db")


def test_the_constant_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == SCHEMA_VERSION


def test_the_migrated_schema_has_every_table(database: Database) -> None:
    with database.read() as conn:
        names = set(inspect(conn).get_table_names())
    assert set(metadata.tables) <= names


def test_a_new_database_opened_by_many_threads_is_made_once(database_place: Path | str) -> None:
    errors: list[TilthError] = []

    def open_it() -> None:
        try:
            Database.open(database_place).close()
        except TilthError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_feed_positions_are_gapless_under_concurrent_writers_and_rollbacks(database: Database) -> None:
    def write(number: int) -> None:
        for step in range(10):
            try:
                with database.transaction() as conn:
                    feed.append(conn, "job.ended", ChangeId(f"{number}"), {"step": step})
                    if step % 3 == 0:
                        raise ValueError
            except ValueError:
                pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        positions = list(conn.execute(select(feed_table.c.position).order_by(feed_table.c.position)).scalars())
    assert positions == list(range(1, 25))


def test_a_number_that_does_not_fit_is_refused_as_such(database: Database) -> None:
    with pytest.raises(Invalid, match="too large"), database.read() as conn:
        feed.read(conn, 10**20)


def test_a_reader_pages_by_its_cursor_and_trimming_waits_for_it(database: Database) -> None:
    with database.transaction() as conn:
        for number in range(5):
            feed.append(conn, "head.moved", ChangeId("c"), {"number": number})
        feed.advance(conn, "coordinator", 3)
        feed.advance(conn, "coordinator", 2)
        assert feed.cursor(conn, "coordinator") == 3
        assert [event.facts["number"] for event in feed.read(conn, 3)] == [3, 4]
        assert [event.position for event in feed.read(conn, 0, limit=2)] == [1, 2]
        assert feed.trim(conn, before_ms=2**60) == 3
        assert feed.append(conn, "head.moved", ChangeId("c"), {}) == 6


def test_a_transaction_that_need_not_be_durable_waits_for_no_disk_and_the_next_one_does(tmp_path: Path) -> None:
    with Database.open(tmp_path / "tilth.db") as database:

        def synchronous(durable: bool) -> int:
            with database.transaction(durable=durable) as conn:
                return int(conn.exec_driver_sql("PRAGMA synchronous").scalar_one())

        assert [synchronous(durable) for durable in (True, False, False, True)] == [2, 1, 1, 2]
