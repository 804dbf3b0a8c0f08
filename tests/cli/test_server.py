"""`tilth up`, and the same commands through a URL."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tilth import connect

from .conftest import Shell
from .test_pipelines import SPEC, STEPS


@contextmanager
def serving(folder: Path) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "tilth.cli.main", "--json", "up", "--port", "0"]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.wait(30) == 0
        process.stdout.close()
        process.stderr.close()


def test_a_served_workspace_is_used_like_a_folder(
    notes: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = notes.json("user", "token", "owner")["token"]
    with serving(tmp_path) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        local, notes.place = notes.place, url
        refused = notes.failure("repo", "list", code=5)
        assert "TILTH_TOKEN" in refused["help"]
        monkeypatch.setenv("TILTH_TOKEN", token)
        assert [repo["name"] for repo in notes.json("repo", "list")["items"]] == ["notes"]
        notes.run("put", "notes:d.txt", "-", stdin="typed\n")
        notes.run("put", "notes", str(notes.folder / "notes"), "-m", "again")
        assert notes.run("cat", "notes:d.txt").stdout == "typed\n"
        assert notes.run("get", "notes", "out").stdout == "Wrote 4 files to out.\n"
        notes.run("get", "notes", "out", code=4)
        notes.file("specs/code/steps.py", STEPS)
        notes.run("pipeline", "create", "-f", str(notes.file("specs/shout.yaml", SPEC)))
        notes.run("run")
        assert notes.run("cat", "shout:d.txt").stdout == "TYPED\n"
        assert notes.json("job", "show", "shout")["state"] == "success"
        assert notes.json("lineage", "shout:d.txt")["datums"]
        assert notes.json("verify")["problems"] == []
        assert "TILTH_BACKUP" in notes.failure("backup", code=2)["help"]
        assert "only where who runs it says" in notes.failure("backup", str(notes.folder / "copy"), code=5)["message"]
        assert "its own machine" in notes.failure("rebuild", code=2)["help"]
        assert "is a server" in notes.failure("restore", str(notes.folder / "copy"), "w2", code=2)["message"]
        notes.run("cat", "notes:../x", code=2)
        notes.run("up", code=2)
        notes.run("rebuild", code=2)
        monkeypatch.delenv("TILTH_TOKEN")
        notes.place = f"{url}/?token={token}"
        served = notes.json("log", "notes")
        with connect(notes.place) as workspace:
            assert workspace.access.me().role == "owner"
        notes.place = local
        assert notes.json("log", "notes") == served
        busy = notes.failure("up", "--port", "0", code=4)
        assert busy["help"]


@pytest.mark.parametrize(
    "words", [("demo", "clickbait"), ("demo", "digits", "--data", "x"), ("demo", "digits", "--rows", "source32k"),
              ("demo", "nothing")]
)  # fmt: skip
def test_a_demo_asked_for_wrongly_says_what_helps(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.failure(*words, code=2)["help"]


def test_a_demo_is_told_in_its_folder(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from tilth.demo import clickbait, digits

    told: list[tuple[Path, dict[str, object]]] = []
    monkeypatch.setattr(digits, "run", lambda folder, **options: told.append((folder, options)))
    monkeypatch.setattr(clickbait, "run", lambda folder, **options: told.append((folder, options)))
    shell.run("demo")
    shell.run("demo", "digits", "--folder", "mine", "--seed", "7")
    shell.run("demo", "clickbait", "--data", str(shell.folder), "--rows", "source32k")
    assert told == [
        (Path("tilth-demo/digits"), {}),
        (Path("mine"), {"seed": 7}),
        (Path("tilth-demo/clickbait"), {"data": shell.folder, "rows": "source32k"}),
    ]
