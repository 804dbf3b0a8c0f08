"""The users, tokens and browser sessions of a workspace, in SQL."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from tilth.contract.access import CredentialInfo, TokenInfo, UserInfo
from tilth.contract.principal import FOLDER, LIMITED, Principal, Role
from tilth.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated
from tilth.metadata import feed
from tilth.metadata.database import Database
from tilth.metadata.schema.access import tokens, users
from tilth.metadata.schema.uploads import uploads
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import ChangeId, new_id
from tilth.model.names import check_name

OWNER = "owner"
"""Who opens the folder itself has this name and all rights."""

TOKEN_BYTES = 32
SESSION_MS = 30 * 86_400_000
LOGIN_MS = 10 * 60_000
"""How long the link that a server prints at its start on a terminal logs in."""
MAX_SESSIONS = 50
"""Of one user; beyond it the oldest ends."""
MAX_NOTE = 200
CHANGED = "access.changed"
"""The news that a credential ended or a user's rights changed: whoever holds a connection open looks again."""
_PREFIX = "tilth_"


# Made once: to put a statement together takes longer than to run it, and this one comes with every request.
_HOLDER = (
    select(users, tokens.c.id.label("token"), tokens.c.expires_ms)
    .join(tokens, tokens.c.user == users.c.name)
    .where(tokens.c.hash == bindparam("of_hash"))
)


def authenticate(database: Database, token: str, *, origin: str = FOLDER) -> Principal:
    """Return whom a token names. Raises Unauthenticated. One indexed read, so a revoked token ends at once."""
    with database.read() as conn:
        row = conn.execute(_HOLDER, {"of_hash": hash_of(token)}).first()
    if row is None or (row.expires_ms is not None and row.expires_ms <= now_ms()):
        raise Unauthenticated("That token is not valid.", help="Ask an owner for a new one (tilth user token NAME).")
    if row.disabled_ms is not None:
        raise Unauthenticated(f"User {row.name} is switched off.", help="Ask an owner to switch it on again.")
    return Principal(row.name, Role(row.role), row.worker, tuple(json.loads(row.labels)), row.token, origin)


def owner(database: Database) -> Principal:
    """Return the principal of who opens the folder itself; the first time, make the user."""
    with database.read() as conn:
        row = _find(conn, OWNER)
    if row is None:
        with database.transaction() as conn:
            if _find(conn, OWNER) is None:
                insert_user(conn, OWNER, Role.OWNER, ())
            row = _find(conn, OWNER)
    assert row is not None, "it was just made"
    return Principal(OWNER, Role.OWNER, row.worker)


EVERYTHING = "*"
"""Said for the labeling projects of somebody: all there are and will be."""


def create_user(database: Database, name: str, role: str, labels: Iterable[str]) -> UserInfo:
    """Make a user. Raises Invalid for an unknown role, Conflict when the name is taken."""
    check_name(name, "user")
    allowed = _limits(role, labels)
    with database.transaction() as conn:
        if _find(conn, name) is not None:
            raise Conflict(f"User {name} exists already.", help="Choose another name.", user=name)
        insert_user(conn, name, Role(role), allowed)
        return _info(_need(conn, name))


def get_user(database: Database, name: str) -> UserInfo:
    """Return one user. Raises NotFound."""
    with database.read() as conn:
        return _info(_need(conn, name))


def list_users(database: Database) -> Sequence[UserInfo]:
    """Return all users by name."""
    with database.read() as conn:
        return [_info(row) for row in conn.execute(select(users).order_by(users.c.name))]


def change_user(
    database: Database, name: str, *, role: str | None, labels: Iterable[str] | None, disabled: bool | None
) -> UserInfo:
    """Change what is given. Raises NotFound, Invalid, and Conflict for the last owner that may still enter."""
    with database.transaction() as conn:
        before = _need(conn, name)
        new_role = role if role is not None else before.role
        kept = json.loads(before.labels) if Role(before.role) in LIMITED and new_role in LIMITED else ()
        if labels is not None and kept and not list(labels):
            # Whoever takes the last project from somebody does not mean to open all of them.
            raise Invalid(
                f"Without a labeling project {name} would see all of them.",
                help="Say `*` for all, name another one, or disable the user.",
                user=name,
            )
        allowed = _limits(new_role, labels if labels is not None else kept)
        ends = disabled is True or (disabled is None and before.disabled_ms is not None)
        if before.role == Role.OWNER and (new_role != Role.OWNER or ends):
            _keep_an_owner(conn, before)
        values: dict[str, Any] = {"role": new_role, "labels": json.dumps(allowed)}
        if disabled is not None:
            values["disabled_ms"] = (before.disabled_ms or now_ms()) if disabled else None
        conn.execute(update(users).where(users.c.name == name).values(values))
        tell_change(conn, name)
        return _info(_need(conn, name))


def remove_user(database: Database, name: str) -> None:
    """Remove a user and all its tokens. Raises NotFound, and Conflict for the last owner."""
    with database.transaction() as conn:
        row = _need(conn, name)
        if row.role == Role.OWNER:
            _keep_an_owner(conn, row)
        conn.execute(delete(tokens).where(tokens.c.user == name))
        conn.execute(delete(uploads).where(uploads.c.author == name))
        conn.execute(delete(users).where(users.c.name == name))
        tell_change(conn, name)


def create_token(database: Database, user: str, *, by: str) -> TokenInfo:
    """Make a token of 256 random bits; it exists in clear only in what this returns. Raises NotFound."""
    with database.transaction() as conn:
        _need(conn, user)
        return insert_token(conn, user, by=by)


def create_login_token(database: Database, user: str) -> TokenInfo:
    """Make a token that is valid for LOGIN_MS: a browser that shows it in time gets a session, which lasts.

    Earlier ones that are over go. Raises NotFound.
    """
    now = now_ms()
    with database.transaction() as conn:
        _need(conn, user)
        conn.execute(delete(tokens).where(tokens.c.expires_ms <= now))
        made = insert_token(conn, user, by=user)
        values = {"expires_ms": now + LOGIN_MS, "note": "link of a server's start"}
        conn.execute(update(tokens).where(tokens.c.id == made.id).values(values))
        return made


def open_session(database: Database, principal: Principal, *, note: str) -> str:
    """Make the session of a browser that showed a token, and return its secret; it ends with the token."""
    with database.transaction(gated=False) as conn:  # also people who only read log in
        shown = conn.execute(select(tokens.c.id, tokens.c.parent).where(tokens.c.id == principal.token)).first()
        if shown is None:
            raise Unauthenticated("That token is not valid.", help="It was revoked just now; ask for a new one.")
        return insert_session(conn, principal.name, parent=shown.parent or shown.id, note=note, origin=principal.origin)


def end_session(database: Database, session: str) -> None:
    """End a browser's session; anything else that is shown stays as it is."""
    with database.transaction(gated=False) as conn:
        conn.execute(delete(tokens).where(tokens.c.hash == hash_of(session), tokens.c.kind == "session"))


def list_tokens(database: Database, *, user: str | None, current: str) -> Sequence[CredentialInfo]:
    """Return tokens and sessions that are valid, newest first: of one user, or of all (None)."""
    query = select(tokens).where(or_(tokens.c.expires_ms.is_(None), tokens.c.expires_ms > now_ms()))
    if user is not None:
        query = query.where(tokens.c.user == user)
    with database.read() as conn:
        rows = conn.execute(query.order_by(tokens.c.created_ms.desc(), tokens.c.id.desc())).all()
    return [
        CredentialInfo(
            id=row.id,
            user=row.user,
            kind=row.kind,
            created_ms=row.created_ms,
            created_by=row.created_by,
            used_ms=row.used_ms,
            expires_ms=row.expires_ms,
            note=row.note,
            origin=row.origin,
            current=row.id == current,
        )
        for row in rows
    ]


def revoke_token(database: Database, id: str, *, user: str | None = None) -> None:
    """Make a token, and the sessions that it opened, invalid. With `user`, one of that user. Raises NotFound."""
    with database.transaction() as conn:
        row = conn.execute(select(tokens.c.user).where(tokens.c.id == id)).first()
        if row is None or (user is not None and row.user != user):
            raise NotFound(f"There is no token {id}.", help="Its id was shown when it was made.", token=id)
        conn.execute(delete(tokens).where(or_(tokens.c.id == id, tokens.c.parent == id)))
        tell_change(conn, row.user)


def note_uses(database: Database, uses: dict[str, int]) -> None:
    """Keep when tokens were last used."""
    if not uses:
        return
    with database.transaction(gated=False) as conn:
        for id, at_ms in uses.items():
            conn.execute(update(tokens).where(tokens.c.id == id).values(used_ms=at_ms))


def has_tokens(database: Database) -> bool:
    """Tell whether anybody can reach this workspace over a network yet."""
    with database.read() as conn:
        return conn.execute(select(tokens.c.id).limit(1)).first() is not None


def check_own(principal: Principal, user: str, what: str) -> None:
    """Raise Denied unless the caller is `user` or an owner."""
    if principal.role is not Role.OWNER and principal.name != user:
        raise Denied(
            f"{principal.name} makes {what} only for itself.", help="Ask an owner, or name yourself.", user=user
        )


# In the caller's transaction


def insert_user(
    conn: Connection,
    name: str,
    role: Role,
    labels: Sequence[str],
    *,
    display: str = "",
    invite: str | None = None,
) -> None:
    """Add a user whose name is free."""
    # What a user of that name was still sending when it was removed is not the new one's.
    conn.execute(delete(uploads).where(uploads.c.author == name))
    values = {
        "name": name,
        "role": role.value,
        "labels": json.dumps(labels),
        "worker": new_id(),
        "created_ms": now_ms(),
        "display": display,
        "invite": invite,
    }
    conn.execute(insert(users).values(values))


def insert_token(conn: Connection, user: str, *, by: str) -> TokenInfo:
    """Add a token and return it in clear."""
    made = TokenInfo(new_id(), user, new_secret())
    conn.execute(
        insert(tokens).values(id=made.id, user=user, hash=hash_of(made.token), created_ms=now_ms(), created_by=by)
    )
    return made


def insert_session(conn: Connection, user: str, *, parent: str | None, note: str, origin: str) -> str:
    """Add a session and return its secret; what is over, or too many, goes."""
    now, secret = now_ms(), new_secret()
    conn.execute(delete(tokens).where(tokens.c.expires_ms <= now))
    mine = select(tokens.c.id).where(tokens.c.user == user, tokens.c.kind == "session")
    beyond = mine.order_by(tokens.c.created_ms.desc(), tokens.c.id.desc()).offset(MAX_SESSIONS - 1)
    conn.execute(delete(tokens).where(tokens.c.id.in_(beyond.limit(MAX_SESSIONS).scalar_subquery())))
    conn.execute(
        insert(tokens).values(
            id=new_id(),
            user=user,
            hash=hash_of(secret),
            created_ms=now,
            created_by=user,
            kind="session",
            parent=parent,
            expires_ms=now + SESSION_MS,
            used_ms=now,
            note=note[:MAX_NOTE],
            origin=origin,
        )
    )
    return secret


def tell_change(conn: Connection, user: str) -> None:
    """Tell the feed that a user's credentials or rights are others now."""
    feed.append(conn, CHANGED, ChangeId(new_id()), {"user": user})


def new_secret() -> str:
    """Return 256 random bits that name nobody."""
    return _PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(secret: str) -> Digest:
    """Return what is kept of a secret."""
    return digest_of(secret.encode(errors="replace"))


def now_ms() -> int:
    """Return Unix milliseconds."""
    return time.time_ns() // 1_000_000


def _limits(role: str, labels: Iterable[str]) -> tuple[str, ...]:
    if role not in list(Role):
        raise Invalid(
            f"{role!r} is not a role.", help=f"Choose one of: {', '.join(each.value for each in Role)}.", role=role
        )
    allowed = tuple(labels)
    if allowed == (EVERYTHING,):
        allowed = ()
    if allowed and role not in LIMITED:
        raise Invalid(
            f"The role {role} is not limited to labeling pipelines.",
            help="Only labelers and reviewers are; leave `labels` out.",
        )
    return allowed


def _keep_an_owner(conn: Connection, leaving: Row[Any]) -> None:
    others = conn.execute(
        select(func.count()).where(
            users.c.role == Role.OWNER.value, users.c.disabled_ms.is_(None), users.c.name != leaving.name
        )
    ).scalar()
    if not others:
        raise Conflict(f"{leaving.name} is the last owner.", help="Make another owner first.", user=leaving.name)


def _find(conn: Connection, name: str) -> Row[Any] | None:
    return conn.execute(select(users).where(users.c.name == name)).first()


def _need(conn: Connection, name: str) -> Row[Any]:
    row = _find(conn, name)
    if row is None:
        raise NotFound(f"There is no user {name}.", help="`tilth user list` shows them.", user=name)
    return row


def _info(row: Row[Any]) -> UserInfo:
    return UserInfo(
        name=row.name,
        role=row.role,
        labels=tuple(json.loads(row.labels)),
        created_ms=row.created_ms,
        display=row.display,
        disabled=row.disabled_ms is not None,
        invite=row.invite,
    )
