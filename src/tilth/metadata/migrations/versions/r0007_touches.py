"""Lines of commits, and which path each commit touched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    """Make the tables, and put the commits that are there on lines. Their paths are noted later, from their trees."""
    op.add_column("commits", sa.Column("line", sa.BigInteger(), nullable=True))
    op.add_column("commits", sa.Column("generation", sa.BigInteger(), nullable=True))
    op.create_table(
        "lines",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("parent_line", sa.BigInteger(), nullable=True),
        sa.Column("parent_generation", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_lines_repo_repos")),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_lines")),
    )
    op.create_table(
        "touches",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("line", "path", "generation", name=op.f("pk_touches")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wide_commits",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("line", "generation", name=op.f("pk_wide_commits")),
    )
    _backfill(op.get_bind())
    op.create_index("ix_commits_line", "commits", ["line", "generation"], unique=True)


def _backfill(conn: sa.Connection) -> None:
    commits = sa.table("commits", *(sa.column(name) for name in ("id", "repo", "line", "generation")))
    parents = sa.table("commit_parents", *(sa.column(name) for name in ("commit", "position", "parent")))
    lines = sa.table("lines", *(sa.column(name) for name in ("line", "repo", "parent_line", "parent_generation")))
    wide = sa.table("wide_commits", *(sa.column(name) for name in ("line", "generation", "settled")))
    counters = sa.table("counters", sa.column("name"), sa.column("value"))

    repo_of = {row.id: row.repo for row in conn.execute(sa.select(commits.c.id, commits.c.repo))}
    above: dict[str, list[str]] = {id: [] for id in repo_of}
    for row in conn.execute(sa.select(parents).order_by(parents.c.commit, parents.c.position)):
        above[row.commit].append(row.parent)
    placed: dict[str, tuple[int, int]] = {}
    ends: dict[int, int] = {}
    new_lines: list[dict[str, object]] = []
    for start in repo_of:
        waiting = [start]
        while waiting:
            id = waiting[-1]
            missing = [parent for parent in above[id] if parent not in placed]
            if id in placed or missing:
                waiting.extend(missing) if id not in placed else waiting.pop()
                continue
            waiting.pop()
            generation = 1 + max((placed[parent][1] for parent in above[id]), default=0)
            first = placed[above[id][0]] if above[id] else None
            if first is not None and ends[first[0]] == first[1]:
                line = first[0]
            else:
                line = len(new_lines) + 1
                new_lines.append(
                    {
                        "line": line,
                        "repo": repo_of[id],
                        "parent_line": first[0] if first is not None else None,
                        "parent_generation": first[1] if first is not None else None,
                    }
                )
            ends[line] = generation
            placed[id] = line, generation
    if not placed:
        return
    conn.execute(sa.insert(lines), new_lines)
    conn.execute(
        sa.update(commits)
        .where(commits.c.id == sa.bindparam("its_id"))
        .values(line=sa.bindparam("its_line"), generation=sa.bindparam("its_generation")),
        [{"its_id": id, "its_line": line, "its_generation": generation} for id, (line, generation) in placed.items()],
    )
    conn.execute(
        sa.insert(wide),
        [{"line": line, "generation": generation, "settled": False} for line, generation in placed.values()],
    )
    conn.execute(sa.insert(counters).values(name="lines", value=len(new_lines)))
