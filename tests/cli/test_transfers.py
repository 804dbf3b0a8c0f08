"""Repos as files and mirrors through the command line."""

from __future__ import annotations

from pathlib import Path

from .conftest import Shell


def seal(shell: Shell, repo: str) -> str:
    return str(shell.json("log", repo)["items"][0]["seal"])


def test_a_repo_goes_into_a_file_and_comes_out_in_another_workspace(notes: Shell) -> None:
    notes.run("tag", "create", "notes@v1")
    assert "Wrote notes" in notes.run("repo", "export", "notes", "notes.tilth").stdout
    notes.run("repo", "export", "notes", "notes.tilth", code=4)
    piped = notes.run("repo", "export", "notes", "-").stdout_bytes
    assert piped == Path("notes.tilth").read_bytes()
    other = Shell(notes.folder / "elsewhere")
    assert other.run("repo", "import", "notes.tilth").stdout == "notes: 1 new commit; moved main.\n"
    assert "had everything already" in other.run("repo", "import", "notes.tilth").stdout
    assert seal(other, "notes") == seal(notes, "notes")
    assert other.run("cat", "notes@v1:sub/c.txt").stdout == "this is sub/c.txt\n"
    assert other.json("repo", "import", "-", stdin=piped)["commits"] == 0
    other.run("repo", "import", str(notes.file("no", "archive")), code=2)


def test_a_mirror_brings_all_repos_and_later_what_is_new(notes: Shell) -> None:
    notes.run("repo", "create", "vision/scans")
    copy = str(notes.folder / "copy")
    first = notes.run("mirror", notes.place, copy).stdout
    assert "notes: 1 new commit; moved main." in first
    assert "vision/scans" in first
    other = Shell(notes.folder)
    other.place = copy
    notes.run("put", "notes:new", "-", stdin="new")
    assert notes.json("mirror", notes.place, copy, "notes")[0]["commits"] == 1
    assert other.run("cat", "notes:new").stdout == "new"
    notes.run("put", "notes:one", "-", stdin="1")
    other.run("put", "notes:two", "-", stdin="2")
    assert "--force" in notes.failure("mirror", notes.place, copy, "notes", code=4)["help"]
    notes.run("mirror", "--force", notes.place, copy, "notes")
    assert seal(other, "notes") == seal(notes, "notes")
    assert other.run("verify").stdout.startswith("All is")
    notes.run("mirror", str(notes.folder / "nowhere"), copy, code=3)
    notes.run("mirror", "--as", "x", notes.place, copy, code=2)
