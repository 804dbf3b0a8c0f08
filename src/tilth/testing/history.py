"""What every Workspace does with history, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, NotFound
from tilth.testing.material import every, paths_below, read_file


class HistorySuite:
    """Copies, merges, transactions, annotations."""

    def test_bytes_are_appended(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.append(f"{name}:log", b"one\n")
        done = workspace.files.append(f"{name}:log", io.BytesIO(b"two\n"), message="more")
        assert done.message == "more"
        assert read_file(workspace, f"{name}:log") == b"one\ntwo\n"
        again = workspace.files.append(f"{name}:log", b"")
        assert (again.id, again.changed) == (done.id, False)

    def test_files_and_folders_are_copied_and_moved_between_repos(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.repos.create(f"{name}2")
        workspace.files.put_many(name, [("a/x", b"1"), ("a/y", b"2"), ("z", b"3")])
        copied = workspace.files.copy(f"{name}:a", f"{name}2:b")
        assert copied.derivation is not None
        assert copied.derivation.inputs[0].kind == "copy"
        workspace.files.copy(f"{name}@main:z", f"{name}2:kept/")
        assert paths_below(workspace, f"{name}2") == ["b/x", "b/y", "kept/z"]
        moved = workspace.files.move(f"{name}:a", f"{name}2:c", message="out of the way")
        assert paths_below(workspace, name) == ["z"]
        assert paths_below(workspace, f"{name}2:c") == ["c/x", "c/y"]
        assert workspace.commits.get(name).change == moved.change
        assert not workspace.files.copy(f"{name}:z", f"{name}2:kept/z").changed
        with pytest.raises(NotFound):
            workspace.files.move(f"{name}:a", f"{name}2:c")
        with pytest.raises(Conflict):
            workspace.files.copy(f"{name}:z", f"{name}2:c")

    def test_a_difference_is_told_inside_a_file(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("t.csv", b"id,kind\n1,cat\n2,dog\n"), ("x.bin", b"\x00")])
        workspace.files.put_many(name, [("t.csv", b"id,kind\n1,cow\n3,dog\n"), ("x.bin", b"\x00\x01"), ("n", b"1")])
        found = workspace.commits.diff_content(f"{name}@main^", name, path="t.csv")
        assert (found.kind, [(each.place, each.old, each.new) for each in found.changes]) == (
            "csv",
            [("1 / kind", "cat", "cow"), ("row 2", "2,dog", None), ("row 3", None, "3,dog")],
        )
        assert workspace.commits.diff_content(None, name, path="t.csv", limit=1).more
        assert workspace.commits.diff_content(None, name, path="x.bin").kind == "binary"
        assert workspace.commits.diff_content(None, name, path="n").changes[0].new == "1"
        assert workspace.commits.diff_content(name, name, path="n").equal
        with pytest.raises(NotFound):
            workspace.commits.diff_content(None, name, path="missing")

    def test_branches_are_merged_and_conflicts_decided(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("a", b"1"), ("b", b"1"), ("c", b"1"), ("d/x", b"1")])
        workspace.branches.create(name, "side", head="main")
        workspace.files.put_many(name, [("a", b"2"), ("c", b"2"), ("mine", b"2")])
        theirs = workspace.files.put_many(f"{name}@side", [("a", b"3"), ("b", b"3"), ("c", b"3")], deletes=["d"])
        found = workspace.commits.merge(f"{name}@side", name)
        assert (found.commit, found.undecided) == (None, 2)
        assert [(each.path, each.kind) for each in found.conflicts] == [("a", "both changed"), ("c", "both changed")]
        listed = workspace.commits.conflicts(f"{name}@side", name, limit=1)
        assert ([each.path for each in listed.items], listed.next) == (["a"], "a")
        assert [e.path for e in workspace.commits.conflicts(f"{name}@side", name, after="a").items] == ["c"]
        draft = workspace.drafts.open(name).id
        workspace.drafts.put(draft, "c", b"both")
        done = workspace.commits.merge(f"{name}@side", name, decisions={"a": "theirs"}, draft=draft, message="both")
        assert done.commit is not None
        assert done.commit.parents[1] == theirs.id
        assert paths_below(workspace, name) == ["a", "b", "c", "mine"]
        assert (read_file(workspace, f"{name}:a"), read_file(workspace, f"{name}:c")) == (b"3", b"both")
        assert workspace.commits.merge(name, f"{name}@side", dry_run=True).moved
        assert workspace.commits.merge(name, f"{name}@side").moved
        with pytest.raises(Invalid):
            workspace.commits.merge(name, f"{name}@side", decisions={"a": "mine"})

    def test_writes_to_several_repos_are_one_change(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.repos.create(f"{name}2")
        workspace.files.put(f"{name}:old", b"1")
        with workspace.transaction("together") as both:
            both.put(f"{name}:a", b"1")
            both.delete(f"{name}:old")
            both.append(f"{name}2:log", b"one ")
            both.append(f"{name}2:log", io.BytesIO(b"two"))
            assert workspace.transactions.get(both.id).branches == [f"{name}@main", f"{name}2@main"]
            assert both.id in [each.id for each in workspace.transactions.list().items]
        assert {commit.change for commit in both.commits} == {both.id}
        assert (paths_below(workspace, name), read_file(workspace, f"{name}2:log")) == (["a"], b"one two")
        never = workspace.transaction()

        def fail() -> None:
            with never:
                never.put(f"{name}:b", b"1")
                workspace.repos.get(f"{name}missing")

        with pytest.raises(NotFound):
            fail()
        assert paths_below(workspace, name) == ["a"]
        with pytest.raises(NotFound):
            workspace.transactions.get(never.id)

    def test_data_is_let_go_and_history_stays(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        made = [workspace.files.put(f"{name}:a", b"%d" % number) for number in range(3)]
        gone = workspace.commits.forget(f"{name}@{made[0].id}", reason="asked to")
        assert (gone.how, gone.reason) == ("forgotten", "asked to")
        for act in (
            lambda: read_file(workspace, f"{name}@{made[0].id}:a"),
            lambda: workspace.commits.diff(None, f"{name}@{made[1].id}"),
        ):
            with pytest.raises(NotFound, match=r"was forgotten by .*: asked to"):
                act()
        assert workspace.commits.get(f"{name}@{made[0].id}").seal == made[0].seal
        assert workspace.branches.drop(name, "main", reason="wrong").head == made[1].id
        with pytest.raises(Conflict):
            workspace.commits.forget(name)

    def test_branches_follow_and_are_protected(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.branches.create(name, "staging")
        followed = workspace.branches.follow(name, "main", "staging", commits=2).follows
        assert followed is not None
        assert (followed.source, followed.commits) == ("staging", 2)
        last = [workspace.files.put(f"{name}@staging:a", b"%d" % number) for number in range(2)][-1]
        assert workspace.branches.get(name, "main").head == last.id
        with pytest.raises(Denied):
            workspace.files.put(f"{name}:b", b"1")
        assert workspace.branches.unfollow(name, "main").follows is None
        guarded = workspace.branches.protect(name, "main", roles=["owner", "curator"]).protected
        assert list(guarded or ()) == ["curator", "owner"]
        with pytest.raises(Conflict):
            workspace.branches.move(name, "main", "main^")
        with pytest.raises(Invalid):
            workspace.branches.protect(name, "main", roles=["king"])
        assert workspace.branches.unprotect(name, "main").protected is None

    def test_things_are_annotated_and_found(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:a", b"1")
        workspace.annotations.set(name, {"owner": "vision team"})
        workspace.annotations.set(f"{name}@main", {"state": "live"})
        workspace.annotations.set(f"{name}@main~0", {"state": "checked"})
        said = workspace.annotations.set(f"{name}:a", {"state": "blurry", "camera": "3"})
        assert [(each.key, each.value) for each in said.items] == [("camera", "3"), ("state", "blurry")]
        found = every(lambda after: workspace.annotations.find("state", repo=name, after=after, limit=2))
        assert sorted((each.kind, each.value) for each in found) == [
            ("branch", "live"),
            ("commit", "checked"),
            ("file", "blurry"),
        ]
        workspace.files.put(f"{name}:b", b"1")
        assert len(workspace.annotations.get(f"{name}:a").items) == 2
        workspace.files.put(f"{name}:a", b"other content")
        assert not workspace.annotations.get(f"{name}:a").items
        assert not workspace.annotations.remove(name, ["owner"]).items
        with pytest.raises(NotFound):
            workspace.annotations.set(f"{name}:missing", {"a": "b"})
