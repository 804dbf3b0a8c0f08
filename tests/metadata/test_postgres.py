"""What PostgreSQL must do as SQLite does, and what only it can do wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, func, insert, inspect, select

from tilth.errors import Invalid, Unavailable
from tilth.metadata import counters, feed
from tilth.metadata import postgres as postgres_module
from tilth.metadata.database import Database
from tilth.metadata.postgres import parse_url
from tilth.metadata.schema.everything import metadata
from tilth.metadata.schema.packs import packs
from tilth.model.ids import ChangeId
from tilth.testing.postgres import TestServer, postgres_server


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database.open(postgres_url) as opened:
        yield opened


def test_migrated_and_declared_schema_are_the_same(database: Database, postgres: TestServer) -> None:
    def shape(conn: Any) -> dict[str, Any]:
        seen = inspect(conn)
        return {
            name: (
                {(each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(name)},
                seen.get_pk_constraint(name)["constrained_columns"],
                sorted((each["name"] or "", *each["constrained_columns"]) for each in seen.get_foreign_keys(name)),
                sorted((each["name"] or "", each["unique"]) for each in seen.get_indexes(name)),
            )
            for name in seen.get_table_names()
            if name != "alembic_version"
        }

    with database.read() as conn:
        migrated = shape(conn)
    with database.transaction() as conn:
        for table in migrated:
            conn.exec_driver_sql(f'DROP TABLE "{table}" CASCADE')
        metadata.create_all(conn)
        declared = shape(conn)
        conn.exec_driver_sql("ROLLBACK; BEGIN")
    assert migrated.keys() == declared.keys()
    for name in declared:
        assert migrated[name] == declared[name], f"{name}: write the change as a migration that both databases run"


def test_every_text_sorts_by_bytes_and_every_integer_has_64_bits(database: Database) -> None:
    with database.read() as conn:
        columns = conn.exec_driver_sql(
            "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name <> 'alembic_version'"
        ).all()
    assert columns
    assert [row for row in columns if row.data_type == "text" and row.collation_name != "C"] == []
    assert [row for row in columns if "int" in row.data_type and row.data_type != "bigint"] == []
    assert {row.data_type for row in columns} <= {"text", "bigint", "boolean", "bytea", "double precision"}


def test_names_page_in_byte_order_whatever_the_servers_language(database: Database) -> None:
    names = ["B", "Z", "_", "a", "é", "ä", "a-b", "ab", "a_c", "日本", "😀"]
    with database.transaction() as conn:
        conn.execute(insert(packs), [{"pack": name, "length": 2**62, "sealed": True} for name in names])
        found = list(conn.execute(select(packs.c.pack).order_by(packs.c.pack)).scalars())
        behind = list(conn.execute(select(packs.c.pack).where(packs.c.pack > "a-b").order_by(packs.c.pack)).scalars())
        total = conn.execute(select(func.sum(packs.c.length))).scalar()
    assert found == sorted(names, key=str.encode)
    assert behind == found[found.index("a-b") + 1 :]
    assert total == len(names) * 2**62
    assert type(total) is int


def test_a_text_with_a_nul_is_refused_and_a_number_that_does_not_fit_too(database: Database) -> None:
    with pytest.raises(Invalid, match="NUL"), database.transaction() as conn:
        conn.execute(insert(packs).values(pack="a\0b", length=1, sealed=False))
    with pytest.raises(Invalid, match="too large"), database.transaction() as conn:
        conn.execute(insert(packs).values(pack="a", length=2**63, sealed=False))


def test_reading_takes_no_lock_and_cannot_write(database: Database) -> None:
    with database.transaction() as writer:
        counters.step(writer, "x")
        with database.read() as reader:  # would wait for ever behind the writer
            assert counters.value(reader, "x") == 0
    with pytest.raises(Exception, match="read-only"), database.read() as reader:
        counters.step(reader, "x")


def test_only_a_durable_transaction_waits_for_the_disk(database: Database) -> None:
    def waits(durable: bool) -> str:
        with database.transaction(durable=durable) as conn:
            return str(conn.exec_driver_sql("SHOW synchronous_commit").scalar_one())

    assert [waits(durable) for durable in (True, False, True)] == ["on", "off", "on"]


def test_schemas_of_one_server_are_workspaces_of_their_own(postgres: TestServer) -> None:
    with postgres.schema() as one, postgres.schema() as two, Database.open(one) as first, Database.open(two) as second:
        with first.transaction() as conn:
            feed.append(conn, "head.moved", ChangeId("c"), {})
            with second.transaction() as other:  # their write locks are two
                assert feed.last(other) == 0
        with second.read() as conn:
            assert feed.last(conn) == 0


def test_a_turn_is_taken_once_and_free_after_its_release(database: Database, postgres_url: str) -> None:
    turn = database.take_turn("coordinator")
    assert turn is not None
    with Database.open(postgres_url) as other:
        assert other.take_turn("coordinator") is None
        assert other.take_turn("something else") is not None
        turn.release()
        again = other.take_turn("coordinator")
        assert again is not None
        again.release()


def test_those_who_queue_come_one_after_another_and_nobody_waits_longer_than_his_patience(
    database: Database, postgres: TestServer, postgres_url: str
) -> None:
    order: list[str] = []
    with Database.open(postgres_url) as other:

        def second() -> None:
            with other.queue("branch", 60):
                order.append("second")

        waiting = threading.Thread(target=second)
        with database.queue("branch", 60):
            waiting.start()
            with postgres.connect() as admin:
                while not admin.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
                    time.sleep(0.01)
            with other.queue("branch", 0.05), other.queue("another", 60):
                order.append("impatient")
            order.append("first")
        waiting.join()
        assert order == ["impatient", "first", "second"]
        with pytest.raises(ZeroDivisionError), other.queue("branch", 60):
            raise ZeroDivisionError
        with database.queue("branch", 60), postgres.connect() as admin:  # the server may close it meanwhile
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE '%xact_lock%' AND pid <> pg_backend_pid()"
            )
        with other.queue("branch", 60):
            pass


HOLDER = """
import sys, time
from tilth.metadata.database import Database
database = Database.open(sys.argv[1])
turn = database.take_turn("coordinator")
with database.transaction() as conn:
    print("holds", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_gives_back_its_turn_and_the_write_lock_and_leaves_nothing(
    database: Database, postgres_url: str
) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, postgres_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "holds\n"
    assert database.take_turn("coordinator") is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with database.transaction() as conn:
        counters.step(conn, "x")
    turn = database.take_turn("coordinator")
    assert turn is not None
    turn.release()


def test_a_forked_child_has_its_own_connections(database: Database) -> None:
    with database.read() as conn:
        feed.last(conn)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with database.transaction() as conn:
                counters.step(conn, "x")
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with database.transaction() as conn:
        assert counters.step(conn, "x") == 2


def test_waiting_writers_are_told_when_the_lock_stays_taken(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "LOCK_TIMEOUT_S", 1)
    with Database.open(postgres_url) as one, Database.open(postgres_url) as two:
        with one.transaction() as conn:
            counters.step(conn, "x")
            with pytest.raises(Unavailable, match="stayed locked"), two.transaction():
                pass
        with two.transaction() as conn:
            assert counters.step(conn, "x") == 2


def test_a_server_that_restarts_is_waited_for_and_a_torn_transaction_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_module, "PATIENCE_S", 60.0)
    with postgres_server() as server, server.schema() as url, Database.open(url) as database:
        with database.transaction() as conn:
            counters.step(conn, "x")

        def torn() -> None:
            with database.transaction() as conn:
                counters.step(conn, "x")
                server.stop()
                counters.step(conn, "x")

        with pytest.raises(Unavailable, match="connection"):
            torn()
        found: list[int] = []

        def write() -> None:
            with database.transaction() as conn:  # every pooled connection is dead, and the server is not there yet
                found.append(counters.step(conn, "x"))

        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.3)
        server.start()
        writer.join()
        assert found == [2]


def test_connections_that_the_server_closed_meanwhile_are_opened_anew(database: Database, postgres: TestServer) -> None:
    with database.read() as conn:
        pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with postgres.connect() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with database.transaction() as conn:
        assert counters.step(conn, "x") == 1


def test_a_server_that_is_not_there_is_named_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "PATIENCE_S", 0.5)
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        Database.open("postgresql://me:secret@127.0.0.1:1/data")
    assert "127.0.0.1:1/data" in caught.value.message
    assert "secret" not in f"{caught.value.message} {caught.value.help}"
    assert "server runs" in (caught.value.help or "")
    assert time.monotonic() - started < 5


def test_a_database_that_is_not_there_is_named_at_once(postgres: TestServer) -> None:
    with pytest.raises(Unavailable, match="does not exist"):
        Database.open(postgres.url("tilth").replace("/postgres?", "/nowhere?"))


@pytest.mark.parametrize("schema", ["Bad", "a-b", "1a", "pg_own", "a" * 64])
def test_a_schema_that_would_need_quoting_is_refused(schema: str) -> None:
    with pytest.raises(Invalid, match="schema"):
        parse_url(f"postgresql://h/d?schema={schema}")


def test_columns_that_are_added_later_sort_by_bytes_too(database: Database) -> None:
    table = Table("later", MetaData(), Column("id", BigInteger, primary_key=True, autoincrement=False))
    with database.transaction() as conn:
        table.create(conn)
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        operations = Operations(MigrationContext.configure(conn))
        operations.add_column("later", Column("name", Text))
        operations.alter_column("later", "name", type_=Text(), nullable=False)
        collation = conn.exec_driver_sql(
            "SELECT collation_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = 'later' AND column_name = 'name'"
        ).scalar()
        table.drop(conn)
    assert collation == "C"
