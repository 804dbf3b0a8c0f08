"""The place of a store in an object store: packs and shards are objects, read through a local cache."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from tilth.errors import Corrupt, Unavailable
from tilth.storage.block_cache import BLOCK, BlockCache
from tilth.storage.bucket_client import Bucket
from tilth.storage.disk import writing
from tilth.storage.packs import Entries, Pack, PackFile, PackWriter, claim_pack, pack_path
from tilth.storage.places import ClaimedPack
from tilth.storage.shards import Shard, shard_path

DEFAULT_CACHE_SIZE = 10 << 30
_UPLOADS = 4
_WAITING_PACKS = 6
_LONGEST_AHEAD = 16
_FRESH_S = 60
_OLD_S = 24 * 3600


class PackObject(Pack):
    """A pack in the bucket, read by ranges of whole blocks that are kept in the cache.

    One request fetches all blocks of a read that lie together; a reader that goes on from block to block is given ever
    more of them at once.
    """

    __slots__ = ("_ahead", "_bucket", "_cache", "_key", "_locks", "_next", "_size")

    def __init__(self, name: str, bucket: Bucket, cache: BlockCache) -> None:
        super().__init__(name)
        self._bucket = bucket
        self._cache = cache
        self._key = _pack_key(name)
        self._size: int | None = None
        self._next = -1
        self._ahead = 1
        self._locks = [threading.Lock() for _ in range(8)]

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes at `offset`. Raises FileNotFoundError, Unavailable."""
        if self._size is not None:
            length = min(length, self._size - offset)
        if length <= 0:
            return b""
        first, last = offset // BLOCK, (offset + length - 1) // BLOCK
        with self._locks[first % len(self._locks)]:  # readers of one block wait for one request
            parts = self._blocks(first, last, offset, length)
        start = offset - first * BLOCK
        return parts[0][start : start + length] if len(parts) == 1 else b"".join(parts)[start : start + length]

    def size(self) -> int:
        """Return the size of the object."""
        if self._size is None:
            self._size = self._bucket.size(self._key)
        return self._size

    def _blocks(self, first: int, last: int, offset: int, length: int) -> list[bytes]:
        """Return the blocks from `first` to `last`, padded in front only where nothing of them is asked."""
        blocks: dict[int, bytes] = {}
        for index in range(first, last + 1):
            start = max(0, offset - index * BLOCK)
            stop = min(BLOCK, offset + length - index * BLOCK)
            found = self._cache.read(_block_name(self.name, index), start, stop - start)
            if found is not None and len(found) == stop - start:
                blocks[index] = b"\0" * start + found if start else found
        index = first
        while index <= last:
            if index in blocks:
                index += 1
                continue
            stop = index
            while stop <= last and stop not in blocks:
                stop += 1
            blocks.update(self._fetch(index, stop))
            index = stop
        return [blocks.get(index, b"") for index in range(first, last + 1)]

    def _fetch(self, first: int, stop: int) -> dict[int, bytes]:
        self._ahead = min(self._ahead * 2, _LONGEST_AHEAD) if first == self._next else 1
        stop = max(stop, first + self._ahead)
        try:
            data, self._size = self._bucket.get_range(self._key, first * BLOCK, stop * BLOCK)
        except Unavailable:
            if first * BLOCK < self.size():
                raise
            return {}  # the pack ends before
        self._next = stop
        blocks = {}
        view = memoryview(data)
        for start in range(0, len(data), BLOCK):
            index = first + start // BLOCK
            blocks[index] = bytes(view[start : start + BLOCK])
            self._cache.put(_block_name(self.name, index), blocks[index])
        return blocks


class ClaimedObject:
    """A pack in the bucket: whole since it was put, so there is nothing to hold."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def seal(self, acknowledged: int | None) -> tuple[Entries, int]:
        """Return directory and length; where the directory is damaged, the records up to the first bad CRC."""
        entries = self._pack.directory()
        return (self._pack.readable_entries() if entries is None else entries), self._pack.size()

    def size(self) -> int:
        """Return its size in bytes."""
        return self._pack.size()

    def check_format(self) -> None:
        """Raise Corrupt where this is no pack, Invalid where a newer Tilth wrote it."""
        self._pack.check_format()


class BucketPlace:
    """Packs as objects `packs/NAME.pack`, shards as `index/NAME.shard`. Each acknowledgement closes the pack.

    `cache` is a local folder that may be lost at any time. New packs are written there and uploaded when they are full
    or acknowledged; what a dead process left there was never acknowledged, and goes.
    """

    appends = False

    def __init__(self, url: str, cache: Path, *, cache_size: int = DEFAULT_CACHE_SIZE) -> None:
        self.bucket = Bucket(url)
        self.name = self.bucket.name
        self._spool = cache / "new"
        self.shard_folder = cache / "new"
        with writing(cache):
            self._spool.mkdir(parents=True, exist_ok=True)
            self.cache = BlockCache(cache / "read", cache_size)
        self._uploads: dict[str, Future[None]] = {}
        self._room = threading.BoundedSemaphore(_WAITING_PACKS)
        self._pool = ThreadPoolExecutor(_UPLOADS, "tilth-upload")
        self._clear_spool()

    def begin_pack(self) -> PackWriter:
        """Begin a new pack in a local file."""
        return PackWriter(self._spool)

    def hand_over(self, writer: PackWriter, shard: str) -> None:
        """Begin to upload a sealed pack and its shard; wait while many are on their way already."""
        self._room.acquire()
        upload = self._pool.submit(self.bucket.put, _pack_key(writer.name), writer.path)
        upload.add_done_callback(lambda _: self._room.release())
        self._uploads[writer.name] = upload
        self._uploads[shard] = self._pool.submit(self._put_shard, shard)

    def keep_pack(self, writer: PackWriter) -> None:
        """Wait until the pack is in the bucket, trying again where that failed before. Raises Unavailable."""
        upload = self._uploads.pop(writer.name, None)
        try:
            if upload is None or (upload.done() and upload.exception() is not None):
                self.bucket.put(_pack_key(writer.name), writer.path)
            else:
                upload.result()
        except FileNotFoundError as error:
            raise Unavailable(
                f"The new pack {writer.path} was removed before it was uploaded.",
                help="Leave the workspace's cache folder alone while Tilth runs, and write that again.",
            ) from error

    def let_go_of_pack(self, writer: PackWriter) -> None:
        """Leave the local copy to the cache."""
        with suppress(FileNotFoundError):  # somebody cleared it away
            self.cache.take(f"{writer.name}.pack", writer.path, writer.length)

    def open_pack(self, name: str) -> Pack:
        """Open a pack: the local copy where there is a whole one. Raises FileNotFoundError when first read."""
        for path in (pack_path(self._spool, name), self.cache.path(f"{name}.pack")):
            with suppress(FileNotFoundError):
                pack = PackFile(path)
                self.cache.used(path.name)
                return pack
        return PackObject(name, self.bucket, self.cache)

    def forget_pack(self, name: str) -> None:
        """Drop the local copy of a pack."""
        self.cache.drop(f"{name}.pack")

    @contextmanager
    def claim_pack(self, name: str) -> Iterator[ClaimedPack | None]:
        """Hold a pack; None where there is no such object."""
        pack = self.open_pack(name)
        try:
            pack.size()
        except FileNotFoundError:
            yield None
            return
        yield ClaimedObject(pack)

    def delete_pack(self, name: str) -> None:
        """Delete a pack; nothing happens when it is gone."""
        self.bucket.delete(_pack_key(name))
        self.forget_pack(name)

    def packs(self) -> Iterable[str]:
        """List the packs in the bucket, oldest first."""
        return sorted(_names(self.bucket.list("packs"), ".pack"))

    def leftovers(self, known: Collection[str]) -> Iterable[str]:
        """List packs in the bucket that are not among `known`."""
        return (name for name in self.packs() if name not in known)

    def keep_shard(self, name: str) -> None:
        """Wait until a shard is in the bucket; what failed in the background is tried once more. Raises Unavailable."""
        upload = self._uploads.pop(name, None)
        if upload is None or upload.exception() is not None:
            self._put_shard(name)

    def open_shard(self, name: str) -> Shard:
        """Map the local copy of a shard, fetched where it is not here. Raises FileNotFoundError or Corrupt."""
        file = f"{name}.shard"
        for folder in (self._spool, self.cache.folder):
            with suppress(FileNotFoundError, Corrupt):  # a damaged copy is fetched anew
                shard = Shard(folder, name)
                self.cache.used(file)
                return shard
        data = self.bucket.get(_shard_key(name))
        self.cache.put(file, data)
        with suppress(FileNotFoundError):
            return Shard(self.cache.folder, name)
        return Shard(self.cache.folder, name, data)  # no room for it on the disk

    def delete_shard(self, name: str) -> None:
        """Delete a shard in the background: the catalogue no longer names it. It may outlive this process."""
        shard_path(self._spool, name).unlink(missing_ok=True)
        self.cache.path(f"{name}.shard").unlink(missing_ok=True)
        with suppress(RuntimeError):  # closed: maintenance will find it
            self._pool.submit(self.bucket.delete, _shard_key(name))

    def shards(self) -> Iterable[str]:
        """List the shards in the bucket."""
        return sorted(_names(self.bucket.list("index"), ".shard"))

    def close(self) -> None:
        """Wait for what is on its way."""
        self._pool.shutdown(wait=True)

    def _put_shard(self, name: str) -> None:
        path = shard_path(self._spool, name)
        size = path.stat().st_size
        self.bucket.put(_shard_key(name), path)
        self.cache.take(path.name, path, size)

    def _clear_spool(self) -> None:
        for path in self._spool.iterdir():
            with suppress(OSError, Unavailable):
                age = time.time() - path.stat().st_mtime
                if path.suffix != ".pack" and age > _OLD_S:
                    path.unlink()
                if path.suffix != ".pack" or age < _FRESH_S:
                    continue  # a writer locks its new pack a moment after it made it
                fd = claim_pack(path)
                if fd is not None:
                    path.unlink()
                    os.close(fd)


def _pack_key(name: str) -> str:
    return f"packs/{name}.pack"


def _shard_key(name: str) -> str:
    return f"index/{name}.shard"


def _block_name(pack: str, index: int) -> str:
    return f"{pack}.pack.{index}"


def _names(keys: Iterable[str], ending: str) -> Iterator[str]:
    for key in keys:
        name = key.rpartition("/")[2]
        if name.endswith(ending):
            yield name.removesuffix(ending)
