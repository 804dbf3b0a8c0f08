"""Several processes on one store folder, any of which may die at any moment, against a dict of what is acknowledged."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from tilth.model.digest import Digest, digest_of
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.records import RecordKind
from tilth.storage.store import Store


class StoreMachine(RuleBasedStateMachine):
    """Rules are what processes do; the model is two dicts: acknowledged by anyone, and waiting in one process."""

    processes: Bundle[Store] = Bundle("processes")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tilth-store-"))
        self.catalogue = MemoryCatalogue()
        self.acknowledged: dict[Digest, bytes] = {}
        self.waiting: dict[int, dict[Digest, bytes]] = {}
        self.alive: dict[int, Store] = {}

    def teardown(self) -> None:
        for store in self.alive.values():
            store.close()
        if hasattr(self, "folder"):
            assert not list(Store.open(self.folder, self.catalogue).verify())
            shutil.rmtree(self.folder)

    @rule(target=processes)
    def open(self) -> Store:
        store = Store.open(self.folder, self.catalogue, pack_size=3000)
        self.alive[id(store)] = store
        self.waiting[id(store)] = {}
        return store

    @rule(store=processes, seeds=st.lists(st.integers(0, 40), min_size=1, max_size=12), batched=st.booleans())
    def put(self, store: Store, seeds: list[int], batched: bool) -> None:
        records = []
        for seed in seeds:
            data = random.Random(seed).randbytes(seed * 20) + b"text" * seed
            digest = store.put_bytes(RecordKind.BLOB, data) if not batched else digest_of(data)
            records.append((digest, data))
        if batched:
            store.put_many(RecordKind.BLOB, records)
        for digest, data in records:
            assert store.get(digest) == data
        self.waiting[id(store)].update(records)

    @rule(store=processes)
    def flush(self, store: Store) -> None:
        store.flush()
        self._settle(store)

    @rule(store=consumes(processes))
    def close(self, store: Store) -> None:
        store.close()
        self._settle(store)
        del self.alive[id(store)]

    @rule(store=consumes(processes), torn=st.binary(max_size=100), written=st.booleans())
    def die(self, store: Store, torn: bytes, written: bool) -> None:
        writer = store._own.writer
        if writer is not None:
            if written:
                writer.write_out()
            with writer.path.open("ab") as file:
                file.write(torn)
            writer.close()
        for full in store._own.full:
            full.writer.close()
        store._own.closed = True
        del self.alive[id(store)], self.waiting[id(store)]

    @rule(target=processes, store=consumes(processes))
    def read_everything(self, store: Store) -> Store:
        for digest, data in self.acknowledged.items():
            assert store.get(digest) == data
        return store

    @invariant()
    def everyone_has_what_is_acknowledged(self) -> None:
        for store in getattr(self, "alive", {}).values():
            assert all(store.has_many(list(self.acknowledged)))

    def _settle(self, store: Store) -> None:
        self.acknowledged.update(self.waiting[id(store)])
        self.waiting[id(store)] = {}


StoreMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestStore = StoreMachine.TestCase
