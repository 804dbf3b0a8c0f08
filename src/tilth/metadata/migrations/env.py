"""Alembic's entry: runs the migrations on the connection, and in the transaction, of the caller."""

from __future__ import annotations

from alembic import context

from tilth.metadata.schema.everything import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
