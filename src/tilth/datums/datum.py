"""Datums: the items that a job works on, and what names them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_of

UNSEEN = Digest(bytes(32))
"""The digest of a reference input's member: its content does not count."""


@dataclass(frozen=True, slots=True)
class Member:
    """What one input gives to a datum: a file, a folder (`path` "" is the root), or a row of a table file.

    `digest` is over the content, and for a folder over all rows below it; `row` is the row's canonical JSON.
    """

    input: str
    repo: str
    branch: str
    path: str
    digest: Digest
    row_key: str | None = None
    row: bytes | None = None
    join_key: str | None = None

    @property
    def values(self) -> Json:
        """The row as JSON, None for files and folders."""
        return json.loads(self.row) if self.row is not None else None


@dataclass(frozen=True, slots=True)
class Datum:
    """One item: `key` is unique among the items of its input, and readable: `images:/a.png`."""

    key: str
    members: tuple[Member, ...]

    @property
    def digest(self) -> Digest:
        """The digest of key, input names, paths, row and join keys, contents: all of the item that code can see."""
        members: list[Json] = [
            [member.input, member.path, member.row_key, member.join_key, member.digest.hex()] for member in self.members
        ]
        return digest_of(canonical([self.key, members]))


@dataclass(frozen=True, slots=True)
class DatumChange:
    """One datum that appeared (no `old`), changed, or went away (no `new`)."""

    key: str
    old: Datum | None
    new: Datum | None


def identity_of(content: Digest, recipe: Digest) -> Digest:
    """Return what names the work of a recipe on a datum whose digest is `content`: equal identity, equal result."""
    return digest_of(b"tilth datum\0" + content + recipe)


def escape_key(text: str) -> str:
    """Return `text` without control characters, reversibly, so that keys can be joined by them."""
    if text.isprintable() and "\\" not in text:
        return text
    escaped = text.replace("\\", "\\\\")
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped)


def unescape_key(text: str) -> str:
    """Undo escape_key."""
    if "\\" not in text:
        return text
    pieces: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            pieces.append(text[at])
            at += 1
        elif text[at + 1] == "x":
            pieces.append(chr(int(text[at + 2 : at + 4], 16)))
            at += 4
        else:
            pieces.append("\\")
            at += 2
    return "".join(pieces)


def members_json(datum: Datum) -> list[dict[str, Any]]:
    """Return where the members of a datum are, as JSON, for lineage."""
    found: list[dict[str, Any]] = []
    for member in datum.members:
        fields = {"input": member.input, "repo": member.repo, "branch": member.branch, "path": member.path}
        if member.row_key is not None:
            fields["row"] = member.row_key
        found.append(fields)
    return found
