"""Local folders against what a server has: which files differ, with as little reading and asking as can be.

Two things are remembered on this machine, both may be lost: the digests of files that are as they were (size, times,
inode), and what lay below a branch's path at a commit. So an unchanged folder costs a look at each file, and no list of
the server's files is asked for while nobody else writes there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.entry import FileInfo
from tilth.exchange.remembered import memory_file
from tilth.model.digest import Digest
from tilth.model.entry import FileKind
from tilth.progress import Progress, silent
from tilth.storage.content import write_content
from tilth.storage.records import RecordKind
from tilth.versioning.edits import KIND_CODES, attributes_text
from tilth.versioning.ingest import read_folder

_LINK = KIND_CODES[FileKind.LINK]
_EXECUTABLE = attributes_text({"mode": "755"})
_FIELDS: list[pa.Field[Any]] = [
    pa.field("path", pa.string()),
    pa.field("kind", pa.uint8()),
    pa.field("digest", pa.binary(32)),
    pa.field("executable", pa.bool_()),
]
_SCHEMA = pa.schema(_FIELDS)
_COMMIT = b"commit"


@dataclass(frozen=True, slots=True)
class Files:
    """Files by path, sorted: columns path, kind, digest, executable."""

    table: pa.Table

    def __len__(self) -> int:
        return self.table.num_rows

    @property
    def paths(self) -> list[str]:
        """The paths."""
        paths: list[str] = self.table.column("path").to_pylist()  # type: ignore[assignment]
        return paths

    def differing(self, base: Files) -> npt.NDArray[np.bool_]:
        """Tell of each file whether `base` has another one, or none, at its path."""
        if not len(base):
            return np.ones(len(self), bool)
        found: Any = pc.index_in(self.table.column("path"), value_set=base.table.column("path").combine_chunks())
        there = found.is_valid().to_numpy(zero_copy_only=False)
        others = base.table.take(found.fill_null(0))
        same: npt.NDArray[np.bool_] = there
        for name in ("kind", "digest", "executable"):
            equal: Any = pc.equal(self.table.column(name), others.column(name))
            same = same & equal.to_numpy(zero_copy_only=False)
        return np.logical_not(same)

    def without(self, others: Files) -> Files:
        """Return those whose paths `others` has not."""
        known: Any = pc.is_in(self.table.column("path"), value_set=others.table.column("path").combine_chunks())
        return Files(self.table.filter(pc.invert(known)))

    def over(self, base: Files) -> Files | None:
        """Return `base` with these put over it; None where a file of one is a folder of the other."""
        rest = base.without(self)
        joined = Files(pa.concat_tables([self.table, rest.table]).sort_by("path"))
        paths = set(joined.paths)
        folders = {path.rpartition("/")[0] for path in paths}
        waiting = folders
        while waiting := {each.rpartition("/")[0] for each in waiting if each} - folders:
            folders |= waiting
        return None if folders & paths else joined

    def likes(self, base: Files, which: Sequence[int]) -> Mapping[str, str]:
        """Return for those of these files whose bytes `base` has under another path, path and that path."""
        if not len(base):
            return {}
        chosen = self.table.take(pa.array(which, pa.int64()))
        found: Any = pc.index_in(chosen.column("digest"), value_set=base.table.column("digest").combine_chunks())
        moved = chosen.append_column("at", found).filter(found.is_valid())
        others = base.table.column("path").take(moved.column("at"))
        pairs = zip(moved.column("path").to_pylist(), others.to_pylist(), strict=True)
        return {path: other for path, other in pairs if path != other}  # type: ignore[misc]


def local_files(folder: Path, top: str, cache: Path, progress: Progress = silent) -> tuple[Files, list[Path]]:
    """Return the files below a folder, with paths below `top`, and where each lies. Reads what changed since last time.

    Raises Invalid, NotFound, Unavailable as `ingest_folder`.
    """
    scan, rows = read_folder(_Nowhere(), folder, cache=cache / "folders", progress=progress)
    paths = [f"{top}/{path}" for path in scan.paths] if top else scan.paths
    columns: list[Any] = [pa.array(paths, pa.string()), rows.column("kind"), rows.column("digest")]
    columns.append(pc.is_in(rows.column("attributes"), value_set=pa.array([_EXECUTABLE])))
    return Files(pa.Table.from_arrays(columns, schema=_SCHEMA)), [Path(scan.real(at)) for at in range(len(scan))]


def files_of(infos: Iterable[FileInfo]) -> Files:
    """Return what a server lists as files."""
    listed = list(infos)
    columns: list[list[Any]] = [
        [info.path for info in listed],
        [_LINK if info.kind == "link" else 1 - _LINK for info in listed],
        [bytes.fromhex(info.digest or "") for info in listed],
        [info.attributes.get("mode") == "755" for info in listed],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _FIELDS, strict=True)]
    return Files(pa.Table.from_arrays(arrays, schema=_SCHEMA))


class Memory:
    """What lay below one path of one branch of one server at a commit, as far as it is remembered here."""

    def __init__(self, cache: Path, *about: str) -> None:
        self._file = memory_file(cache / "branches", *about)

    def at(self, commit: str) -> Files | None:
        """Return the files at that commit, None where they are not remembered."""
        try:
            with pa.memory_map(str(self._file)) as source, pa.ipc.open_file(source) as reader:
                if (reader.schema.metadata or {}).get(_COMMIT) == commit.encode():
                    return Files(reader.read_all().replace_schema_metadata(None))
        except (OSError, pa.ArrowException):
            pass
        return None

    def keep(self, commit: str, files: Files | None) -> None:
        """Remember them; nothing where they are None. Failing to is no error."""
        if files is None:
            return
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        table = files.table.replace_schema_metadata({_COMMIT: commit.encode()})
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with pa.OSFile(str(fresh), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            os.replace(fresh, self._file)
        except OSError:
            fresh.unlink(missing_ok=True)


def digest_of_file(file: Path) -> Digest:
    """Return the digest of a file's content, as the store names it. Memory is bounded whatever the size."""
    with file.open("rb") as stream:
        return write_content(_Nowhere(), stream).digest


class _Nowhere:
    """Takes chunks and keeps none: only their names are wanted."""

    compresses = False

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        return False

    def put_packed(self, area: memoryview, digests: Sequence[Digest], lengths: Sequence[int]) -> None:
        pass
