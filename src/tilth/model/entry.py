"""One row of a file tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tilth.model.digest import Digest


class FileKind(StrEnum):
    """What a path holds."""

    FILE = "file"
    LINK = "link"
    """A symbolic link; its content is the target's text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in a tree and what it holds.

    `size` is in bytes. `digest` names the content (BLAKE3 of the canonical chunk list; for one chunk the
    chunk's own digest); `layout` and `chunks` tell where it lies, see `tilth.storage.content.Content`.
    `attributes` hold `mode` ("755" for an executable file), `content-type` and the user's own keys.
    """

    path: str
    kind: FileKind
    size: int
    digest: Digest
    layout: int = 0
    chunks: bytes = b""
    attributes: Mapping[str, str] = field(default_factory=dict)
