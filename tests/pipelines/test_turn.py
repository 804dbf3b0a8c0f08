"""Jobs that do not depend on one another may run at the same time; the others wait for what they read."""

from __future__ import annotations

from typing import Any

from tilth.metadata import leases
from tilth.pipelines.queue import Job, get_job, put_back, start_job


def pfs(repo: str, glob: str = "/*") -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob}}


def begin_all(workshop: Any) -> list[Job]:
    """Start every job that need not wait; return them in order."""
    while workshop.stage.take_events():
        pass
    begun: list[Job] = []
    while (job := workshop.stage.next_runnable()) is not None:
        with workshop.backend.database.transaction() as conn:
            begun.append(start_job(conn, job.id, workshop.lease))
    return begun


def names(jobs: list[Job]) -> list[str]:
    return [job.pipeline.removeprefix("default/") for job in jobs]


def put_all_back(workshop: Any, jobs: list[Job]) -> None:
    with workshop.backend.database.transaction() as conn:
        for job in jobs:
            put_back(conn, job, workshop.lease)


def test_pipelines_that_read_other_things_may_run_at_once_and_readers_wait(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.repo("b", {"x": b"1"})
    for name, source in (("left", "a"), ("right", "a"), ("other", "b"), ("below", "left")):
        workshop.pipeline(name, pfs(source))
    begun = begin_all(workshop)
    assert sorted(names(begun)) == ["left", "other", "right"]
    put_all_back(workshop, begun)
    workshop.settle()
    assert workshop.files("below") == {"left/a/x": b"1"}


def test_a_job_begun_by_a_thread_counts_before_its_row_says_so(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("left", pfs("a"))
    workshop.pipeline("right", pfs("a"))
    while workshop.stage.take_events():
        pass
    first = workshop.stage.next_runnable()
    second = workshop.stage.next_runnable({first.id})
    assert {*names([first, second])} == {"left", "right"}
    assert workshop.stage.next_runnable({first.id, second.id}) is None


def test_a_later_change_waits_for_the_pipelines_own_job_and_for_those_above(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("up", pfs("a"))
    workshop.pipeline("down", pfs("up"))
    workshop.settle()
    workshop.commit("a", {"y": b"2"})
    workshop.commit("a", {"z": b"3"})
    begun = begin_all(workshop)
    assert names(begun) == ["up"]  # neither "down" at this change, nor either of them at the next
    put_all_back(workshop, begun)
    workshop.settle()
    assert workshop.files("down") == {"up/a/x": b"1", "up/a/y": b"2", "up/a/z": b"3"}


def test_whoever_lost_a_job_cannot_put_back_the_attempt_of_its_successor(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    [mine] = begin_all(workshop)
    before = workshop.lease
    leases.release(workshop.backend.database, before)
    workshop.lease = leases.acquire(workshop.backend.database, "coordinator", "successor", 600)
    workshop.stage.recover(workshop.lease)
    [theirs] = begin_all(workshop)
    assert theirs.id == mine.id
    with workshop.backend.database.transaction() as conn:
        put_back(conn, mine, before)
    assert get_job(workshop.backend, mine.id).state == "running"
