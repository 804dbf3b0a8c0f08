"""Commands: the contract of /pfs, and what happens when they misbehave."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import alive, files, log, python, run, run_batch, shell, task, wait_until

from tilth.execution.batch import DatumBatch, DatumTask, InputFile, TaskInput, Transform
from tilth.execution.code import store_code
from tilth.execution.local import LocalExecutor
from tilth.model.digest import Digest, digest_of
from tilth.storage.content import write_content
from tilth.storage.store import Store

needs_namespace = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mount namespaces are Linux only")
_markers = itertools.count()


def marker() -> str:
    return f"marker-{os.getpid()}-{next(_markers)}"


def test_inputs_lie_below_pfs_by_name_and_path_and_outputs_are_collected(executor: LocalExecutor, store: Store) -> None:
    datum = task(store, "a", {"left": {"x/y.txt": b"one"}, "right": {"z": b"two", "deep/er/w": b"three"}})
    (outcome,) = run(executor, shell("cat /pfs/left/x/y.txt /pfs/right/z /pfs/right/deep/er/w > /pfs/out/all"), datum)
    assert files(store, outcome) == {"all": b"onetwothree"}
    assert outcome.exit_code == 0
    assert outcome.log is None
    assert outcome.wall_s > 0
    assert 0 < outcome.cpu_s < outcome.wall_s + 1


def test_outputs_are_sorted_and_keep_their_execute_bit(executor: LocalExecutor, store: Store) -> None:
    script = (
        "cd /pfs/out; mkdir -p b/c empty; echo 1 > b/c/z; echo 2 > b.txt; echo 3 > a; chmod 700 a; umask 077; : > n"
    )
    (outcome,) = run(executor, shell(script), task(store, "a"))
    assert [(file.path, file.mode) for file in outcome.outputs] == [
        ("a", 0o755),
        ("b.txt", 0o644),
        ("b/c/z", 0o644),
        ("n", 0o644),
    ]
    assert files(store, outcome)["n"] == b""


def test_a_large_output_file_comes_back_whole(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, python("open('/pfs/out/big','wb').write(bytes(range(256)) * 40_000)"), task(store, "a"))
    assert files(store, outcome) == {"big": bytes(range(256)) * 40_000}
    (again,) = run(executor, shell("cp $in /pfs/out/copy"), DatumTask(
        "b", digest_of(b"b"), (TaskInput("in", (InputFile("big", outcome.outputs[0].content),)),)
    ))  # fmt: skip
    assert again.outputs[0].content == outcome.outputs[0].content


def test_the_environment_names_inputs_and_ids(executor: LocalExecutor, store: Store, monkeypatch: object) -> None:
    names = ["in", "PFS", "PACH_DATUM_ID", "in_COMMIT", "MINE", "TILTH_IDEMPOTENCY_KEY", "TILTH_DATABASE_URL"]
    script = f"import json,os; json.dump({{n: os.environ.get(n) for n in {names}}}, open('/pfs/out/env','w'))"
    one = task(store, "key-1", {"in": {"a/b": b"", "c": b""}})
    one = DatumTask(one.key, one.identity, one.inputs, {**one.env, "in_COMMIT": "c1"})
    (outcome,) = run(executor, python(script, env={"MINE": "yes"}), one)
    assert json.loads(files(store, outcome)["env"]) == {
        "in": "/pfs/in/a/b",
        "PFS": "/pfs",
        "PACH_DATUM_ID": "key-1",
        "in_COMMIT": "c1",
        "MINE": "yes",
        "TILTH_IDEMPOTENCY_KEY": one.identity.hex(),
        "TILTH_DATABASE_URL": None,
    }


def test_a_row_is_a_json_file(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, shell("cp $row /pfs/out/r"), task(store, "a", rows={"row": {"x": 1, "é": [None]}}))
    assert json.loads(files(store, outcome)["r"]) == {"x": 1, "é": [None]}


def test_stdin_is_given_and_may_stay_unread(executor: LocalExecutor, store: Store) -> None:
    text = "first\nsecond ü\n"
    (outcome,) = run(executor, shell("cat > /pfs/out/x", stdin=text), task(store, "a"))
    assert files(store, outcome) == {"x": text.encode()}
    (outcome,) = run(executor, shell("true", stdin=text * 100_000), task(store, "a"))
    assert outcome.state == "success"


def test_a_datum_sees_nothing_of_the_one_before(executor: LocalExecutor, store: Store) -> None:
    first = shell(
        "touch /pfs/out/o /pfs/in/stray here $TMPDIR/t; ln -s /etc /pfs/stray; mkdir /pfs/more; chmod 0 /pfs/in"
    )
    second = shell("ls -A /pfs /pfs/* . $TMPDIR > /pfs/out/list")
    run(executor, first, task(store, "a", {"in": {"f": b""}, "other": {"g": b""}}))
    (outcome,) = run(executor, second, task(store, "b", {"in": {"f2": b""}}))
    seen = files(store, outcome)["list"].decode().split()
    (scratch,) = (each for each in seen if each.endswith("/tmp:"))
    assert set(seen) - {"/pfs:", ".:", "in", "out"} <= {"/pfs/in:", "/pfs/out:", "f2", "list", scratch}
    assert seen.count(scratch) == 1


def test_out_may_be_removed_or_unreadable(executor: LocalExecutor, store: Store) -> None:
    gone, locked, after = run(
        executor,
        shell("case $PACH_DATUM_ID in gone) rm -r /pfs/out;; locked) mkdir -p /pfs/out/d/e; chmod 0 /pfs/out/d;; esac"),
        task(store, "gone"),
        task(store, "locked"),
        task(store, "after"),
    )
    assert gone.state == after.state == "success"
    assert locked.state == ("success" if os.getuid() == 0 else "failed")


@needs_namespace
def test_two_slots_have_a_pfs_each(start: Callable[..., LocalExecutor], store: Store, tmp_path: Path) -> None:
    executor = start(slots=2)
    if executor.capabilities().pfs != "namespace":
        pytest.skip(f"this machine gives no mount namespace: {executor.capabilities().note}")
    # Each waits for the other, so they are sure to run at the same time.
    script = f"""
        touch {tmp_path}/$PACH_DATUM_ID; cp $in /pfs/out/mine
        while [ $(ls {tmp_path} | wc -l) -lt 2 ]; do sleep 0.01; done
        cat /pfs/in/* /pfs/out/mine > /pfs/out/all
    """
    for key in ("a", "b"):
        executor.submit(
            DatumBatch(key, 1, shell(script, timeout_s=30), (task(store, key, {"in": {key: key.encode()}}),))
        )
    results = {}
    while len(results) < 2:
        results.update({result.id: result.outcomes[0] for result in executor.completed(30)})
    assert files(store, results["a"]) == {"mine": b"a", "all": b"aa"}
    assert files(store, results["b"]) == {"mine": b"b", "all": b"bb"}


def test_without_a_private_pfs_the_variable_and_the_placeholder_lead_to_it(
    start: Callable[..., LocalExecutor], store: Store
) -> None:
    executor = start(slots=2, pfs="variable")
    capabilities = executor.capabilities()
    assert (capabilities.pfs, capabilities.command_slots) == ("variable", 2)
    transform = Transform("cmd", cmd=("sh", "-c", "cat $in $PFS/in/f {pfs}/in/f > {pfs}/out/x; ln -s $in $PFS/out/l"))
    (outcome,) = run(executor, transform, task(store, "a", {"in": {"f": b"1"}}))
    assert files(store, outcome) == {"x": b"111", "l": b"1"}


def test_the_placeholder_works_everywhere(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(
        executor, Transform("cmd", cmd=("cp", "{pfs}/in/f", "{pfs}/out/f")), task(store, "a", {"in": {"f": b"1"}})
    )
    assert files(store, outcome) == {"f": b"1"}


def test_a_command_runs_in_its_code_folder_which_it_cannot_change(
    executor: LocalExecutor, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "run.py").write_text("import shutil; shutil.copy('sub/data', '/pfs/out/d')")
    (tmp_path / "sub" / "data").write_text("from the snapshot")
    code = store_code(store, tmp_path)
    store.flush()
    (outcome,) = run(executor, Transform("cmd", cmd=(sys.executable, "run.py"), code=code), task(store, "a"))
    assert files(store, outcome) == {"d": b"from the snapshot"}
    below = shell("cat data > /pfs/out/d; echo $TILTH_CODE; touch new", code=code, working_dir="sub")
    if executor.capabilities().pfs == "namespace":
        (outcome,) = run(executor, below, task(store, "a"))
        assert outcome.state == "failed"
        assert "new" in outcome.reason


def test_a_nonzero_exit_fails_with_code_and_last_lines(executor: LocalExecutor, store: Store) -> None:
    script = "for i in $(seq 30); do echo line $i; done; echo 'it broke' >&2; touch /pfs/out/half; exit 3"
    (outcome,) = run(executor, shell(script), task(store, "a"))
    assert (outcome.state, outcome.exit_code, outcome.outputs) == ("failed", 3, ())
    assert "exit code 3" in outcome.reason
    assert outcome.reason.endswith("line 30\nit broke")
    assert "line 20\n" not in outcome.reason
    assert log(store, outcome).startswith(b"line 1\nline 2\n")


def test_accepted_codes_are_success(executor: LocalExecutor, store: Store) -> None:
    transform = shell("echo x > /pfs/out/x; exit $PACH_DATUM_ID", accept_return_code=(3, 5))
    three, four, five = run(executor, transform, task(store, "3"), task(store, "4"), task(store, "5"))
    assert [outcome.state for outcome in (three, four, five)] == ["success", "failed", "success"]
    assert three.exit_code == 3
    assert files(store, five) == {"x": b"x\n"}


def test_a_signal_is_named(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, shell("kill -SEGV $$"), task(store, "a"))
    assert (outcome.state, outcome.exit_code) == ("failed", -signal.SIGSEGV)
    assert "SIGSEGV" in outcome.reason


def test_a_successful_error_command_recovers_and_drops_outputs(executor: LocalExecutor, store: Store) -> None:
    failing = "touch /pfs/out/x; echo why; exit 1"
    transform = shell(failing, err_cmd=("sh", "-c", "cat; ls /pfs/in"), err_stdin="told\n")
    (outcome,) = run(executor, transform, task(store, "a", {"in": {"seen": b""}}))
    assert (outcome.state, outcome.outputs, outcome.exit_code) == ("recovered", (), 1)
    assert "exit code 1" in outcome.reason
    assert log(store, outcome) == b"why\ntold\nseen\n"
    (outcome,) = run(executor, shell(failing, err_cmd=("false",)), task(store, "a"))
    assert outcome.state == "failed"
    assert "error command failed too" in outcome.reason


@pytest.mark.parametrize(
    ("cmd", "words"),
    [
        (("no-such-command-at-all",), "Command not found: 'no-such-command-at-all'"),
        (("/no/such/file",), "'/no/such/file' cannot be started"),
        (("/etc/passwd",), "'/etc/passwd' cannot be started: Permission denied"),
    ],
)
def test_a_command_that_cannot_start_is_named(
    executor: LocalExecutor, store: Store, cmd: tuple[str, ...], words: str
) -> None:
    (outcome,) = run(executor, Transform("cmd", cmd=cmd), task(store, "a"))
    assert (outcome.state, outcome.exit_code) == ("failed", None)
    assert words in outcome.reason


def test_a_missing_working_folder_is_a_failure(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, shell("true", working_dir="nowhere"), task(store, "a"))
    assert outcome.state == "failed"
    assert "working folder" in outcome.reason


def test_the_stored_log_is_the_last_megabyte(executor: LocalExecutor, store: Store) -> None:
    (outcome,) = run(executor, shell("seq 3000000; echo the end"), task(store, "a"))
    stored = log(store, outcome)
    assert stored.startswith(b"[...]\n")
    assert stored.endswith(b"3000000\nthe end\n")
    assert len(stored) <= (1 << 20) + 6


def test_endless_printing_does_not_fill_the_disk(executor: LocalExecutor, store: Store, folder: Path) -> None:
    sizes = []
    executor.submit(DatumBatch("yes", 1, shell("yes", timeout_s=1.5), (task(store, "a"),)))
    while not (results := list(executor.completed(0.05))):
        sizes += [path.stat().st_size for path in (folder / "scratch").glob("run-*/slot-*/log")]
    (outcome,) = results[0].outcomes
    assert outcome.state == "timeout"
    assert len(log(store, outcome)) <= (1 << 20) + 6
    assert any(later < earlier for earlier, later in itertools.pairwise(sizes)), "it only grew"


def test_a_timeout_kills_grandchildren_that_left_the_session(executor: LocalExecutor, store: Store) -> None:
    name = marker()
    script = (
        "import subprocess,sys,time; "
        f"subprocess.Popen(['sh','-c','setsid $0 -c \"import time; time.sleep(1000)\" {name} &',sys.executable]); "
        "time.sleep(1000)"
    )
    (outcome, after) = run(
        executor,
        python(f"import os\nif os.environ['PACH_DATUM_ID'] == 'slow':\n    {script}", timeout_s=1.0),
        task(store, "slow"),
        task(store, "after"),
    )
    assert outcome.state == "timeout"
    assert "longer than 1 s" in outcome.reason
    assert after.state == "success"
    assert alive(name) == []


def test_processes_left_behind_are_killed_when_the_command_ends(executor: LocalExecutor, store: Store) -> None:
    name = marker()
    leave = (
        "import subprocess,sys; "
        f"subprocess.Popen([sys.executable,'-c','import time; time.sleep(1000)','{name}'], start_new_session=True)"
    )
    (outcome,) = run(executor, python(leave), task(store, "a"))
    assert outcome.state == "success"
    assert alive(name) == []


def test_links_in_out_become_files_if_they_stay_in_pfs(executor: LocalExecutor, store: Store) -> None:
    datum = task(store, "a", {"in": {"d/one": b"1", "d/two": b"2"}})
    script = "cd /pfs/out; ln -s /pfs/in/d/one a; echo x > real; ln -s real rel; ln -s /pfs/in/d folder; ln -s a chain"
    (outcome,) = run(executor, shell(script), datum)
    assert files(store, outcome) == {
        "a": b"1",
        "chain": b"1",
        "folder/one": b"1",
        "folder/two": b"2",
        "real": b"x\n",
        "rel": b"x\n",
    }
    assert outcome.outputs[0].content == datum.inputs[0].files[0].content


def test_a_link_to_a_changed_input_gives_the_changed_bytes(executor: LocalExecutor, store: Store) -> None:
    script = "printf 2 > /pfs/in/f; touch -d @0 /pfs/in/f; ln -s /pfs/in/f /pfs/out/f"
    (outcome,) = run(executor, shell(script), task(store, "a", {"in": {"f": b"1"}}))
    assert files(store, outcome) == {"f": b"2"}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("ln -s /etc/passwd /pfs/out/secret", "'/pfs/out/secret' points to '/etc/passwd', outside of /pfs"),
        ("ln -s /etc /pfs/out/d", "outside of /pfs"),
        ("ln -s /pfs/in/none /pfs/out/d", "does not exist"),
        ("ln -s ../../etc/passwd /pfs/in/up; ln -s /pfs/in/up /pfs/out/two", "outside of /pfs"),
        ("rm -r /pfs/out; ln -s /etc /pfs/out", "outside of /pfs"),
        ("ln -s /pfs/out /pfs/out/loop", "leads back"),
        ("rm -r /pfs/out; echo x > /pfs/out", "not a folder"),
        ("mkfifo /pfs/out/pipe", "'/pfs/out/pipe' is not a file"),
        ("printf x > \"/pfs/out/$(printf 'a\\nb')\"", "control character"),
        ("printf x > \"/pfs/out/$(printf 'a\\377')\"", "UTF-8"),
    ],
)
def test_outputs_that_cannot_be_stored_fail_the_datum_by_name(
    executor: LocalExecutor, store: Store, script: str, words: str
) -> None:
    (outcome,) = run(executor, shell(script), task(store, "a", {"in": {"f": b""}}))
    assert (outcome.state, outcome.outputs) == ("failed", ())
    assert words in outcome.reason


@pytest.mark.parametrize(
    ("name", "paths", "words"),
    [
        ("in", ["../../escape"], "not a path"),
        ("in", ["a/../../../escape"], "not a path"),
        ("..", ["a"], "cannot name an input"),
        ("out", ["a"], "cannot name an input"),
        ("in", ["a", "a/b"], "collides"),
        ("in", ["a/b", "a"], "collides"),
    ],
)
def test_input_paths_cannot_leave_their_folder(
    executor: LocalExecutor, store: Store, folder: Path, name: str, paths: list[str], words: str
) -> None:
    content = write_content(store, b"evil")
    store.flush()
    datum = DatumTask("a", digest_of(b"a"), (TaskInput(name, tuple(InputFile(path, content) for path in paths)),))
    (outcome,) = run(executor, shell("true"), datum)
    assert outcome.state == "failed"
    assert words in outcome.reason
    assert not list(folder.rglob("escape"))


def test_a_missing_input_record_fails_only_its_datum(executor: LocalExecutor, store: Store) -> None:
    good = task(store, "good", {"in": {"f": b"here"}})
    content = good.inputs[0].files[0].content
    absent = type(content)(4, Digest(b"\7" * 32), 0, b"")
    bad = DatumTask("bad", digest_of(b"bad"), (TaskInput("in", (InputFile("f", absent),)),))
    first, second = run(executor, shell("true"), bad, good)
    assert (first.state, second.state) == ("failed", "success")
    assert "No record" in first.reason


def test_outcomes_are_durable_when_they_arrive(executor: LocalExecutor, store: Store) -> None:
    result = run_batch(
        executor, shell("echo $PACH_DATUM_ID | tee /pfs/out/x"), *(task(store, f"k{n}") for n in range(20))
    )
    for outcome in result.outcomes:
        assert files(store, outcome) == {"x": outcome.key.encode() + b"\n"}
        assert log(store, outcome) == outcome.key.encode() + b"\n"


def test_a_cancelled_command_dies_with_its_children_and_the_slot_goes_on(executor: LocalExecutor, store: Store) -> None:
    name = marker()
    script = (
        "import os,subprocess,sys,time\n"
        "if os.environ['PACH_DATUM_ID'] != 'done':\n"
        f"    subprocess.Popen([sys.executable,'-c','import time; time.sleep(1000)','{name}'])\n"
        "    time.sleep(1000)"
    )
    executor.submit(DatumBatch("to-cancel", 1, python(script), (task(store, "done"), task(store, "slow"))))
    wait_until(lambda: len(alive(name)) == 2)  # the command itself and its child
    executor.cancel("to-cancel")
    (result,) = executor.completed(20)
    assert result.error == "cancelled"
    assert [(outcome.key, outcome.state) for outcome in result.outcomes] == [("done", "success")]
    wait_until(lambda: not alive(name))
    (outcome,) = run(executor, shell("true"), task(store, "next"))
    assert outcome.state == "success"
