"""Collecting garbage beside living writers (docs/design/003-garbage.md tells why it is safe)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from tilth.errors import Conflict, Fenced, TilthError
from tilth.metadata import leases
from tilth.metadata.database import Database
from tilth.metadata.leases import Lease
from tilth.metadata.schema.leases import leases as lease_table
from tilth.model.digest import Digest
from tilth.progress import Progress, silent
from tilth.storage.marks import Marks
from tilth.storage.sessions import PATIENCE_S, here, is_dead
from tilth.storage.shards import write_shard
from tilth.storage.sweep import (
    NOTHING,
    Step,
    Swept,
    choose,
    dead_records,
    delete_gone,
    delete_lost_shards,
    delete_unregistered,
    merges,
    rewrite,
    unregistered,
)
from tilth.versioning.backend import Backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.marking import Roots, WeakRoots, mark_all
from tilth.versioning.session_ledger import Watch
from tilth.versioning.sweep_catalogue import SqlSweep
from tilth.versioning.tombstones import all_tombstones

LEASE = "gc"
LEASE_S = 120.0
_RENEW_S = 20.0
_LOOK_S = (0.02, 1.0)
SHARE = 0.1
"""A large pack is written anew once so much of it is garbage."""


LOST_S = 86_400.0
"""An index shard that nobody names is deleted when it is so old; no process takes nearly as long to name its own."""


@dataclass(slots=True)
class Collected:
    """What a collection did. `waiting` names the processes that something condemned still waits for."""

    records: int = 0
    freed: int = 0
    packs_before: int = 0
    packs_after: int = 0
    forgotten_results: int = 0
    condemned: int = 0
    waiting: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def add(self, swept: Swept) -> None:
        """Count what one sweep took away."""
        self.records += swept.records
        self.freed += swept.freed
        self.damaged.extend(swept.damaged)


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that names what is kept."""

    roots: Sequence[Roots]
    caches: Sequence[WeakRoots]


def collect(
    backend: Backend,
    kept: Kept,
    *,
    wait_s: float = 60.0,
    share: float = SHARE,
    whole: Collection[bytes] = (),
    patience_s: float = PATIENCE_S,
    progress: Progress = silent,
    step: Step = lambda name: None,
) -> Collected:
    """Delete what nothing reaches, and merge small packs. Never call it within an act.

    Two phases: records that nothing reaches are condemned, so that writers store them again instead of finding them;
    once every session from before has ended (or was not heard of for `patience_s`), what is still not reached is
    deleted by writing its packs anew. Where sessions do not end within `wait_s`, the second phase is left to the next
    collection, and `waiting` names them. Killed anywhere, nothing that is kept is lost, and the next one goes on.
    Raises Conflict where another process collects, Corrupt where something that is kept cannot be read. Cost: reads
    every kept table once per phase, writes packs anew that hold garbage, and 17 bytes of memory per record.
    """
    report = Collected()
    backend.reserve.make_room()
    if _buried(backend):
        backend.store.rotate()  # purged bytes that came again may lie in the pack that this process writes
    with _lease(backend.database) as lease:
        run = _Run(backend, kept, SqlSweep(backend.database, lease), wait_s, patience_s, progress, step, report)
        report.packs_before = len(run.catalogue.packs())
        delete_gone(backend.store.place, run.catalogue)
        left_over = unregistered(backend.store.place, run.catalogue)
        if run.sweep_condemned() and run.condemn(share, [*whole, *_buried(backend)]):
            run.sweep_condemned()
        if left_over and not report.waiting and run.wait(run.catalogue.next_epoch()):
            delete_unregistered(backend.store.place, run.catalogue, left_over)
        run.merge()
        delete_lost_shards(backend.store.place, run.catalogue, age_s=LOST_S)
        report.packs_after = len(run.catalogue.packs())
        backend.store.look()  # this process, too, forgets what is gone
    backend.reserve.keep()
    return report


@contextmanager
def hold_packs(backend: Backend) -> Iterator[None]:
    """Keep every pack where it is: nobody collects garbage or merges packs meanwhile. Raises Conflict while one does.

    A thread that holds them may do so again.
    """
    with _lease(backend.database):
        yield


def tidy(backend: Backend, *, progress: Progress = silent) -> Collected:
    """Merge small packs and delete files that earlier collections left. Cheap where there is nothing to do."""
    report = Collected()
    backend.store.let_go_of_deleted()  # by other processes, too
    if not merges(SqlCatalogue(backend.database).packs()):
        return report
    with _lease(backend.database) as lease:
        catalogue = SqlSweep(backend.database, lease)
        run = _Run(backend, Kept((), ()), catalogue, 0.0, PATIENCE_S, progress, lambda name: None, report)
        report.packs_before = len(catalogue.packs())
        delete_gone(backend.store.place, catalogue)
        run.merge()
        report.packs_after = len(catalogue.packs())
    return report


def _buried(backend: Backend) -> list[Digest]:
    """Return the records of purged content that are still here: packs that hold them are written anew in any case."""
    with backend.database.read() as conn:
        stones = all_tombstones(conn).values()
    records = [record for stone in stones for record in stone.records]
    return [each for each, here in zip(records, backend.store.has_many(records), strict=True) if here]


@dataclass(slots=True)
class _Run:
    backend: Backend
    kept: Kept
    catalogue: SqlSweep
    wait_s: float
    patience_s: float
    progress: Progress
    step: Step
    report: Collected

    def condemn(self, share: float, whole: Collection[bytes]) -> bool:
        """Condemn what nothing reaches now; tell whether there was any."""
        place = self.backend.store.place
        self.step("mark")
        shards, digests = self.backend.store.look()
        marks = self._mark(digests, trim=True)
        entries = choose(place, self.catalogue, shards, marks, share=share, whole=whole)
        if not entries:
            return False
        self.report.condemned = sum(len(part) for _, part in entries)
        shard = write_shard(place.shard_folder, entries)
        place.keep_shard(shard)
        self.step("condemn")
        self.catalogue.condemn(shard)
        self.step("condemned")
        return True

    def sweep_condemned(self) -> bool:
        """Delete what was condemned and is still not reached; False where sessions from before have not ended."""
        place = self.backend.store.place
        for name, epoch in self.catalogue.condemned():
            if not self.wait(epoch):
                return False
            self.step("mark again")
            condemned = place.open_shard(name)
            marks = self._mark(self.backend.store.look()[1], trim=False)
            dead = dead_records(condemned, marks)
            self.progress.begin("write packs anew", None, "bytes")
            packs = sorted(dead.items())
            self.report.add(rewrite(place, self.catalogue, packs, step=self.step, progress=self.progress))
            self.progress.end()
            self.step("acquit")
            self.catalogue.acquit(name)
            place.delete_shard(name)
        return True

    def merge(self) -> None:
        """Make few large packs of many small ones."""
        place = self.backend.store.place
        condemned = [place.open_shard(name) for name, _ in self.catalogue.condemned()]
        besides = {pack for shard in condemned for pack in shard.packs}
        while groups := merges(self.catalogue.packs(), besides=besides):
            self.progress.begin("merge packs", None, "bytes")
            for group in groups:
                swept = rewrite(
                    place,
                    self.catalogue,
                    [(name, NOTHING) for name in group],
                    step=self.step,
                    progress=self.progress,
                )
                self.report.freed += swept.freed
                self.report.damaged.extend(swept.damaged)
                besides.update(swept.damaged)
            self.progress.end()

    def _mark(self, digests: Sequence[memoryview], *, trim: bool) -> Marks:
        self.progress.begin("mark", None, "ranges")
        marks = Marks(digests)
        self.report.forgotten_results += mark_all(
            self.backend.store,
            self.backend.database,
            marks,
            self.kept.roots,
            self.kept.caches,
            trim=trim,
            progress=self.progress,
        )
        self.progress.end()
        return marks

    def wait(self, epoch: int) -> bool:
        """Wait until every session from before `epoch` has ended; False where some have not in time."""
        sessions = self.backend.store.sessions
        watch = Watch(self.backend.database, patience_s=self.patience_s)
        deadline = time.monotonic() + self.wait_s
        pause = _LOOK_S[0]
        while True:
            if sessions is not None:
                sessions.pause()
            if not (left := watch.left(epoch)):
                return True
            if time.monotonic() >= deadline:
                self.report.waiting = sorted({each.what for each in left})
                return False
            time.sleep(pause)
            pause = min(2 * pause, _LOOK_S[1])


@contextmanager
def _lease(database: Database) -> Iterator[Lease]:
    """Hold the right to collect, and renew it. Raises Conflict that names who holds it."""
    holder = here()
    with database.read() as conn:
        row = conn.execute(select(lease_table).where(lease_table.c.name == LEASE)).first()
    if row is not None and row.holder is not None and is_dead(row.holder.rpartition("/")[0]):
        leases.release(database, Lease(LEASE, row.holder, row.epoch))
    try:
        lease = leases.acquire(database, LEASE, f"{holder}/{threading.get_ident()}", LEASE_S)
    except Conflict as conflict:
        raise Conflict(
            "Garbage is being collected (or a backup made) by another process.",
            help="Wait until it has ended, or stop it.",
        ) from conflict
    over = threading.Event()
    renewing = threading.Thread(target=_renew, args=(database, lease, over.wait), name="tilth-gc-lease", daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        over.set()
        renewing.join()
        leases.release(database, lease)


def _renew(database: Database, lease: Lease, over: Callable[[float], bool]) -> None:
    while not over(_RENEW_S):
        try:
            leases.renew(database, lease, LEASE_S)
        except Fenced:
            return  # the next transaction says so
        except TilthError:
            continue
