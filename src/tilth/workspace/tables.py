"""Tables in commits, opened once and kept while they are asked about."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from tilth.datasets.tables import SUFFIXES, is_table
from tilth.errors import Invalid, NotFound
from tilth.model.digest import Digest, digest_of
from tilth.versioning import releasing, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.trees import Tree

if TYPE_CHECKING:
    from tilth.datasets.view import View

KEPT = 8
"""Views kept in memory; each is a copy of its table."""


class Tables:
    """The tables that were read last, by the digests of their files: equal content is opened once."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, View] = OrderedDict()

    def at(self, reference: str) -> View:
        """Return the table at `repo@revision:folder-or-file`. Raises NotFound, Invalid.

        The first question to a table costs reading it whole; later ones, also of other commits with the same files,
        only the question.
        """
        from tilth.datasets.view import View  # loads DuckDB

        asked = revisions.parse(reference)
        tree = Tree(self._backend.store, releasing.readable(self._backend, asked).tree)
        path = asked.path or ""
        parts = {entry.path: entry.digest for entry in tree.walk(path) if entry.path == path or is_table(entry.path)}
        if not parts:
            if path and tree.stat(path) is None and not tree.is_folder(path):
                raise NotFound(
                    f"There is no {path} in {reference.partition(':')[0]}.", help="`tilth ls` shows what is there."
                )
            raise Invalid(f"{reference} holds no table.", help=f"Tables are files ending in {', '.join(SUFFIXES)}.")
        key = _key(parts)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = View.open(tree.read, {"data": sorted(parts)})
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)  # closed when the last question to it has been answered
            self._kept.move_to_end(key)
            return self._kept[key]


def _key(parts: dict[str, Digest]) -> bytes:
    return digest_of(b"".join(path.encode() + b"\0" + digest for path, digest in sorted(parts.items())))
