"""The program as a process: pipes, signals, JSON, the environment."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from .conftest import Shell

TILTH = [sys.executable, "-m", "tilth.cli.main"]


def tilth(words: Sequence[str], folder: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*TILTH, *words], cwd=folder, capture_output=True, check=False, **options)


def test_a_piped_list_is_plain_text_without_escapes(notes: Shell) -> None:
    done = tilth(["log", "notes"], notes.folder)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert done.stdout.startswith(b"COMMIT")
    assert done.stderr == b""


def test_a_command_that_asked_by_sql_prints_nothing_at_its_end(notes: Shell) -> None:
    rows = notes.folder / "rows.csv"
    rows.write_text("id,label\n1,a\n2,b\n")
    notes.run("put", "notes:rows.csv", str(rows))
    definition = {"items": {"from": "notes@main:rows.csv", "key": "id"}, "labels": {"column": "label"}}
    (notes.folder / "set.json").write_text(json.dumps(definition))
    done = tilth(["dataset", "define", "set", "set.json"], notes.folder)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_goes_away_ends_it_quietly(notes: Shell) -> None:
    notes.run("put", "notes:big", "-", stdin=os.urandom(4_000_000))
    process = subprocess.Popen([*TILTH, "cat", "notes:big"], cwd=notes.folder, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 141
    process.stderr.close()


def test_ctrl_c_ends_it_with_130_and_without_a_trace(notes: Shell) -> None:
    process = subprocess.Popen([*TILTH, "put", "notes:slow", "-"], cwd=notes.folder, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_heed_ctrl_c)  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    assert process.stdout is not None
    process.stdin.write(b"x")
    process.stdin.flush()
    until = time.monotonic() + 30
    while _waiting_in(process.stdin.fileno()):
        assert time.monotonic() < until, "it never read"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    told = process.stderr.read()
    assert b"Traceback" not in told
    assert b"Stopped" in told
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    notes.run("cat", "notes:slow", code=3)


def _heed_ctrl_c() -> None:
    """Undo what a shell does to its background jobs, in which tests may run: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _waiting_in(pipe: int) -> int:
    (waiting,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))
    return int(waiting)


def test_the_workspace_is_found_upward_or_named_by_the_environment(notes: Shell) -> None:
    below = notes.folder / "some" / "where"
    below.mkdir(parents=True)
    assert tilth(["repo", "list"], below).returncode == 0
    elsewhere = {**os.environ, "TILTH_WORKSPACE": notes.place}
    assert b"notes" in tilth(["repo", "list"], Path("/"), env=elsewhere).stdout


def test_the_first_repo_makes_the_workspace_here(tmp_path: Path) -> None:
    assert tilth(["repo", "create", "images"], tmp_path).returncode == 0
    assert (tmp_path / ".tilth" / "format").is_file()


def test_json_may_stand_before_the_noun_or_after_the_verb(notes: Shell) -> None:
    before = tilth(["--json", "repo", "list"], notes.folder)
    after = tilth(["repo", "list", "--json"], notes.folder)
    assert json.loads(before.stdout) == json.loads(after.stdout)


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    done = tilth(["-w", "http://127.0.0.1:9", "--json", "repo", "list"], tmp_path)
    assert done.returncode in (5, 6)
    assert json.loads(done.stderr)["help"]


def test_a_folder_that_is_no_workspace_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    assert tilth(["-w", "mine", "repo", "list"], tmp_path).returncode == 3
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["file"]


@pytest.mark.parametrize("words", [["repo", "list"], ["log", "notes"], ["ls", "-r", "notes"], ["du"], ["verify"],
                                   ["lineage", "notes"], ["branch", "list", "notes"], ["pipeline", "list"],
                                   ["job", "list"], ["labeling", "list"], ["feedback", "list"], ["user", "list"],
                                   ["run"]])  # fmt: skip
def test_each_reading_act_prints_one_document(notes: Shell, words: list[str]) -> None:
    assert notes.json(*words) is not None
    notes.run(*words)


def test_a_command_does_not_load_pandas_because_arrow_would(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    loaded: set[str] = set()
    for words in (["repo", "create", "new"], ["put", "new", "a.txt"]):
        script = (
            "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
            f"sys.argv[1:] = {['-w', 'w', *words]!r}; from tilth.cli.main import main; main()"
        )
        command = [sys.executable, "-c", script]
        loaded = set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stderr.split())
    assert "pyarrow" in loaded
    assert not loaded & {"pandas", "sklearn", "fastapi", "duckdb"}
