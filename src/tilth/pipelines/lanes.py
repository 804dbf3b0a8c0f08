"""Lanes: jobs that run at the same time share one executor, each as if it had it alone."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tilth.execution.batch import BatchResult, DatumBatch
from tilth.execution.executor import Capabilities, Executor


class Lanes:
    """Hands out lanes of `executor`. Batch ids must differ between lanes. Thread-safe."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.changed = threading.Condition()
        self.collecting = False
        self.owners: dict[str, Lane] = {}

    @contextmanager
    def lane(self) -> Iterator[Executor]:
        """Return an executor for one job; results that come after its end are dropped."""
        lane = Lane(self)
        try:
            yield lane
        finally:
            lane.close()


class Lane:
    """One job's share of an executor: it sees only its own batches. For one thread.

    Whichever lane waits first collects for all that wait, so that no thread of its own is needed.
    """

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._flying: set[str] = set()
        self._done: deque[BatchResult] = deque()

    def capabilities(self) -> Capabilities:
        """Tell what the executor can do."""
        return self._lanes.executor.capabilities()

    def submit(self, batch: DatumBatch) -> None:
        """Queue a batch behind those of all lanes."""
        with self._lanes.changed:
            self._lanes.owners[batch.id] = self
            self._flying.add(batch.id)
        self._lanes.executor.submit(batch)

    def completed(self, timeout: float | None = None) -> Iterator[BatchResult]:
        """Yield this lane's finished batches: wait up to `timeout` seconds for the first, then take what is ready."""
        until = time.monotonic() + timeout if timeout is not None else None
        while self._waits(until):
            left = max(0.0, until - time.monotonic()) if until is not None else None
            if not self._collect(left):
                break
        while True:
            with self._lanes.changed:
                if not self._done:
                    return
                result = self._done.popleft()
            yield result

    def cancel(self, batch_id: str) -> None:
        """Cancel a batch."""
        self._lanes.executor.cancel(batch_id)

    def close(self, drain: bool = False) -> None:
        """Leave the executor to the other lanes."""
        with self._lanes.changed:
            for name in self._flying:
                self._lanes.owners.pop(name, None)
            self._flying.clear()

    def _waits(self, until: float | None) -> bool:
        """Wait while another lane collects; True when it is this one's turn to, False when there is no need."""
        lanes = self._lanes
        with lanes.changed:
            while not self._done and self._flying:
                left = until - time.monotonic() if until is not None else None
                if left is not None and left <= 0:
                    return False
                if not lanes.collecting:
                    lanes.collecting = True
                    return True
                lanes.changed.wait(left)
            return False

    def _collect(self, timeout: float | None) -> bool:
        """Take what the executor has finished for whichever lane; False when that was nothing."""
        lanes, results = self._lanes, list[BatchResult]()
        try:
            results.extend(lanes.executor.completed(timeout))
        finally:
            with lanes.changed:
                for result in results:
                    owner = lanes.owners.pop(result.id, None)
                    if owner is not None:
                        owner._flying.discard(result.id)
                        owner._done.append(result)
                lanes.collecting = False
                lanes.changed.notify_all()
        return bool(results)
