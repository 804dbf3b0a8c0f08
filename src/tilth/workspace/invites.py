"""Invites: links by which people make themselves users of one labeling pipeline, in SQL."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from tilth.contract.access import InviteInfo, JoinedInfo
from tilth.contract.principal import LIMITED, Role
from tilth.errors import Conflict, Invalid, NotFound
from tilth.metadata.database import Database
from tilth.metadata.schema.access import invites
from tilth.model.ids import new_id
from tilth.workspace import access_ledger, audit_ledger
from tilth.workspace.access_ledger import now_ms

LASTS_MS = 14 * 86_400_000
LONGEST_MS = 366 * 86_400_000
MOST_USES = 10_000
MAX_DISPLAY = 60
PATH = "/join/"


def create_invite(
    database: Database, pipeline: str, *, role: str, expires_ms: int | None, max_uses: int, by: str
) -> InviteInfo:
    """Make an invite; its link is in clear only in what this returns. Raises Invalid."""
    now = now_ms()
    until = expires_ms if expires_ms is not None else now + LASTS_MS
    if role not in LIMITED:
        raise Invalid(f"An invite makes no {role}.", help="It makes a labeler or a reviewer.", role=role)
    if not now < until <= now + LONGEST_MS:
        raise Invalid("An invite expires within a year from now.", help="Choose a time in the future.")
    if not 1 <= max_uses <= MOST_USES:
        raise Invalid(f"An invite is for 1 to {MOST_USES:,} people.", help="Say how many people you expect.")
    secret = access_ledger.new_secret()
    id = new_id()
    with database.transaction() as conn:
        conn.execute(
            insert(invites).values(
                id=id,
                hash=access_ledger.hash_of(secret),
                pipeline=pipeline,
                role=role,
                created_ms=now,
                created_by=by,
                expires_ms=until,
                max_uses=max_uses,
                uses=0,
            )
        )
    return InviteInfo(id, pipeline, role, "open", 0, max_uses, now, by, until, PATH + secret)


def list_invites(database: Database) -> Sequence[InviteInfo]:
    """Return all invites, newest first."""
    with database.read() as conn:
        rows = conn.execute(select(invites).order_by(invites.c.created_ms.desc(), invites.c.id.desc())).all()
    return [_info(row) for row in rows]


def revoke_invite(database: Database, id: str) -> InviteInfo:
    """End an invite for good; an ended one stays as it is. Raises NotFound."""
    with database.transaction() as conn:
        conn.execute(
            update(invites).where(invites.c.id == id, invites.c.revoked_ms.is_(None)).values(revoked_ms=now_ms())
        )
        row = conn.execute(select(invites).where(invites.c.id == id)).first()
        if row is None:
            raise NotFound(f"There is no invite {id}.", help="`tilth user invites` shows them.", invite=id)
        return _info(row)


def look(database: Database, secret: str) -> InviteInfo:
    """Return the invite of a link that can still be used. Raises NotFound, and Conflict that says why it cannot."""
    with database.read() as conn:
        return _info(_usable(conn, secret))


def join(database: Database, secret: str, display: str, *, note: str, origin: str) -> tuple[JoinedInfo, str]:
    """Make a user by an invite, and its session: one transaction, so that the last place is given once.

    Returns the user and the session's secret. Raises NotFound, Conflict, Invalid.
    """
    called = _display(display)
    with database.transaction() as conn:
        invite = _usable(conn, secret)
        name = f"{_slug(called)}-{secrets.token_hex(4)}"
        taken = conn.execute(
            update(invites)
            .where(invites.c.id == invite.id, invites.c.uses < invites.c.max_uses, invites.c.revoked_ms.is_(None))
            .values(uses=invites.c.uses + 1)
        )
        if not taken.rowcount:
            raise _spent()
        role = Role(invite.role)
        access_ledger.insert_user(conn, name, role, (invite.pipeline,), display=called, invite=invite.id)
        session = access_ledger.insert_session(conn, name, parent=None, note=note, origin=origin)
        access_ledger.tell_change(conn, name)
        audit_ledger.append(
            conn,
            audit_ledger.Act(name, "", "access.join", f"{invite.pipeline} {invite.id}", "ok", name, origin),
        )
    return JoinedInfo(name, called, role.value, invite.pipeline), session


def _usable(conn: Connection, secret: str) -> Row[Any]:
    row = conn.execute(select(invites).where(invites.c.hash == access_ledger.hash_of(secret))).first()
    if row is None:
        raise NotFound("This link is not an invite.", help="Copy the whole link, or ask whoever sent it for a new one.")
    state = _state(row)
    if state == "revoked":
        raise Conflict("This invite was taken back.", help="Ask whoever sent it for a new link.", state=state)
    if state == "expired":
        raise Conflict("This invite has expired.", help="Ask whoever sent it for a new link.", state=state)
    if state == "used up":
        raise _spent()
    return row


def _spent() -> Conflict:
    return Conflict("All places of this invite are taken.", help="Ask whoever sent it for a new link.", state="used up")


def _state(row: Row[Any]) -> str:
    if row.revoked_ms is not None:
        return "revoked"
    if row.uses >= row.max_uses:
        return "used up"
    return "expired" if row.expires_ms <= now_ms() else "open"


def _info(row: Row[Any]) -> InviteInfo:
    return InviteInfo(
        id=row.id,
        pipeline=row.pipeline,
        role=row.role,
        state=_state(row),
        uses=row.uses,
        max_uses=row.max_uses,
        created_ms=row.created_ms,
        created_by=row.created_by,
        expires_ms=row.expires_ms,
    )


def _display(text: str) -> str:
    """Return a display name without what would disturb a page or pretend to be another line."""
    shown = " ".join("".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text).split())
    if not shown or len(shown) > MAX_DISPLAY:
        raise Invalid(f"A name has 1 to {MAX_DISPLAY} letters.", help="Write how you want to be called.")
    return shown


def _slug(display: str) -> str:
    plain = unicodedata.normalize("NFKD", display).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "labeler"
