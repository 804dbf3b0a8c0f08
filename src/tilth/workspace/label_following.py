"""New labels of people brought into a large view by the parts that differ, instead of making the view anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from tilth.datasets.assembling import joined_labels, text
from tilth.datasets.definition import Definition, Labels
from tilth.datasets.overlays import changed_rows
from tilth.datasets.part_changes import PartChanges
from tilth.datasets.tables import read_table
from tilth.errors import TilthError
from tilth.model.canonical import canonical
from tilth.model.digest import Digest, digest_of
from tilth.storage.store import Store
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_sources import DatasetSources, Source

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView
    from tilth.datasets.view_files import ViewFiles

MOST = 10
"""Where more than one label in so many differs, making the view anew costs no more."""


@dataclass(frozen=True, slots=True)
class FollowingLabels:
    """The labels that a labeling pipeline published, as the parts of their table now."""

    store: Store
    labels: Labels
    tree: Digest
    parts: Mapping[str, Digest]
    basis: bytes = b""
    """Stands for all else that the view is made from."""

    def on(self, basis: bytes) -> tuple[FollowingLabels, Digest]:
        """Return these labels on all else that a view is made from, and the key of both together."""
        parts = canonical({name: digest.hex() for name, digest in self.parts.items()})
        return replace(self, basis=basis), digest_of(basis + b"\0labels\0" + parts)

    def note(self, files: ViewFiles, key: bytes) -> None:
        """Write down that the view of these labels is kept, for those of later ones to begin with."""
        parts = {name: digest.hex() for name, digest in self.parts.items()}
        files.note(self.basis, {"key": key.hex(), "tree": self.tree.hex(), "parts": parts})

    def bring(self, files: ViewFiles) -> tuple[ItemView, int] | None:
        """Return the view that is kept on disk of earlier labels, with these, and about its size; None if it is no use.

        Costs a copy of the file, and what `into` does.
        """
        from tilth.datasets.items import ItemView

        told = files.noted(self.basis)
        if told is None:
            return None
        tree = Digest(bytes.fromhex(told["tree"]))
        parts = {name: Digest(bytes.fromhex(digest)) for name, digest in told["parts"].items()}
        key = bytes.fromhex(told["key"])
        if not self._differ(parts):
            return None
        con = files.open(key)
        if con is None:
            return None
        view = ItemView.reopened(con)
        if not self.into(view, replace(self, tree=tree, parts=parts), files.changes):
            view.close()
            return None
        return view, files.size(key)

    def into(self, view: ItemView, before: FollowingLabels, changes: PartChanges) -> bool:
        """Bring these labels into a view that shows those of `before`.

        False where that is no use, as too many differ, or they are of another kind; then the view is as it was. Costs a
        scan of its keys; where nobody noted what changed, also reading the parts that differ before and after.
        """
        if not self._differ(before.parts):
            return False
        noted = changes.between(before.parts, self.parts, key="key")
        if noted is not None:
            rows, gone = self._shown(noted[0]), noted[1]
            if self._fit(view, rows, len(rows) + len(gone)) and view.relabel_items(gone, rows):
                return True
        # Not noted, or of what is no item: of such labels only rows before and after tell how many there are.
        changed = self._changed(before, self._old(before.parts), self._new(before.parts))
        if changed is None or not self._fit(view, changed[1], max(map(len, changed))):
            return False
        view.relabel(*changed)
        return True

    def _differ(self, before: Mapping[str, Digest]) -> bool:
        return bool(self._old(before)) and bool(self._new(before))

    def _old(self, before: Mapping[str, Digest]) -> list[str]:
        return [name for name, digest in before.items() if self.parts.get(name) != digest]

    def _new(self, before: Mapping[str, Digest]) -> list[str]:
        return [name for name, digest in self.parts.items() if before.get(name) != digest]

    def _fit(self, view: ItemView, rows: pa.Table, count: int) -> bool:
        """Tell whether rows have the columns that the view shows, and are few enough."""
        return view.label_columns == set(rows.schema.names) - {"key"} and MOST * count <= view.totals()[0]

    def _changed(
        self, before: FollowingLabels, old: Sequence[str], new: Sequence[str]
    ) -> tuple[pa.Table, pa.Table] | None:
        """Return the rows that only the parts `old` of earlier labels have, and those that only `new` ones have now.

        Part by part, as a key is in the part of its hash: beside parts that were split or joined, few are compared.
        None where the tables are of two kinds, or what was published earlier is not kept any more.
        """
        both = set(old) & set(new)
        pairs = [([name], [name]) for name in sorted(both)]
        pairs.append(([name for name in old if name not in both], [name for name in new if name not in both]))
        gone, fresh = [], []
        for names, names_now in pairs:
            try:
                tables = [self._rows(*each) for each in ((before.tree, names), (self.tree, names_now)) if each[1]]
            except TilthError:
                return None
            if not tables:
                continue
            earlier = tables[0] if names else tables[0].slice(0, 0)
            now = tables[-1] if names_now else tables[-1].slice(0, 0)
            if earlier.schema != now.schema:
                return None
            only = changed_rows(earlier, now)
            gone.append(only[0])
            fresh.append(only[1])
        if any(each.schema != gone[0].schema for each in gone):
            return None
        return pa.concat_tables(gone), pa.concat_tables(fresh)

    def _rows(self, tree: Digest, names: Iterable[str]) -> pa.Table:
        return self._shown(read_table(Tree(self.store, tree).read, sorted(names), key=self.labels.key))

    def _shown(self, table: pa.Table) -> pa.Table:
        """Return the columns of labels as the view names them."""
        columns = joined_labels(self.labels, table).columns
        shown = {name: table[column] for name, column in columns.items()}
        label = next(iter(columns))
        return pa.table({"key": text(table[self.labels.key])} | shown | {label: text(shown[label])})


def labels_of(known: DatasetSources, definition: Definition, sources: Sequence[Source]) -> FollowingLabels | None:
    """Return the labels of a definition that can be followed: one table, kept by a labeling pipeline by path.

    Such a table has one row per key, whatever its parts: what differs in some says all.
    """
    labels = definition.labels
    source = next((each for each in sources if each.role == "labels"), None)
    if labels is None or source is None or source.commit.tree is None or definition.older:
        return None
    if labels.pipeline is None or labels.match != "path" or labels.key != "key" or source.commit.derivation is None:
        return None
    parts = known.parts(Tree(known.backend.store, source.commit.tree), source.reference.path or "")
    return FollowingLabels(known.backend.store, labels, source.commit.tree, parts) if parts else None
