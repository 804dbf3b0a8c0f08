"""The executor: queues, dying slots, and leaving nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest
from batches import alive, files, functions, log, python, run, run_batch, shell, task, wait_until
from folder_store import open_folder_store

from tilth.errors import Invalid, Unavailable
from tilth.execution.batch import BatchResult, DatumBatch
from tilth.execution.executor import CANCELLED, Executor
from tilth.execution.local import LocalExecutor
from tilth.storage.store import Store


def collect(executor: LocalExecutor, count: int) -> dict[str, BatchResult]:
    results: dict[str, BatchResult] = {}
    while len(results) < count:
        found = list(executor.completed(30))
        assert found, f"only {sorted(results)} came back"
        results.update((result.id, result) for result in found)
    return results


def test_it_is_an_executor(executor: LocalExecutor) -> None:
    promised: Executor = executor
    assert promised.capabilities().slots == 1


def test_nothing_starts_before_it_is_needed(start: Callable[..., LocalExecutor], folder: Path) -> None:
    idle = start()
    assert list(idle.completed(0)) == []
    idle.close()
    assert not (folder / "more").exists() or not list((folder / "more").glob("run-*"))


def test_submitting_twice_runs_once(executor: LocalExecutor, store: Store, tmp_path: Path) -> None:
    batch = DatumBatch("once", 1, shell(f"echo x >> {tmp_path}/runs"), (task(store, "a"),))
    executor.submit(batch)
    executor.submit(batch)
    assert list(collect(executor, 1)) == ["once"]
    executor.submit(batch)
    assert list(executor.completed(0)) == []
    executor.submit(DatumBatch("once", 2, batch.transform, batch.tasks))
    assert collect(executor, 1)["once"].attempt == 2
    assert (tmp_path / "runs").read_text() == "x\nx\n"


def test_equal_keys_in_a_batch_are_refused(executor: LocalExecutor, store: Store) -> None:
    with pytest.raises(Invalid, match="same key"):
        executor.submit(DatumBatch("twice", 1, shell("true"), (task(store, "a"), task(store, "a"))))


def test_an_empty_batch_has_an_empty_result(executor: LocalExecutor) -> None:
    assert run_batch(executor, shell("true")).outcomes == ()


def test_completed_waits_no_longer_than_asked(executor: LocalExecutor, store: Store) -> None:
    executor.submit(DatumBatch("sleep", 1, shell("sleep 0.5"), (task(store, "a"),)))
    assert list(executor.completed(0.05)) == []
    assert [result.id for result in executor.completed()] == ["sleep"]


def test_batches_spread_over_slots(start: Callable[..., LocalExecutor], store: Store, tmp_path: Path) -> None:
    executor = start(slots=3)
    meet = f"touch {tmp_path}/$PACH_DATUM_ID; while [ $(ls {tmp_path} | wc -l) -lt 3 ]; do sleep 0.01; done"
    for key in "abc":
        executor.submit(DatumBatch(key, 1, shell(meet, timeout_s=30), (task(store, key),)))
    results = collect(executor, 3)
    assert {result.outcomes[0].state for result in results.values()} == {"success"}


def test_a_datum_that_kills_its_slot_is_lost_and_the_others_run(executor: LocalExecutor, store: Store) -> None:
    script = "case $PACH_DATUM_ID in p*) kill -9 $PPID; sleep 1000;; *) echo $PACH_DATUM_ID > /pfs/out/x;; esac"
    keys = ["a", "poison", "b", "pest", "c"]
    outcomes = run(executor, shell(script), *(task(store, key) for key in keys))
    assert [outcome.state for outcome in outcomes] == ["success", "lost", "success", "lost", "success"]
    assert "killed the process that ran it" in outcomes[1].reason
    assert files(store, outcomes[4]) == {"x": b"c\n"}


def test_what_a_killed_slot_had_started_is_killed_too(executor: LocalExecutor, store: Store) -> None:
    name = f"orphan-{os.getpid()}"
    script = (
        "import os,signal,subprocess,sys,time\n"
        f"subprocess.Popen([sys.executable,'-c','import time; time.sleep(1000)','{name}'], start_new_session=True)\n"
        "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(1000)"
    )
    (outcome,) = run(executor, python(script), task(store, "a"))
    assert outcome.state == "lost"
    assert alive(name) == []


def test_what_finished_before_the_slot_died_is_not_run_again(
    executor: LocalExecutor, store: Store, tmp_path: Path
) -> None:
    # Finished datums are reported about once a second.
    script = f"echo $PACH_DATUM_ID >> {tmp_path}/runs; case $PACH_DATUM_ID in p) kill -9 $PPID;; *) sleep 0.6;; esac"
    outcomes = run(executor, shell(script), *(task(store, key) for key in ("a", "b", "p", "c")))
    assert [outcome.state for outcome in outcomes] == ["success", "success", "lost", "success"]
    assert sorted((tmp_path / "runs").read_text().split()) == ["a", "b", "c", "p", "p"]


def test_slots_and_workers_killed_from_outside_cost_no_outcome(
    start: Callable[..., LocalExecutor], store: Store, folder: Path, tmp_path: Path
) -> None:
    executor = start(slots=2)
    steps = functions(store, tmp_path, "import time\ndef f(datum):\n  time.sleep(0.005)\n  return {'k': datum.key}")
    random = Random(7)
    for number in range(12):
        transform = steps("f") if number % 2 else shell("sleep 0.005; printf $PACH_DATUM_ID > /pfs/out/k")
        datums = tuple(task(store, f"{number}-{index}") for index in range(20))
        executor.submit(DatumBatch(f"{number}", 1, transform, datums))
    results: dict[str, BatchResult] = {}
    kills = 0
    while len(results) < 12:
        before = len(results)
        results.update((result.id, result) for result in executor.completed(30))
        assert len(results) > before
        victims = [pid for pid in alive("tilth.execution.") if os.getpid() in (parent(pid), parent(parent(pid)))]
        if victims and kills < 6:
            kills += 1
            os.kill(random.choice(victims), signal.SIGKILL)
    for result in results.values():
        assert result.error is None
        for outcome in result.outcomes:
            assert files(store, outcome) == {"k": outcome.key.encode()}
        assert len(result.outcomes) == 20
    assert kills > 2


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_a_queued_batch_can_be_cancelled(executor: LocalExecutor, store: Store) -> None:
    executor.submit(DatumBatch("first", 1, shell("sleep 0.3"), (task(store, "a"),)))
    executor.submit(DatumBatch("second", 1, shell("sleep 100"), (task(store, "a"),)))
    executor.cancel("second")
    executor.cancel("unknown")
    results = collect(executor, 2)
    assert results["second"] == BatchResult("second", 1, (), CANCELLED)
    assert results["first"].error is None


def test_a_slot_that_cannot_open_its_store_says_why(folder: Path, store: Store) -> None:
    with LocalExecutor(partial(open_folder_store, folder / "store" / "catalogue"), scratch=folder / "bad") as executor:
        result = run_batch(executor, shell("true"), task(store, "a"))
        assert result.outcomes == ()
        assert result.error is not None
        assert "catalogue" in result.error
        function = run_batch(executor, python_function(), task(store, "a"))
        assert function.error is not None
        assert "catalogue" in function.error


def python_function() -> object:
    from tilth.execution.batch import Transform

    return Transform("function", function="json:dumps")


def test_close_stops_what_runs(start: Callable[..., LocalExecutor], store: Store, folder: Path) -> None:
    executor = start(slots=2)
    name = f"closing-{os.getpid()}"
    executor.submit(DatumBatch("running", 1, python(f"import time; time.sleep(1000) # {name}"), (task(store, "a"),)))
    wait_until(lambda: bool(alive(name)))
    executor.close()
    assert alive(name) == []
    assert [result.error for result in executor.completed(0)] == [CANCELLED]
    assert list((folder / "more").iterdir()) == []
    with pytest.raises(Unavailable):
        executor.submit(DatumBatch("late", 1, shell("true"), (task(store, "a"),)))


def test_close_with_drain_finishes_the_queue(start: Callable[..., LocalExecutor], store: Store) -> None:
    executor = start(slots=2)
    for number in range(6):
        executor.submit(DatumBatch(f"{number}", 1, shell("sleep 0.05"), (task(store, "a"),)))
    executor.close(drain=True)
    results = list(executor.completed(0))
    assert sorted(result.id for result in results) == ["0", "1", "2", "3", "4", "5"]
    assert all(result.outcomes[0].state == "success" for result in results)


OWNER = """
import sys, time
from functools import partial
from pathlib import Path
from random import Random
sys.path.insert(0, sys.argv[1])
from folder_store import open_folder_store
from batches import python, functions, task
from tilth.execution.batch import DatumBatch
from tilth.execution.local import LocalExecutor
folder, name = Path(sys.argv[2]), sys.argv[3]
with open_folder_store(folder / "store") as store:
    executor = LocalExecutor(partial(open_folder_store, folder / "store"), slots=2, scratch=folder / "scratch")
    sleep = f"[sys.executable, '-c', 'import time; time.sleep(1000)', '{name}']"
    child = f"import subprocess, sys, time; subprocess.Popen({sleep}, start_new_session=True)"
    command = python(f"{child}; time.sleep(1000)")
    steps = functions(store, folder / "code", f"def f(datum):\\n  {child}\\n  while True: pass")
    executor.submit(DatumBatch("command", 1, command, (task(store, "a"),)))
    executor.submit(DatumBatch("function", 1, steps("f"), (task(store, "a"),)))
    time.sleep(1000)
"""


def test_the_death_of_the_executor_leaves_no_process(tmp_path: Path, store: Store) -> None:
    name = f"owned-{os.getpid()}"
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(Path(__file__).parent), str(tmp_path), name])
    try:
        # The owner, the command, its child, and the child of the function.
        wait_until(lambda: len(alive(name)) == 4)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        wait_until(lambda: alive(name) == [] and alive(str(tmp_path)) == [])
        wait_until(lambda: not slots_below(tmp_path))
    finally:
        owner.kill()
    # The next executor removes what the dead one left.
    with LocalExecutor(partial(open_folder_store, tmp_path / "store"), scratch=tmp_path / "scratch") as executor:
        executor.capabilities()
        assert len(list((tmp_path / "scratch").iterdir())) == 1
        with open_folder_store(tmp_path / "store") as own:
            (outcome,) = run(executor, shell("echo hi"), task(own, "a"))
            assert log(own, outcome) == b"hi\n"


def slots_below(folder: Path) -> list[int]:
    """List the processes that hold a file below `folder` open."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                if any(os.readlink(fd).startswith(str(folder)) for fd in (process / "fd").iterdir()):
                    found.append(int(process.name))
            except OSError:
                continue
    return found
