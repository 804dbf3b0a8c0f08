"""Sessions, invites, S3 keys and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Add what users, tokens and the audit trail need."""
    op.add_column("users", sa.Column("display", sa.Text(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("disabled_ms", sa.BigInteger()))
    op.add_column("users", sa.Column("invite", sa.Text()))
    op.add_column("tokens", sa.Column("kind", sa.Text(), nullable=False, server_default="token"))
    op.add_column("tokens", sa.Column("parent", sa.Text()))
    op.add_column("tokens", sa.Column("expires_ms", sa.BigInteger()))
    op.add_column("tokens", sa.Column("used_ms", sa.BigInteger()))
    op.add_column("tokens", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("tokens", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "invites",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("hash", name=op.f("uq_invites_hash")),
    )
    op.create_table(
        "s3_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("used_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_s3_keys_user_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_s3_keys")),
    )
    op.create_index(op.f("ix_s3_keys_user"), "s3_keys", ["user"])
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_user", "audit", ["user", "position"])
    op.create_index("ix_audit_operation", "audit", ["operation", "position"])
    op.create_index("ix_audit_object", "audit", ["object", "position"])
    op.create_index("ix_audit_at_ms", "audit", ["at_ms"])
