"""Repos, branches, users, datasets and feedback, on a real workspace."""

from __future__ import annotations

import json

from .conftest import Shell


def test_a_reading_act_makes_no_workspace(shell: Shell) -> None:
    failure = shell.failure("repo", "list", code=3)
    assert "tilth repo create" in failure["help"]
    assert not (shell.folder / ".tilth").exists()


def test_repos_are_made_listed_shown_and_deleted(shell: Shell) -> None:
    made = shell.json("repo", "create", "images", "--description", "raw scans")
    assert (made["name"], made["description"], made["held_out"]) == ("images", "raw scans", False)
    shell.run("repo", "create", "other")
    assert [repo["name"] for repo in shell.json("repo", "list")["items"]] == ["images", "other"]
    assert "raw scans" in shell.run("repo", "list").stdout
    assert shell.json("repo", "show", "images") == shell.json("repo", "list")["items"][0]
    assert "source" in shell.run("repo", "show", "images").stdout
    assert shell.json("repo", "delete", "other") is None
    assert [repo["name"] for repo in shell.json("repo", "list")["items"]] == ["images"]
    assert shell.failure("repo", "create", "images", code=4)["error"] == "conflict"
    assert shell.failure("repo", "create", "no good", code=2)["error"] == "invalid"


def test_a_repo_is_held_out_and_opened_again(shell: Shell) -> None:
    shell.run("repo", "create", "images")
    assert shell.json("repo", "hold-out", "images")["held_out"] is True
    assert "held out" in shell.run("repo", "list").stdout
    assert shell.json("repo", "hold-out", "images", "--off")["held_out"] is False


def test_lists_of_repos_page(shell: Shell) -> None:
    for name in ("a", "b", "c"):
        shell.run("repo", "create", name)
    first = shell.json("repo", "list", "--limit", "2")
    rest = shell.json("repo", "list", "--after", first["next"])
    assert [repo["name"] for repo in [*first["items"], *rest["items"]]] == ["a", "b", "c"]
    assert rest["next"] is None


def test_branches_are_made_moved_listed_and_deleted(notes: Shell) -> None:
    first = notes.json("log", "notes")["items"][0]["id"]
    notes.run("put", "notes:d.txt", "-", stdin="d")
    second = notes.json("log", "notes")["items"][0]["id"]
    assert notes.json("branch", "create", "notes@stable", "--head", "main^")["head"] == first
    assert notes.json("branch", "move", "notes@stable", "main", "-m", "deploy")["head"] == second
    assert {branch["name"] for branch in notes.json("branch", "list", "notes")["items"]} == {"main", "stable"}
    moves = notes.json("branch", "log", "notes@stable")["items"]
    assert (moves[0]["new"], moves[0]["old"], moves[0]["message"]) == (second, first, "deploy")
    assert second in notes.run("branch", "log", "notes@stable").stdout
    notes.run("branch", "delete", "notes@stable")
    assert [branch["name"] for branch in notes.json("branch", "list", "notes")["items"]] == ["main"]
    assert notes.failure("branch", "create", "notes", code=2)["help"]


def test_tags_are_made_read_listed_and_deleted(notes: Shell) -> None:
    before = notes.json("log", "notes")["items"][0]["id"]
    assert notes.json("tag", "create", "notes@v1", "-m", "as sent")["commit"] == before
    notes.run("put", "notes:d.txt", "-", stdin="d")
    assert notes.json("log", "notes@v1")["items"][0]["id"] == before
    assert "as sent" in notes.run("tag", "list", "notes").stdout
    assert notes.failure("tag", "create", "notes@v1", code=4)["help"]
    notes.run("tag", "delete", "notes@v1")
    assert notes.json("tag", "list", "notes")["items"] == []


def test_users_get_tokens_that_are_shown_once(notes: Shell) -> None:
    assert notes.json("user", "create", "maria", "--role", "labeler", "--labels", "digits")["labels"] == ["digits"]
    token = notes.json("user", "token", "maria")
    assert token["token"]
    plain = notes.run("user", "token", "maria")
    assert len(plain.stdout.split()) == 1, "the token alone is on stdout, so that a script can take it"
    assert token["token"] not in notes.run("user", "list").stdout
    assert notes.json("user", "token", "--revoke", token["id"]) is None
    notes.run("user", "remove", "maria")
    assert "maria" not in notes.run("user", "list").stdout
    notes.run("user", "create", "x", "--role", "king", code=2)
    notes.run("user", "token", code=2)


def test_rows_of_a_table_are_filtered_and_counted(notes: Shell) -> None:
    notes.run("put", "notes:table.csv", "-", stdin="key,label,size\na,cat,3\nb,dog,5\nc,cat,8\n")
    page = notes.json("dataset", "rows", "notes:table.csv", "--where", "label = 'cat'", "--columns", "key,size")
    assert [(row["key"], int(row["size"])) for row in page["items"]] == [("a", 3), ("c", 8)]
    assert notes.json("dataset", "count", "notes:table.csv", "--where", "label = 'cat'") == 2
    assert notes.run("dataset", "count", "notes:table.csv").stdout == "3\n"
    text = notes.run("dataset", "rows", "notes:table.csv").stdout
    assert text.splitlines()[0].split() == ["KEY", "LABEL", "SIZE"]
    assert notes.failure("dataset", "rows", "notes:table.csv", "--where", "no such", code=2)["error"] == "invalid"


def test_a_dataset_is_defined_looked_at_fixed_and_saved(notes: Shell) -> None:
    notes.run("put", "notes:table.csv", "-", stdin="key,label,text\na,cat,a cat\nb,dog,a dog\nc,cat,another\n")
    guessed = notes.json("dataset", "guess", "notes:table.csv")
    assert guessed["items"]["key"] == "key"
    made = notes.json("dataset", "define", "pets", "--guess", "notes:table.csv", "--description", "small")
    assert (made["items"], made["labeled"], made["classes"]) == (3, 3, ["cat", "dog"])
    assert notes.json("dataset", "define", "pets", "-", stdin=json.dumps(guessed))["items"] == 3
    listed = notes.json("dataset", "list")["items"]
    assert [(each["name"], each["items"], each["labeled"]) for each in listed] == [("pets", 3, 3)]
    shown = notes.run("dataset", "list").stdout
    assert "small" in shown
    assert "?" not in shown, "it is counted, though this process did not open it before"
    assert "cat, dog" in notes.run("dataset", "show", "pets").stdout
    act = notes.json("dataset", "fix", "pets", "dog", "a", "--reason", "it barks")
    assert act["count"] == 1
    page = notes.json("dataset", "items", "pets", "--where", "label = 'dog'")
    assert [(item["key"], item["labeled_by"]) for item in page["items"]] == [("a", "fixed"), ("b", "given")]
    assert "barks" in notes.run("dataset", "acts", "pets").stdout
    notes.run("dataset", "mark", "pets", "ambiguous", "b")
    assert notes.json("dataset", "save", "pets", "-m", "first")["changed"] is True
    assert notes.run("dataset", "save", "pets").stdout == "Nothing is new since then.\n"
    notes.run("dataset", "undo", "pets", act["commit"])
    assert notes.json("dataset", "items", "pets", "--where", "label = 'dog'", "--limit", "1")["items"][0]["key"] == "b"
    assert "first" in notes.run("dataset", "versions", "pets").stdout
    assert len(notes.json("dataset", "items", "pets", "--at", "1", "--where", "label = 'dog'")["items"]) == 2
    assert notes.failure("dataset", "fix", "pets", "dog", "--where", "label = 'cat'", "--expect", "3", code=4)["facts"]
    assert notes.failure("dataset", "define", "pets", code=2)["error"] == "invalid"
    assert notes.failure("dataset", "show", "notes", code=3)["error"] == "not_found"


def test_feedback_sends_the_selection_within_its_budget(notes: Shell) -> None:
    notes.run("repo", "create", "tolabel")
    assert "no feedback" in notes.run("feedback", "list").stdout
    notes.run("repo", "create", "selection")
    notes.run("put", "selection:next.csv", "-", stdin="path\na.txt\n")
    declared = notes.json(
        "feedback", "declare", "more", "selection@main:next.csv", "tolabel@main", "--budget", "5", "--max-rounds", "2"
    )
    assert (declared["budget"], declared["used"], declared["max_rounds"]) == (5, 0, 2)
    assert "0 of 5" in notes.run("feedback", "list").stdout
    notes.run("feedback", "declare", "more", "a@b", "c@d", "--budget", "0", "--max-rounds", "2", code=2)
