"""Jobs follow changes: they run what changed, keep what did not, and say what went wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.errors import Conflict, HeldOut, Invalid, Moving, NotFound
from tilth.metadata import feed
from tilth.pipelines.queue import get_job, list_jobs, stop_job, tries_of
from tilth.pipelines.registry import delete_pipeline, get_pipeline, list_pipelines, rerun_pipeline
from tilth.versioning.branches import move_branch
from tilth.versioning.commits import commits_of_change
from tilth.versioning.holding import hold


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


def test_a_new_pipeline_runs_on_what_is_there(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    [job] = workshop.settle()
    assert (job.state, job.total, job.run, job.reused) == ("success", 2, 2, 0)
    assert workshop.files("p") == {"x": b"1", "y": b"2"}


def test_one_changed_file_of_many_runs_one_datum(workshop: Any) -> None:
    workshop.repo("a", {f"f{n}": b"a" for n in range(50)})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.settle()
    workshop.executor.ran.clear()
    workshop.commit("a", {"f7": b"b"})
    [job] = workshop.settle()
    assert workshop.executor.ran == ["a:/f7"]
    assert (job.total, job.run, job.reused) == (50, 1, 49)
    assert workshop.files("p")["f7"] == b"B"
    head = workshop.head("p")
    assert head is not None
    assert head.message == "1 item computed, 49 reused"


def test_a_deleted_input_takes_its_output_along(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.settle()
    workshop.commit("a", {"x": None})
    [job] = workshop.settle()
    assert (job.state, job.run, job.total) == ("success", 0, 1)
    assert workshop.files("p") == {"y": b"2"}


def test_a_change_that_the_glob_does_not_see_is_unchanged_and_wakes_nobody(workshop: Any) -> None:
    workshop.repo("a", {"in/x": b"1"})
    workshop.pipeline("p", pfs("a", "/in/*"), function="test:upper")
    workshop.pipeline("q", pfs("p", "/in/*"), function="test:upper")
    workshop.settle()
    head = workshop.head("p").id
    commit = workshop.commit("a", {"elsewhere": b"2"})
    jobs = workshop.settle()
    assert [job.state for job in jobs] == ["unchanged", "unchanged"]
    assert workshop.head("p").id == head
    assert [made.id for made in commits_of_change(workshop.backend, commit.change)] == [commit.id]


def test_a_diamond_runs_each_pipeline_once_in_order_under_one_change(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("b", pfs("a"), function="test:upper")
    workshop.pipeline("c", {"cross": [pfs("a"), pfs("b")]})
    workshop.pipeline("d", {"cross": [pfs("c", "/"), pfs("b", "/")]})
    workshop.settle()
    commit = workshop.commit("a", {"x": b"2"})
    jobs = workshop.settle()
    assert [(job.pipeline, job.state) for job in jobs] == [(f"default/{n}", "success") for n in "bcd"]
    assert {job.change for job in jobs} == {commit.change}
    assert len(commits_of_change(workshop.backend, commit.change)) == 4
    assert workshop.files("c") == {"a/x": b"2", "b/x": b"2"}


def test_a_failed_datum_fails_the_job_and_moves_no_branch(workshop: Any) -> None:
    def picky(datum: Any) -> None:
        file = datum.inputs["a"].file
        if file.read_bytes() == b"bad":
            raise ValueError("cannot eat this")
        datum.write(file.path, b"ok")

    workshop.executor.functions["test:picky"] = picky
    workshop.repo("a", {"x": b"good"})
    workshop.pipeline("p", pfs("a"), function="test:picky", datum_tries=2)
    workshop.pipeline("q", pfs("p"))
    workshop.pipeline("r", pfs("q"))
    workshop.settle()
    before = workshop.head("p").id
    workshop.commit("a", {"y": b"bad", "z": b"good"})
    p, q, r = workshop.settle()
    assert (p.state, p.failed, p.run, p.failed_datum) == ("failed", 1, 1, "a:/y")
    assert "cannot eat this" in p.failed_lines
    assert p.partial is not None
    assert workshop.head("p").id == before
    assert (q.state, r.state) == ("unrunnable", "unrunnable")
    assert "default/p is failed" in q.reason
    assert "default/q is unrunnable" in r.reason
    with workshop.backend.database.read() as conn:
        assert [(t.datum, t.number, t.state) for t in tries_of(conn, p.id)] == [
            ("a:/y", 1, "failed"),
            ("a:/y", 2, "failed"),
        ]
    # What succeeded in the failed job is not run again.
    workshop.executor.ran.clear()
    workshop.commit("a", {"y": b"good now"})
    jobs = workshop.settle()
    assert [job.state for job in jobs] == ["success"] * 3
    assert workshop.executor.ran[0] == "a:/y"
    assert "a:/z" not in workshop.executor.ran
    assert set(workshop.files("p")) == {"x", "y", "z"}


def test_a_datum_that_fails_once_is_tried_again(workshop: Any) -> None:
    seen: list[str] = []

    def flaky(datum: Any) -> None:
        seen.append(datum.key)
        if len(seen) == 1:
            raise OSError("not today")
        datum.write("out", b"ok")

    workshop.executor.functions["test:flaky"] = flaky
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:flaky")
    [job] = workshop.settle()
    assert (job.state, len(seen)) == ("success", 2)


def test_code_that_always_fails_is_not_run_on_everything(workshop: Any) -> None:
    def broken(datum: Any) -> None:
        raise RuntimeError("no")

    workshop.executor.functions["test:broken"] = broken
    workshop.repo("a", {f"f{n}": b"" for n in range(1000)})
    workshop.pipeline("p", pfs("a"), function="test:broken", datum_tries=1)
    [job] = workshop.settle()
    assert job.state == "failed"
    assert "nothing more was started" in job.reason
    assert (job.run, job.reused) == (0, 0), "what was not started was not reused either"
    assert len(workshop.executor.ran) < 200


def test_two_datums_that_write_one_path_fail_by_name(workshop: Any) -> None:
    def same(datum: Any) -> None:
        datum.write("same", b"")

    workshop.executor.functions["test:same"] = same
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:same")
    assert workshop.settle()[0].state == "success"
    workshop.commit("a", {"y": b"2"})
    [job] = workshop.settle()
    assert job.state == "failed"
    assert "a:/x" in job.reason
    assert "a:/y" in job.reason
    assert "both wrote same" in job.reason
    assert job.failed_datum == "a:/y"
    assert (job.total, job.run, job.reused) == (2, 1, 1)


@pytest.mark.parametrize("first", ["", "z"])
def test_a_job_that_fails_at_its_output_shows_what_ran(workshop: Any, first: str) -> None:
    def same(datum: Any) -> None:
        datum.write("same", b"")

    workshop.executor.functions["test:same"] = same
    workshop.repo("a", {first: b"1"} if first else {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:same")
    if first:
        workshop.settle()
        workshop.commit("a", {"x": b"1", "y": b"2"})
    [job] = workshop.settle()
    assert job.state == "failed"
    assert (job.run, job.reused, job.total) == (2, 1 if first else 0, 3 if first else 2)
    assert job.failed_datum in ("a:/x", "a:/y")
    rows = job.plan.datum_table(workshop.backend.store).get_many(["a:/x", "a:/y"]).to_pylist()
    assert [row["state"] for row in rows] == ["success", "success"]
    if first:
        workshop.commit("a", {"x": None, "y": None})
        assert workshop.settle()[0].state in ("success", "unchanged")


def test_a_file_where_another_datum_needs_a_folder_fails_by_name(workshop: Any) -> None:
    def deeper(datum: Any) -> None:
        datum.write("top/below" if datum.key.endswith("x") else "top", b"")

    workshop.executor.functions["test:deeper"] = deeper
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:deeper")
    workshop.settle()
    workshop.commit("a", {"y": b"2"})
    [job] = workshop.settle()
    assert job.state == "failed"
    assert "a:/y wrote the file top" in job.reason
    assert "a:/x wrote top/below" in job.reason


def test_datums_may_swap_the_paths_that_they_write(workshop: Any) -> None:
    def named(datum: Any) -> None:
        file = datum.inputs["a"].file
        datum.write(file.read_text(), file.path.encode())

    workshop.executor.functions["test:named"] = named
    workshop.repo("a", {"x": b"one", "y": b"two"})
    workshop.pipeline("p", pfs("a"), function="test:named")
    workshop.settle()
    workshop.commit("a", {"x": b"two", "y": b"one"})
    assert workshop.settle()[0].state == "success"
    assert workshop.files("p") == {"one": b"y", "two": b"x"}
    workshop.commit("a", {"x": b"one/deeper", "y": b"two"})
    assert workshop.settle()[0].state == "success"
    assert workshop.files("p") == {"one/deeper": b"x", "two": b"y"}


def test_going_back_to_old_data_runs_nothing(workshop: Any) -> None:
    workshop.repo("a")
    first = workshop.commit("a", {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.settle()
    workshop.commit("a", {"x": b"3", "y": None})
    workshop.settle()
    workshop.executor.ran.clear()
    move_branch(workshop.backend, "a", "main", first.id, author="tester")
    [job] = workshop.settle()
    assert (job.state, job.run, job.reused) == ("success", 0, 2)
    assert workshop.executor.ran == []
    assert workshop.files("p") == {"x": b"1", "y": b"2"}


def test_a_pipeline_of_the_same_recipe_elsewhere_reuses_results(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a", name="in"), function="test:upper")
    workshop.settle()
    workshop.executor.ran.clear()
    workshop.repo("b", {"x": b"1"})
    workshop.pipeline("q", pfs("b", name="in"), function="test:upper")
    [job] = workshop.settle()
    assert (job.run, job.reused) == (0, 1)
    assert workshop.files("q") == {"x": b"1"}


def test_changed_parameters_run_everything_again_and_keep_outputs_does_not(workshop: Any) -> None:
    def speak(datum: Any) -> None:
        datum.write(datum.inputs["a"].file.path, datum.parameters["word"])

    workshop.executor.functions["test:speak"] = speak
    workshop.repo("a", {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:speak", parameters={"word": "one"})
    workshop.settle()
    workshop.pipeline("p", pfs("a"), function="test:speak", parameters={"word": "two"}, update=True)
    [job] = workshop.settle()
    assert (job.run, workshop.files("p")) == (2, {"x": b"two", "y": b"two"})
    workshop.pipeline("p", pfs("a"), function="test:speak", parameters={"word": "3"}, update=True, keep_outputs=True)
    [job] = workshop.settle()
    assert job.state == "unchanged"
    workshop.commit("a", {"y": b"new"})
    [job] = workshop.settle()
    assert (job.run, workshop.files("p")) == (1, {"x": b"two", "y": b"3"})
    assert workshop.head("p").derivation.facts["kept_outputs"] is True


def test_an_update_that_changes_nothing_starts_nothing(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.settle()
    assert workshop.pipeline("p", pfs("a"), update=True).version == 1
    assert workshop.settle() == []


def test_another_input_spec_drops_the_datums_that_it_no_longer_has(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1", "d/y": b"2"})
    workshop.pipeline("p", pfs("a", "/**"), function="test:copy")
    job = workshop.settle()[0]
    assert job.state == "failed"  # d and d/y both write a/d/y
    workshop.pipeline("p", pfs("a", "/*"), update=True)
    workshop.settle()
    assert set(workshop.files("p")) == {"a/x", "a/d/y"}
    workshop.pipeline("p", pfs("a", "/d/*"), update=True)
    [job] = workshop.settle()
    assert workshop.files("p") == {"a/d/y": b"2"}


def test_reprocess_ignores_what_is_known(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1", "y": b"2"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.settle()
    workshop.executor.ran.clear()
    rerun_pipeline(workshop.backend, "p")
    assert workshop.settle()[0].state == "unchanged"
    rerun_pipeline(workshop.backend, "p", reprocess=True)
    [job] = workshop.settle()
    assert (job.state, job.run) == ("success", 2)
    workshop.pipeline("q", pfs("a"), function="test:upper", reprocess_spec="every_job")
    assert workshop.settle()[0].run == 2
    workshop.commit("a", {"z": b"3"})
    assert workshop.job("q").id != workshop.settle()[-1].id
    assert workshop.job("q").run == 3


def test_jobs_read_what_was_there_at_their_change(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.repo("b", {"y": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.pipeline("q", {"cross": [pfs("p", "/"), pfs("b", "/")]})
    workshop.settle()
    first = workshop.commit("a", {"x": b"2"})
    second = workshop.commit("b", {"y": b"2"})
    third = workshop.commit("a", {"x": b"3"})
    jobs = {(job.pipeline, job.change): job for job in workshop.settle()}

    def read(change: str) -> dict[str, str]:
        job = jobs[("default/q", change)]
        return {used["repo"]: used["commit"] for used in job.inputs}

    assert jobs[("default/p", third.change)].output == read(third.change)["default/p"]
    assert (
        jobs[("default/p", first.change)].output == read(first.change)["default/p"] == read(second.change)["default/p"]
    )
    assert read(second.change)["default/b"] == second.id
    assert read(first.change)["default/b"] != second.id
    assert workshop.files("q") == {"p/x": b"3", "b/y": b"2"}


def test_a_rolled_back_output_is_what_later_jobs_downstream_read(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.repo("b", {"y": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.pipeline("q", {"cross": [pfs("p", "/"), pfs("b", "/")]})
    workshop.settle()
    old = workshop.head("p").id
    workshop.commit("a", {"x": b"2"})
    workshop.settle()
    move_branch(workshop.backend, "p", "main", old, author="tester", stage="default/p")
    workshop.settle()
    assert workshop.files("q")["p/x"] == b"1"
    workshop.commit("b", {"y": b"2"})
    workshop.settle()
    assert workshop.files("q") == {"p/x": b"1", "b/y": b"2"}


def test_a_waiting_job_is_superseded_when_only_the_newest_counts(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), backlog="newest")
    workshop.settle()
    workshop.commit("a", {"x": b"2"})
    workshop.commit("a", {"x": b"3"})
    jobs = workshop.settle()
    assert [job.state for job in jobs] == ["success"]
    assert [job.state for job in list_jobs(workshop.backend)][:2] == ["success", "superseded"]


def test_a_waiting_job_stops_at_once_and_the_next_runs(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.settle()
    workshop.commit("a", {"x": b"2"})
    workshop.stage.take_events()
    assert stop_job(workshop.backend, workshop.job("p").id).state == "stopped"
    workshop.commit("a", {"x": b"3"})
    assert [job.state for job in workshop.settle()] == ["success"]


def test_a_running_job_stops_and_moves_no_branch(workshop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tilth.pipelines.runner.LOOK_EVERY_S", 0)
    workshop.repo("a", {f"f{n}": b"" for n in range(2000)})
    workshop.pipeline("p", pfs("a"))
    workshop.stage.take_events()
    workshop.executor.before_batch = lambda batch: stop_job(workshop.backend, workshop.job("p").id)
    [job] = workshop.settle()
    assert (job.state, job.output) == ("stopped", None)
    assert workshop.head("p") is None


def test_a_job_that_runs_too_long_fails(workshop: Any) -> None:
    workshop.repo("a", {"x": b""})
    workshop.pipeline("p", pfs("a"), job_timeout="1ms")
    [job] = workshop.settle()
    assert (job.state, "job_timeout" in job.reason) == ("failed", True)


def test_broken_rows_fail_the_job_by_file_and_line(workshop: Any) -> None:
    workshop.repo("a", {"t.csv": b"id\n1\n1\n"})
    workshop.pipeline("p", pfs("a", rows=True, key="id"))
    [job] = workshop.settle()
    assert job.state == "failed"
    assert "default/a:t.csv, line 3" in job.reason


def test_an_empty_input_makes_no_commit(workshop: Any) -> None:
    workshop.repo("a")
    workshop.pipeline("p", pfs("a"))
    assert [job.state for job in workshop.settle()] == ["unchanged"]
    assert workshop.head("p") is None
    workshop.commit("a", {"x": b"1"})
    assert [job.state for job in workshop.settle()] == ["success"]


def test_held_out_data_never_trains(workshop: Any) -> None:
    workshop.repo("secret", {"x": b"1"}, held_out=True)
    workshop.pipeline("features", pfs("secret"))
    with pytest.raises(HeldOut, match="secret → features → model"):
        workshop.pipeline("model", pfs("features"), trains=True)
    workshop.repo("open", {"x": b"1"})
    workshop.pipeline("model", pfs("open"), trains=True)
    assert [job.state for job in workshop.settle()] == ["success", "success"]


def test_a_cycle_a_missing_repo_and_a_taken_name_are_refused(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.pipeline("q", pfs("p"))
    with pytest.raises(Invalid, match="cycle"):
        workshop.pipeline("p", {"cross": [pfs("a"), pfs("q")]}, update=True)
    with pytest.raises(NotFound, match="nowhere"):
        workshop.pipeline("r", pfs("nowhere"))
    with pytest.raises(Conflict, match="exists already"):
        workshop.pipeline("p", pfs("a"))
    with pytest.raises(Conflict, match="holds commits"):
        workshop.pipeline("a", pfs("p"))
    with pytest.raises(NotFound):
        get_pipeline(workshop.backend, "r")
    assert [pipeline.name for pipeline in list_pipelines(workshop.backend)] == ["default/p", "default/q"]


def test_a_deleted_pipeline_leaves_its_output_and_may_come_back(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    workshop.pipeline("q", pfs("p"))
    workshop.settle()
    with pytest.raises(Conflict, match="q"):
        delete_pipeline(workshop.backend, "p")
    delete_pipeline(workshop.backend, "q")
    delete_pipeline(workshop.backend, "p")
    workshop.commit("a", {"x": b"2"})
    assert workshop.settle() == []
    assert workshop.files("p") == {"a/x": b"1"}
    workshop.pipeline("p", pfs("a"))
    workshop.settle()
    assert workshop.files("p") == {"a/x": b"2"}


def test_a_job_is_found_by_id(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    [job] = workshop.settle()
    assert get_job(workshop.backend, job.id) == job
    with pytest.raises(NotFound):
        get_job(workshop.backend, "0" * 32)


def test_a_running_job_tells_of_how_many_items_it_is_and_how_far_it_is(workshop: Any) -> None:
    workshop.repo("a", {f"f{n}": b"a" for n in range(50)})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    workshop.settle()
    workshop.commit("a", {"f1": b"b", "f2": b"b", "f3": None, "new": b"b"})
    seen: list[Any] = []
    workshop.executor.before_batch = lambda batch: seen.append(
        next(job for job in list_jobs(workshop.backend) if job.state == "running")
    )
    [job] = workshop.settle()
    assert (job.total, job.run, job.reused) == (50, 3, 47)
    assert [(each.total, each.reused) for each in seen] == [(50, 47)] * len(seen)
    assert seen[0].run == 0


def test_the_start_of_a_job_is_news(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    [job] = workshop.settle()
    with workshop.backend.database.read() as conn:
        told = [(event.kind, event.facts["job"]) for event in feed.read(conn, 0) if event.kind.startswith("job.")]
    assert told == [("job.started", job.id), ("job.ended", job.id)]


def test_a_job_that_a_move_of_the_workspace_interrupts_waits_and_runs_when_the_move_has_failed(workshop: Any) -> None:
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"), function="test:upper")
    moving = hold(workshop.backend.database, "elsewhere")

    def held(batch: object) -> None:
        workshop.executor.before_batch = lambda batch: None
        moving.__enter__()

    workshop.executor.before_batch = held
    with pytest.raises(Moving):
        workshop.settle()
    assert workshop.job("p").state == "created"
    moving.__exit__(None, None, None)
    [job] = workshop.settle()
    assert (job.state, workshop.files("p")) == ("success", {"x": b"1"})
