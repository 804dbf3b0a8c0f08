"""What commits changed, and what that took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    """Add the counts."""
    for name in ("added", "changed", "removed", "put", "stored"):
        op.add_column("commits", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("drafts", sa.Column("stored", sa.BigInteger(), server_default="0", nullable=False))
