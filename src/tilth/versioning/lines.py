"""The lines that commits form, each a chain of first parents."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from tilth.errors import NotFound
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.history import lines
from tilth.model.commit import Commit, commit_from_record
from tilth.model.ids import CommitId


def first_parents(conn: Connection, start: CommitId, limit: int) -> list[Commit]:
    """Return `start` and its first parents, newest first, at most `limit`."""
    found: list[Commit] = []
    for line, upto in segments(conn, start):
        query = (
            select(commits.c.record)
            .where(commits.c.line == line, commits.c.generation <= upto)
            .order_by(commits.c.generation.desc())
            .limit(limit - len(found))
        )
        found.extend(commit_from_record(record) for record in conn.execute(query).scalars())
        if len(found) >= limit:
            break
    return found


def count_first_parents(conn: Connection, start: CommitId, stop: CommitId | None, most: int) -> int:
    """Count `start` and its first parents down to `stop` (not counted; None: all), at most `most`."""
    end = place_of(conn, stop) if stop is not None else None
    count = 0
    for line, upto in segments(conn, start):
        after = end[1] if end is not None and end[0] == line else 0
        query = (
            select(commits.c.id)
            .where(commits.c.line == line, commits.c.generation <= upto, commits.c.generation > after)
            .limit(most - count)
        )
        count += len(conn.execute(query).all())
        if count >= most or after:
            break
    return count


def is_end(conn: Connection, line: int, generation: int) -> bool:
    """Tell whether nothing follows on a line."""
    query = select(commits.c.id).where(commits.c.line == line, commits.c.generation > generation).limit(1)
    return conn.execute(query).first() is None


def place_of(conn: Connection, commit: CommitId) -> tuple[int, int]:
    """Return line and generation of a commit. Raises NotFound."""
    row = conn.execute(select(commits.c.line, commits.c.generation).where(commits.c.id == commit)).first()
    if row is None:
        raise NotFound(f"There is no commit {commit}.", help="`tilth log` shows the commits of a repo.", commit=commit)
    return int(row.line), int(row.generation)


def segments(conn: Connection, start: CommitId) -> Iterator[tuple[int, int]]:
    """Yield the lines, each with the generation up to which it belongs, that the first parents of `start` lie on."""
    line, upto = place_of(conn, start)
    while True:
        yield line, upto
        row = conn.execute(select(lines.c.parent_line, lines.c.parent_generation).where(lines.c.line == line)).one()
        if row.parent_line is None:
            return
        line, upto = int(row.parent_line), int(row.parent_generation)
