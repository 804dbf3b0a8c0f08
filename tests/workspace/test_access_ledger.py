"""Users and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.contract.principal import Principal, Role
from tilth.errors import Conflict, Invalid, NotFound, Unauthenticated
from tilth.metadata.database import Database
from tilth.workspace import access_ledger as ledger


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "tilth.db") as database:
        yield database


def test_a_token_names_its_user_until_it_is_revoked(database: Database) -> None:
    ledger.create_user(database, "ann", "labeler", ["ask"])
    token = ledger.create_token(database, "ann", by="owner")
    principal = ledger.authenticate(database, token.token)
    assert (principal.name, principal.role, principal.labels) == ("ann", Role.LABELER, ("ask",))
    assert "ann" not in principal.worker
    ledger.revoke_token(database, token.id)
    with pytest.raises(Unauthenticated):
        ledger.authenticate(database, token.token)
    with pytest.raises(NotFound):
        ledger.revoke_token(database, token.id)


def test_tokens_are_long_random_and_different(database: Database) -> None:
    ledger.create_user(database, "ann", "reader", [])
    tokens = {ledger.create_token(database, "ann", by="owner").token for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token.removeprefix("tilth_")) >= 43 for token in tokens)


@pytest.mark.parametrize("token", ["", "x", "tilth_", "\x00", "\ud800", "x" * 100_000])
def test_what_is_no_token_opens_nothing(database: Database, token: str) -> None:
    with pytest.raises(Unauthenticated):
        ledger.authenticate(database, token)


def test_the_owner_is_the_same_person_every_time(database: Database) -> None:
    first = ledger.owner(database)
    assert first == ledger.owner(database)
    assert (first.name, first.role) == ("owner", Role.OWNER)
    assert not ledger.has_tokens(database)
    ledger.create_token(database, "owner", by="owner")
    assert ledger.has_tokens(database)


def test_the_last_owner_stays(database: Database) -> None:
    ledger.owner(database)
    with pytest.raises(Conflict):
        ledger.remove_user(database, "owner")
    ledger.create_user(database, "ann", "owner", [])
    ledger.remove_user(database, "owner")
    with pytest.raises(Conflict):
        ledger.remove_user(database, "ann")


def test_a_name_given_again_is_another_worker(database: Database) -> None:
    ledger.create_user(database, "ann", "labeler", [])
    before = ledger.authenticate(database, ledger.create_token(database, "ann", by="owner").token)
    ledger.remove_user(database, "ann")
    ledger.create_user(database, "ann", "labeler", [])
    after = ledger.authenticate(database, ledger.create_token(database, "ann", by="owner").token)
    assert before.worker != after.worker


def test_only_labelers_and_reviewers_are_limited_to_pipelines(database: Database) -> None:
    with pytest.raises(Invalid):
        ledger.create_user(database, "ann", "reader", ["ask"])
    for role in Role:
        limited = Principal("x", role, "w", ("ask",))
        assert limited.may_label("ask")
        assert limited.may_label("default/ask")
        assert limited.may_label("other") is (role not in (Role.LABELER, Role.REVIEWER))
    assert Principal("x", Role.LABELER, "w").may_label("anything")
