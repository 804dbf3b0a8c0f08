"""Checking a store: read every acknowledged record and say what is wrong."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from tilth.errors import Corrupt, Invalid, TilthError
from tilth.model.digest import Digest
from tilth.progress import Progress, silent
from tilth.storage.catalogue import PackCatalogue, PackState
from tilth.storage.index import ChunkIndex
from tilth.storage.packs import FOOTER_SIZE, PACK_HEADER_SIZE, Location, Pack
from tilth.storage.places import Place
from tilth.storage.records import HEADER_SIZE, LOGICAL_KINDS, RecordKind, digest_of_record, parse_header, unpack
from tilth.storage.rows import check_rows


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that verify found wrong. `digest` is None where the record cannot even be named.

    With `rest`, nothing from `offset` on can be read: what lies there is told by the index only.
    """

    pack: str
    offset: int
    digest: Digest | None
    what: str
    kind: RecordKind | None = None
    rest: bool = False


_WORKERS = min(8, os.cpu_count() or 1)
_LOOKS = 5


def check_packs(
    place: Place,
    catalogue: PackCatalogue,
    index: ChunkIndex,
    progress: Progress = silent,
    *,
    besides: Collection[tuple[str, int]] = (),
    whole: Callable[[PackState], None] = lambda state: None,
    workers: int = _WORKERS,
) -> Iterator[Problem]:
    """Read every acknowledged record and yield what is wrong with packs, CRCs, digests and index, pack by pack.

    Packs in `besides` (name and length) are passed over; `whole` is told of each that has nothing wrong. Several are
    read at once: hashing and unpacking leave other threads alone. Where maintenance replaces packs meanwhile, those
    that it writes are read, too.
    """
    states = catalogue.packs()
    progress.begin("verify", sum(state.length for state in states), "bytes")
    seen: set[str] = set()
    with ThreadPoolExecutor(workers, "verify") as pool:
        for _ in range(_LOOKS):
            waiting: deque[tuple[PackState, Future[list[Problem]]]] = deque()
            try:
                for state in states:
                    if (state.pack, state.length) in besides:
                        progress.advance(state.length)
                        continue
                    waiting.append((state, pool.submit(_problems_of, place, catalogue, index, state)))
                    if len(waiting) > 2 * workers:
                        yield from _take(waiting, whole, progress)
                while waiting:
                    yield from _take(waiting, whole, progress)
            finally:
                for _, future in waiting:
                    future.cancel()
            seen.update(state.pack for state in states)
            now = catalogue.packs()
            states = [state for state in now if state.pack not in seen]
            if not states or seen <= {state.pack for state in now}:
                break
    progress.end()


def _take(
    waiting: deque[tuple[PackState, Future[list[Problem]]]], whole: Callable[[PackState], None], progress: Progress
) -> list[Problem]:
    state, future = waiting.popleft()
    problems = future.result()
    if not problems:
        whole(state)
    progress.advance(state.length)
    return problems


def _problems_of(place: Place, catalogue: PackCatalogue, index: ChunkIndex, state: PackState) -> list[Problem]:
    """Return what is wrong with a pack; nothing where it only was replaced meanwhile."""
    problems = _problems_now(place, index, state)
    for _ in range(_LOOKS):
        if not problems:
            break
        version = catalogue.live().version
        if all(each.pack != state.pack for each in catalogue.packs()):
            return []
        index.refresh()
        problems = _problems_now(place, index, state)
        if catalogue.live().version == version:
            break
    return problems


def _problems_now(place: Place, index: ChunkIndex, state: PackState) -> list[Problem]:
    try:
        return list(check_pack(place, index, state))
    except TilthError as error:
        return [Problem(state.pack, 0, None, error.message, rest=True)]


def check_pack(place: Place, index: ChunkIndex, state: PackState) -> Iterator[Problem]:
    """Read one pack up to its acknowledged length and yield what is wrong with it."""
    name, length = state.pack, state.length
    try:
        pack = place.open_pack(name)
        pack.check_format()
    except FileNotFoundError:
        if length:
            yield Problem(name, 0, None, f"{name}.pack is missing", rest=True)
        return
    if pack.size() < length:
        what = f"{name}.pack is shorter than its {length} acknowledged bytes"
        yield Problem(name, pack.size(), None, what, rest=True)
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
            if named != header.digest and header.kind.known:
                yield Problem(name, offset, header.digest, "its digest does not hold", header.kind)
        except (Corrupt, Invalid) as error:
            yield Problem(name, offset, header.digest, error.message, header.kind)
        wrong = _index_problem(place, index, (name, offset, header.length), header.digest)
        if wrong:
            yield Problem(name, offset, header.digest, wrong)
    if state.sealed and pack.directory() is None:
        yield Problem(name, end, None, "its directory is damaged")
    if end < length - (FOOTER_SIZE if state.sealed else 0):
        yield from _check_after_damage(pack, end)


def _index_problem(place: Place, index: ChunkIndex, there: Location, digest: Digest) -> str | None:
    """Say what is wrong with where the index has a record that lies `there`; it may lie in other packs too."""
    mend = "; delete the shards in the folder index, and opening the workspace makes them anew"
    found = index.find(digest)
    if found == there:
        return None
    if found is None:
        return f"the index does not know it{mend}"
    try:
        head = parse_header(place.open_pack(found[0]).read(found[1], HEADER_SIZE))
    except FileNotFoundError:
        head = None  # gone since, or never there
    if head is None or head.digest != digest or head.length != found[2]:
        return f"the index has it at {found[0]}.pack, byte {found[1]}, where it is not{mend}"
    return None


def _check_after_damage(pack: Pack, start: int) -> Iterator[Problem]:
    """Report a record whose CRC fails, and go on behind it by the directory, if there is one."""
    entries = pack.directory()
    if entries is None:
        what = "its checksum does not hold; what follows in this pack cannot be read"
        yield Problem(pack.name, start, None, what, rest=True)
        return
    for digest, offset, size, kind in entries[entries["offset"] >= start].tolist():
        try:
            header, data = unpack(pack.read(offset, size), f"{pack.name}.pack, byte {offset}")
            named = check_rows(data) if header.kind in LOGICAL_KINDS else digest_of_record(header.kind, data)
            holds = header.digest == Digest(digest) and (named == header.digest or not header.kind.known)
            what = "" if holds else "its digest does not hold"
        except (Corrupt, Invalid) as error:
            what = error.message
        if what:
            yield Problem(pack.name, offset, Digest(digest), what, RecordKind(kind))
