"""How many bytes an upload has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    """Add the size."""
    op.add_column("uploads", sa.Column("size", sa.BigInteger(), server_default="0", nullable=False))
