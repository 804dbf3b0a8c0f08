"""One row of a file tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tilth.errors import Invalid
from tilth.model.digest import Digest

LINK_MAX = 4095
"""Bytes of a link's target at most: a path of the system is no longer."""


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


def check_link(path: str, target: bytes) -> bytes:
    """Return the target of a link at `path`. Raises Invalid for one that no file system can hold."""
    if not target:
        wrong = "is empty"
    elif b"\0" in target:
        wrong = "holds a NUL character"
    elif len(target) > LINK_MAX:
        wrong = f"has {len(target):,} bytes, more than {LINK_MAX:,}"
    else:
        return target
    raise Invalid(
        f"The target of the link {path!r} {wrong}.", help="Name a file or folder that it leads to.", path=path
    )


def link_bytes(path: str, target: str) -> bytes:
    """Return the target of a link at `path` as it is stored. Raises Invalid for one that no file system can hold."""
    try:
        encoded = os.fsencode(target)
    except UnicodeEncodeError as error:
        raise Invalid(
            f"The target of the link {path!r} holds half a character.", help="Send it as UTF-8.", path=path
        ) from error
    return check_link(path, encoded)
