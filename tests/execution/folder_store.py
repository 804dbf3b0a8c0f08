"""A pack catalogue in one file, so that processes can share a store without a database."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tilth.storage.catalogue import CatalogueState, MemoryCatalogue, PackState
from tilth.storage.store import Store

T = TypeVar("T")


class FileCatalogue:
    """A MemoryCatalogue that is read from and written to a file under a lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _with(self, act: Callable[[MemoryCatalogue], T], *, write: bool = True) -> T:
        with open(f"{self._path}.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            catalogue = MemoryCatalogue()
            if self._path.exists():
                catalogue._version, catalogue._packs, catalogue._shards = pickle.loads(self._path.read_bytes())
            answer = act(catalogue)
            if write:
                # Replaced whole: a process may be killed here.
                fresh = self._path.with_suffix(".new")
                fresh.write_bytes(pickle.dumps((catalogue._version, catalogue._packs, catalogue._shards)))
                fresh.replace(self._path)
            return answer

    def opened(self, pack: str) -> None:
        self._with(lambda catalogue: catalogue.opened(pack))

    def acknowledge(self, pack: str, length: int) -> None:
        self._with(lambda catalogue: catalogue.acknowledge(pack, length))

    def sealed(self, pack: str, length: int, shard: str) -> None:
        self._with(lambda catalogue: catalogue.sealed(pack, length, shard))

    def merge_shards(self, old: Sequence[str], new: str, level: int) -> None:
        self._with(lambda catalogue: catalogue.merge_shards(old, new, level))

    def live(self) -> CatalogueState:
        return self._with(lambda catalogue: catalogue.live(), write=False)

    def packs(self) -> Sequence[PackState]:
        return self._with(lambda catalogue: catalogue.packs(), write=False)


@contextmanager
def open_folder_store(folder: Path) -> Iterator[Store]:
    folder.mkdir(parents=True, exist_ok=True)
    with Store.open(folder, FileCatalogue(folder / "catalogue")) as store:
        yield store
