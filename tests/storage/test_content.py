"""Files as content: the same bytes are the same chunks, however they come."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyfastcdc import FastCDC

from tilth.errors import Corrupt
from tilth.model.digest import digest_of
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.content import (
    CHUNK_AVERAGE,
    CHUNK_MAX,
    CHUNK_MIN,
    INLINE_LIST,
    ONE_CHUNK,
    STORED_LIST,
    WHOLE_FILE,
    Content,
    chunk_list,
    chunks_of,
    open_content,
    read_content,
    write_content,
)
from tilth.storage.records import digest_of_chunk_list
from tilth.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, MemoryCatalogue()) as opened:
        yield opened


@pytest.fixture(scope="module")
def large() -> bytes:
    """Forty million bytes that are the same on every machine."""
    return random.Random(20261121).randbytes(40_000_000)


class Trickle:
    """A stream that gives less than it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._inner.read(min(size, 1_234_567))


def whole(store: Store, content: Content) -> bytes:
    return b"".join(read_content(store, content))


# Frozen with format 0: if this fails, stored files would stop sharing chunks with new ones.
# fmt: off
LARGE_CUTS = [
    1127113, 1185792, 1526871, 1258023, 901202, 1092366, 1054667, 1460993, 1250928, 447134, 1119271, 1372543,
    1212791, 409066, 1114057, 1777720, 1532120, 1859011, 608936, 554242, 1703168, 1421050, 594078, 1366455,
    1734886, 449848, 1277717, 1250179, 1153775, 1517724, 323692, 1053743, 1327481, 1702059, 259299,
]
# fmt: on
LARGE_DIGEST = "6089c12a2f4875233a585a803edb8504ef6ed2ed4f10ee628f0cf2148fbfd6d2"


def test_cuts_are_those_of_format_0(store: Store, large: bytes) -> None:
    content = write_content(store, large)
    assert [length for _, length in chunk_list(store, content)] == LARGE_CUTS
    assert content.digest.hex() == LARGE_DIGEST


def test_bytes_and_streams_of_any_rhythm_give_the_same_content(store: Store, large: bytes) -> None:
    content = write_content(store, large)
    assert content.layout == STORED_LIST
    assert write_content(store, io.BytesIO(large)) == content
    assert write_content(store, Trickle(large)) == content
    assert whole(store, content) == large


@pytest.mark.parametrize("shift", [0, 1, 100_001, 5_000_003])
def test_a_stream_is_cut_as_if_it_were_read_at_once(store: Store, large: bytes, shift: int) -> None:
    data = large[shift:9_000_000] + bytes(20_000_000) + large[9_000_000:16_000_000] + bytes(9_000_000) + b"end"
    cutter = FastCDC(CHUNK_AVERAGE, min_size=CHUNK_MIN, max_size=CHUNK_MAX, normalized_chunking=1, seed=0)
    at_once = [piece.length for piece in cutter.cut_buf(data)]
    assert CHUNK_MAX in at_once, "zeros are cut only where they must be"
    assert [length for _, length in chunk_list(store, write_content(store, io.BytesIO(data)))] == at_once


@pytest.mark.parametrize("size", [0, 1, 1000, WHOLE_FILE])
def test_a_small_file_is_one_chunk_named_by_its_bytes(store: Store, large: bytes, size: int) -> None:
    data = large[:size]
    content = write_content(store, data)
    assert content == Content(size, digest_of(data), ONE_CHUNK, b"")
    assert write_content(store, Trickle(data)) == content
    assert whole(store, content) == data


def test_a_middling_file_carries_its_chunk_list(store: Store, large: bytes) -> None:
    data = large[: WHOLE_FILE + 1]
    content = write_content(store, data)
    assert content.layout == INLINE_LIST
    assert content.digest == digest_of_chunk_list(content.chunks)
    assert store.get(content.digest) == content.chunks
    assert whole(store, content) == data


def test_a_file_made_of_a_chunk_list_is_not_taken_for_what_it_lists(store: Store, large: bytes) -> None:
    listed = write_content(store, large[: WHOLE_FILE + 1])
    assert write_content(store, listed.chunks).digest != listed.digest


def test_an_insertion_into_a_large_file_stores_little_anew(store: Store, large: bytes) -> None:
    before = set(chunk_list(store, write_content(store, large)))
    after = chunk_list(store, write_content(store, large[:20_000_000] + b"inserted" + large[20_000_000:]))
    fresh = [length for digest, length in after if (digest, length) not in before]
    assert sum(fresh) < 10_000_000


def test_a_range_reads_only_what_it_needs(store: Store, large: bytes) -> None:
    content = write_content(store, large)
    for start, stop in [(0, 1), (1_500_000, 1_500_001), (3_000_000, 30_000_000), (39_999_999, 99_000_000), (5, 5)]:
        assert b"".join(read_content(store, content, start, stop)) == large[start:stop]
    assert b"".join(read_content(store, content, 7)) == large[7:]


def test_a_reader_seeks(store: Store, large: bytes) -> None:
    for size in (0, 100, 40_000_000):
        with open_content(store, write_content(store, large[:size])) as reader:
            assert reader.seekable()
            assert reader.read() == large[:size]
            reader.seek(size // 2)
            assert reader.read(70_000) == large[size // 2 : min(size, size // 2 + 70_000)]
            reader.seek(-5 if size else 0, io.SEEK_END)
            assert reader.read() == large[:size][-5:]


def test_a_chunk_shorter_than_its_list_says_is_corrupt_however_it_is_read(store: Store) -> None:
    whole = write_content(store, b"short")
    lying = Content(50, whole.digest, whole.layout, whole.chunks)
    with pytest.raises(Corrupt, match="has 5 bytes"):
        list(read_content(store, lying))
    with pytest.raises(Corrupt, match="has 5 bytes"):
        open_content(store, lying).read()
    with pytest.raises(Corrupt, match="has 5 bytes"):
        list(chunks_of(store, lying))


def test_whole_chunks_are_the_bytes_that_were_written(store: Store, large: bytes) -> None:
    for data in (b"", large[:1000], large, b"text " * 2_000_000):
        assert b"".join(map(bytes, chunks_of(store, write_content(store, data)))) == data
    store.flush()
    assert b"".join(map(bytes, chunks_of(store, write_content(store, large)))) == large
