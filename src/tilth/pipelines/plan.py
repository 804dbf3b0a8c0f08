"""What a job leaves beside its output: versioned tables of its datums, of who owns which path, of what to try again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.datums.cutting import InputState
from tilth.datums.datum import Datum, Member
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_from_hex
from tilth.storage.store import Store
from tilth.storage.tables import Table, TableSchema

_DATUM_FIELDS: list[pa.Field[Any]] = [
    pa.field("key", pa.string(), nullable=False),
    pa.field("content", pa.binary(32), nullable=False),
    pa.field("identity", pa.binary(32), nullable=False),
    pa.field("state", pa.string(), nullable=False),
    pa.field("manifest", pa.binary(32), nullable=True),
    pa.field("log", pa.binary(32), nullable=True),
    pa.field("reason", pa.string(), nullable=False),
    pa.field("tries", pa.int32(), nullable=False),
    pa.field("wall_s", pa.float64(), nullable=False),
    pa.field("cpu_s", pa.float64(), nullable=False),
    pa.field("job", pa.string(), nullable=False),
    pa.field("recipe", pa.binary(32), nullable=False),
    pa.field("members", pa.string(), nullable=False),
]
DATUMS = TableSchema("datums-0", pa.schema(_DATUM_FIELDS))
"""One row per datum. `job` and `recipe` are those that its output was made by, or taken from the cache for (`tries` 0);
`members` is JSON: the input, repo, branch, path and row of each."""

OWNERS = TableSchema(
    "owners-0",
    pa.schema(
        [
            pa.field("path", pa.string(), nullable=False),
            pa.field("datum", pa.string(), nullable=False),
        ]
    ),
)

PENDING = TableSchema(
    "pending-0",
    pa.schema(
        [
            pa.field("key", pa.string(), nullable=False),
            pa.field("datum", pa.string(), nullable=False),
        ]
    ),
)
"""Datums that recovered without output: the next job tries them again even if nothing else changes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The roots of a job's tables, kept on its row and, for a published one, in the derivation's facts."""

    input: InputState
    recipe: Digest
    tree: Digest | None
    datums: Digest | None = None
    owners: Digest | None = None
    pending: Digest | None = None

    def datum_table(self, store: Store) -> Table:
        """Return the datums."""
        return Table(store, DATUMS, self.datums)

    def owner_table(self, store: Store) -> Table:
        """Return the owners of the output's paths."""
        return Table(store, OWNERS, self.owners)

    def pending_table(self, store: Store) -> Table:
        """Return the datums to try again."""
        return Table(store, PENDING, self.pending)

    def to_json(self) -> dict[str, Json]:
        """Return the plan as JSON."""
        roots = {name: getattr(self, name) for name in ("recipe", "tree", "datums", "owners", "pending")}
        return {"input": self.input.to_json()} | {
            name: root.hex() if root is not None else None for name, root in roots.items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Plan:
        """Read what to_json wrote."""
        roots = {
            name: digest_from_hex(value[name]) if value[name] is not None else None
            for name in ("tree", "datums", "owners", "pending")
        }
        return cls(InputState.from_json(value["input"]), digest_from_hex(value["recipe"]), **roots)


def encode_datum(datum: Datum) -> str:
    """Return a datum as text, whole."""
    members: list[Json] = [
        [
            member.input,
            member.repo,
            member.branch,
            member.path,
            member.digest.hex(),
            member.row_key,
            member.row.decode() if member.row is not None else None,
            member.join_key,
        ]
        for member in datum.members
    ]
    return canonical([datum.key, members]).decode()


def decode_datum(text: str) -> Datum:
    """Return what encode_datum was given."""
    key, members = json.loads(text)
    return Datum(
        key,
        tuple(
            Member(name, repo, branch, path, digest_from_hex(digest), row_key, row.encode() if row else None, join_key)
            for name, repo, branch, path, digest, row_key, row, join_key in members
        ),
    )
