"""Records as they come over a network: each is checked before it counts."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import BinaryIO

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest
from tilth.storage.records import HEADER_SIZE, RecordKind, digest_of_record, parse_header, unpack
from tilth.storage.rows import check_rows

_PIECE = 1 << 20


def received(
    source: bytes | BinaryIO, kinds: Collection[RecordKind], largest: int
) -> Iterator[tuple[RecordKind, Digest, bytes]]:
    """Yield kind, digest and bytes of each record of a stream; its digest holds.

    Raises Invalid for what is no record of these kinds, is larger than `largest`, ends too early or is not what its
    header says: what was sent is damaged, nothing that is stored.
    """
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source
    count = 0
    while head := _exactly(stream, HEADER_SIZE, at_end=True):
        header = parse_header(head)
        if header is None or header.kind not in kinds or max(header.stored_length, header.raw_length) > largest:
            raise Invalid(f"Record {count} of the stream is none that may be put.", help="Send it again.")
        record = head + _exactly(stream, header.stored_length)
        try:
            _, data = unpack(record, f"record {count} of the stream")
            whole = len(data) == header.raw_length
            sound = whole and (digest_of_record(header.kind, data) or check_rows(data)) == header.digest
        except Corrupt as error:
            raise _damaged(count, header.digest) from error
        if not sound:
            raise _damaged(count, header.digest)
        yield header.kind, header.digest, data
        count += 1


def _damaged(count: int, digest: Digest) -> Invalid:
    return Invalid(
        f"Record {count} of the stream ({digest.hex()}) was damaged before it arrived: it is not what its header says.",
        help="Make the record anew from its bytes and send it again.",
    )


def _exactly(stream: BinaryIO, size: int, *, at_end: bool = False) -> bytes:
    """Return `size` bytes; none where the stream ends before and that is allowed. Raises Invalid."""
    parts: list[bytes] = []
    left = size
    while left and (data := stream.read(min(left, _PIECE))):
        parts.append(data)
        left -= len(data)
    if left and not (at_end and left == size):
        raise Invalid("The stream of records ends in the middle of one.", help="Send it again.")
    return b"".join(parts)
