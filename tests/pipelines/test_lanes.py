"""Jobs that share an executor each see their own batches only."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from tilth.execution.batch import BatchResult, DatumBatch, Transform
from tilth.execution.executor import CANCELLED, Capabilities
from tilth.pipelines.lanes import Lanes


class Manual:
    """Finishes a batch when it is told to."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._flying: set[str] = set()
        self._done: list[BatchResult] = []

    def capabilities(self) -> Capabilities:
        return Capabilities(1, 1, "variable")

    def submit(self, batch: DatumBatch) -> None:
        with self._changed:
            self._flying.add(batch.id)

    def finish(self, name: str, error: str | None = None) -> None:
        with self._changed:
            self._flying.discard(name)
            self._done.append(BatchResult(name, 1, (), error))
            self._changed.notify_all()

    def completed(self, timeout: float | None = None) -> Iterator[BatchResult]:
        with self._changed:
            self._changed.wait_for(lambda: self._done or not self._flying, timeout)
            done, self._done = self._done, []
        yield from done

    def cancel(self, batch_id: str) -> None:
        self.finish(batch_id, CANCELLED)

    def close(self, drain: bool = False) -> None:
        pass


def batch(name: str) -> DatumBatch:
    return DatumBatch(name, 1, Transform("cmd", cmd=("true",)), ())


def test_each_lane_gets_its_own_results_whoever_collects_them() -> None:
    executor = Manual()
    lanes = Lanes(executor)
    with lanes.lane() as one, lanes.lane() as two:
        one.submit(batch("1"))
        two.submit(batch("2"))
        seen: list[str] = []
        waiting = threading.Thread(target=lambda: seen.extend(done.id for done in one.completed(None)))
        waiting.start()
        executor.finish("2")  # the first lane collects it, and waits on for its own
        assert [done.id for done in two.completed(30)] == ["2"]
        executor.finish("1")
        waiting.join(30)
        assert seen == ["1"]


def test_a_lane_with_nothing_in_flight_does_not_wait_for_the_others() -> None:
    executor = Manual()
    lanes = Lanes(executor)
    with lanes.lane() as one, lanes.lane() as two:
        one.submit(batch("1"))
        assert list(two.completed(None)) == []


def test_what_comes_after_the_end_of_a_lane_is_dropped() -> None:
    executor = Manual()
    lanes = Lanes(executor)
    with lanes.lane() as gone:
        gone.submit(batch("1"))
    with lanes.lane() as next_one:
        next_one.submit(batch("2"))
        next_one.cancel("2")
        executor.finish("1")
        assert [(done.id, done.error) for done in next_one.completed(30)] == [("2", CANCELLED)]
    assert lanes.owners == {}
