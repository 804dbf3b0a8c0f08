"""Annotations: words about repos, branches, commits and files, outside every seal, found again by key."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blake3 import blake3
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select

from tilth.errors import Invalid
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import annotation_rows
from tilth.model.digest import Digest
from tilth.model.ids import RepoId
from tilth.versioning import journal
from tilth.versioning.backend import Backend
from tilth.versioning.repos import Repo

MAX_VALUE = 4096
MAX_KEYS = 100
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,127}")


class Kind(StrEnum):
    """What an annotation is about."""

    REPO = "repo"
    BRANCH = "branch"
    COMMIT = "commit"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is annotated: a repo, one of its branches (`name`), commits (id) or files (path, while its content is that
    of `digest`, in whichever commit)."""

    repo: Repo
    kind: Kind
    name: str = ""
    digest: Digest | None = None

    @property
    def place(self) -> bytes:
        """What stands for the subject in an index."""
        text = f"{self.kind.value}\0{self.name}\0{self.digest.hex() if self.digest is not None else ''}"
        return blake3(text.encode()).digest(length=16)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One word about one thing; `repo` is written "project/repo"."""

    repo: str
    kind: Kind
    subject: str
    digest: Digest | None
    key: str
    value: str
    author: str
    at_ms: int
    position: str
    """Where a list goes on behind it."""


def annotate(backend: Backend, subject: Subject, values: Mapping[str, str], *, author: str) -> None:
    """Set keys of a subject. Raises Invalid for a key or value that cannot be one, or more than MAX_KEYS keys."""
    for key, value in values.items():
        if not _KEY.fullmatch(key):
            raise Invalid(f"{key!r} cannot be a key.", help="Use up to 128 letters, digits and _ . : / -.", key=key)
        if len(value) > MAX_VALUE or "\0" in value:
            raise Invalid(f"The value of {key} is longer than {MAX_VALUE} characters or holds NUL.", help="Shorten it.")
    with backend.database.transaction() as conn:
        held = set(conn.execute(select(annotation_rows.c.key).where(_at(subject))).scalars())
        if len(held | set(values)) > MAX_KEYS:
            raise Invalid(f"One thing has at most {MAX_KEYS} keys.", help="Take some away first.")
        for key, value in values.items():
            facts: dict[str, Any] = {
                "repo": subject.repo.id,
                "place": subject.place,
                "key": key,
                "kind": subject.kind.value,
                "subject": subject.name,
                "digest": subject.digest,
                "value": value,
                "author": author,
                "at_ms": time.time_ns() // 1_000_000,
            }
            conn.execute(delete(annotation_rows).where(_at(subject), annotation_rows.c.key == key))
            conn.execute(insert(annotation_rows).values(**facts))
            note(conn, facts)


def annotations_of(backend: Backend, subject: Subject) -> list[Annotation]:
    """Return what is said about a subject, by key."""
    with backend.database.read() as conn:
        rows = conn.execute(_query().where(_at(subject))).all()
    return sorted((_annotation(row) for row in rows), key=lambda each: each.key.encode())


def remove(backend: Backend, subject: Subject, keys: Iterable[str]) -> int:
    """Take keys of a subject away; return how many there were."""
    count = 0
    with backend.database.transaction() as conn:
        for key in keys:
            gone = conn.execute(delete(annotation_rows).where(_at(subject), annotation_rows.c.key == key)).rowcount
            count += gone
            if gone:
                note(conn, {"repo": subject.repo.id, "place": subject.place, "key": key, "value": None})
    return count


def find(
    backend: Backend,
    key: str,
    *,
    value: str | None = None,
    repo: Repo | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Annotation]:
    """Return up to `limit` annotations of a key (and a value, and a repo) behind the position `after`."""
    query = _query().where(annotation_rows.c.key == key)
    if value is not None:
        query = query.where(annotation_rows.c.value == value)
    if repo is not None:
        query = query.where(annotation_rows.c.repo == repo.id)
    if after is not None:
        home, place = _position(after)
        behind = and_(annotation_rows.c.repo == home, annotation_rows.c.place > place)
        query = query.where(or_(annotation_rows.c.repo > home, behind))
    with backend.database.read() as conn:
        rows = conn.execute(query.order_by(annotation_rows.c.repo, annotation_rows.c.place).limit(limit)).all()
    return [_annotation(row) for row in rows]


def note(conn: Connection, facts: Mapping[str, Any]) -> None:
    """Journal one key of a subject; a value of None takes it away."""
    plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in facts.items()}
    journal.note(conn, "annotation", plain)


def from_note(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that a note set."""
    row = dict(facts)
    for name in ("place", "digest"):
        row[name] = bytes.fromhex(row[name]) if row.get(name) is not None else None
    return row


def _query() -> Any:
    return (
        select(annotation_rows, repos.c.project, repos.c.name.label("repo_name"))
        .join(repos, repos.c.id == annotation_rows.c.repo)
        .where(repos.c.deleted_ms.is_(None))
    )


def _at(subject: Subject) -> ColumnElement[bool]:
    return and_(annotation_rows.c.repo == subject.repo.id, annotation_rows.c.place == subject.place)


def _annotation(row: Row[Any]) -> Annotation:
    return Annotation(
        f"{row.project}/{row.repo_name}",
        Kind(row.kind),
        row.subject,
        Digest(row.digest) if row.digest is not None else None,
        row.key,
        row.value,
        row.author,
        row.at_ms,
        f"{row.repo}-{row.place.hex()}",
    )


def _position(after: str) -> tuple[RepoId, bytes]:
    home, _, place = after.partition("-")
    try:
        return RepoId(home), bytes.fromhex(place)
    except ValueError:
        raise Invalid(f"{after!r} is no position.", help="Go on from the `next` of a page.") from None
