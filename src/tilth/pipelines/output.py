"""The output of a job: the previous tree without the files of datums that changed or went, with those of new ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from tilth.errors import Conflict, Failed
from tilth.execution.batch import OutputFile
from tilth.model.digest import Digest
from tilth.model.entry import Entry, FileKind
from tilth.pipelines.plan import OWNERS
from tilth.storage.store import Store
from tilth.storage.tables import Table
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree


@dataclass(slots=True)
class OutputMerge:
    """Gathers what a job drops from and adds to an output. Memory: O(changed paths)."""

    store: Store
    tree: Digest | None
    owners: Table
    _dropped: set[str] = field(default_factory=set, init=False)
    _added: dict[str, tuple[str, OutputFile]] = field(default_factory=dict, init=False)

    def drop(self, files: Iterable[OutputFile]) -> None:
        """Take out what a datum wrote in an earlier job."""
        self._dropped.update(file.path for file in files)

    def add(self, datum: str, files: Iterable[OutputFile]) -> None:
        """Put what a datum wrote. Raises Failed, naming both datums and the path, when another wrote it in this job."""
        for file in files:
            other = self._added.setdefault(file.path, (datum, file))
            if other[0] != datum:
                raise _both(other[0], datum, file.path)

    def finish(self) -> tuple[Digest | None, Table]:
        """Return the root of the new tree and the new owners.

        Raises Failed, naming both datums and the path, where two wrote one path, or one a file where another needs
        a folder. Cost: O(changed paths × log n).
        """
        for row in self.owners.get_many(self._added).to_pylist():
            if row["path"] not in self._dropped:
                raise _both(row["datum"], self._added[row["path"]][0], row["path"])
        edits = Edits()
        for path in self._dropped - self._added.keys():
            edits.delete(path)
        for path, (_, file) in self._added.items():
            edits.put(_entry(path, file))
        try:
            tree = Tree(self.store, self.tree).apply(edits)
        except Conflict as conflict:
            raise self._collision(str(conflict.facts["file"]), str(conflict.facts["below"])) from conflict
        rows = pa.table([list(self._added), [datum for datum, _ in self._added.values()]], schema=OWNERS.arrow)
        owners = self.owners.update(rows, sorted(self._dropped - self._added.keys()))
        return tree.root, owners

    def _collision(self, path: str, below: str) -> Failed:
        return Failed(
            f"Datum {shown(self._owner(path))} wrote the file {path}, and datum {shown(self._owner(below))} wrote "
            f"{below}, which needs it to be a folder.",
            help="Let datums write under paths of their own, for example named after their input.",
            path=path,
            datums=[self._owner(path), self._owner(below)],
        )

    def _owner(self, path: str) -> str:
        if path in self._added:
            return self._added[path][0]
        row = self.owners.get(path)
        return str(row["datum"]) if row is not None else "?"


def _both(one: str, other: str, path: str) -> Failed:
    return Failed(
        f"Datums {shown(one)} and {shown(other)} both wrote {path}.",
        help="Let datums write under paths of their own, for example named after their input.",
        path=path,
        datums=[one, other],
    )


def shown(key: str) -> str:
    """Return a datum's key on one line."""
    return key.replace("\n", " × ").replace("\t", "#")


def _entry(path: str, file: OutputFile) -> Entry:
    content = file.content
    attributes = {} if file.mode == 0o644 else {"mode": f"{file.mode & 0o777:o}"}
    return Entry(path, FileKind.FILE, content.size, content.digest, content.layout, content.chunks, attributes)
