"""Changes of a table in parts, written down by who made them, so that who follows it need not compare parts."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather

from tilth.model.canonical import canonical
from tilth.model.digest import Digest, digest_of
from tilth.versioning.trees import Tree

ENDING = ".changes.arrow"
MOST_ROWS = 100_000
"""Rows of one change that is worth a note; of more, comparing parts costs no more."""
MOST_STEPS = 200
"""Changes that are read one after the other."""

Parts = Mapping[str, Digest]
"""A state of a table: the paths of its parts, and what is in them."""


class PartChanges:
    """Notes in a folder from one state of a table to the next. Any may go at any time; then nothing is known of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, before: Parts, after: Parts, upserts: pa.Table, deletes: Sequence[str]) -> None:
        """Write down what made one state of the other. Only where the folder is: else nobody follows anything.

        Raises nothing: where there is no room, those who follow compare.
        """
        if not before or not self._folder.is_dir() or len(upserts) + len(deletes) > MOST_ROWS:
            return
        told = {"after": _name(after), "deletes": json.dumps(list(deletes))}
        part = self._folder / f"{uuid.uuid4().hex}.part"
        with suppress(OSError):
            feather.write_feather(upserts.replace_schema_metadata(told), str(part), compression="zstd")
            os.replace(part, self._path(_name(before)))

    def between(self, before: Parts, after: Parts, *, key: str) -> tuple[pa.Table, Sequence[str]] | None:
        """Return the rows as they are now that a state has otherwise than an earlier one, and the keys that are gone.

        Rows may be among them that are as they were. None where the notes do not lead from one to the other.
        """
        at, end = _name(before), _name(after)
        steps: list[tuple[pa.Table, list[str]]] = []
        while at != end:
            if len(steps) == MOST_STEPS or sum(len(rows) for rows, _ in steps) > MOST_ROWS:
                return None
            try:
                rows = feather.read_table(self._path(at), memory_map=False)
                told = rows.schema.metadata
                steps.append((rows.replace_schema_metadata(None), json.loads(told[b"deletes"])))
                at = told[b"after"].decode()
            except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
                return None
        if not steps or any(rows.schema != steps[0][0].schema for rows, _ in steps):
            return None
        now: list[pa.Table] = []
        later: set[str] = set()  # keys that a later step tells
        gone: list[str] = []
        for rows, deletes in reversed(steps):
            keys: list[Any] = rows[key].to_pylist()
            now.append(rows.filter(pa.array([name not in later for name in keys], pa.bool_())))
            later.update(keys)
            gone += [name for name in deletes if name not in later]
            later.update(deletes)
        return pa.concat_tables(now), list(dict.fromkeys(gone))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{ENDING}"


def parts_in(tree: Tree, folder: str) -> Parts:
    """Return the parts of a table that is a folder of a tree."""
    return {entry.path: entry.digest for entry in tree.walk(folder)} if tree.root is not None else {}


def _name(parts: Parts) -> str:
    return digest_of(canonical({name: digest.hex() for name, digest in parts.items()})).hex()
