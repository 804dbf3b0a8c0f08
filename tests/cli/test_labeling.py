"""Labeling pipelines from the command line; the answers come through the contract, as a worker's would."""

from __future__ import annotations

import pytest

import tilth

from .conftest import Shell

SPEC = """
pipeline: {name: mood}
input: {pfs: {repo: notes, glob: "/**.txt"}}
labeling:
  config: |
    <View>
      <Text name="text" value="$text"/>
      <Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices>
    </View>
  guidelines: {text: "Say how it sounds.", version: "1"}
  overlap: 1
"""


@pytest.fixture
def labeled(notes: Shell) -> Shell:
    """Return a shell on a workspace whose three notes one person has labeled, all as good."""
    notes.file("mood.yaml", SPEC)
    notes.run("pipeline", "create", "-f", str(notes.folder / "mood.yaml"))
    notes.run("run")
    with tilth.connect(notes.place) as workspace:
        while task := workspace.tasks.next("mood"):
            result = [{"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}}]
            workspace.tasks.submit(task.id, result)
    return notes


def test_progress_workers_and_labels_are_told(labeled: Shell) -> None:
    info = labeled.json("labeling", "show", "mood")
    assert (info["tasks"], info["done"], info["answers"]) == (3, 3, 3)
    assert "3: 3 done, 0 open" in labeled.run("labeling", "show", "mood").stdout
    (listed,) = labeled.json("labeling", "list")["items"]
    assert listed["pipeline"] == info["pipeline"]
    assert "mood" in labeled.run("labeling", "list").stdout
    (worker,) = labeled.json("labeling", "workers", "mood")["items"]
    assert worker["answers"] == 3
    assert worker["worker"] in labeled.run("labeling", "workers", "mood").stdout
    labels = labeled.json("labeling", "labels", "mood")["items"]
    assert len(labels) == 3
    assert len(labeled.run("labeling", "labels", "mood").stdout.splitlines()) == 4
    first = labeled.json("labeling", "labels", "mood", "--limit", "2")
    rest = labeled.json("labeling", "labels", "mood", "--after", first["next"])
    assert [*first["items"], *rest["items"]] == labels


def test_an_expert_rules_and_the_labels_are_published(labeled: Shell) -> None:
    key = labeled.json("labeling", "labels", "mood")["items"][0]["key"]
    ruled = labeled.json("labeling", "rule", "mood", key, "bad", "--reason", "read it again")
    assert ruled["final"] is True
    assert "by ruling" in labeled.run("labeling", "rule", "mood", key, "bad").stdout
    labeled.run("labeling", "publish", "mood")
    assert labeled.json("ls", "-r", "mood")["items"]
    assert "nothing new" in labeled.run("labeling", "publish", "mood").stdout
    labeled.run("labeling", "rule", "mood", key, "{broken", code=2)
    labeled.run("labeling", "rule", "mood", "no-such-item", "bad", code=3)
    assert "open to answers again" in labeled.run("labeling", "reopen", "mood", key).stdout
    assert labeled.json("labeling", "labels", "mood")["items"][0]["final"] is False
    labeled.run("labeling", "reopen", "mood", "no-such-item", code=3)


def test_a_worker_is_banned_by_hand(labeled: Shell) -> None:
    (worker,) = labeled.json("labeling", "workers", "mood")["items"]
    labeled.run("labeling", "ban", "mood", worker["worker"], code=2)
    assert (
        "3 answers rejected" in labeled.run("labeling", "ban", "mood", worker["worker"], "--reason", "guesses").stdout
    )
    assert labeled.json("labeling", "show", "mood")["banned"] == 1
    labeled.run("labeling", "ban", "mood", worker["worker"], "--reason", "guesses", code=4)
    labeled.run("labeling", "ban", "mood", "nobody", "--reason", "guesses", code=3)
