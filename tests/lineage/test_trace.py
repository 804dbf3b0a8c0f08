"""Walking derivations."""

from __future__ import annotations

import pytest
from writing import put

from tilth.errors import NotFound
from tilth.lineage.trace import ancestry, descendants
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.ids import ChangeId, CommitId, JobId, new_id
from tilth.publication.inputs import used
from tilth.publication.publish import publish
from tilth.versioning import feedback
from tilth.versioning.backend import Backend
from tilth.versioning.edits import Edits, Put
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import Tree


def derive(backend: Backend, repo: str, *inputs: CommitInput, job: str | None = None) -> Commit:
    return publish(
        backend,
        repo=repo,
        branch="main",
        tree=None,
        derivation=Derivation(f"p:{repo}", inputs, job=JobId(job) if job else None),
        change=ChangeId(new_id()),
        author="p",
        message="",
        stage=f"p:{repo}",
    )


@pytest.fixture
def diamond(backend: Backend) -> dict[str, Commit]:
    """A → B, A → C, B → C, C → D."""
    for name in "abcd":
        create_repo(backend, name)
    made = {"a": put(backend, "a", {"x": b"1"})}
    made["b"] = derive(backend, "b", used(made["a"], "main"))
    made["c"] = derive(backend, "c", used(made["a"], "main", InputKind.REFERENCE), used(made["b"], "main"))
    made["d"] = derive(backend, "d", used(made["c"], "main"), job="job7")
    return made


def test_ancestry_names_each_commit_once_with_its_distance(backend: Backend, diamond: dict[str, Commit]) -> None:
    graph = ancestry(backend, diamond["d"].id)
    assert [(node.commit.repo, node.depth) for node in graph.nodes] == [
        ("default/d", 0),
        ("default/c", 1),
        ("default/a", 2),
        ("default/b", 2),
    ]
    assert {(edge.input, edge.output, edge.kind) for edge in graph.edges} == {
        (diamond["c"].id, diamond["d"].id, InputKind.DATA),
        (diamond["a"].id, diamond["c"].id, InputKind.REFERENCE),
        (diamond["b"].id, diamond["c"].id, InputKind.DATA),
        (diamond["a"].id, diamond["b"].id, InputKind.DATA),
    }
    assert graph.complete


def test_descendants_go_the_other_way(backend: Backend, diamond: dict[str, Commit]) -> None:
    graph = descendants(backend, diamond["a"].id)
    assert [(node.commit.repo[-1], node.depth) for node in graph.nodes[:1]] == [("a", 0)]
    assert {(node.commit.repo[-1], node.depth) for node in graph.nodes[1:]} == {("b", 1), ("c", 1), ("d", 2)}


def test_limits_are_told(backend: Backend, diamond: dict[str, Commit]) -> None:
    near = ancestry(backend, diamond["d"].id, depth=1)
    assert [node.commit.repo for node in near.nodes] == ["default/d", "default/c"]
    assert not near.complete
    few = ancestry(backend, diamond["d"].id, limit=3)
    assert len(few.nodes) == 3
    assert not few.complete
    assert {edge.input for edge in few.edges} <= {node.commit.id for node in few.nodes}
    with pytest.raises(NotFound):
        ancestry(backend, CommitId(new_id()))


def test_what_came_over_a_feedback_edge_stays_in_the_ancestry_of_later_commits(backend: Backend) -> None:
    for name in ("one", "two", "queue"):
        create_repo(backend, name)
    chosen = [put(backend, name, {f"{name}.png": name.encode()}) for name in ("one", "two")]
    start = put(backend, "queue", {"start.png": b"start"})
    for name in ("one", "two"):
        feedback.declare(
            backend, name, source=(name, "main"), target=("queue", "main"), budget=1, max_rounds=1, by="mara"
        )
    for name, commit in zip(("one", "two"), chosen, strict=True):
        (entry,) = Tree(backend.store, commit.tree).walk()
        feedback.fire(backend, name, Edits([Put(entry)]), items=1, by="mara")
    last = put(backend, "queue", {"more.png": b"more"})
    found = {node.commit.id for node in ancestry(backend, last.id).nodes}
    assert {commit.id for commit in chosen} < found
    assert start.id not in found, "plain history is the log's business"
    assert last.id in {node.commit.id for node in descendants(backend, chosen[0].id).nodes}
