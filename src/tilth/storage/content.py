"""Files as content: bytes cut into chunks, named by what they are."""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Protocol

from tilth.errors import Corrupt
from tilth.model.digest import DIGEST_SIZE, Digest, digest_of
from tilth.storage.records import HEADER_SIZE, RecordKind, digest_of_chunk_list
from tilth.storage.store import Store

WHOLE_FILE = 4 << 20
"""Files up to this size are one chunk."""

CHUNK_MIN = 256 << 10
CHUNK_AVERAGE = 1 << 20
CHUNK_MAX = 8 << 20
INLINE_CHUNKS = 8
ONE_CHUNK, INLINE_LIST, STORED_LIST = 0, 1, 2

_WINDOW = 2 * CHUNK_MAX
_ENTRY = struct.Struct("<32sI")


class ByteSource(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


class ChunkSink(Protocol):
    """Where the chunks of content go: a store, or nowhere when only names are wanted."""

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        """Take one record."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file, by reference.

    `layout` 0: one chunk, whose digest is `digest`. 1: `chunks` is the chunk list (32 bytes of digest and a
    little-endian 32-bit length each, at most 8). 2: the list is the record `digest`. For 1 and 2 `digest` is that of
    the chunk list, which is stored as a record either way; so equal bytes have equal digests.
    """

    size: int
    digest: Digest
    layout: int
    chunks: bytes


def write_content(store: ChunkSink, source: bytes | ByteSource) -> Content:
    """Store bytes or a stream as content. Memory is bounded whatever the size. Durable after `store.flush`."""
    if isinstance(source, bytes) and len(source) <= WHOLE_FILE:
        return _one_chunk(store, source)
    stream: ByteSource = io.BytesIO(source) if isinstance(source, bytes) else source
    head = _read_full(stream, WHOLE_FILE + 1)
    if len(head) <= WHOLE_FILE:
        return _one_chunk(store, head)
    return _chunked(store, [], head, stream)


def append_content(store: Store, content: Content, source: bytes | ByteSource) -> Content:
    """Store what `content` with `source` behind it is: the same as if all of it had been written at once.

    Reads of the old bytes only the end, at most two of the largest chunks: a cut depends on at most CHUNK_MAX bytes
    from its chunk's start, so every chunk that starts further than that from the end stays. Durable after
    `store.flush`.
    """
    kept: list[bytes] = []
    start = 0
    if content.size > WHOLE_FILE:
        for digest, length in chunk_list(store, content):
            if content.size - start < CHUNK_MAX:
                break
            kept.append(_ENTRY.pack(digest, length))
            start += length
    added: ByteSource = io.BytesIO(source) if isinstance(source, bytes) else source
    stream = _Joined(read_content(store, content, start), added)
    if kept:
        return _chunked(store, kept, b"", stream)
    return write_content(store, stream)


def _chunked(store: ChunkSink, kept: list[bytes], head: bytes, stream: ByteSource) -> Content:
    """Store a stream that begins with `head` as chunks behind those `kept` as entries of the list."""
    entries = kept
    size = sum(_ENTRY.unpack(entry)[1] for entry in kept)
    for chunk in _cut(head, stream):
        digest = digest_of(chunk)
        store.put(RecordKind.CHUNK, digest, chunk)
        entries.append(_ENTRY.pack(digest, len(chunk)))
        size += len(chunk)
    if len(entries) == 1:
        return Content(size, Digest(entries[0][:32]), ONE_CHUNK, b"")
    chunks = b"".join(entries)
    whole = digest_of_chunk_list(chunks)
    store.put(RecordKind.CHUNK_LIST, whole, chunks)
    if len(entries) <= INLINE_CHUNKS:
        return Content(size, whole, INLINE_LIST, chunks)
    return Content(size, whole, STORED_LIST, b"")


def read_content(store: Store, content: Content, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Yield the bytes in [start, stop) chunk by chunk, reading only the chunks that hold them."""
    stop = content.size if stop is None else min(stop, content.size)
    if start >= stop:
        return
    position = 0
    for digest, length in chunk_list(store, content):
        end = position + length
        if end > start:
            data = _chunk(store, digest, length)
            if position < start or end > stop:
                data = data[max(0, start - position) : stop - position]
            yield data
        position = end
        if position >= stop:
            return


def chunks_of(store: Store, content: Content) -> Iterator[bytes | memoryview]:
    """Yield all chunks, like `read_content`, but each is valid only until the next is asked for."""
    chunks = chunk_list(store, content)
    area = memoryview(bytearray(HEADER_SIZE + max(length for _, length in chunks)))
    for digest, length in chunks:
        data = store.chunk(digest, length, area)
        yield data if data is not None else _chunk(store, digest, length)


def open_content(store: Store, content: Content) -> BinaryIO:
    """Return a seekable reader of the content; it holds one chunk in memory."""
    return io.BufferedReader(_ContentReader(store, content), 1 << 16)


def chunk_list(store: Store, content: Content) -> list[tuple[Digest, int]]:
    """Return digest and length of each chunk, in order. Raises Purged for content that was taken away."""
    store.refused((content.digest,))
    if content.layout == ONE_CHUNK:
        return [(content.digest, content.size)]
    raw = content.chunks if content.layout == INLINE_LIST else store.get(content.digest)
    if len(raw) % _ENTRY.size or sum(length for _, length in _ENTRY.iter_unpack(raw)) != content.size:
        raise Corrupt(
            f"The chunk list of content {content.digest.hex()} is damaged.",
            help="Run tilth verify to see what else is.",
        )
    return [(Digest(digest), length) for digest, length in _ENTRY.iter_unpack(raw)]


def content_of_chunks(store: Store, chunks: bytes) -> Content:
    """Return the content that consists of chunks which are here, by the entries of a chunk list; at least one.

    The list is stored. The caller has seen to it that the chunks are here and have those lengths. Raises Purged.
    """
    entries = list(_ENTRY.iter_unpack(chunks))
    store.refused([Digest(digest) for digest, _ in entries])
    size = sum(length for _, length in entries)
    if len(entries) == 1:
        return Content(size, Digest(entries[0][0]), ONE_CHUNK, b"")
    whole = digest_of_chunk_list(chunks)
    store.put(RecordKind.CHUNK_LIST, whole, chunks)
    if len(entries) <= INLINE_CHUNKS:
        return Content(size, whole, INLINE_LIST, chunks)
    return Content(size, whole, STORED_LIST, b"")


def entries_of(store: Store, content: Content) -> bytes:
    """Return the entries of the chunk list of content, also where it is but one chunk."""
    return b"".join(_ENTRY.pack(digest, length) for digest, length in chunk_list(store, content))


def digests_of(chunks: bytes) -> bytes:
    """Return the digests of the entries of a chunk list, one behind the other."""
    return b"".join(chunks[at : at + DIGEST_SIZE] for at in range(0, len(chunks), _ENTRY.size))


def _chunk(store: Store, digest: Digest, length: int) -> bytes:
    data = store.get(digest)
    if len(data) != length:
        raise Corrupt(
            f"Chunk {digest.hex()} has {len(data)} bytes, its list says {length}.",
            help="Run tilth verify to see what is damaged.",
        )
    return data


def _one_chunk(store: ChunkSink, data: bytes) -> Content:
    digest = digest_of(data)
    store.put(RecordKind.CHUNK, digest, data)
    return Content(len(data), digest, ONE_CHUNK, b"")


def _read_full(stream: ByteSource, size: int) -> bytes:
    data = stream.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (more := stream.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


def _cut(head: bytes, stream: ByteSource) -> Iterator[memoryview]:
    """Yield the chunks of a stream that begins with `head`; each is valid until the next is asked for.

    A cut depends on nothing behind it, so in a window only the chunk that reaches its end may not be final; that one is
    cut again with what follows.
    """
    from pyfastcdc import FastCDC  # most commits hold no file that is cut

    cutter = FastCDC(CHUNK_AVERAGE, min_size=CHUNK_MIN, max_size=CHUNK_MAX, normalized_chunking=1, seed=0)
    window = memoryview(bytearray(_WINDOW))
    window[: len(head)] = head
    held = len(head)
    while True:
        held += _fill(window[held:], stream)
        last = held < _WINDOW
        position = 0
        for piece in cutter.cut_buf(window[:held]):
            end = piece.offset + piece.length
            if end == held and not last:
                break
            yield window[position:end]
            position = end
        if last:
            return
        held -= position
        window[:held] = window[position:]


def _fill(window: memoryview, stream: ByteSource) -> int:
    """Read from a stream until the window is full or the stream ends; return how much was read."""
    readinto: Callable[[memoryview], int] | None = getattr(stream, "readinto", None)
    done = 0
    while done < len(window):
        if readinto is not None:
            count = readinto(window[done:])
        else:
            data = stream.read(len(window) - done)
            count = len(data)
            window[done : done + count] = data
        if not count:
            break
        done += count
    return done


class _Joined:
    """Pieces, and a stream behind them, as one source."""

    def __init__(self, pieces: Iterator[bytes], rest: ByteSource) -> None:
        self._pieces = pieces
        self._rest = rest
        self._held = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return self._rest.read(size)
            self._held = memoryview(piece)
        taken, self._held = self._held[:size], self._held[size:]
        return bytes(taken)


class _ContentReader(io.RawIOBase):
    def __init__(self, store: Store, content: Content) -> None:
        super().__init__()
        self._store = store
        self._size = content.size
        self._chunks = chunk_list(store, content)
        self._starts = [0, *accumulate(length for _, length in self._chunks)]
        self._position = 0
        self._held = -1
        self._data = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        at = bisect_right(self._starts, self._position) - 1
        if at != self._held:
            self._data = _chunk(self._store, *self._chunks[at])
            self._held = at
        inner = self._position - self._starts[at]
        piece = memoryview(self._data)[inner : inner + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
