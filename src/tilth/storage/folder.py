"""The place of a store in a local folder that many processes share."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tilth.storage.disk import sync_folder, writing
from tilth.storage.packs import (
    PACK_HEADER_SIZE,
    Entries,
    PackFile,
    PackWriter,
    claim_pack,
    pack_name,
    pack_path,
    seal_orphan,
)
from tilth.storage.places import ClaimedPack
from tilth.storage.shards import Shard, shard_path, sync_shard


class ClaimedFile:
    """A pack file whose lock this process holds."""

    def __init__(self, fd: int, path: Path) -> None:
        self._fd = fd
        self._path = path

    def seal(self, acknowledged: int | None) -> tuple[Entries, int]:
        """Seal the file durably and return directory and final length."""
        sealed = seal_orphan(self._fd, self._path, acknowledged)
        with writing(self._path.parent):
            sync_folder(self._path.parent)  # its writer may have died before it did
        return sealed

    def size(self) -> int:
        """Return the size of the file."""
        return os.fstat(self._fd).st_size

    def check_format(self) -> None:
        """Raise Corrupt where this is no pack, Invalid where a newer Tilth wrote it."""
        PackFile(self._path).check_format()


class FolderPlace:
    """Packs in `packs` and shards in `index` of one folder. Open packs grow: each flush is one fsync."""

    appends = True

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self.pack_folder = folder / "packs"
        self.shard_folder = folder / "index"
        self._named: set[str] = set()  # packs of this process whose names are durable

    @classmethod
    def open(cls, folder: Path) -> FolderPlace:
        """Open the place, making its folders where they are not there. Raises Unavailable."""
        place = cls(folder)
        with writing(folder):
            for part in (place.pack_folder, place.shard_folder):
                if not part.is_dir():
                    part.mkdir(parents=True, exist_ok=True)
                    sync_folder(part.parent)
        return place

    def begin_pack(self) -> PackWriter:
        """Begin a new pack where it will stay."""
        return PackWriter(self.pack_folder)

    def hand_over(self, writer: PackWriter, shard: str) -> None:
        """Do nothing: they lie where they will stay."""

    def keep_pack(self, writer: PackWriter) -> None:
        """Sync the file, and the folder the first time."""
        writer.sync()
        if writer.name not in self._named:
            with writing(self.pack_folder):
                sync_folder(self.pack_folder)
            self._named.add(writer.name)

    def let_go_of_pack(self, writer: PackWriter) -> None:
        """Do nothing: it lies where it will stay."""

    def open_pack(self, name: str) -> PackFile:
        """Open a pack to read from. Raises FileNotFoundError."""
        return PackFile(pack_path(self.pack_folder, name))

    def forget_pack(self, name: str) -> None:
        """Do nothing: there is one copy only."""

    @contextmanager
    def claim_pack(self, name: str) -> Iterator[ClaimedPack | None]:
        """Hold the lock of a pack whose writer has died; None while a writer lives or where there is no such file."""
        path = pack_path(self.pack_folder, name)
        fd = claim_pack(path) if path.is_file() else None
        if fd is None:
            yield None
            return
        try:
            yield ClaimedFile(fd, path)
        finally:
            os.close(fd)

    def delete_pack(self, name: str) -> None:
        """Delete a pack; nothing happens when it is gone."""
        with writing(self.pack_folder):
            pack_path(self.pack_folder, name).unlink(missing_ok=True)

    def packs(self) -> Iterable[str]:
        """List the packs that ever held anything, oldest first."""
        # A writer that was killed before it wrote the header leaves a pack that never held anything.
        return sorted(
            pack_name(path) for path in self.pack_folder.glob("*.pack") if path.stat().st_size >= PACK_HEADER_SIZE
        )

    def leftovers(self, known: Collection[str]) -> Iterable[str]:
        """List packs, however short, that are not among `known`."""
        return sorted(name for path in self.pack_folder.glob("*.pack") if (name := pack_name(path)) not in known)

    def keep_shard(self, name: str) -> None:
        """Sync a written shard."""
        sync_shard(self.shard_folder, name)

    def open_shard(self, name: str) -> Shard:
        """Map a shard. Raises FileNotFoundError or Corrupt."""
        return Shard(self.shard_folder, name)

    def delete_shard(self, name: str) -> None:
        """Delete a shard; nothing happens when it is gone."""
        shard_path(self.shard_folder, name).unlink(missing_ok=True)

    def shards(self) -> Iterable[str]:
        """List all shards."""
        return sorted(path.name.removesuffix(".shard") for path in self.shard_folder.glob("*.shard"))

    def close(self) -> None:
        """Do nothing: each file is closed by who opened it."""
