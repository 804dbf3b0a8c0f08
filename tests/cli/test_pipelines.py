"""Pipelines, jobs and `run`, on a real workspace with real user code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .conftest import Shell

STEPS = """
def shout(datum):
    for file in datum.inputs["notes"].files:
        print("reading", file.path)
        text = file.read_text()
        if "bad" in text:
            raise ValueError("there is something bad in " + file.path)
        datum.write(file.path, text.upper())
"""

SPEC = """
pipeline: {name: shout}
description: Upper case.
function: steps:shout
code: code
input: {pfs: {repo: notes, glob: "/**.txt"}}
datum_tries: 1
"""


@pytest.fixture(scope="module")
def shouted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a workspace whose pipeline has run once; made once, as that takes a second."""
    shell = Shell(tmp_path_factory.mktemp("shouted"))
    shell.run("repo", "create", "notes")
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        shell.file(f"notes/{name}", f"this is {name}\n")
    shell.run("put", "notes", str(shell.folder / "notes"), "-m", "three notes")
    shell.file("specs/code/steps.py", STEPS)
    shell.run("pipeline", "create", "-f", str(shell.file("specs/shout.yaml", SPEC)))
    shell.run("run")
    return shell.folder


@pytest.fixture
def shouting(shouted: Path, shell: Shell) -> Shell:
    """Return a shell on a copy of that folder."""
    shutil.copytree(shouted, shell.folder, dirs_exist_ok=True)
    return shell


def spec(shell: Shell) -> str:
    return str(shell.folder / "specs" / "shout.yaml")


def test_a_pipeline_runs_on_what_is_there_and_then_on_what_changed(shouting: Shell) -> None:
    assert shouting.run("cat", "shout:a.txt").stdout == "THIS IS A.TXT\n"
    shouting.run("put", "notes:b.txt", "-", stdin="new words\n")
    report = shouting.json("run")
    (job,) = report["jobs"]
    assert (job["state"], job["total"], job["run"], job["reused"]) == ("success", 3, 1, 2)
    assert shouting.run("cat", "shout:b.txt").stdout == "NEW WORDS\n"
    assert shouting.run("run").stdout == "Nothing was left to do.\n"


def test_what_ran_is_told(shouting: Shell) -> None:
    shouting.run("put", "notes:b.txt", "-", stdin="new words\n")
    text = shouting.run("run").stdout
    assert "shout" in text
    assert "1 job: 1 item run, 2 reused, 1 commit published." in text


def test_a_failed_item_is_shown_at_once_with_its_last_lines(shouting: Shell) -> None:
    head = shouting.json("log", "shout")["items"][0]["id"]
    shouting.run("put", "notes:b.txt", "-", stdin="bad words\n")
    text = shouting.run("run", code=8).stdout
    # Once as the last line of the trace, in the item's log; not again in the headlines.
    assert text.count("there is something bad in b.txt") == 1
    assert "shout failed: 1 item failed, the first is notes:/b.txt\n" in text
    assert "reading" in text
    shown = shouting.run("job", "show", "shout").stdout
    assert "failed" in shown
    assert "there is something bad in" in shown
    assert "something bad" in shouting.run("job", "logs", "shout").stdout
    assert len(shouting.run("job", "logs", "shout", "--tail", "1").stdout.splitlines()) == 1
    (failing,) = shouting.json("job", "items", "shout", "--state", "failed")["items"]
    assert "something bad" in shouting.json("job", "logs", "shout", "--item", failing["key"])["text"]
    assert shouting.json("log", "shout")["items"][0]["id"] == head


def test_an_output_that_was_never_made_says_how_it_is_made(shouting: Shell) -> None:
    shouting.run(
        "pipeline", "create", "-f", str(shouting.file("specs/new.yaml", SPEC.replace("name: shout", "name: new")))
    )
    assert "tilth run" in shouting.run("ls", "new", code=3).stderr


def test_jobs_are_listed_shown_waited_for_and_stopped(shouting: Shell) -> None:
    (job,) = shouting.json("job", "list")["items"]
    assert shouting.json("job", "show", job["id"]) == job
    assert shouting.json("job", "show", "shout")["id"] == job["id"]
    assert job["id"] in shouting.run("job", "list", "--pipeline", "shout").stdout
    assert job["output"] in shouting.run("job", "show", job["id"]).stdout
    assert {item["state"] for item in shouting.json("job", "items", job["id"])["items"]} == {"success"}
    assert len(shouting.run("job", "items", job["id"]).stdout.splitlines()) == 4
    assert [one["id"] for one in shouting.json("job", "wait", job["change"])] == [job["id"]]
    assert [one["id"] for one in shouting.json("job", "wait", "shout")] == [job["id"]]
    shouting.run("job", "stop", "0" * 32, code=3)


def test_a_pipeline_is_checked_without_being_made(shouting: Shell) -> None:
    shouting.file("specs/other.yaml", SPEC.replace("name: shout", "name: other"))
    found = shouting.json("pipeline", "check", "-f", str(shouting.folder / "specs" / "other.yaml"))
    assert found["name"].endswith("other")
    assert "other" in shouting.run("pipeline", "check", "-f", str(shouting.folder / "specs" / "other.yaml")).stdout
    assert len(shouting.json("pipeline", "list")["items"]) == 1


def test_a_wrong_field_is_named_with_the_nearest(shouting: Shell) -> None:
    shouting.file("specs/wrong.yaml", SPEC.replace("datum_tries", "datum_trys"))
    failure = shouting.failure("pipeline", "check", "-f", str(shouting.folder / "specs" / "wrong.yaml"), code=2)
    assert "datum_trys" in failure["message"]
    assert "datum_tries" in failure["message"] + failure["help"]


def test_a_missing_code_folder_is_named(shouting: Shell) -> None:
    shouting.file("specs/wrong.yaml", SPEC.replace("code: code", "code: nowhere"))
    assert (
        "nowhere"
        in shouting.failure("pipeline", "create", "-f", str(shouting.folder / "specs" / "wrong.yaml"), code=3)[
            "message"
        ]
    )


def test_pipelines_are_listed_shown_changed_rerun_and_deleted(shouting: Shell) -> None:
    shouting.run("pipeline", "create", "-f", spec(shouting), code=4)
    assert "shout" in shouting.run("pipeline", "list").stdout
    shown = shouting.run("pipeline", "show", "shout").stdout
    assert json.dumps("steps:shout") in shown
    shouting.file("specs/code/steps.py", STEPS.replace("upper", "title"))
    assert shouting.json("pipeline", "update", "-f", spec(shouting))["version"] == 2
    shouting.run("run")
    assert shouting.run("cat", "shout:a.txt").stdout == "This Is A.Txt\n"
    change = shouting.json("pipeline", "rerun", "shout", "--reprocess")
    (job,) = shouting.json("run")["jobs"]
    assert (job["change"], job["run"], job["reused"]) == (change, 3, 0)
    shouting.run("pipeline", "delete", "shout")
    assert shouting.json("pipeline", "list")["items"] == []
    assert shouting.run("cat", "shout:a.txt").stdout == "This Is A.Txt\n"


def test_the_output_of_a_pipeline_is_written_by_it_alone(shouting: Shell) -> None:
    failure = shouting.failure("put", "shout:x", str(shouting.file("x", "x")), code=5)
    assert "shout" in failure["message"]


def test_lineage_leads_from_a_file_to_the_item_it_was_made_from(shouting: Shell) -> None:
    head = shouting.json("log", "notes")["items"][0]["id"]
    lineage = shouting.json("lineage", "shout:a.txt")
    assert head in [node["commit"]["id"] for node in lineage["nodes"]]
    (trace,) = lineage["datums"]
    assert trace["path"] == "a.txt"
    assert any("a.txt" in source for source in trace["inputs"])
    text = shouting.run("lineage", "shout:a.txt").stdout
    assert head in text
    assert "three notes" in text
    output = shouting.json("log", "shout")["items"][0]["id"]
    assert output in shouting.run("lineage", "--down", "notes").stdout


def test_held_out_data_is_refused_with_the_path_named(notes: Shell) -> None:
    notes.run("repo", "hold-out", "notes")
    notes.file("specs/code/steps.py", STEPS)
    notes.file("specs/train.yaml", SPEC.replace("name: shout", "name: train") + "trains: true\n")
    failure = notes.failure("pipeline", "create", "-f", str(notes.folder / "specs" / "train.yaml"), code=5)
    assert failure["error"] == "held_out"
    assert "notes" in failure["message"]
