"""`tilth project`: whole projects branched and brought back from the command line."""

from __future__ import annotations

from .conftest import Shell


def test_a_project_is_branched_changed_promoted_and_deleted(notes: Shell) -> None:
    assert (
        "Made project trial from default: 1 repo, 0 pipelines."
        in notes.run("project", "branch", "default", "trial").stdout
    )
    assert [(each["name"], each["origin"]) for each in notes.json("project", "list")["items"]] == [
        ("default", None),
        ("trial", "default"),
    ]
    assert "Its data is that of default." in notes.run("project", "changes", "trial").stdout
    assert "default has all of trial already." in notes.run("project", "promote", "trial").stdout
    notes.run("put", "trial/notes:new.txt", "-", stdin="new")
    shown = notes.run("project", "changes", "trial").stdout
    assert "trial/notes@main" in shown
    assert "changed" in shown
    assert notes.run("project", "promote", "trial", "-m", "tried").stdout == (
        "Promoted trial into default: branch notes@main.\n"
    )
    assert notes.run("cat", "notes:new.txt").stdout == "new"
    assert notes.run("project", "delete", "trial", "--yes").stdout == "Deleted project trial.\n"
    assert [each["name"] for each in notes.json("project", "list")["items"]] == ["default"]


def test_what_both_changed_is_listed_until_one_side_is_said_to_hold(notes: Shell) -> None:
    notes.run("project", "branch", "default", "trial")
    notes.run("put", "trial/notes:a.txt", "-", stdin="theirs")
    notes.run("put", "notes:a.txt", "-", stdin="ours")
    shown = notes.run("project", "promote", "trial", code=4).stdout
    assert "notes@main:a.txt" in shown
    assert "Nothing was promoted: 1 conflict." in shown
    assert notes.run("cat", "notes:a.txt").stdout == "ours"
    notes.run("project", "promote", "trial", "--theirs")
    assert notes.run("cat", "notes:a.txt").stdout == "theirs"


def test_a_project_that_is_none_and_a_taken_name_are_refused(notes: Shell) -> None:
    assert "no project nothing" in str(notes.failure("project", "branch", "nothing", "trial", code=3))
    assert "default already" in str(notes.failure("project", "branch", "default", "default", code=4))
    assert "not branched" in str(notes.failure("project", "promote", "default", code=4))


def test_repos_of_other_projects_are_listed_by_their_whole_name(notes: Shell) -> None:
    notes.run("project", "branch", "default", "trial")
    listed = notes.run("repo", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()[1:]] == ["notes", "trial/notes"]
    assert "trial/notes" in notes.run("repo", "show", "trial/notes").stdout
