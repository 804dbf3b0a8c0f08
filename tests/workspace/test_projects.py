"""Project branches: a whole project copied without its data, worked on, and brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.principal import Principal, Role
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, HeldOut, NotFound
from tilth.workspace import projects, promotion
from tilth.workspace.local import open as open_folder

CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)


def code(name: str, repo: str, command: str = "cp /pfs/in/* /pfs/out/", **more: Any) -> dict[str, Any]:
    return {
        "pipeline": {"name": name},
        "input": {"pfs": {"repo": repo, "glob": "/*", "name": "in"}},
        "transform": {"cmd": ["sh", "-c", command]},
        **more,
    }


def ask(name: str, repo: str, **labeling: Any) -> dict[str, Any]:
    return {
        "pipeline": {"name": name},
        "input": {"pfs": {"repo": repo, "glob": "/*.txt", "name": "text"}},
        "labeling": {"config": CONFIG, "overlap": 2, "price": 0.1, **labeling},
    }


def run(workspace: Workspace) -> None:
    workspace.maintenance.run(timeout_s=120)


def read(workspace: Workspace, reference: str) -> bytes:
    return b"".join(workspace.files.read(reference))


def answer(workspace: Workspace, pipeline: str, label: str = "cat") -> int:
    """Answer all that is asked; return how many tasks that were."""
    count = 0
    while (task := workspace.tasks.next(pipeline)) is not None:
        result = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": [label]}}]
        workspace.tasks.submit(task.id, result)
        count += 1
    return count


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A source of three texts, a step over it, and a step over that."""
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("texts", description="what people wrote")
        opened.files.put_many("texts", [(f"{name}.txt", f"{name}\n".encode()) for name in "abc"])
        opened.pipelines.create(code("upper", "texts", "tr a-z A-Z < $(ls /pfs/in/*) > /pfs/out/$(basename /pfs/in/*)"))
        opened.pipelines.create(code("kept", "upper"))
        run(opened)
        yield opened


def test_a_copy_shows_the_same_at_once_and_computes_nothing(workspace: Workspace) -> None:
    heads = {name: workspace.commits.get(name).id for name in ("texts", "upper", "kept")}
    made = workspace.projects.branch("default", "trial")
    assert (made.name, made.origin, made.repos, made.pipelines) == ("trial", "default", 3, 2)
    assert read(workspace, "trial/kept:a.txt") == b"A\n"
    assert workspace.repos.get("trial/texts").description == "what people wrote"
    run(workspace)
    jobs = workspace.jobs.list(pipeline="trial/upper").items + workspace.jobs.list(pipeline="trial/kept").items
    assert {(job.state, job.run) for job in jobs} == {("unchanged", 0)}
    assert {name: workspace.commits.get(name).id for name in heads} == heads
    (copied,) = workspace.commits.log("trial/texts").items
    assert copied.derivation is not None
    assert [(used.repo, used.commit, used.kind) for used in copied.derivation.inputs] == [
        ("default/texts", heads["texts"], "copy")
    ]


def test_what_changes_in_a_copy_is_computed_there_alone(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    heads = {name: workspace.commits.get(name).id for name in ("texts", "upper", "kept")}
    change = workspace.files.put("trial/texts:b.txt", b"bb\n").change
    run(workspace)
    jobs = workspace.jobs.list(change=change).items
    assert [(job.pipeline, job.state, job.run, job.total) for job in reversed(jobs)] == [
        ("trial/upper", "success", 1, 3),
        ("trial/kept", "success", 1, 3),
    ]
    assert read(workspace, "trial/kept:b.txt") == b"BB\n"
    assert {name: workspace.commits.get(name).id for name in heads} == heads


def test_an_input_of_another_project_stays_what_it_is(workspace: Workspace) -> None:
    workspace.repos.create("shared/words")
    workspace.files.put("shared/words:w", b"1")
    workspace.pipelines.create(code("reads", "shared/words"))
    run(workspace)
    workspace.projects.branch("default", "trial")
    assert workspace.branches.get("trial/reads", "main").inputs == ("shared/words@main",)
    workspace.files.put("shared/words:w", b"2")
    run(workspace)
    assert read(workspace, "reads:w") == read(workspace, "trial/reads:w") == b"2"


def test_a_name_that_is_taken_is_refused(workspace: Workspace) -> None:
    workspace.repos.create("trial/something")
    with pytest.raises(Conflict, match="project trial already"):
        workspace.projects.branch("default", "trial")
    with pytest.raises(NotFound, match="no project nowhere"):
        workspace.projects.branch("nowhere", "trial2")
    assert [each.name for each in workspace.projects.list().items] == ["default", "trial"]


def test_what_is_held_out_stays_so_in_the_copy(workspace: Workspace) -> None:
    workspace.repos.create("test", held_out=True)
    workspace.files.put("test:x", b"1")
    workspace.projects.branch("default", "trial")
    assert workspace.repos.get("trial/test").held_out
    with pytest.raises(HeldOut):
        workspace.pipelines.create({**code("learn", "trial/test"), "pipeline": "trial/learn", "trains": True})
    # Nor when the mark of the copy is taken away: its commits came from what is held out.
    workspace.repos.hold_out("trial/test", False)
    workspace.pipelines.create({**code("learn", "trial/test"), "pipeline": "trial/learn", "trains": True})
    run(workspace)
    (job,) = workspace.jobs.list(pipeline="trial/learn").items
    assert job.state == "failed"
    assert "test is held out" in job.reason


def test_branches_of_a_copied_repo_merge_and_follow_as_before(workspace: Workspace) -> None:
    workspace.branches.create("texts", "dev", head="main")
    workspace.files.put("texts@dev:d.txt", b"d\n")
    workspace.files.put("texts:e.txt", b"e\n")
    workspace.branches.create("texts", "live")
    workspace.branches.follow("texts", "live", "main", commits=1)
    workspace.projects.branch("default", "trial")
    merged = workspace.commits.merge("trial/texts@dev", "trial/texts@main")
    assert (merged.undecided, merged.taken) == (0, 1)
    assert {file.path for file in workspace.files.list("trial/texts").items} == {f"{name}.txt" for name in "abcde"}
    assert workspace.branches.get("trial/texts", "live").head == workspace.branches.get("trial/texts", "main").head


def test_a_branch_is_branched_and_its_origin_may_go(workspace: Workspace) -> None:
    workspace.projects.branch("default", "one")
    workspace.files.put("one/texts:b.txt", b"one\n")
    workspace.projects.branch("one", "two")
    run(workspace)
    assert read(workspace, "two/kept:b.txt") == b"ONE\n"
    with pytest.raises(Conflict, match="Project one was branched: two"):
        workspace.projects.delete("one")
    workspace.projects.delete("two")
    workspace.projects.delete("one")
    assert [each.name for each in workspace.projects.list().items] == ["default"]
    with pytest.raises(NotFound):
        workspace.repos.get("one/texts")
    with pytest.raises(NotFound):
        workspace.pipelines.get("one/upper")
    assert workspace.projects.branch("default", "one").pipelines == 2


def test_only_a_branch_is_deleted_and_none_that_others_read(workspace: Workspace) -> None:
    with pytest.raises(Conflict, match="not branched"):
        workspace.projects.delete("default")
    workspace.projects.branch("default", "trial")
    workspace.pipelines.create({**code("reads", "trial/texts"), "pipeline": "other/reads"})
    with pytest.raises(Conflict, match="read by other/reads"):
        workspace.projects.delete("trial")
    workspace.pipelines.delete("other/reads")
    workspace.projects.delete("trial")


def test_changes_are_told_and_promoted_in_one_change(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    told = workspace.projects.changes("trial")
    assert (told.branches, told.pipelines) == ([], [])
    workspace.files.put("trial/texts:b.txt", b"bb\n")
    workspace.files.put("trial/texts:d.txt", b"d\n")
    workspace.files.put("texts:c.txt", b"cc\n")
    workspace.pipelines.create(
        {
            **code("kept", "upper", "cat /pfs/in/* /pfs/in/* > /pfs/out/$(basename /pfs/in/*)"),
            "pipeline": "trial/kept",
            "input": {"pfs": {"repo": "trial/upper", "glob": "/*", "name": "in"}},
        },
        update=True,
    )
    workspace.pipelines.create({**code("more", "trial/kept"), "pipeline": "trial/more"})
    workspace.repos.create("trial/notes")
    workspace.files.put("trial/notes:n", b"1")
    workspace.branches.create("trial/texts", "side", head="main")
    run(workspace)
    told = workspace.projects.changes("trial")
    source = next(each for each in told.branches if (each.repo, each.branch) == ("trial/texts", "main"))
    assert (source.state, source.output, source.ahead, source.behind) == ("changed", False, 2, 1)
    assert (source.added, source.changed, source.removed) == (1, 1, 0)
    assert {each.name: each.state for each in told.pipelines} == {"trial/kept": "changed", "trial/more": "new"}
    done = workspace.projects.promote("trial", message="What we tried")
    assert done.undecided == 0
    assert sorted(done.branches) == ["notes@main", "texts@main", "texts@side"]
    assert sorted(done.pipelines) == ["kept", "more"]
    before = len(workspace.jobs.list(limit=1000).items)
    run(workspace)
    assert len(workspace.jobs.list(limit=1000).items) == before + 3
    jobs = workspace.jobs.list(change=done.change).items
    # What either side computed is found in the cache: left is what only both together ask for.
    ran = {job.pipeline: (job.state, job.run) for job in jobs}
    assert ran == {"upper": ("success", 0), "kept": ("success", 1), "more": ("success", 1)}
    assert [read(workspace, f"more:{name}.txt") for name in "abcd"] == [b"A\nA\n", b"BB\nBB\n", b"CC\nCC\n", b"D\nD\n"]
    assert workspace.commits.get("texts").message == "What we tried"
    told = workspace.projects.changes("trial")
    assert [each for each in told.branches if not each.output] == []
    assert told.pipelines == []
    assert workspace.projects.promote("trial").change is None
    workspace.projects.delete("trial")
    assert read(workspace, "notes:n") == b"1"


def test_what_both_sides_changed_moves_nothing_until_it_is_decided(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.files.put("trial/texts:a.txt", b"branch\n")
    workspace.files.put("trial/texts:d.txt", b"d\n")
    workspace.files.put("texts:a.txt", b"origin\n")
    head = workspace.commits.get("texts").id
    refused = workspace.projects.promote("trial")
    assert refused.change is None
    assert [(each.place, each.kind) for each in refused.conflicts] == [("texts@main:a.txt", "both changed")]
    assert workspace.commits.get("texts").id == head
    done = workspace.projects.promote("trial", prefer="theirs")
    assert done.branches == ["texts@main"]
    assert (read(workspace, "texts:a.txt"), read(workspace, "texts:d.txt")) == (b"branch\n", b"d\n")


def test_a_promotion_goes_on_where_the_last_one_ended(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.files.put("trial/texts:a.txt", b"1\n")
    workspace.projects.promote("trial")
    workspace.files.put("texts:b.txt", b"2\n")
    workspace.files.put("trial/texts:a.txt", b"3\n")
    done = workspace.projects.promote("trial")
    assert (done.undecided, done.branches) == (0, ["texts@main"])
    assert [read(workspace, f"texts:{name}.txt") for name in "abc"] == [b"3\n", b"2\n", b"c\n"]


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], object]) -> None:
    """Let something happen once, in a thread of its own, when a function is called for the first time."""
    called, real = [], getattr(module, name)

    def first(*args: Any, **more: Any) -> Any:
        if not called:
            called.append(True)
            with ThreadPoolExecutor(1) as other:
                other.submit(act).result()
        return real(*args, **more)

    monkeypatch.setattr(module, name, first)


def test_what_is_computed_while_a_project_is_branched_is_computed_in_the_copy_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.files.put("texts:b.txt", b"bb\n")
    meanwhile(monkeypatch, projects, "seal_copy", lambda: run(workspace))
    workspace.projects.branch("default", "trial")
    run(workspace)
    assert read(workspace, "upper:b.txt") == read(workspace, "trial/upper:b.txt") == b"BB\n"


def test_new_pipelines_are_promoted_whatever_their_names(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.pipelines.create({**code("zeta", "trial/upper"), "pipeline": "trial/zeta"})
    workspace.pipelines.create({**code("alpha", "trial/zeta"), "pipeline": "trial/alpha"})
    workspace.pipelines.create({**code("kept", "trial/alpha"), "pipeline": "trial/kept"}, update=True)
    assert sorted(workspace.projects.promote("trial").pipelines) == ["alpha", "kept", "zeta"]
    run(workspace)
    assert read(workspace, "kept:a.txt") == read(workspace, "alpha:a.txt") == b"A\n"


def test_a_pipeline_that_is_changed_in_the_origin_during_a_promotion_is_not_overwritten(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.projects.branch("default", "trial")
    here = {**code("kept", "trial/upper", "echo here > /pfs/out/x"), "pipeline": "trial/kept"}
    there = code("kept", "upper", "echo there > /pfs/out/x")
    workspace.pipelines.create(here, update=True)
    meanwhile(monkeypatch, promotion, "plan_return", lambda: workspace.pipelines.create(there, update=True))
    done = workspace.projects.promote("trial")
    assert [(each.place, each.kind) for each in done.conflicts] == [("kept", "pipeline changed on both sides")]
    assert workspace.pipelines.get("kept").version == 2


def test_what_is_deleted_during_its_promotion_is_not_promoted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.repos.create("bare/texts")
    head = workspace.files.put("bare/texts:a.txt", b"a\n").id
    workspace.projects.branch("bare", "trial")
    workspace.files.put("trial/texts:new.txt", b"new\n")
    meanwhile(monkeypatch, promotion, "plan_return", lambda: workspace.projects.delete("trial"))
    with pytest.raises(NotFound, match="no project trial"):
        workspace.projects.promote("trial")
    assert workspace.branches.get("bare/texts", "main").head == head


def test_who_may_not_make_code_run_promotes_none(tmp_path: Path, workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.files.put("trial/texts:d.txt", b"d\n")
    curator = Principal("curie", Role.CURATOR, "w1")
    with open_folder(tmp_path / "workspace", principal=curator) as other:
        assert other.projects.promote("trial").branches == ["texts@main"]
    workspace.pipelines.create({**code("more", "trial/texts"), "pipeline": "trial/more"})
    with (
        open_folder(tmp_path / "workspace", principal=curator) as other,
        pytest.raises(Denied, match="more runs code"),
    ):
        other.projects.promote("trial")
    assert workspace.projects.promote("trial").pipelines == ["more"]


def test_a_deleted_origin_is_not_made_anew_by_what_was_only_copied(workspace: Workspace) -> None:
    workspace.repos.create("notes")
    workspace.files.put("notes:n", b"1")
    workspace.projects.branch("default", "trial")
    workspace.repos.delete("notes", force=True)
    workspace.pipelines.delete("kept")
    assert workspace.projects.promote("trial").change is None
    workspace.files.put("trial/notes:n", b"2")
    (conflict,) = workspace.projects.promote("trial").conflicts
    assert conflict.kind == "changed here, deleted there"
    with pytest.raises(NotFound):
        workspace.repos.get("notes")


def test_pipelines_that_both_sides_changed_are_a_conflict_unless_alike(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    other = {"transform": {"cmd": ["sh", "-c", "cp /pfs/in/* /pfs/out/ # other"]}}
    mine = {**code("kept", "trial/upper"), "pipeline": "trial/kept", **other}
    workspace.pipelines.create(mine, update=True)
    workspace.pipelines.create({**code("kept", "upper"), "description": "the origin's"}, update=True)
    (conflict,) = workspace.projects.promote("trial").conflicts
    assert (conflict.place, conflict.kind) == ("kept", "pipeline changed on both sides")
    assert workspace.projects.promote("trial", prefer="ours").change is None
    workspace.pipelines.create({**code("kept", "upper"), **other}, update=True)
    assert workspace.projects.promote("trial").undecided == 0
    assert workspace.projects.changes("trial").pipelines == []


def test_a_paused_pipeline_is_paused_in_the_copy(workspace: Workspace) -> None:
    workspace.pipelines.pause("kept")
    workspace.projects.branch("default", "trial")
    assert (workspace.pipelines.get("trial/kept").state, workspace.pipelines.get("trial/upper").state) == (
        "paused",
        "active",
    )
    workspace.files.put("trial/texts:b.txt", b"bb\n")
    run(workspace)
    assert read(workspace, "trial/kept:b.txt") == b"B\n"


def test_what_is_said_about_a_repo_comes_along_and_tags_do_not(workspace: Workspace) -> None:
    workspace.annotations.set("texts", {"owner": "ann"})
    workspace.annotations.set("texts@main", {"state": "raw"})
    workspace.tags.create("texts", "v1")
    workspace.projects.branch("default", "trial")
    assert {each.key: each.value for each in workspace.annotations.get("trial/texts").items} == {"owner": "ann"}
    assert {each.key: each.value for each in workspace.annotations.get("trial/texts@main").items} == {"state": "raw"}
    assert workspace.tags.list("trial/texts").items == []
    workspace.tags.create("trial/texts", "v1")


def test_what_the_origin_deleted_stays_deleted_where_its_side_is_to_hold(workspace: Workspace) -> None:
    workspace.branches.create("texts", "dev", head="main")
    workspace.projects.branch("default", "trial")
    workspace.files.put("trial/texts@dev:d.txt", b"d\n")
    workspace.pipelines.create(
        {**code("kept", "trial/upper", "echo here > /pfs/out/x"), "pipeline": "trial/kept"}, update=True
    )
    workspace.branches.delete("texts", "dev")
    workspace.pipelines.delete("kept")
    refused = workspace.projects.promote("trial")
    assert {(each.place, each.kind) for each in refused.conflicts} == {
        ("texts@dev", "changed here, deleted there"),
        ("kept", "pipeline changed here, deleted there"),
    }
    done = workspace.projects.promote("trial", prefer="ours")
    assert (done.undecided, done.change) == (0, None)
    assert [each.name for each in workspace.branches.list("texts").items] == ["main"]
