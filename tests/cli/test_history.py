"""Acts on history, on a real workspace."""

from __future__ import annotations

from .conftest import Shell


def paths(shell: Shell, reference: str) -> list[str]:
    return [file["path"] for file in shell.json("ls", "-r", reference)["items"]]


def test_a_file_grows_by_what_is_put_behind_it(notes: Shell) -> None:
    notes.run("put", "--append", "notes:a.txt", "-", stdin="more\n")
    notes.run("put", "--append", "notes:a.txt", str(notes.file("more", "and more\n")))
    assert notes.run("cat", "notes:a.txt").stdout == "this is a.txt\nmore\nand more\n"
    assert "--append needs one file" in str(notes.failure("put", "--append", "notes:a.txt", "x", "y", code=2))


def test_files_are_copied_and_moved(notes: Shell) -> None:
    notes.run("repo", "create", "kept")
    assert "kept is now" in notes.run("cp", "notes:sub", "kept:notes").stdout
    notes.run("mv", "notes:a.txt", "kept:notes/", "-m", "done")
    assert paths(notes, "kept") == ["notes/a.txt", "notes/c.txt"]
    assert paths(notes, "notes") == ["b.txt", "sub/c.txt"]
    notes.run("mv", "notes:sub", "notes:later")
    assert paths(notes, "notes") == ["b.txt", "later/c.txt"]
    assert notes.run("cp", "notes:b.txt", "notes:b.txt").stdout.startswith("Nothing changed")
    notes.run("cp", "notes:gone", "notes:b.txt", code=3)


def test_a_merge_lists_what_is_to_be_decided(notes: Shell) -> None:
    notes.run("branch", "create", "notes@side", "--head", "main")
    notes.run("put", "notes:a.txt", "-", stdin="ours")
    notes.run("put", "notes@side:a.txt", "-", stdin="theirs")
    notes.run("put", "notes@side:new.txt", "-", stdin="new")
    shown = notes.run("merge", "notes@side", "notes", code=4).stdout
    assert "! a.txt  both changed" in shown
    assert "1 conflict to decide" in shown
    assert notes.json("merge", "notes@side", "notes", "--dry-run", code=4)["undecided"] == 1
    mine = notes.file("mine", "both")
    assert "no conflict" in notes.run("merge", "notes@side", "notes", "--take", f"x={mine}", code=2).stderr
    done = notes.run("merge", "notes@side", "notes", "--take", f"a.txt={mine}", "-m", "together").stdout
    assert done.startswith("notes is now")
    assert notes.run("cat", "notes:a.txt").stdout == "both"
    assert paths(notes, "notes") == ["a.txt", "b.txt", "new.txt", "sub/c.txt"]
