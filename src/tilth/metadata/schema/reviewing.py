"""Reviews of labeling, what was decided in them, and imports of answers given elsewhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, Table, Text

from tilth.metadata.schema.definition import metadata

reviews = Table(
    "reviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, ForeignKey("labelings.pipeline"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("population", BigInteger, nullable=False),
    Column("strata", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("ended", Integer, nullable=False, server_default="0"),
    Column("created_ms", BigInteger, nullable=False),
)
"""One row per sample. `kind` is random, class, worker or unsure; `strata` JSON: group → items of it when drawn."""

Index("ix_reviews_pipeline", reviews.c.pipeline, reviews.c.id)

review_items = Table(
    "review_items",
    metadata,
    Column("review", Text, ForeignKey("reviews.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.task"), nullable=False),
    Column("key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("confidence", Float, nullable=False),
)
"""The items of a sample in the order in which they are shown, with what held when it was drawn."""

review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("review", Text, ForeignKey("reviews.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("result", Text),
    Column("meaning", Text),
    Column("reason", Text, nullable=False),
    Column("acts", Text, nullable=False),
    Column("undoes", Text),
    Column("author", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Append-only. `verdict` is accepted, corrected, rejected, skipped or undone (which takes back the one it `undoes`);
`acts` JSON says what it did to the ledger, so that it can be taken back."""

Index("ix_review_decisions_item", review_decisions.c.review, review_decisions.c.position, review_decisions.c.sequence)
Index("ix_review_decisions_pipeline", review_decisions.c.pipeline, review_decisions.c.sequence)

answer_imports = Table(
    "answer_imports",
    metadata,
    Column("pipeline", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("commit", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("answers", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("taken_back_ms", BigInteger),
    Column("taken_back_by", Text),
)
"""Which tables gave answers: `source` is `PROJECT/REPO@COMMIT:PATH`, `answers` how many were written from it and not
taken back since; when and by whom it was taken back last."""
