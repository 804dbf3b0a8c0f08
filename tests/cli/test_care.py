"""Purging, backups and moving from the command line."""

from __future__ import annotations

from pathlib import Path

from .conftest import Shell


def test_a_file_is_purged_and_let_in_again(notes: Shell) -> None:
    notes.run("put", "notes:a.txt", "-", stdin="a new version\n")
    assert "Name what to purge" in notes.failure("purge", "notes:a.txt", code=2)["message"]
    done = notes.run("purge", "notes:a.txt", "--reason", "they asked", "--wait", "5").stdout
    assert done.startswith("Purged 1 file")
    failure = notes.failure("cat", "notes:a.txt", code=9)
    assert "they asked" in failure["message"]
    assert notes.run("cat", "notes@main^:a.txt").stdout == "this is a.txt\n"
    assert notes.failure("put", "notes:back.txt", str(notes.file("x", "a new version\n")), code=9)["error"] == "purged"
    notes.run("purge", "--allow", failure["facts"]["digest"])
    notes.run("put", "notes:a.txt", str(notes.file("x", "a new version\n")))
    assert notes.run("cat", "notes:a.txt").stdout == "a new version\n"


def test_the_whole_history_of_a_path_is_purged(notes: Shell) -> None:
    notes.run("put", "notes:a.txt", "-", stdin="another version\n")
    notes.run("rm", "notes:a.txt")
    done = notes.json("purge", "notes:a.txt", "--history", "--reason", "they asked", "--wait", "5")
    assert done["files"] == ["notes:a.txt", "notes:a.txt"]
    for revision in ("main^", "main^2"):
        notes.run("cat", f"notes@{revision}:a.txt", code=9)
    assert notes.run("cat", "notes@main^2:b.txt").stdout == "this is b.txt\n"


def test_the_same_bytes_elsewhere_need_a_word(notes: Shell) -> None:
    notes.run("cp", "notes:a.txt", "notes:copy.txt")
    failure = notes.failure("purge", "notes:a.txt", "--reason", "x", code=4)
    assert "notes:copy.txt" in failure["message"]
    assert "also gone: notes:copy.txt" in notes.run("purge", "notes:a.txt", "--reason", "x", "--everywhere").stdout


def test_a_backup_is_restored_into_a_new_folder(notes: Shell, tmp_path: Path) -> None:
    backup, restored = str(tmp_path / "backup"), str(tmp_path / "restored")
    assert notes.run("backup", backup).stdout.startswith("Backed up")
    notes.run("put", "notes:d.txt", "-", stdin="later\n")
    assert notes.json("backup", backup)["copied_packs"] >= 1
    assert "Restored 2 commits" in notes.run("restore", backup, restored).stdout
    again = Shell(tmp_path)
    again.place = restored
    assert again.run("cat", "notes:d.txt").stdout == "later\n"
    assert "exists" in notes.failure("restore", backup, restored, code=4)["message"]
    (Path(backup) / "backup.json").unlink()
    notes.failure("restore", backup, str(tmp_path / "third"), code=3)


def test_a_workspace_moves_to_another_folder_and_the_old_one_stays(notes: Shell, tmp_path: Path) -> None:
    new = str(tmp_path / "moved")
    assert "delete it when you have looked" in notes.run("workspace", "move", new).stdout
    moved = Shell(tmp_path)
    moved.place = new
    for shell in (notes, moved):
        assert shell.run("cat", "notes:sub/c.txt").stdout == "this is sub/c.txt\n"
    assert notes.json("log", "notes") == moved.json("log", "notes")
    moved.run("put", "notes:d.txt", "-", stdin="later\n")
    notes.failure("workspace", "move", new, code=4)
    assert f"was moved to {new}" in notes.run("put", "notes:e.txt", "-", stdin="late\n", code=6).stderr
    assert "can be written to again" in notes.run("workspace", "reopen").stdout
    assert notes.run("workspace", "reopen").stdout == "It was open.\n"
    notes.run("put", "notes:e.txt", "-", stdin="late\n")
