"""Functions: the contract of a datum, warm workers, and what happens when they misbehave."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import alive, files, functions, log, run, run_batch, task, wait_until

from tilth.execution.batch import BatchResult, DatumBatch, Transform
from tilth.execution.executor import CANCELLED
from tilth.execution.local import LocalExecutor
from tilth.execution.warm_workers import KEPT_WARM, KEPT_WARM_SHORT
from tilth.storage.store import Store

Steps = Callable[..., Transform]

STEPS = """
import os, signal, subprocess, sys, threading, time
from pathlib import Path

calls = []

def read_and_write(datum):
    with datum.inputs["in"].files[0].open() as stream:
        stream.seek(1)
        datum.write("tail", stream.read())
    datum.write("whole.txt", datum.inputs["in"].file.read_text().upper())

def by_return(datum):
    return {"row": repr(datum.inputs["r"].row), "raw": b"\\0", "key": datum.key + datum.env["PACH_DATUM_ID"]}

def in_folder(datum):
    (datum.out / "a").mkdir()
    (datum.out / "a" / "b").write_text(datum.inputs["in"].file.local_path().read_text())
    if datum.key == "link":
        (datum.out / "link").symlink_to("/etc/passwd")

def break_text(datum):
    raise ValueError("\\udcff caf\u00e9")

def list_out(datum):
    return {"seen": repr(sorted(os.listdir(datum.out)))}

def stream(datum):
    with datum.inputs["in"].file.open() as source:
        datum.write("copy", source)

def identity(datum):
    calls.append(datum.key)
    return {"pid": str(os.getpid()), "calls": str(len(calls)), "token": datum.idempotency_key}

def together(datum):
    meeting = Path(os.environ["MEETING"])
    (meeting / datum.key).touch()
    while len(list(meeting.iterdir())) < 2:
        time.sleep(0.01)
    return {"pid": str(os.getpid())}

def noisy(datum):
    print("printed", datum.key)
    os.system("echo from a child")
    print("to stderr", file=sys.stderr)

def fail(datum):
    print("before")
    if datum.key.startswith("bad"):
        raise ValueError("no good: " + datum.key)

def leave(datum):
    sys.exit(3)

def bad_path(datum):
    datum.write("../up", b"")

def bad_return(datum):
    return 7

def bad_value(datum):
    return {"a": 7}

def die(datum):
    if datum.key.startswith("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"k": datum.key}

def die_once(datum):
    mark = Path(datum.inputs["in"].file.read_text())
    if not mark.exists():
        mark.touch()
        os._exit(9)
    return {"k": datum.key}

def slow(datum):
    if datum.key.startswith("slow"):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", datum.key], start_new_session=True)
        while True:
            pass
    return {"k": datum.key}

def leave_a_process(datum):
    script = f"setsid {sys.executable} -c 'import time; time.sleep(1000)' {datum.key} &"
    subprocess.run(["sh", "-c", script], check=True)

def sleepy(datum):
    time.sleep(0.4)
    return {"k": datum.key}

def burn(datum):
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
"""


@pytest.fixture(scope="module")
def steps(store: Store, folder: Path) -> Steps:
    return functions(store, folder / "code", STEPS)


def test_a_function_reads_streams_and_writes(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    (outcome,) = run(executor, steps("read_and_write"), task(store, "a", {"in": {"d/f": b"hello"}}))
    assert files(store, outcome) == {"tail": b"ello", "whole.txt": b"HELLO"}
    assert [file.path for file in outcome.outputs] == ["tail", "whole.txt"]
    assert (outcome.reason, outcome.log, outcome.exit_code) == ("", None, None)


def test_a_function_may_return_its_outputs(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    (outcome,) = run(executor, steps("by_return"), task(store, "k", rows={"r": {"x": [1, 2]}}))
    assert files(store, outcome) == {"row": b"{'x': [1, 2]}", "raw": b"\0", "key": b"kk"}


def test_a_function_may_use_local_files_and_none_outlive_it(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    one, link = run(
        executor, steps("in_folder"), task(store, "a", {"in": {"f": b"1"}}), task(store, "link", {"in": {"f": b"2"}})
    )
    assert files(store, one) == {"a/b": b"1"}
    assert link.state == "failed"
    assert "'/pfs/out/link' points to '/etc/passwd'" in link.reason
    (after,) = run(executor, steps("list_out"), task(store, "a"))
    assert files(store, after) == {"seen": b"[]"}


def test_a_large_stream_is_copied(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    data = os.urandom(1 << 20) * 6
    datum = task(store, "a", {"in": {"f": data}})
    (outcome,) = run(executor, steps("stream"), datum)
    assert outcome.outputs[0].content == datum.inputs[0].files[0].content


def test_a_worker_stays_warm_and_code_versions_never_share_one(
    executor: LocalExecutor, store: Store, steps: Steps, tmp_path: Path
) -> None:
    first, second = run(executor, steps("identity"), task(store, "a"), task(store, "b"))
    (third,) = run(executor, steps("identity"), task(store, "c"))
    pids = {files(store, outcome)["pid"] for outcome in (first, second, third)}
    assert len(pids) == 1
    assert files(store, third)["calls"] == b"3"
    assert files(store, first)["token"] == first_token(store).encode()
    changed = functions(store, tmp_path, STEPS + "\n# changed\n")
    (fourth,) = run(executor, changed("identity"), task(store, "a"))
    assert files(store, fourth)["pid"] not in pids
    assert files(store, fourth)["calls"] == b"1"
    (other_environment,) = run(executor, steps("identity", env={"MODE": "x"}), task(store, "a"))
    assert files(store, other_environment)["calls"] == b"1"


def first_token(store: Store) -> str:
    return task(store, "a").identity.hex()


def test_only_a_few_workers_are_kept(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    pids = set()
    for number in range(KEPT_WARM + 2):
        (outcome,) = run(executor, steps("identity", env={"N": str(number)}), task(store, "a"))
        pids.add(int(files(store, outcome)["pid"]))
    assert len(pids) == KEPT_WARM + 2
    assert len([pid for pid in pids if Path(f"/proc/{pid}").exists()]) in (KEPT_WARM, KEPT_WARM_SHORT)


def test_work_goes_to_the_idle_slot_that_is_warm_for_it(
    start: Callable[..., LocalExecutor], store: Store, steps: Steps, tmp_path: Path
) -> None:
    executor = start(slots=2)
    both = steps("together", env={"MEETING": str(tmp_path)})
    for name in "ab":
        executor.submit(DatumBatch(name, 1, both, (task(store, name),)))
    done: list[BatchResult] = []
    while len(done) < 2:
        done.extend(executor.completed(30))
    assert len({files(store, result.outcomes[0])["pid"] for result in done}) == 2  # each slot runs now
    used: dict[str, set[bytes]] = {"1": set(), "2": set()}
    for number in "122121":
        (outcome,) = run(executor, steps("identity", env={"N": number}), task(store, "x"))
        used[number].add(files(store, outcome)["pid"])
    assert [len(pids) for pids in used.values()] == [1, 1]


def test_what_a_function_prints_is_its_log(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    one, two = run(executor, steps("noisy"), task(store, "a"), task(store, "b"))
    assert sorted(log(store, one).splitlines()) == [b"from a child", b"printed a", b"to stderr"]
    assert sorted(log(store, two).splitlines()) == [b"from a child", b"printed b", b"to stderr"]


def test_an_exception_fails_its_datum_with_the_users_traceback(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    good, bad, last = run(executor, steps("fail"), task(store, "good"), task(store, "bad1"), task(store, "last"))
    assert [outcome.state for outcome in (good, bad, last)] == ["success", "failed", "success"]
    assert bad.reason.endswith("ValueError: no good: bad1")
    assert 'steps.py"' in bad.reason
    assert "worker.py" not in bad.reason
    assert log(store, bad).startswith(b"before\nTraceback")
    assert log(store, good) == b"before\n"


def test_broken_text_in_an_error_becomes_text_that_can_be_kept(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    (outcome,) = run(executor, steps("break_text"), task(store, "a"))
    assert outcome.state == "failed"
    assert "? café" in outcome.reason
    outcome.reason.encode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leave", "exit(3)"),
        ("bad_path", "'../up' is not a path"),
        ("bad_return", "returned a int"),
        ("bad_value", "'a' is a int"),
        ("no_such", "has no attribute 'no_such'"),
        ("calls", "is a list, not a function"),
    ],
)
def test_misuse_is_explained(executor: LocalExecutor, store: Store, steps: Steps, name: str, words: str) -> None:
    first, second = run(executor, steps(name), task(store, "a"), task(store, "b"))
    assert (first.state, second.state) == ("failed", "failed")
    assert words in first.reason


def test_a_module_that_does_not_load_fails_the_datums_with_its_traceback(
    executor: LocalExecutor, store: Store, tmp_path: Path
) -> None:
    broken = functions(store, tmp_path, "print('loading')\nimport not_there\n")
    (outcome,) = run(executor, broken("f"), task(store, "a"))
    assert outcome.state == "failed"
    assert "No module named 'not_there'" in outcome.reason
    assert "steps.py" in outcome.reason
    assert log(store, outcome) == b"loading\n"
    dying = functions(store, tmp_path, "import os; os._exit(1)\n")
    (outcome,) = run(executor, dying("f"), task(store, "a"))
    assert (outcome.state, "died while it loaded" in outcome.reason) == ("failed", True)


def test_installed_functions_need_no_code(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, Transform("function", function="json.tool:main"), task(store, "a"))
    assert outcome.state == "failed"
    assert "positional argument" in outcome.reason


def test_a_datum_that_kills_its_worker_is_lost_and_the_others_run(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    keys = ["a", "poison1", "b", "c", "poison2", "d"]
    outcomes = run(executor, steps("die"), *(task(store, key) for key in keys))
    assert [outcome.state for outcome in outcomes] == ["success", "lost", "success", "success", "lost", "success"]
    assert "SIGKILL" in outcomes[1].reason
    assert files(store, outcomes[5]) == {"k": b"d"}


def test_a_datum_whose_worker_died_once_is_tried_again_alone(
    executor: LocalExecutor, store: Store, steps: Steps, tmp_path: Path
) -> None:
    marks = [task(store, key, {"in": {"f": str(tmp_path / "mark").encode()}}) for key in ("a", "b")]
    outcomes = run(executor, steps("die_once"), *marks)
    assert [outcome.state for outcome in outcomes] == ["success", "success"]


def test_a_slow_function_times_out_and_the_others_run(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    name = f"slow-{os.getpid()}"
    outcomes = run(executor, steps("slow", timeout_s=1.0), task(store, "a"), task(store, name), task(store, "b"))
    assert [outcome.state for outcome in outcomes] == ["success", "timeout", "success"]
    assert "longer than 1 s" in outcomes[1].reason
    assert alive(name) == []


def test_a_timeout_is_per_datum_not_per_batch(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    outcomes = run(executor, steps("sleepy", timeout_s=1.0), *(task(store, f"k{n}") for n in range(4)))
    assert [outcome.state for outcome in outcomes] == ["success"] * 4


def test_wall_and_cpu_seconds_are_told(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    (sleepy,) = run(executor, steps("sleepy"), task(store, "a"))
    (burning,) = run(executor, steps("burn"), task(store, "a"))
    assert sleepy.wall_s >= 0.4
    assert sleepy.cpu_s < 0.2 <= burning.cpu_s


def test_a_cancelled_function_dies_and_finished_datums_are_reported(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    name = f"slow-cancel-{os.getpid()}"
    datums = [*(task(store, f"k{n}") for n in range(3)), task(store, name)]
    executor.submit(DatumBatch("cancel-function", 1, steps("slow"), tuple(datums)))
    wait_until(lambda: bool(alive(name)))
    executor.cancel("cancel-function")
    (result,) = executor.completed(20)
    assert result.error == CANCELLED
    wait_until(lambda: not alive(name))
    (after,) = run(executor, steps("identity"), task(store, "a"))
    assert after.state == "success"


def test_processes_that_a_function_left_behind_are_killed_after_the_batch(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    name = f"left-{os.getpid()}"
    (outcome,) = run(executor, steps("leave_a_process"), task(store, name))
    assert outcome.state == "success"
    assert alive(name) == []


def test_a_worker_killed_from_outside_costs_nothing(executor: LocalExecutor, store: Store, steps: Steps) -> None:
    (outcome,) = run(executor, steps("identity"), task(store, "a"))
    os.kill(int(files(store, outcome)["pid"]), signal.SIGKILL)
    (again,) = run(executor, steps("identity"), task(store, "a"))
    assert files(store, again)["calls"] == b"1"


def test_outcomes_of_a_batch_come_in_the_order_of_its_datums(
    executor: LocalExecutor, store: Store, steps: Steps
) -> None:
    keys = [f"{number:03d}" for number in range(200)]
    result = run_batch(executor, steps("identity"), *(task(store, key) for key in keys))
    assert [outcome.key for outcome in result.outcomes] == keys
    assert len({files(store, outcome)["pid"] for outcome in result.outcomes}) == 1
