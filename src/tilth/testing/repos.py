"""What every Workspace does with repos, branches and tags, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.model.ids import new_id
from tilth.testing.material import every, read_file


class RepoSuite:
    """Repos, branches and tags."""

    def test_a_repo_is_made_found_listed_and_deleted(self, workspace: Workspace, name: str) -> None:
        made = workspace.repos.create(name, description="letters")
        assert (made.name, made.project, made.description, made.held_out) == (name, "default", "letters", False)
        assert list(made.branches) == ["main"]
        assert workspace.repos.get(name) == made
        assert made in every(lambda after: workspace.repos.list(after=after, limit=2))
        workspace.repos.delete(name)
        with pytest.raises(NotFound):
            workspace.repos.get(name)

    def test_a_taken_or_impossible_name_is_refused(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        with pytest.raises(Conflict):
            workspace.repos.create(name)
        for bad in ("", "a b", "../x", "x" * 64, new_id(), "a/b/c", "ü"):
            with pytest.raises(Invalid):
                workspace.repos.create(bad)

    def test_a_repo_can_live_in_a_project(self, workspace: Workspace, name: str) -> None:
        made = workspace.repos.create(f"research/{name}")
        assert (made.project, made.name) == ("research", name)
        workspace.files.put(f"research/{name}:a", b"1")
        assert read_file(workspace, f"research/{name}:a") == b"1"
        with pytest.raises(NotFound):
            workspace.repos.get(name)

    def test_errors_keep_their_class_words_and_facts(self, workspace: Workspace, name: str) -> None:
        with pytest.raises(NotFound) as caught:
            workspace.repos.get(name)
        assert name in caught.value.message
        assert caught.value.help
        assert caught.value.facts["repo"] == name

    def test_a_branch_starts_anywhere_moves_and_tells_its_moves(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        first = workspace.files.put(f"{name}:a", b"1")
        second = workspace.files.put(f"{name}:a", b"2")
        branch = workspace.branches.create(name, "old", head="main^")
        assert branch.head == first.id
        assert read_file(workspace, f"{name}@old:a") == b"1"
        moved = workspace.branches.move(name, "old", "main", message="deploy")
        assert moved.head == second.id
        workspace.branches.move(name, "old", first.id)
        moves = every(lambda after: workspace.branches.moves(name, "old", after=after, limit=2))
        assert [move.new for move in moves] == [first.id, second.id, first.id]
        assert moves[1].message == "deploy"
        assert {each.name for each in workspace.branches.list(name).items} == {"main", "old"}
        workspace.branches.delete(name, "old")
        with pytest.raises(NotFound):
            workspace.branches.get(name, "old")

    def test_a_tag_names_a_commit_for_good(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        first = workspace.files.put(f"{name}:a", b"1")
        made = workspace.tags.create(name, "v1", message="as published")
        assert (made.repo, made.commit, made.message) == (name, first.id, "as published")
        second = workspace.files.put(f"{name}:a", b"2")
        assert read_file(workspace, f"{name}@v1:a") == b"1"
        assert workspace.tags.create(name, "v1", at=first.id) == made
        with pytest.raises(Conflict):
            workspace.tags.create(name, "v1", at=second.id)
        with pytest.raises(Conflict):
            workspace.tags.create(name, "main")
        with pytest.raises(Conflict):
            workspace.branches.create(name, "v1")
        workspace.tags.create(name, "v2")
        assert [tag.name for tag in every(lambda after: workspace.tags.list(name, after=after, limit=1))] == [
            "v1",
            "v2",
        ]
        workspace.tags.delete(name, "v1")
        with pytest.raises(NotFound):
            workspace.tags.delete(name, "v1")
        with pytest.raises(NotFound):
            workspace.commits.get(f"{name}@v1")
