"""The users and tokens of a workspace, in SQL."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, delete, func, insert, select

from tilth.contract.principal import Principal, Role
from tilth.contract.values import TokenInfo, UserInfo
from tilth.errors import Conflict, Invalid, NotFound, Unauthenticated
from tilth.metadata.database import Database
from tilth.metadata.schema.access import tokens, users
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import new_id
from tilth.model.names import check_name

OWNER = "owner"
"""Who opens the folder itself has this name and all rights."""

TOKEN_BYTES = 32
_PREFIX = "tilth_"


def authenticate(database: Database, token: str) -> Principal:
    """Return whom a token names. Raises Unauthenticated. One indexed read, so a revoked token ends at once."""
    with database.read() as conn:
        row = conn.execute(
            select(users).join(tokens, tokens.c.user == users.c.name).where(tokens.c.hash == _hash(token))
        ).first()
    if row is None:
        raise Unauthenticated("That token is not valid.", help="Ask an owner for a new one (tilth user token NAME).")
    return _principal(row)


def owner(database: Database) -> Principal:
    """Return the principal of who opens the folder itself; the first time, make the user."""
    with database.read() as conn:
        row = _find(conn, OWNER)
    if row is None:
        with database.transaction() as conn:
            if _find(conn, OWNER) is None:
                _insert(conn, OWNER, Role.OWNER, ())
            row = _find(conn, OWNER)
    assert row is not None, "it was just made"
    return Principal(OWNER, Role.OWNER, row.worker)


def create_user(database: Database, name: str, role: str, labels: Iterable[str]) -> UserInfo:
    """Make a user. Raises Invalid for an unknown role, Conflict when the name is taken."""
    check_name(name, "user")
    if role not in list(Role):
        raise Invalid(
            f"{role!r} is not a role.", help=f"Choose one of: {', '.join(each.value for each in Role)}.", role=role
        )
    allowed = tuple(labels)
    if allowed and role != Role.LABELER:
        raise Invalid(
            f"The role {role} is not limited to labeling pipelines.", help="Only labelers are; leave `labels` out."
        )
    with database.transaction() as conn:
        if _find(conn, name) is not None:
            raise Conflict(f"User {name} exists already.", help="Choose another name.", user=name)
        _insert(conn, name, Role(role), allowed)
        row = _find(conn, name)
    assert row is not None, "it was just made"
    return _info(row)


def get_user(database: Database, name: str) -> UserInfo:
    """Return one user. Raises NotFound."""
    with database.read() as conn:
        return _info(_need(conn, name))


def list_users(database: Database) -> Sequence[UserInfo]:
    """Return all users by name."""
    with database.read() as conn:
        return [_info(row) for row in conn.execute(select(users).order_by(users.c.name))]


def remove_user(database: Database, name: str) -> None:
    """Remove a user and all its tokens. Raises NotFound, and Conflict for the last owner."""
    with database.transaction() as conn:
        row = _need(conn, name)
        owners = conn.execute(select(func.count()).where(users.c.role == Role.OWNER.value)).scalar()
        if row.role == Role.OWNER and owners == 1:
            raise Conflict(f"{name} is the last owner.", help="Make another owner first.", user=name)
        conn.execute(delete(tokens).where(tokens.c.user == name))
        conn.execute(delete(users).where(users.c.name == name))


def create_token(database: Database, user: str, *, by: str) -> TokenInfo:
    """Make a token of 256 random bits; it exists in clear only in what this returns. Raises NotFound."""
    token = _PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    made = TokenInfo(new_id(), user, token)
    with database.transaction() as conn:
        _need(conn, user)
        conn.execute(
            insert(tokens).values(id=made.id, user=user, hash=_hash(token), created_ms=_now_ms(), created_by=by)
        )
    return made


def revoke_token(database: Database, id: str) -> None:
    """Make a token invalid. Raises NotFound."""
    with database.transaction() as conn:
        if not conn.execute(delete(tokens).where(tokens.c.id == id)).rowcount:
            raise NotFound(f"There is no token {id}.", help="Its id was shown when it was made.", token=id)


def has_tokens(database: Database) -> bool:
    """Tell whether anybody can reach this workspace over a network yet."""
    with database.read() as conn:
        return conn.execute(select(tokens.c.id).limit(1)).first() is not None


def _hash(token: str) -> Digest:
    return digest_of(token.encode(errors="replace"))


def _find(conn: Connection, name: str) -> Row[tuple[str, str, str, str, int]] | None:
    return conn.execute(select(users).where(users.c.name == name)).first()


def _need(conn: Connection, name: str) -> Row[tuple[str, str, str, str, int]]:
    row = _find(conn, name)
    if row is None:
        raise NotFound(f"There is no user {name}.", help="`tilth user list` shows them.", user=name)
    return row


def _insert(conn: Connection, name: str, role: Role, labels: Sequence[str]) -> None:
    values = {
        "name": name,
        "role": role.value,
        "labels": json.dumps(labels),
        "worker": new_id(),
        "created_ms": _now_ms(),
    }
    conn.execute(insert(users).values(values))


def _principal(row: Row[tuple[str, str, str, str, int]]) -> Principal:
    return Principal(row.name, Role(row.role), row.worker, tuple(json.loads(row.labels)))


def _info(row: Row[tuple[str, str, str, str, int]]) -> UserInfo:
    return UserInfo(row.name, row.role, tuple(json.loads(row.labels)), row.created_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
