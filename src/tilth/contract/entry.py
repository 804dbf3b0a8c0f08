"""Files of a commit, and what can be written as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file, link or (in a one-level list) folder."""

    path: str
    kind: str
    size: int
    digest: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that differs between two commits; `old` or `new` is None when it was added or deleted."""

    path: str
    old: FileInfo | None
    new: FileInfo | None


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link to write; where it leads is not looked at."""

    target: str


@dataclass(frozen=True, slots=True)
class Executable:
    """Bytes to write as an executable file."""

    content: bytes | BinaryIO


FileSource: TypeAlias = bytes | BinaryIO | Path | Link | Executable
"""What can be written: bytes, an open stream, a local file (with its mode) or link, a link, an executable."""
