"""Exports of a local workspace's datasets: what matches now, copied aside once, then laid out for others to read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.sending import ExportPlan
from tilth.datasets.exports.export import FORMATS, OF_IMAGES, check_format
from tilth.datasets.exports.export import export as exported
from tilth.datasets.exports.subject import Media, Options, Rows, Subject
from tilth.errors import NotFound
from tilth.model.entry import Entry
from tilth.storage.content import read_content
from tilth.version import __version__
from tilth.versioning import releasing
from tilth.versioning.backend import Backend
from tilth.versioning.trees import Tree, content_of
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.opened import Opened
from tilth.workspace.slices import now_ms

PAGE = 2_000
_REFERENCE, _SIZE = "\0reference", "\0size"
"""Columns of the copy: where an item's media lies, and how large it is."""


def plan_export(opened: Opened, name: str, *, where: str, model: str | None, at: str | None) -> ExportPlan:
    """Say how much an export would be. Cost: where rows name files, one look-up per matching item, else columns."""
    dataset = open_view(opened, name, model=model, at=at)
    kind = dataset.definition.media.kind
    formats = [each for each in FORMATS if kind == "image" or each not in OF_IMAGES]
    by_rows = dataset.definition.items.key is not None
    if kind == "none" or (kind == "text" and by_rows):
        return ExportPlan(dataset.view.count(where), 0, 0, formats)
    files = _Files(opened.backend)
    items = found = size = 0
    known = not by_rows and dataset.version is None and dataset.view.kinds.get("size") == "number"
    for page in (
        dataset.view.stream(where, columns=["size"], size=PAGE) if known else ()
    ):  # files tell their size as a column
        items += len(page)
        found += len(page) - page["size"].null_count
        size += pc.sum(page["size"]).as_py() or 0
    for page in dataset.view.stream(where, columns=[dataset.media_column], size=PAGE) if not known else ():
        items += len(page)
        for row in page.to_pylist():
            entry = files.find(dataset.media(row).reference)
            found += entry is not None
            size += entry.size if entry is not None else 0
    return ExportPlan(items, found, size, formats)


def export(
    opened: Opened,
    name: str,
    *,
    format: str,
    where: str,
    model: str | None,
    at: str | None,
    media: bool,
    spreadsheet_safe: bool,
) -> Iterator[bytes]:
    """Yield a zip archive. The rows are copied to disk first, all of one moment, so that acts do not mix with it."""
    dataset, columns, rows = _rows(opened, name, where, model, at)
    kind = dataset.definition.media.kind
    options = Options(check_format(format, kind, media=media), media, spreadsheet_safe)
    files = _Files(opened.backend, needed=media)
    with tempfile.TemporaryFile() as copy:
        _copy(copy, dataset, rows, columns, files)
        subject = Subject(
            name=dataset.name,
            media_kind=kind,
            key=dataset.view.key,
            columns=columns,
            classes=dataset.view.classes,
            pages=partial(_read, copy, columns, files),
            facts=_facts(opened, dataset, where, model),
        )
        yield from exported(subject, options)


def _rows(
    opened: Opened, name: str, where: str, model: str | None, at: str | None
) -> tuple[OpenDataset, list[str], Iterator[pa.Table]]:
    """Return a dataset, its columns, and matching rows as they are at its `head`, whatever people do meanwhile."""
    while True:
        dataset = open_view(opened, name, model=model, at=at)
        with dataset.view.laying:
            if dataset.version is None and dataset.view.acts != dataset.state:
                continue  # somebody has acted since: those acts lie over it already
            columns = list(dict.fromkeys([dataset.view.key, *dataset.view.columns]))
            asked = list(dict.fromkeys([*columns, dataset.media_column]))
            return dataset, columns, dataset.view.stream(where, columns=asked, size=PAGE)


def _copy(out: IO[bytes], dataset: OpenDataset, rows: Iterator[pa.Table], columns: list[str], files: _Files) -> None:
    writer: Any = None
    schema: pa.Schema | None = None
    for page in rows:
        references = [dataset.media(row).reference for row in page.to_pylist()]
        entries = [files.find(reference) for reference in references]
        shown = [each if entry is not None else None for each, entry in zip(references, entries, strict=True)]
        table = page.select(columns)
        table = table.append_column(_REFERENCE, pa.array(shown, pa.string()))
        sizes = [entry.size if entry is not None else None for entry in entries]
        table = table.append_column(_SIZE, pa.array(sizes, pa.int64()))
        if schema is None:
            schema = table.schema
            writer = pa.ipc.new_file(pa.PythonFile(out, mode="w"), schema)  # type: ignore[arg-type]
        writer.write_table(table.cast(schema))
    if writer is not None:
        writer.close()
    out.flush()


def _read(copy: IO[bytes], columns: list[str], files: _Files) -> Iterator[Rows]:
    copy.seek(0, 2)
    if not copy.tell():
        return
    reader = pa.ipc.open_file(pa.PythonFile(copy, mode="r"))  # type: ignore[arg-type]
    for number in range(reader.num_record_batches):
        table = pa.Table.from_batches([reader.get_batch(number)])
        places = zip(table[_REFERENCE].to_pylist(), table[_SIZE].to_pylist(), strict=True)
        media = [
            files.media(reference, size) if reference is not None and size is not None else None
            for reference, size in places
        ]
        yield Rows(table.select(columns), media)


class _Files:
    """Stored files by reference; each commit's tree is opened once. Unless `needed`, forgotten ones are none."""

    def __init__(self, backend: Backend, *, needed: bool = False) -> None:
        self._backend, self._needed = backend, needed
        self._trees: dict[str, Tree] = {}

    def find(self, reference: str | None) -> Entry | None:
        """Return the file at `repo@commit:path`, None where there is none."""
        if reference is None:
            return None
        place, _, path = reference.partition(":")
        if place not in self._trees:
            try:
                root = releasing.readable(self._backend, place).tree
            except NotFound as error:
                if self._needed:
                    error.help = f"Export without media, or another version. {error.help}"
                    raise
                root = None
            self._trees[place] = Tree(self._backend.store, root)
        return self._trees[place].stat(path)

    def media(self, reference: str, size: int) -> Media:
        """Return a file that was found before; it is looked up again only when it is read."""
        return Media(reference.partition(":")[2], size, reference, partial(self._bytes, reference))

    def _bytes(self, reference: str) -> Iterator[bytes]:
        entry = self.find(reference)
        assert entry is not None, "commits do not change"
        return read_content(self._backend.store, content_of(entry))


def _facts(opened: Opened, dataset: OpenDataset, where: str, model: str | None) -> Mapping[str, Any]:
    return {
        "where": where,
        "model": model,
        "version": dataset.version.id if dataset.version is not None else None,
        "commit": dataset.head.id,
        "sources": {each.role: each.pinned for each in dataset.sources} or dict(dataset.pins),
        "definition": dict(dataset.document),
        "exported_by": opened.author,
        "exported_ms": now_ms(),
        "tilth": __version__,
    }
