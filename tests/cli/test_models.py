"""`tilth model`: from a file of predictions to production, with exit codes that a script can trust."""

from __future__ import annotations

import json

from .conftest import Shell


def test_a_model_goes_from_a_file_to_production(shell: Shell) -> None:
    labels = [f"{number},{'cat' if number % 2 else 'dog'}" for number in range(50)]
    rows = shell.file("rows.csv", "\n".join(["id,label", *labels]))
    shell.run("repo", "create", "rows")
    shell.run("put", "rows", str(rows))
    definition = {"items": {"from": "rows@main:rows.csv", "key": "id"}, "labels": {"column": "label"}}
    shell.run("dataset", "define", "animals", str(shell.file("animals.json", json.dumps(definition))))
    assert "0 versions" in shell.run("model", "register", "mine", "--dataset", "animals").stdout
    assert "no version yet" in shell.run("model", "show", "mine").stdout
    said = [line if number < 40 else f"{number},eel" for number, line in enumerate(labels)]
    file = shell.file("said.csv", "\n".join(["id,says", *said]))
    report = shell.run("model", "upload", "mine", str(file)).stdout
    assert "50 of 50" in report
    assert "80.0%" in report
    assert shell.json("model", "show", "mine")["items"] == []
    shell.run("model", "upload", "mine", str(file), "--save", "-m", "mine")
    assert "80.0%" in shell.run("model", "list").stdout
    shell.run("model", "set-test", "mine", "good", '{"at_least": 0.9}')
    failed = shell.run("model", "test", "mine", code=1).stdout
    assert "fail" in failed
    assert "0 of 1 required" in failed
    assert shell.failure("model", "promote", "mine@1", code=4)["error"] == "conflict"
    assert shell.failure("model", "set-test", "mine", "bad", "{", code=2)["error"] == "invalid"
    file = shell.file("said.csv", "\n".join(["id,says", *labels]))
    shell.run("model", "upload", "mine", str(file), "--save")
    compared = shell.run("model", "compare", "mine@1", "mine@2").stdout
    assert "fixed 10, broken 0" in compared
    assert "better" in compared
    shell.run("model", "test", "mine")
    assert "in production" in shell.run("model", "promote", "mine@2", "--reason", "all right").stdout
    assert "all right" in shell.run("model", "promotions", "mine").stdout
    shell.run("model", "remove-test", "mine", "good")
    assert shell.failure("model", "train", "mine", code=4)["error"] == "conflict"
