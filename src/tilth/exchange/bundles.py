"""A whole repo in one file: docs/formats/archive.md tells the bytes.

A line that names the format, the length and JSON of what the repo names, its records as they lie in packs, and an end
that counts them and is the BLAKE3 of all before it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO

from blake3 import blake3
from pydantic import TypeAdapter, ValidationError

from tilth.contract.transfers import RepoRefs, TakenOver, Transfers
from tilth.errors import Corrupt, Invalid
from tilth.exchange.mirroring import ENTRY, WholeRecords
from tilth.progress import Progress, silent
from tilth.storage.records import MAGIC as RECORD

MAGIC = b"tilth repo 1\n"
_BEFORE = b"tilth repo 0\n"
_LENGTH = struct.Struct("<Q")
_END_MARK = b"TEND"
_END = 4 + _LENGTH.size + 32
_MOST_REFS = 256 << 20
_BATCH = 16 << 20
_PIECE = 1 << 20


def export_repo(transfers: Transfers, repo: str, *, progress: Progress = silent) -> Iterator[bytes]:
    """Yield the archive of a repo: every commit that its branches and tags reach, and nothing else."""
    refs = transfers.refs(repo)
    told = json.dumps(asdict(refs), separators=(",", ":")).encode()
    hashed = blake3()
    count = 0
    outline = sum(len(piece) for piece in transfers.outline(repo, refs.commits, ())) // ENTRY
    progress.begin(f"Exporting {repo}", outline, "records")
    for piece in (MAGIC, _LENGTH.pack(len(told)), told):
        hashed.update(piece)
        yield piece
    wanted = b"\xff" * (outline // 8) + bytes([(1 << outline % 8) - 1])
    records = WholeRecords()
    for piece in transfers.records(repo, refs.commits, (), wanted):
        hashed.update(piece)
        yield piece
        records.feed(piece)
        number = records.take()[1]
        count += number
        progress.advance(number)
    progress.end()
    hashed.update(_END_MARK + _LENGTH.pack(count))
    yield _END_MARK + _LENGTH.pack(count) + hashed.digest()


def import_repo(
    transfers: Transfers, stream: BinaryIO, *, name: str = "", force: bool = False, progress: Progress = silent
) -> TakenOver:
    """Read an archive and take its repo over; equal seals as before. Again it adds what is new.

    Raises Invalid for what is no archive or ends too early, Corrupt for a damaged one, Conflict as `take_over`.
    """
    hashed = blake3()
    source = _Hashed(stream, hashed)
    first = source.take(len(MAGIC), "its first line")
    if first not in (MAGIC, _BEFORE):
        if first.startswith(b"tilth repo "):
            raise Invalid("A newer Tilth made this archive.", help="Upgrade with `pip install -U tilth`.")
        raise Invalid("This is not the archive of a repo.", help="`tilth repo export` makes one.")
    length = _LENGTH.unpack(source.take(_LENGTH.size, "its header"))[0]
    if length > _MOST_REFS:
        raise Corrupt("The archive says that its header is larger than headers are.", help="Export it again.")
    refs = _refs(source.take(length, "its header"))
    progress.begin(f"Importing {refs.name}", unit="bytes")
    records = WholeRecords()
    count = 0
    while True:
        piece = stream.read(_PIECE)
        records.feed(piece)
        rest = records.held[records.end : records.end + 4]
        if len(rest) == 4 and rest not in (RECORD, _END_MARK):
            raise Corrupt("The archive is damaged: something else stands where a record begins.", help="Copy it again.")
        ended = rest == _END_MARK
        if records.count and (ended or records.end >= _BATCH or not piece):
            batch, number = records.take()
            hashed.update(batch)
            transfers.put_records(batch)
            count += number
            progress.advance(len(batch))
        if ended:
            break
        if not piece:
            raise Invalid("The archive ends too early.", help="Check that all of it arrived; what did is kept.")
    end = bytes(records.held)
    while len(end) <= _END and (piece := stream.read(_PIECE)):
        end += piece
    hashed.update(end[: _END - 32])
    if len(end) != _END or _LENGTH.unpack_from(end, 4)[0] != count or end[_END - 32 :] != hashed.digest():
        raise Corrupt("The archive is damaged: its checksum does not hold.", help="Export or copy it again.")
    progress.end()
    return transfers.take_over(refs, name=name, force=force)


def _records_in(held: bytearray) -> tuple[int, int]:
    if len(held) >= 4 and held[:4] not in (b"TREC", _END_MARK):
        raise Corrupt("The archive is damaged: something else stands where a record begins.", help="Copy it again.")
    at = number = 0
    while held[at : at + 4] == b"TREC" and at + 16 <= len(held):
        length = 52 + int.from_bytes(held[at + 12 : at + 16], "little")
        if at + length > len(held):
            break
        at += length
        number += 1
    return at, number


def _refs(told: bytes) -> RepoRefs:
    try:
        return TypeAdapter(RepoRefs).validate_json(told)
    except ValidationError as error:
        raise Corrupt("The header of the archive cannot be read.", help="Export or copy it again.") from error


class _Hashed:
    """Exact reads from a stream, hashed."""

    def __init__(self, stream: BinaryIO, hashed: blake3) -> None:
        self._stream, self._hashed = stream, hashed

    def take(self, size: int, what: str) -> bytes:
        parts: list[bytes] = []
        left = size
        while left and (data := self._stream.read(min(left, _PIECE))):
            parts.append(data)
            left -= len(data)
        if left:
            raise Invalid(f"The archive ends within {what}.", help="Check that all of it arrived.")
        data = b"".join(parts)
        self._hashed.update(data)
        return data
