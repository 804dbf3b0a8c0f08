"""The chunks of what was purged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    """Add the digests of the chunks."""
    op.add_column("purged", sa.Column("parts", sa.LargeBinary(), server_default="", nullable=False))
