"""Which import an answer came with, and who took an import back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from blake3 import blake3

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    """Add the columns; where a pipeline has had one import only, its answers are known to be of it."""
    op.add_column("answers", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("answer_imports", sa.Column("taken_back_ms", sa.BigInteger(), nullable=True))
    op.add_column("answer_imports", sa.Column("taken_back_by", sa.Text(), nullable=True))
    given = sa.column("source").is_not(None)
    op.create_index(
        "ix_answers_source",
        "answers",
        ["pipeline", "source"],
        unique=False,
        sqlite_where=given,
        postgresql_where=given,
    )
    conn = op.get_bind()
    imports = conn.execute(
        sa.text("SELECT pipeline, max(source) FROM answer_imports GROUP BY pipeline HAVING count(*) = 1")
    ).all()
    for pipeline, source in imports:
        conn.execute(
            sa.text("UPDATE answers SET source = :id WHERE pipeline = :pipeline AND guideline_version = 'imported'"),
            {"id": blake3(source.encode()).hexdigest()[:16], "pipeline": pipeline},
        )
