"""Checking a store: read every acknowledged record and say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tilth.errors import Corrupt, TilthError
from tilth.model.digest import Digest
from tilth.progress import Progress, silent
from tilth.storage.catalogue import PackCatalogue, PackState
from tilth.storage.index import ChunkIndex
from tilth.storage.packs import FOOTER_SIZE, PACK_HEADER_SIZE, Pack
from tilth.storage.places import Place
from tilth.storage.records import LOGICAL_KINDS, RecordKind, digest_of_record, unpack
from tilth.storage.rows import check_rows


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that verify found wrong. `digest` is None where the record cannot even be named."""

    pack: str
    offset: int
    digest: Digest | None
    what: str


def check_packs(
    place: Place, catalogue: PackCatalogue, index: ChunkIndex, progress: Progress = silent
) -> Iterator[Problem]:
    """Read every acknowledged record and yield what is wrong with packs, CRCs, digests and index."""
    states = catalogue.packs()
    progress.begin("verify", sum(state.length for state in states), "bytes")
    for state in states:
        try:
            yield from check_pack(place, index, state)
        except TilthError as error:
            yield Problem(state.pack, 0, None, error.message)
        progress.advance(state.length)
    progress.end()


def check_pack(place: Place, index: ChunkIndex, state: PackState) -> Iterator[Problem]:
    """Read one pack up to its acknowledged length and yield what is wrong with it."""
    name, length = state.pack, state.length
    try:
        pack = place.open_pack(name)
        pack.check_format()
    except FileNotFoundError:
        if length:
            yield Problem(name, 0, None, f"{name}.pack is missing")
        return
    if pack.size() < length:
        yield Problem(name, pack.size(), None, f"{name}.pack is shorter than its {length} acknowledged bytes")
    end = PACK_HEADER_SIZE
    for offset, header, record in pack.records(0, length):
        end = offset + header.length
        if header.kind is RecordKind.DIRECTORY:
            continue
        try:
            data = unpack(record, f"{name}.pack")[1]
            named = digest_of_record(header.kind, data)
            if header.kind in LOGICAL_KINDS:
                named = check_rows(data)
            if named != header.digest:
                yield Problem(name, offset, header.digest, "its digest does not hold")
        except Corrupt as error:
            yield Problem(name, offset, header.digest, error.message)
        if index.find(header.digest) is None:
            yield Problem(name, offset, header.digest, "the index does not know it")
    if state.sealed and pack.directory() is None:
        yield Problem(name, end, None, "its directory is damaged")
    if end < length - (FOOTER_SIZE if state.sealed else 0):
        yield from _check_after_damage(pack, end)


def _check_after_damage(pack: Pack, start: int) -> Iterator[Problem]:
    """Report a record whose CRC fails, and go on behind it by the directory, if there is one."""
    entries = pack.directory()
    if entries is None:
        yield Problem(pack.name, start, None, "its checksum does not hold; what follows in this pack cannot be read")
        return
    for digest, offset, size, _ in entries[entries["offset"] >= start].tolist():
        try:
            header, data = unpack(pack.read(offset, size), f"{pack.name}.pack, byte {offset}")
            named = check_rows(data) if header.kind in LOGICAL_KINDS else digest_of_record(header.kind, data)
            what = "" if named == Digest(digest) == header.digest else "its digest does not hold"
        except Corrupt as error:
            what = error.message
        if what:
            yield Problem(pack.name, offset, Digest(digest), what)
