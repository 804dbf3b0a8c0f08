"""Invites: links by which people make themselves labelers of one pipeline."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tilth.contract.principal import Role
from tilth.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from tilth.metadata.database import Database
from tilth.metadata.schema.access import invites as table
from tilth.metadata.schema.access import tokens
from tilth.workspace import access_ledger, audit_ledger, invites
from tilth.workspace.doorkeeper import TRIES_PER_MINUTE, Doorkeeper


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "tilth.db") as database:
        yield database


def _secret(database: Database, *, max_uses: int = 5) -> str:
    made = invites.create_invite(database, "ask", role="labeler", expires_ms=None, max_uses=max_uses, by="owner")
    assert made.path.startswith("/join/")
    return made.path.removeprefix("/join/")


def _join(database: Database, secret: str, name: str = "Ann") -> tuple[str, str]:
    joined, session = invites.join(database, secret, name, note="a browser", origin="10.0.0.1")
    return joined.user, session


def test_who_joins_is_a_labeler_of_that_pipeline_and_of_nothing_else(database: Database) -> None:
    secret = _secret(database)
    assert invites.look(database, secret).pipeline == "ask"
    joined, session = invites.join(database, secret, "  Ann  Müller\n", note="", origin="10.0.0.1")
    assert (joined.display, joined.role, joined.pipeline) == ("Ann Müller", "labeler", "ask")
    principal = access_ledger.authenticate(database, session)
    assert (principal.name, principal.role, principal.labels) == (joined.user, Role.LABELER, ("ask",))
    assert joined.user.startswith("ann-muller-")
    assert joined.user not in principal.worker


def test_two_people_of_one_name_are_two_users(database: Database) -> None:
    secret = _secret(database)
    assert _join(database, secret)[0] != _join(database, secret)[0]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "\u202e\u0000"])
def test_a_name_that_shows_nothing_is_refused_and_takes_no_place(database: Database, name: str) -> None:
    secret = _secret(database, max_uses=1)
    with pytest.raises(Invalid):
        _join(database, secret, name)
    _join(database, secret, "渡辺")


def test_the_last_place_is_given_once_however_many_come_together(database: Database) -> None:
    secret = _secret(database, max_uses=3)
    came: list[str] = []
    refused: list[Conflict] = []
    start = threading.Barrier(12)

    def come() -> None:
        start.wait()
        try:
            came.append(_join(database, secret)[0])
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=come) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(came), len(refused)) == (3, 9)
    assert all("taken" in error.message for error in refused)
    (info,) = invites.list_invites(database)
    assert (info.uses, info.state) == (3, "used up")
    assert len(access_ledger.list_users(database)) == 3


def test_a_link_that_opens_nothing_says_why(database: Database) -> None:
    with pytest.raises(NotFound):
        invites.look(database, "tilth_nonsense")
    secret = _secret(database)
    with database.transaction() as conn:
        conn.execute(update(table).values(expires_ms=1))
    with pytest.raises(Conflict, match="expired"):
        _join(database, secret)
    secret = _secret(database)
    (_, other) = sorted(invites.list_invites(database), key=lambda each: each.expires_ms)
    invites.revoke_invite(database, other.id)
    with pytest.raises(Conflict, match="taken back"):
        _join(database, secret)
    with pytest.raises(NotFound):
        invites.revoke_invite(database, "nothing")


@pytest.mark.parametrize(("role", "uses"), [("owner", 1), ("reader", 1), ("labeler", 0), ("labeler", 100_000)])
def test_an_invite_makes_labelers_and_reviewers_in_bounded_number(database: Database, role: str, uses: int) -> None:
    with pytest.raises(Invalid):
        invites.create_invite(database, "ask", role=role, expires_ms=None, max_uses=uses, by="owner")
    with pytest.raises(Invalid):
        invites.create_invite(database, "ask", role="labeler", expires_ms=1, max_uses=1, by="owner")


def test_no_secret_of_a_link_or_session_is_kept(database: Database, tmp_path: Path) -> None:
    secret = _secret(database)
    _, session = _join(database, secret)
    with database.transaction() as conn:
        conn.exec_driver_sql("SELECT 1")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("tilth.db*"))
    for hidden in (secret, session):
        assert hidden.encode() not in kept
        assert hidden.removeprefix("tilth_").encode() not in kept


def test_joining_is_in_the_audit_trail_without_the_link(database: Database) -> None:
    secret = _secret(database)
    user, _ = _join(database, secret)
    with database.read() as conn:
        (entry,) = audit_ledger.entries(conn)
    assert (entry.user, entry.operation, entry.outcome, entry.origin) == (user, "access.join", "ok", "10.0.0.1")
    assert secret not in str(entry)


def test_who_guesses_has_to_wait_and_others_need_not(database: Database) -> None:
    now = [0.0]
    keeper = Doorkeeper(database, clock=lambda: now[0])
    secret = _secret(database)
    for _ in range(TRIES_PER_MINUTE):
        with pytest.raises(NotFound):
            keeper.look("tilth_guess", origin="6.6.6.6")
    with pytest.raises(Unavailable):
        keeper.look(secret, origin="6.6.6.6")
    with pytest.raises(Unavailable):
        keeper.join(secret, "Mallory", note="", origin="6.6.6.6")
    keeper.join(secret, "Ann", note="", origin="10.0.0.1")
    now[0] = 61.0
    keeper.look(secret, origin="6.6.6.6")


def test_a_session_is_not_its_token_and_ends_with_it(database: Database) -> None:
    keeper = Doorkeeper(database)
    access_ledger.owner(database)
    token = access_ledger.create_token(database, "owner", by="owner")
    session = keeper.open_session(token.token, note="Chromium", origin="127.0.0.1")
    assert session != token.token
    assert keeper.authenticate(session, "127.0.0.1").name == "owner"
    listed = access_ledger.list_tokens(database, user=None, current=token.id)
    assert {(each.kind, each.current) for each in listed} == {("token", True), ("session", False)}
    keeper.end_session(session)
    with pytest.raises(Unauthenticated):
        keeper.authenticate(session, "127.0.0.1")
    keeper.end_session(token.token)
    keeper.authenticate(token.token, "127.0.0.1")
    second = keeper.open_session(token.token, note="", origin="127.0.0.1")
    access_ledger.revoke_token(database, token.id)
    with pytest.raises(Unauthenticated):
        keeper.authenticate(second, "127.0.0.1")


def test_an_old_session_is_over(database: Database) -> None:
    keeper = Doorkeeper(database)
    _, session = _join(database, _secret(database))
    keeper.authenticate(session, "")
    with database.transaction() as conn:
        conn.execute(update(tokens).values(expires_ms=1))
    with pytest.raises(Unauthenticated):
        keeper.authenticate(session, "")
    with database.read() as conn:
        assert conn.execute(select(tokens.c.id)).first() is not None


def test_a_user_that_is_switched_off_is_out_at_once_and_comes_back(database: Database) -> None:
    access_ledger.owner(database)
    access_ledger.create_user(database, "ann", "reader", [])
    token = access_ledger.create_token(database, "ann", by="owner").token
    assert access_ledger.change_user(database, "ann", role=None, labels=None, disabled=True).disabled
    with pytest.raises(Unauthenticated, match="switched off"):
        access_ledger.authenticate(database, token)
    access_ledger.change_user(database, "ann", role="curator", labels=None, disabled=False)
    assert access_ledger.authenticate(database, token).role is Role.CURATOR


def test_the_last_owner_stays_an_owner_and_stays_on(database: Database) -> None:
    access_ledger.owner(database)
    access_ledger.create_user(database, "second", "owner", [])
    access_ledger.change_user(database, "second", role=None, labels=None, disabled=True)
    with pytest.raises(Conflict, match="last owner"):
        access_ledger.change_user(database, "owner", role="reader", labels=None, disabled=None)
    with pytest.raises(Conflict, match="last owner"):
        access_ledger.change_user(database, "owner", role=None, labels=None, disabled=True)
    with pytest.raises(Conflict, match="last owner"):
        access_ledger.remove_user(database, "owner")
