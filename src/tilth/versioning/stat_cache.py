"""The stat cache: which rows the files of a folder had when they were last read, so that they are not read again."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tilth.late_arrow import pc
from tilth.versioning.edits import TREE
from tilth.versioning.scan import CTIME, MTIME, STAMP, Scan

RACY_NS = 2_000_000_000
"""A file modified this shortly before it was read may change again within one tick of the file system's clock."""

_FIELDS: list[pa.Field[Any]] = [
    TREE.arrow.field(0),
    *(pa.field(name, pa.int64()) for name in STAMP),
    *list(TREE.arrow)[1:],
]
_SCHEMA = pa.schema(_FIELDS)


class StatCache:
    """The rows of one folder's files, sorted by path as a `Scan` is. Damaged or absent, it is empty."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._table = _load(file)

    def known(self, scan: Scan) -> tuple[npt.NDArray[np.int64], pa.Table]:
        """Return for each file of the scan its place among the rows also returned, -1 where it must be read.

        The paths of the rows are those of the cache. O(files), as columns.
        """
        table = self._table
        if not table.num_rows:
            return np.full(len(scan), -1, np.int64), table.select(TREE.arrow.names)
        stamps = np.column_stack([table.column(name).to_numpy() for name in STAMP])
        paths = pa.array(scan.paths, pa.string())
        cached = table.column("path").combine_chunks()
        if cached.equals(paths):
            places = np.arange(len(scan), dtype=np.int64)
        else:
            found: Any = pc.index_in(paths, value_set=cached)
            places = found.fill_null(-1).to_numpy().astype(np.int64)
        places[(stamps[places] != scan.stamps).any(axis=1)] = -1
        return places, table.select(TREE.arrow.names)

    def covers(self, scan: Scan, places: npt.NDArray[np.int64]) -> bool:
        """Tell whether the cache says all there is to say about this scan, so that it need not be written again."""
        return len(scan) == self._table.num_rows and bool((places >= 0).all())

    def save(self, scan: Scan, rows: pa.Table, began_ns: int) -> None:
        """Remember the rows of files last touched well before the scan began. Failing to is no error."""
        arrays: list[Any] = [rows.column(0).combine_chunks()]
        arrays += [pa.array(np.ascontiguousarray(scan.stamps[:, at])) for at in range(len(STAMP))]
        arrays += [column.combine_chunks() for column in rows.columns[1:]]
        settled = (scan.stamps[:, MTIME] < began_ns - RACY_NS) & (scan.stamps[:, CTIME] < began_ns - RACY_NS)
        table = pa.Table.from_arrays(arrays, schema=_SCHEMA)
        if not settled.all():
            table = table.filter(pa.array(settled)) if settled.any() else table.slice(0, 0)
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with pa.OSFile(str(fresh), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            os.replace(fresh, self._file)
        except OSError:
            fresh.unlink(missing_ok=True)


def _load(file: Path) -> pa.Table:
    try:
        with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all().combine_chunks()
        if table.schema == _SCHEMA:
            return table
    except (OSError, pa.ArrowException):
        pass
    return _SCHEMA.empty_table()
