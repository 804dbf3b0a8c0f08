"""Feedback edges."""

from __future__ import annotations

import pytest
from writing import files_of, put

from tilth.errors import Conflict, Denied, HeldOut, Invalid, NotFound
from tilth.model.commit import InputKind
from tilth.model.entry import Entry
from tilth.versioning import feedback
from tilth.versioning.backend import Backend
from tilth.versioning.edits import Edits, Put
from tilth.versioning.history import log
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import create_repo, set_held_out
from tilth.versioning.trees import Tree


@pytest.fixture
def entries(backend: Backend) -> list[Entry]:
    create_repo(backend, "pool")
    create_repo(backend, "queue")
    commit = put(backend, "pool", {f"{number}.png": str(number).encode() for number in range(6)})
    feedback.declare(
        backend, "relabel", source=("pool", "main"), target=("queue", "main"), budget=5, max_rounds=3, by="mara"
    )
    return list(Tree(backend.store, commit.tree).walk())


def fire(backend: Backend, entries: list[Entry], **more: str) -> object:
    return feedback.fire(backend, "relabel", Edits(map(Put, entries)), items=len(entries), by="mara", **more)


def test_a_round_copies_no_data_counts_and_is_in_the_derivation(backend: Backend, entries: list[Entry]) -> None:
    source = log(backend, "pool", "main")[0]
    fire(backend, entries[:2])
    commit = log(backend, "queue", "main")[0]
    assert files_of(backend, commit) == {"0.png": b"0", "1.png": b"1"}
    assert commit.derivation is not None
    assert [(used.repo, used.commit, used.kind) for used in commit.derivation.inputs] == [
        ("default/pool", source.id, InputKind.FEEDBACK)
    ]
    assert commit.derivation.facts == {"edge": "relabel", "round": 1, "items": 2}
    edge = feedback.get_edge(backend, "relabel")
    assert (edge.spent, edge.rounds, edge.ended) == (2, 1, None)
    assert [(each.number, each.commit, each.items) for each in feedback.rounds_of(backend, edge.id)] == [
        (1, commit.id, 2)
    ]


def test_the_budget_holds_and_a_refused_round_counts_nothing(backend: Backend, entries: list[Entry]) -> None:
    fire(backend, entries[:3])
    with pytest.raises(Conflict, match="2 of its 5 items left, 3 were selected"):
        fire(backend, entries[3:6])
    fire(backend, entries[3:5])
    with pytest.raises(Conflict, match="0 of its 5"):
        fire(backend, entries[5:])
    assert feedback.get_edge(backend, "relabel").rounds == 2
    assert len(log(backend, "queue", "main")) == 2


def test_rounds_run_out(backend: Backend, entries: list[Entry]) -> None:
    for number in range(3):
        fire(backend, entries[number : number + 1])
    with pytest.raises(Conflict, match="all of its 3 rounds"):
        fire(backend, entries[4:5])


def test_an_empty_selection_ends_the_edge(backend: Backend, entries: list[Entry]) -> None:
    assert fire(backend, []) is None
    with pytest.raises(Conflict, match="has ended: a round selected nothing"):
        fire(backend, entries[:1])
    assert log(backend, "queue", "main") == []


def test_only_the_declared_trigger_fires_and_a_person_can_end_it(backend: Backend, entries: list[Entry]) -> None:
    with pytest.raises(Denied, match="fired by a person"):
        fire(backend, entries[:1], trigger="campaign")
    assert feedback.end_edge(backend, "relabel", by="jo").ended == "ended by jo"
    assert [edge.name for edge in feedback.list_edges(backend)] == ["relabel"]
    with pytest.raises(Conflict, match="ended by jo"):
        fire(backend, entries[:1])


def test_bad_declarations_are_refused(backend: Backend, entries: list[Entry]) -> None:
    place = {"source": ("pool", "main"), "target": ("queue", "main"), "by": "mara"}
    with pytest.raises(Conflict, match="already"):
        feedback.declare(backend, "relabel", budget=1, max_rounds=1, **place)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="at least 1"):
        feedback.declare(backend, "other", budget=0, max_rounds=1, **place)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="cannot trigger"):
        feedback.declare(backend, "other", budget=1, max_rounds=1, trigger="commit", **place)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="nowhere"):
        feedback.get_edge(backend, "nowhere")


def test_held_out_items_cannot_flow_back_into_what_trains(backend: Backend, entries: list[Entry]) -> None:
    create_repo(backend, "model")
    with backend.database.transaction() as conn:
        declare_inputs(conn, "model", "main", [("queue", "main", InputKind.DATA)], owner="p:model", trains=True)
    set_held_out(backend, "pool")
    with pytest.raises(HeldOut, match="pool → queue → model"):
        fire(backend, entries[:1])
    assert log(backend, "queue", "main") == []
