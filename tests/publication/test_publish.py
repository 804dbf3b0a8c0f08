"""Publishing: one transaction, fenced, and never from held-out data into training."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection
from writing import edits_of, files_of, put

from tilth.errors import BranchMoved, Denied, Fenced, HeldOut
from tilth.metadata import feed, leases
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.digest import digest_of
from tilth.model.ids import ChangeId, new_id
from tilth.publication.inputs import used
from tilth.publication.publish import publish
from tilth.versioning import feedback
from tilth.versioning.backend import Backend
from tilth.versioning.branches import get_branch, move_branch
from tilth.versioning.history import log
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import create_repo, set_held_out
from tilth.versioning.revisions import resolve
from tilth.versioning.trees import Tree


def stage(backend: Backend, name: str, *inputs: str) -> None:
    create_repo(backend, name)
    with backend.database.transaction() as conn:
        declare_inputs(conn, name, "main", [(each, "main", InputKind.DATA) for each in inputs], owner=f"p:{name}")


def run(
    backend: Backend,
    name: str,
    *inputs: CommitInput,
    files: dict[str, bytes | None] | None = None,
    change: ChangeId | None = None,
    trains: bool = False,
    also: object = None,
) -> Commit:
    tree = Tree(backend.store).apply(edits_of(backend, files or {"out": name.encode()}))
    more = {} if also is None else {"also": also}
    return publish(
        backend,
        repo=name,
        branch="main",
        tree=tree.root,
        derivation=Derivation(f"p:{name}", inputs, digest_of(b"recipe")),
        change=change or ChangeId(new_id()),
        author=f"p:{name}",
        message="",
        stage=f"p:{name}",
        trains=trains,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def pipeline(backend: Backend) -> Backend:
    for name in ("pool", "exam"):
        create_repo(backend, name)
        put(backend, name, {"a": name.encode()})
    set_held_out(backend, "exam")
    stage(backend, "dataset", "pool")
    stage(backend, "train", "dataset")
    return backend


def of(backend: Backend, repo: str, kind: InputKind = InputKind.DATA) -> CommitInput:
    return used(log(backend, repo, "main")[0], "main", kind)


def test_commit_head_derivation_and_the_stages_state_arrive_together(pipeline: Backend) -> None:
    seen: list[str | None] = []

    def also(conn: Connection) -> None:
        feed.append(conn, "job.ended", ChangeId("x"), {})
        seen.append("ran")

    source = of(pipeline, "pool")
    commit = run(pipeline, "dataset", source, also=also)
    assert seen == ["ran"]
    assert get_branch(pipeline, "dataset", "main").head == commit.id
    assert commit.derivation is not None
    assert commit.derivation.inputs == (source,)
    assert files_of(pipeline, commit) == {"out": b"dataset"}


def test_a_fenced_stage_publishes_nothing(pipeline: Backend) -> None:
    late = leases.acquire(pipeline.database, "coordinator", "one", -1)
    leases.acquire(pipeline.database, "coordinator", "two", 60)
    with pytest.raises(Fenced):
        run(pipeline, "dataset", of(pipeline, "pool"), also=lambda conn: leases.check(conn, late))
    assert log(pipeline, "dataset", "main") == []


def test_only_the_owner_publishes_and_an_equal_tree_is_the_callers_choice(pipeline: Backend) -> None:
    first = run(pipeline, "dataset", of(pipeline, "pool"))
    second = run(pipeline, "dataset", of(pipeline, "pool"))
    assert second.tree == first.tree
    assert second.parents == (first.id,)
    with pytest.raises(Denied, match="p:dataset"):
        publish(
            pipeline,
            repo="dataset",
            branch="main",
            tree=None,
            derivation=Derivation("p:other"),
            change=ChangeId(new_id()),
            author="x",
            message="",
            stage="p:other",
        )


def test_a_head_moved_during_publication_is_noticed(pipeline: Backend) -> None:
    first = run(pipeline, "dataset", of(pipeline, "pool"))
    run(pipeline, "dataset", of(pipeline, "pool"), files={"out": b"2"})
    flush = pipeline.store.flush
    moved: list[bool] = []

    def move_meanwhile() -> None:
        flush()
        if not moved:
            moved.append(True)
            move_branch(pipeline, "dataset", "main", first.id, author="x", stage="p:dataset")

    object.__setattr__(pipeline.store, "flush", move_meanwhile)
    with pytest.raises(BranchMoved):
        run(pipeline, "dataset", of(pipeline, "pool"), files={"out": b"3"})
    assert get_branch(pipeline, "dataset", "main").head == first.id


def test_training_on_held_out_data_is_refused_however_far_up_and_the_path_is_named(pipeline: Backend) -> None:
    run(pipeline, "dataset", of(pipeline, "pool"), of(pipeline, "exam"))
    for kind in (InputKind.DATA, InputKind.REFERENCE):
        with pytest.raises(HeldOut, match="exam → dataset → train") as caught:
            run(pipeline, "train", of(pipeline, "dataset", kind), trains=True)
        assert caught.value.facts["path"] == ["exam", "dataset", "train"]
    with pytest.raises(HeldOut, match="exam → train"):
        run(pipeline, "train", of(pipeline, "exam"), trains=True)
    assert log(pipeline, "train", "main") == []
    run(pipeline, "train", of(pipeline, "dataset"))  # measuring, not training


def test_a_repo_held_out_afterwards_binds_from_then_on(pipeline: Backend) -> None:
    run(pipeline, "dataset", of(pipeline, "pool"))
    model = run(pipeline, "train", of(pipeline, "dataset"), trains=True)
    assert model.derivation is not None
    assert model.derivation.facts["trains"] is True
    set_held_out(pipeline, "pool")
    with pytest.raises(HeldOut, match="pool → dataset → train"):
        run(pipeline, "train", of(pipeline, "dataset"), trains=True)
    set_held_out(pipeline, "pool", False)
    run(pipeline, "train", of(pipeline, "dataset"), trains=True)


def test_a_pipeline_rebuilt_without_the_held_out_input_may_train_again(pipeline: Backend) -> None:
    run(pipeline, "dataset", of(pipeline, "pool"), of(pipeline, "exam"))
    run(pipeline, "dataset", of(pipeline, "pool"))
    run(pipeline, "train", of(pipeline, "dataset"), trains=True)


def test_held_out_items_that_came_by_a_feedback_edge_stay_known_in_later_commits(pipeline: Backend) -> None:
    feedback.declare(
        pipeline, "leak", source=("exam", "main"), target=("pool", "main"), budget=5, max_rounds=1, by="mara"
    )
    feedback.fire(pipeline, "leak", edits_of(pipeline, {"b": b"exam"}), items=1, by="mara")
    put(pipeline, "pool", {"c": b"unrelated"})
    run(pipeline, "dataset", of(pipeline, "pool"))
    with pytest.raises(HeldOut, match="exam → pool → dataset → train"):
        run(pipeline, "train", of(pipeline, "dataset"), trains=True)


def test_a_trigger_brings_no_data(pipeline: Backend) -> None:
    run(pipeline, "train", of(pipeline, "pool"), of(pipeline, "exam", InputKind.TRIGGER), trains=True)


def test_a_change_resolves_through_lineage_where_it_made_no_commit(pipeline: Backend) -> None:
    pool = log(pipeline, "pool", "main")[0]
    dataset = run(pipeline, "dataset", of(pipeline, "pool"))
    put(pipeline, "pool", {"a": b"newer"})
    change = ChangeId(new_id())
    trained = run(pipeline, "train", used(dataset, "main"), change=change)
    assert resolve(pipeline, f"train@{change}") == trained
    assert resolve(pipeline, f"dataset@{change}") == dataset
    assert resolve(pipeline, f"pool@{change}") == pool


def test_a_branch_declared_to_train_is_checked_whatever_its_stage_says(pipeline: Backend) -> None:
    create_repo(pipeline, "quiz")
    put(pipeline, "quiz", {"a": b"1"})
    create_repo(pipeline, "fit")
    with pipeline.database.transaction() as conn:
        declare_inputs(conn, "fit", "main", [("quiz", "main", InputKind.DATA)], owner="p:fit", trains=True)
    set_held_out(pipeline, "quiz")
    with pytest.raises(HeldOut, match="quiz → fit"):
        run(pipeline, "fit", of(pipeline, "quiz"), trains=False)
    assert log(pipeline, "fit", "main") == []
    set_held_out(pipeline, "quiz", False)
    commit = run(pipeline, "fit", of(pipeline, "quiz"), trains=False)
    assert commit.derivation is not None
    assert commit.derivation.facts["trains"] is True
