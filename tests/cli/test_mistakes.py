"""What a newcomer gets wrong, and what the command line says then."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Shell

BACK = "Only an export, a mirror or a backup brings it back"


def test_a_repo_is_not_imported_twice_under_two_names(notes: Shell) -> None:
    notes.run("repo", "export", "notes", "notes.tilth")
    refused = notes.run("repo", "import", "notes.tilth", "--as", "second", code=4).stderr
    assert "is here already, as notes;" in refused
    assert "had everything already" in notes.run("repo", "import", "notes.tilth", "--as", "notes").stdout
    other = Shell(notes.folder / "elsewhere")
    assert other.run("repo", "import", "notes.tilth", "--as", "second").stdout.startswith("second: 1 new commit")


def test_deleting_a_repo_says_what_goes(notes: Shell) -> None:
    notes.run("branch", "create", "notes@side", "--head", "main")
    notes.run("put", "notes@side:new.txt", "-", stdin="new")
    notes.run("tag", "create", "notes@v1")
    done = notes.run("repo", "delete", "notes")
    assert done.stdout == "Deleted repo notes: 4 files, 2 commits, 2 branches, 1 tag.\n"
    assert BACK in done.stderr


@pytest.mark.parametrize(
    ("words", "answer", "code", "left"), [((), b"n\n", 1, 1), ((), b"y\n", 0, 0), (("--yes",), b"", 0, 0)]
)
def test_deleting_a_repo_asks_on_a_terminal(
    notes: Shell, words: tuple[str, ...], answer: bytes, code: int, left: int
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tilth.cli.main", "-w", notes.place, "repo", "delete", "notes", *words]
    os.write(ours, answer)
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == code, done.stderr
    assert ("3 files, 1 commit, 1 branch, 0 tags" in done.stderr) is not bool(words)
    assert len(notes.json("repo", "list")["items"]) == left


def test_a_path_that_no_commit_touched_is_not_found(notes: Shell) -> None:
    assert "No commit of notes touched nothing.txt." in notes.run("log", "notes:nothing.txt", code=3).stderr
    notes.run("repo", "create", "empty")
    assert "Branch main of empty has no commit yet." in notes.run("log", "empty", code=3).stderr
    assert notes.run("repo", "delete", "empty").stdout == "Deleted repo empty: 0 files, 0 commits, 1 branch, 0 tags.\n"


def test_a_transaction_says_what_comes_next_beside_its_id(notes: Shell) -> None:
    begun = notes.run("transaction", "begin")
    id = begun.stdout.strip()
    assert begun.stderr == f"Next: tilth transaction put {id} REPO:PATH FILE, then tilth transaction commit {id}\n"


def test_a_merge_of_strangers_says_so_and_names_the_commands(notes: Shell) -> None:
    made = notes.run("branch", "create", "notes@apart")
    assert "write --head main" in made.stderr
    notes.run("put", "notes@apart:a.txt", "-", stdin="other")
    shown = notes.run("merge", "notes@apart", "notes", code=4).stdout
    assert "1 conflict to decide.\n" in shown
    assert "share no commit" in shown
    assert "tilth merge notes@apart notes --theirs a.txt" in shown
    assert notes.run("merge", "notes@apart", "notes", "--theirs", "a.txt").stdout.startswith("notes is now")


def test_a_name_that_no_repo_has_is_guessed(notes: Shell) -> None:
    notes.run("branch", "create", "notes@cleaned", "--head", "main")
    assert (
        "cleaned is a branch: write REPO@BRANCH, like notes@cleaned."
        in notes.run("diff", "notes", "cleaned", code=3).stderr
    )
    refused = notes.run("ls", "nots", code=3).stderr
    assert "There is no repo nots." in refused
    assert "Did you mean 'notes'?" in refused
    assert "default/" not in refused


@pytest.mark.parametrize("word", ["add", "commit", "status", "checkout", "clone", "pull", "push"])
def test_words_of_other_tools_are_answered_with_ours(shell: Shell, word: str) -> None:
    refused = shell.run(word, "x", code=2).stderr
    assert f"There is no 'program {word}'. " in refused
    assert "`tilth " in refused
    assert "Did you mean" not in refused


def test_put_notices_that_the_folder_came_first(notes: Shell) -> None:
    refused = notes.run("put", str(notes.folder / "notes"), "images", code=2).stderr
    assert "the repo comes first" in refused
    assert f"`tilth put images {notes.folder / 'notes'}`" in refused


def test_moving_what_is_not_there_says_move(notes: Shell) -> None:
    assert "to move" in notes.run("mv", "notes:gone", "notes:there", code=3).stderr
    assert "to copy" in notes.run("cp", "notes:gone", "notes:there", code=3).stderr


def test_an_archive_that_cannot_be_written_is_refused(notes: Shell) -> None:
    assert "writes no .rar archives" in notes.run("get", "notes", "out.rar", code=2).stderr
    assert not Path("out.rar").exists()
    Path("out.rar").mkdir()
    notes.run("get", "notes", "out.rar")
    assert Path("out.rar/a.txt").exists()
    assert "Packing" not in notes.run("get", "notes@v1", "out.tar", code=3).stderr


def test_errors_name_the_default_project_only_to_who_named_it(notes: Shell) -> None:
    assert "Repo notes exists already." in notes.run("repo", "create", "notes", code=4).stderr
    assert "Repo default/notes exists already." in notes.run("repo", "create", "default/notes", code=4).stderr
    assert "'default/x' on this machine" in notes.run("put", "notes", "default/x", code=3).stderr
