"""The stage takes news in order, hands other kinds on, and is fenced by its lease."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from tilth.errors import Fenced, Invalid, Unavailable
from tilth.execution.batch import DatumBatch
from tilth.metadata import leases
from tilth.pipelines.queue import Job, get_job
from tilth.pipelines.registry import Pipeline, rerun_pipeline
from tilth.pipelines.resolution import Sources
from tilth.pipelines.stage import End, PipelineStage
from tilth.publication.publish import publish
from tilth.versioning.repos import set_held_out


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


class Desk:
    """Takes in what labeling would, and fails when told to."""

    def __init__(self, workshop: Any) -> None:
        self.workshop = workshop
        self.seen: list[dict[str, str]] = []
        self.broken = False

    def take_in(self, job: Job, pipeline: Pipeline, sources: Sources, end: End) -> None:
        if self.broken:
            raise Invalid("The desk is broken.", help="Mend it.")
        self.seen.append({repo: commit for (repo, _), commit in sources.commits.items()})
        with self.workshop.backend.database.transaction() as conn:
            end(conn, total=3, run=1)


def test_a_labeling_job_is_intake_only_and_publishes_in_a_change_of_its_own(workshop: Any) -> None:
    desk = Desk(workshop)
    workshop.stage = PipelineStage(workshop.backend, workshop.executor, {"labeling": desk})
    workshop.repo("a", {"x": b"1"})
    label = workshop.pipeline("label", pfs("a"), labeling={"config": "<View/>"})
    workshop.pipeline("train", pfs("label", "/"))
    jobs = workshop.settle()
    assert [(job.pipeline, job.state) for job in jobs] == [
        ("default/label", "success"),
        ("default/train", "unchanged"),
    ]
    assert (jobs[0].total, jobs[0].run, jobs[0].reused) == (3, 1, 2)
    assert desk.seen == [{"default/a": workshop.head("a").id}]
    # Later the desk publishes; that is news like any other.
    labels = workshop.commit("a", {"y": b"2"})
    workshop.settle()
    made = publish(
        workshop.backend,
        repo="label",
        branch="main",
        tree=labels.tree,
        derivation=workshop.stage and _derivation(labels),
        change=labels.change[:-1] + ("0" if labels.change[-1] != "0" else "1"),
        author="desk",
        message="",
        stage=label.name,
    )
    [job] = workshop.settle()
    assert (job.pipeline, job.state, job.inputs[0]["commit"]) == ("default/train", "success", made.id)
    assert workshop.files("train") == {"label/x": b"1", "label/y": b"2"}


def _derivation(commit: Any) -> Any:
    from tilth.model.commit import Derivation
    from tilth.publication.inputs import used

    return Derivation("labeling", (used(commit, "main"),))


def test_an_intake_that_fails_ends_its_job_and_what_follows_cannot_run(workshop: Any) -> None:
    desk = Desk(workshop)
    desk.broken = True
    workshop.stage = PipelineStage(workshop.backend, workshop.executor, {"labeling": desk})
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("label", pfs("a"), labeling={"config": "<View/>"})
    workshop.pipeline("train", pfs("label", "/"))
    workshop.commit("a", {"x": b"2"})
    jobs = workshop.settle()
    assert [job.state for job in jobs] == ["failed", "unchanged", "failed", "unrunnable"]
    assert "The desk is broken" in jobs[0].reason


def test_a_coordinator_that_lost_its_lease_publishes_nothing(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.stage.take_events()
    job = workshop.stage.next_runnable()

    def take_over(batch: DatumBatch) -> None:
        workshop.other = leases.acquire(workshop.backend.database, "coordinator", "test", 600)
        workshop.executor.before_batch = lambda batch: None

    workshop.executor.before_batch = take_over
    with pytest.raises(Fenced):
        workshop.stage.run(job, workshop.lease)
    assert workshop.head("p") is None
    assert get_job(workshop.backend, job.id).state == "running"
    workshop.lease = workshop.other
    assert workshop.stage.recover(workshop.lease) == 1
    [again] = workshop.settle()
    assert (again.id, again.state, again.attempt) == (job.id, "success", 2)


def test_a_machine_that_cannot_run_anything_leaves_the_job_waiting(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.stage.take_events()
    job = workshop.stage.next_runnable()

    def no_room(batch: DatumBatch) -> None:
        workshop.executor.before_batch = lambda batch: None
        raise Unavailable("The disk is full.", help="Free some space.")

    workshop.executor.before_batch = no_room
    with pytest.raises(Unavailable):
        workshop.stage.run(job, workshop.lease)
    assert get_job(workshop.backend, job.id).state == "created"
    assert [done.state for done in workshop.settle()] == ["success"]


def test_what_is_held_out_later_stops_the_next_training_by_name(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("features", pfs("a"))
    workshop.pipeline("model", pfs("features"), trains=True)
    workshop.settle()
    before = workshop.head("model").id
    set_held_out(workshop.backend, "a")
    workshop.commit("a", {"x": b"2"})
    features, model = workshop.settle()
    assert (features.state, model.state) == ("success", "failed")
    assert "a → features → model" in model.reason
    assert workshop.head("model").id == before


def test_quiet_means_neither_news_nor_jobs(workshop: Any) -> None:
    assert workshop.settle() == []
    assert workshop.stage.quiet()
    workshop.repo("a", {"x": b"1"})
    assert not workshop.stage.quiet()
    workshop.settle()
    assert workshop.stage.quiet()


def test_groups_and_joins_tell_their_keys(workshop: Any) -> None:
    def tell(datum: Any) -> dict[str, str]:
        rows = datum.inputs["t"].row
        files = [file.path for source in datum.inputs.values() for file in source.files]
        return {f"{datum.env.get('PACH_DATUM_t_GROUP_BY')}{datum.env.get('PACH_DATUM_t_JOIN_ON')}": f"{rows} {files}"}

    workshop.executor.functions["test:tell"] = tell
    workshop.repo("t", {"t.csv": b"id,k\n1,x\n2,x\n3,y\n"})
    workshop.repo("f", {"x": b"", "y": b""})
    rows = {"rows": True, "key": "id"}
    workshop.pipeline("g", {"group": [pfs("t", group_by="${k}", **rows)]}, function="test:tell")
    workshop.pipeline(
        "j", {"join": [pfs("t", join_on="${k}${id}", **rows), pfs("f", "/(*)", join_on="${1}3")]}, function="test:tell"
    )
    assert [job.state for job in workshop.settle()] == ["success", "success"]
    assert workshop.files("g") == {
        "xNone": b"[{'id': '1', 'k': 'x'}, {'id': '2', 'k': 'x'}] []",
        "yNone": b"{'id': '3', 'k': 'y'} []",
    }
    assert workshop.files("j") == {"Noney3": b"{'id': '3', 'k': 'y'} ['y']"}


def test_a_transaction_over_two_repos_is_one_job(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.repo("b", {"y": b"1"})
    workshop.pipeline("p", {"cross": [pfs("a"), pfs("b")]})
    workshop.settle()
    first = workshop.commit("a", {"x": b"2"})
    _commit_in_change(workshop, "b", {"y": b"2"}, first.change)
    [job] = workshop.settle()
    assert workshop.files("p") == {"a/x": b"2", "b/y": b"2"}
    assert job.change == first.change


def _commit_in_change(workshop: Any, repo: str, files: dict[str, bytes], change: str) -> None:
    from tilth.versioning.commits import commit_edits
    from tilth.versioning.edits import Edits
    from tilth.versioning.trees import write_entry

    edits = Edits()
    for path, data in files.items():
        edits.put(write_entry(workshop.backend.store, path, data))
    commit_edits(workshop.backend, repo, "main", edits, author="tester", change=change)


def test_ending_is_told_to_the_feed(workshop: Any) -> None:
    from tilth.metadata import feed

    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    [job] = workshop.settle()

    def ended(conn: Connection) -> list[dict[str, Any]]:
        return [dict(event.facts) for event in feed.read(conn, 0) if event.kind == "job.ended"]

    with workshop.backend.database.read() as conn:
        assert ended(conn) == [
            {"job": job.id, "pipeline": "default/p", "state": "success", "output": workshop.head("p").id}
        ]


def test_an_interrupted_reprocess_goes_on_where_it_was(workshop: Any) -> None:
    workshop.repo("a", {f"f{n}": b"" for n in range(40)})
    workshop.pipeline("p", pfs("a"))
    workshop.settle()
    rerun_pipeline(workshop.backend, "p", reprocess=True)
    workshop.stage.take_events()
    job = workshop.stage.next_runnable()
    workshop.executor.ran.clear()
    batches: list[DatumBatch] = []

    def give_out(batch: DatumBatch) -> None:
        batches.append(batch)
        if len(batches) == 10:
            raise Unavailable("The machine gave out.", help="Start it again.")

    workshop.executor.before_batch = give_out
    with pytest.raises(Unavailable):
        workshop.stage.run(job, workshop.lease)
    workshop.executor.before_batch = lambda batch: None
    with workshop.backend.database.read() as conn:
        kept = conn.exec_driver_sql("SELECT run FROM jobs ORDER BY id DESC").scalar()
    [again] = workshop.settle()
    assert (again.state, again.run, again.total) == ("success", 40 - kept, 40)
