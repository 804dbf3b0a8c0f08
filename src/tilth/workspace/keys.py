"""S3 keys of a local workspace.

SigV4 needs the secret itself, not its hash. So no secret is stored: it is derived from the key's id with 256 bits in a
file that only the workspace's owner on this machine may read. The database alone opens nothing, and neither does the
file; a revoked key is a row that is gone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import delete, insert, select

from tilth.contract.keys import S3KeyInfo
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.errors import Corrupt, NotFound
from tilth.metadata.database import Database
from tilth.metadata.schema.access import s3_keys, users
from tilth.storage.disk import sync_folder
from tilth.workspace import access_ledger
from tilth.workspace.access_ledger import now_ms
from tilth.workspace.opened import Opened

KEY_FILE = "s3.key"
_KEY_BYTES = 32
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH = 18
_PURPOSE = b"tilth s3 secret 1\n"


class LocalKeys:
    """Key pairs of the folder's S3 door."""

    def __init__(self, opened: Opened) -> None:
        self._database = opened.backend.database
        self._folder = opened.backend.folder
        self._principal = opened.principal

    def create(self, user: str) -> S3KeyInfo:
        """Make a key pair; the secret is shown this once."""
        access_ledger.check_own(self._principal, user, "S3 keys")
        access_ledger.get_user(self._database, user)
        id = "TL" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        made = S3KeyInfo(id, user, now_ms(), self._principal.name, _secret(_key(self._folder), id))
        with self._database.transaction() as conn:
            conn.execute(
                insert(s3_keys).values(id=id, user=user, created_ms=made.created_ms, created_by=made.created_by)
            )
        return made

    def list(self) -> Page[S3KeyInfo]:
        """List key pairs, without secrets."""
        query = select(s3_keys).order_by(s3_keys.c.created_ms.desc(), s3_keys.c.id)
        if self._principal.role not in (Role.OWNER, Role.AUDITOR):
            query = query.where(s3_keys.c.user == self._principal.name)
        with self._database.read() as conn:
            rows = conn.execute(query).all()
        return Page([S3KeyInfo(row.id, row.user, row.created_ms, row.created_by) for row in rows])

    def revoke(self, key_id: str) -> None:
        """Make a key pair invalid."""
        mine = delete(s3_keys).where(s3_keys.c.id == key_id)
        if self._principal.role is not Role.OWNER:
            mine = mine.where(s3_keys.c.user == self._principal.name)
        with self._database.transaction() as conn:
            if not conn.execute(mine).rowcount:
                raise NotFound(f"There is no S3 key {key_id}.", help="`tilth user s3-keys` shows them.", key=key_id)


def secret_of(database: Database, folder: Path, key_id: str) -> tuple[str, str] | None:
    """Return user and secret of a valid key pair, for a door that checks signatures; None when there is none."""
    with database.read() as conn:
        row = conn.execute(
            select(s3_keys.c.user)
            .join(users, users.c.name == s3_keys.c.user)
            .where(s3_keys.c.id == key_id, users.c.disabled_ms.is_(None))
        ).first()
    return (row.user, _secret(_key(folder), key_id)) if row is not None else None


def _secret(key: bytes, id: str) -> str:
    return base64.b64encode(hmac.digest(key, _PURPOSE + id.encode(), hashlib.sha256)).decode()[:40]


def _key(folder: Path) -> bytes:
    """Return the workspace's key; the first time, make it: whole and only for its owner, or not at all."""
    path = folder / KEY_FILE
    if not path.exists():
        made = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        opened = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # unlike a rename it never replaces the key that another process just made
        except FileExistsError:
            pass
        finally:
            made.unlink()
        sync_folder(folder)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise Corrupt(f"{path} is damaged.", help="Move it away; then make the S3 keys of all users anew.")
    return key
