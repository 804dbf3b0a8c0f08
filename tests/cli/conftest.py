"""A shell on a real workspace in a temporary folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tilth.cli.main import program


class Shell:
    """Runs the real command line, in this process, on one workspace folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder / ".tilth")

    def run(self, *words: str, code: int = 0, stdin: str | bytes | None = None) -> Result:
        """Run `tilth -w PLACE WORDS…` and check its exit code."""
        result = CliRunner().invoke(program, ["-w", self.place, *words], input=stdin)
        assert result.exit_code == code, (
            f"tilth {' '.join(words)}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        )
        return result

    def json(self, *words: str, code: int = 0, stdin: str | bytes | None = None) -> Any:
        """Run with --json and return the one document."""
        return json.loads(self.run("--json", *words, code=code, stdin=stdin).stdout)

    def failure(self, *words: str, code: int) -> Any:
        """Run with --json, expect a failure, and return the document on stderr; stdout must be empty."""
        result = self.run("--json", *words, code=code)
        assert result.stdout == ""
        return json.loads(result.stderr)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a local file to use as a source."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a shell whose workspace does not exist yet."""
    monkeypatch.delenv("TILTH_DEBUG", raising=False)
    monkeypatch.delenv("TILTH_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def notes(shell: Shell) -> Shell:
    """Return a shell on a workspace with the repo `notes`: three files in one commit."""
    shell.run("repo", "create", "notes")
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        shell.file(f"notes/{name}", f"this is {name}\n")
    shell.run("put", "notes", str(shell.folder / "notes"), "-m", "three notes")
    return shell
