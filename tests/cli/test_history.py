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


def test_data_is_let_go(notes: Shell) -> None:
    for number in range(3):
        notes.run("put", "notes:a.txt", "-", stdin=str(number))
    assert "is forgotten by owner" in notes.run("forget", "notes@main^", "-m", "asked to").stdout
    assert "forgotten by owner" in notes.run("cat", "notes@main^:a.txt", code=3).stderr
    assert "is at" in notes.run("drop", "notes", "--to", "main^2").stdout
    assert notes.run("cat", "notes:a.txt").stdout == "0"
    notes.run("drop", "notes:a.txt", code=2)


def test_branches_follow_and_are_protected_and_listed_so(notes: Shell) -> None:
    notes.run("branch", "create", "notes@staging", "--head", "main")
    notes.run("branch", "follow", "notes@main", "staging", "--commits", "1")
    notes.run("put", "notes@staging:new.txt", "-", stdin="new")
    assert notes.run("cat", "notes:new.txt").stdout == "new"
    assert "follows staging" in notes.run("branch", "list", "notes").stdout
    notes.run("branch", "unfollow", "notes@main")
    assert "Only owner may write" in notes.run("branch", "protect", "notes@main").stdout
    assert "only owner" in notes.run("branch", "list", "notes").stdout
    assert "never moves back" in notes.run("branch", "move", "notes@main", "main^", code=4).stderr
    notes.run("branch", "unprotect", "notes@main")


def test_a_transaction_is_one_change_on_several_repos(notes: Shell) -> None:
    notes.run("repo", "create", "labels")
    begun = notes.run("transaction", "begin", "-m", "both").stdout.strip()
    notes.run("transaction", "put", begun, "notes:d", str(notes.folder / "notes" / "sub"))
    notes.run("transaction", "put", begun, "labels:log", "-", stdin="one ")
    assert (
        "3 edits on notes@main, labels@main"
        in notes.run("transaction", "put", "--append", begun, "labels:log", str(notes.file("two", "two"))).stdout
    )
    notes.run("transaction", "rm", begun, "notes:a.txt")
    assert begun in notes.run("transaction", "list").stdout
    made = notes.json("transaction", "commit", begun)["items"]
    assert {commit["change"] for commit in made} == {begun}
    assert (paths(notes, "notes"), notes.run("cat", "labels:log").stdout) == (
        ["b.txt", "d/c.txt", "sub/c.txt"],
        "one two",
    )
    notes.run("transaction", "abort", begun, code=3)


def test_things_are_annotated(notes: Shell) -> None:
    notes.run("annotation", "set", "notes:a.txt", "quality=poor", "by=camera 3")
    assert "camera 3" in notes.run("annotation", "get", "notes:a.txt").stdout
    assert notes.json("annotation", "find", "quality", "--value", "poor")["items"][0]["subject"] == "a.txt"
    notes.run("annotation", "remove", "notes:a.txt", "quality")
    assert "Nothing is said" in notes.run("annotation", "find", "quality").stdout
    notes.run("annotation", "set", "notes:a.txt", "quality", code=2)


def test_a_difference_is_told_inside_a_file(notes: Shell) -> None:
    notes.run("put", "notes:a.txt", "-", stdin="this is a.txt\nand more\n")
    assert notes.run("diff", "notes@main^", "notes", "--content", "a.txt").stdout == "+ 2  and more\n"
    assert notes.run("diff", "notes", "--content", "b.txt").stdout == "Nothing differs.\n"


def test_the_log_tells_what_each_commit_changed_and_what_that_took(notes: Shell) -> None:
    notes.run("put", "notes:a.txt", "-", stdin="z" * 10_000)
    notes.run("put", "notes:again.txt", "-", stdin="z" * 10_000)
    counts = [commit["counts"] for commit in notes.json("log", "notes")["items"]]
    assert counts[0] == {"added": 1, "changed": 0, "removed": 0, "put": 10_000, "stored": 0}
    assert (counts[1]["changed"], counts[1]["put"]) == (1, 10_000)
    assert 0 < counts[1]["stored"] < 100
    assert counts[2]["added"] == 3
    shown = notes.run("log", "notes", "--stat").stdout
    assert "STORED" in shown
    assert "10.0 kB" in shown
    shown = notes.run("show", "notes").stdout
    assert "1 added, 0 changed, 0 removed" in shown
    assert "added    again.txt" in shown
