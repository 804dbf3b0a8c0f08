"""Index shards: immutable sorted files that say in which pack each record lies."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tilth.errors import Corrupt
from tilth.model.ids import new_id
from tilth.storage.disk import sync_folder, writing
from tilth.storage.packs import ENTRY, Entries, Location
from tilth.storage.records import HEADER_SIZE, MAX_RAW

_PACKS = b"tilth.packs"
_LONGEST = HEADER_SIZE + MAX_RAW
_FIELDS: list[pa.Field[Any]] = [
    pa.field("prefix", pa.uint64(), nullable=False),
    pa.field("digest", pa.binary(32), nullable=False),
    pa.field("pack", pa.uint32(), nullable=False),
    pa.field("offset", pa.uint64(), nullable=False),
    pa.field("length", pa.uint64(), nullable=False),
]
_SCHEMA = pa.schema(_FIELDS)


def shard_path(folder: Path, name: str) -> Path:
    """Return the path of a shard in the index folder."""
    return folder / f"{name}.shard"


class Shard:
    """One shard, memory-mapped or from its bytes, sorted by the first 8 bytes of the digest, read big-endian.

    Raises FileNotFoundError where another process has merged it away, Corrupt where the file is damaged.
    """

    def __init__(self, folder: Path, name: str, data: bytes | None = None) -> None:
        self.name = name
        path = shard_path(folder, name)
        try:
            source = pa.memory_map(str(path), "r") if data is None else pa.BufferReader(data)
            reader = pa.ipc.open_file(source)
            batch = reader.get_batch(0)
            batch.validate()  # that its buffers are as long as its rows say; what the rows say shows when they are used
            if not batch.schema.equals(_SCHEMA) or any(column.null_count for column in batch.columns):
                raise ValueError("other columns")
            columns = {field: batch.column(field) for field in _SCHEMA.names}
            names = (reader.schema.metadata or {})[_PACKS].decode()
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, KeyError, ValueError, MemoryError) as error:
            raise self._damaged() from error
        self.packs = tuple(names.split(",")) if names else ()
        self.prefixes: npt.NDArray[np.uint64] = columns["prefix"].to_numpy()
        self._sorted = self.prefixes.data
        digests = columns["digest"].buffers()[1]
        self.digests = memoryview(digests if digests is not None else b"").cast("B")
        self.pack_numbers: npt.NDArray[np.uint32] = columns["pack"].to_numpy()
        self.offsets: npt.NDArray[np.uint64] = columns["offset"].to_numpy()
        self.lengths: npt.NDArray[np.uint64] = columns["length"].to_numpy()

    def __len__(self) -> int:
        return len(self.prefixes)

    def find(self, digest: bytes) -> Location | None:
        """Return where a record lies. About one microsecond."""
        prefix = int.from_bytes(digest[:8])
        return self._location(self._match(digest, prefix, bisect_left(self._sorted, prefix)))

    def find_many(self, digests: Sequence[bytes], prefixes: npt.NDArray[np.uint64]) -> list[Location | None]:
        """Return where each record lies, None for those not here."""
        places = np.searchsorted(self.prefixes, prefixes)
        found: list[Location | None] = [None] * len(digests)
        if not len(self):
            return found
        hits = np.flatnonzero(self.prefixes[np.minimum(places, len(self) - 1)] == prefixes)
        for hit in hits.tolist():
            found[hit] = self._location(self._match(digests[hit], int(prefixes[hit]), int(places[hit])))
        return found

    def present(self, rows: npt.NDArray[np.void], prefixes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Tell for each 32-byte digest whether its record is here. As columns: some 0.4 µs each."""
        return self.rows_of(rows, prefixes) >= 0

    def rows_of(self, rows: npt.NDArray[np.void], prefixes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Return for each 32-byte digest the row of its record here, -1 where it has none. As columns."""
        if not len(self):
            return np.full(len(rows), -1)
        mine = np.frombuffer(self.digests, "V32", len(self))
        places = np.minimum(np.searchsorted(self.prefixes, prefixes), len(self) - 1)
        sound = (self.pack_numbers[places] < len(self.packs)) & (self.lengths[places] <= _LONGEST)
        found = np.where((mine[places] == rows) & sound, places, -1)
        # Two digests with one prefix lie side by side; the search finds the first.
        for at in np.flatnonzero((found < 0) & (self.prefixes[places] == prefixes)).tolist():
            found[at] = self._match(rows[at].tobytes(), int(prefixes[at]), int(places[at]))
        return found

    def _match(self, digest: bytes, prefix: int, at: int) -> int:
        while at < len(self._sorted) and self._sorted[at] == prefix:
            sound = self.pack_numbers[at] < len(self.packs) and self.lengths[at] <= _LONGEST  # else it is damaged
            if sound and self.digests[at * 32 : at * 32 + 32] == digest:
                return at
            at += 1
        return -1

    def _location(self, row: int) -> Location | None:
        if row < 0:
            return None
        return self.packs[self.pack_numbers[row]], int(self.offsets[row]), int(self.lengths[row])

    def _damaged(self) -> Corrupt:
        return Corrupt(
            f"The index shard {self.name}.shard is damaged.",
            help="Delete it and open the workspace anew: the index is then made again from the packs.",
        )


def prefixes_of(digests: bytes | memoryview) -> npt.NDArray[np.uint64]:
    """Return the big-endian first 8 bytes of each 32-byte digest."""
    return np.frombuffer(digests, ">u8").reshape(-1, 4)[:, 0].astype(np.uint64)


def write_shard(folder: Path, packs: Sequence[tuple[str, Entries]]) -> str:
    """Write the shard of some packs' directories and return its name. Not durable until `sync_shard`."""
    entries: Entries = np.concatenate([entries for _, entries in packs]) if packs else np.empty(0, ENTRY)
    digests = b"".join(np.ascontiguousarray(part["digest"]).tobytes() for _, part in packs)
    numbers = np.repeat(np.arange(len(packs), dtype=np.uint32), [len(part) for _, part in packs])
    return _write(
        folder,
        [name for name, _ in packs],
        digests,
        numbers,
        entries["offset"].astype(np.uint64),
        entries["length"].astype(np.uint64),
    )


def merge_shards(folder: Path, shards: Sequence[Shard]) -> str:
    """Write one shard with the records of all and return its name; a record in several packs keeps all places."""
    packs: list[str] = []
    numbers = []
    for shard in shards:
        numbers.append(shard.pack_numbers + np.uint32(len(packs)))
        packs.extend(shard.packs)
    return _write(
        folder,
        packs,
        b"".join(shard.digests[: 32 * len(shard)] for shard in shards),
        np.concatenate(numbers),
        np.concatenate([shard.offsets for shard in shards]),
        np.concatenate([shard.lengths for shard in shards]),
    )


def without_packs(folder: Path, shard: Shard, packs: Collection[str]) -> str | None:
    """Write a shard without the records of some packs and return its name; None where nothing would be left."""
    kept = [number for number, pack in enumerate(shard.packs) if pack not in packs]
    numbers = np.full(len(shard.packs), -1, np.int64)
    numbers[kept] = np.arange(len(kept))
    rows = np.flatnonzero(numbers[shard.pack_numbers] >= 0)
    if not len(rows):
        return None
    digests = np.frombuffer(shard.digests, "V32", len(shard))[rows].tobytes()
    fresh = numbers[shard.pack_numbers[rows]].astype(np.uint32)
    return _write(
        folder, [shard.packs[number] for number in kept], digests, fresh, shard.offsets[rows], shard.lengths[rows]
    )


def sync_shard(folder: Path, name: str) -> None:
    """Make a written shard durable."""
    with writing(folder):
        fd = os.open(shard_path(folder, name), os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        sync_folder(folder)


def _write(
    folder: Path,
    packs: Sequence[str],
    digests: bytes,
    numbers: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.uint64],
    lengths: npt.NDArray[np.uint64],
) -> str:
    prefixes = prefixes_of(digests)
    rows = np.frombuffer(digests, "V32")
    order = np.argsort(prefixes, kind="stable")
    if len(order) > 1:
        # A record in two packs keeps both places: either may go when its pack is rewritten.
        sorted_rows, sorted_numbers = rows[order], numbers[order]
        fresh = (sorted_rows[1:] != sorted_rows[:-1]) | (sorted_numbers[1:] != sorted_numbers[:-1])
        order = order[np.concatenate([[True], fresh])]
    batch = pa.record_batch(
        [
            pa.array(prefixes[order]),
            pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(32), len(order), [None, pa.py_buffer(rows[order].tobytes())]
            ),
            pa.array(numbers[order]),
            pa.array(offsets[order]),
            pa.array(lengths[order]),
        ],
        schema=_SCHEMA.with_metadata({_PACKS: ",".join(packs).encode()}),
    )
    name = new_id()
    path = shard_path(folder, name)
    try:
        with writing(folder), pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name
