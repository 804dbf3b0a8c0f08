"""The repository against a dict of dicts: any order of commits, branches, moves and reverts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from made_files import Files, make

from tilth.errors import Conflict, NothingToCommit
from tilth.model.commit import Commit
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, get_branch, move_branch
from tilth.versioning.commits import commit_edits
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.repos import create_repo
from tilth.versioning.revert import revert
from tilth.versioning.trees import Tree, write_entry
from tilth.versioning.verify import verify, verify_against

PATHS = st.sampled_from(["a", "b", "a/x", "a/y", "a/y/z", "b!", "b/c", "d/e", "d/f"])
EDITS = st.lists(
    st.tuples(PATHS, st.none() | st.sampled_from([b"", b"1", b"2", b"long" * 50])) | st.just(("/", None)), max_size=5
)


class RepositoryMachine(RuleBasedStateMachine):
    """`heads` maps branch to commit id; `files` commit id to its files; `parent` commit id to its parent's."""

    branches = Bundle("branches")

    @initialize(target=branches)
    def begin(self) -> str:
        self.folder = tempfile.TemporaryDirectory()
        self.backend: Backend = open_backend(Path(self.folder.name) / "w")
        create_repo(self.backend, "repo")
        self.heads: dict[str, str | None] = {"main": None}
        self.files: dict[str | None, Files] = {None: {}}
        self.parent: dict[str, str | None] = {}
        return "main"

    def teardown(self) -> None:
        if hasattr(self, "backend"):
            self.backend.close()
            self.folder.cleanup()

    def learn(self, branch: str, commit: Commit, files: Files) -> None:
        assert commit.parents == (() if self.heads[branch] is None else (self.heads[branch],))
        assert (commit.files, commit.size) == (len(files), sum(map(len, files.values())))
        self.parent[commit.id] = self.heads[branch]
        self.files[commit.id] = files
        self.heads[branch] = commit.id

    def tree(self, commit: str | None) -> Tree:
        if commit is None:
            return Tree(self.backend.store)
        return Tree(self.backend.store, log(self.backend, "repo", commit, limit=1)[0].tree)

    @rule(branch=branches, edits=EDITS)
    def commit(self, branch: str, edits: list[tuple[str, bytes | None]]) -> None:
        mine = Edits()
        for path, data in edits:
            if data is None:
                mine.delete(path)
            else:
                mine.put(write_entry(self.backend.store, path, data))
        before = self.files[self.heads[branch]]
        after = make(before, edits)
        try:
            commit = commit_edits(self.backend, "repo", branch, mine, author="h")
        except NothingToCommit:
            assert after == before
        except Conflict:
            assert after is None
        else:
            assert after is not None
            self.learn(branch, commit, after)

    @rule(target=branches, of=branches, number=st.integers(0, 3))
    def branch(self, of: str, number: int) -> object:
        name = f"branch{number}"
        if name in self.heads:
            return multiple()
        create_branch(self.backend, "repo", name, head=self.heads[of])
        self.heads[name] = self.heads[of]
        return name

    @precondition(lambda self: len(self.files) > 1)
    @rule(branch=branches, data=st.data())
    def rewind(self, branch: str, data: st.DataObject) -> None:
        to = data.draw(st.sampled_from(sorted(id for id in self.files if id is not None)))
        move_branch(self.backend, "repo", branch, to, author="h")
        self.heads[branch] = to

    @precondition(lambda self: any(self.heads.values()))
    @rule(branch=branches, data=st.data())
    def revert(self, branch: str, data: st.DataObject) -> None:
        history = self.history(self.heads[branch])
        if not history:
            return
        undone = data.draw(st.sampled_from(history))
        old, new, now = self.files[self.parent[undone]], self.files[undone], self.files[self.heads[branch]]
        wanted = dict(now)
        clash = False
        for path in sorted({*old, *new}):
            if old.get(path) == new.get(path) or now.get(path) == old.get(path):
                continue
            if now.get(path) != new.get(path):
                clash = True
            elif path in old:
                wanted[path] = old[path]
            else:
                del wanted[path]
        clash = clash or make(wanted, []) is None
        try:
            commit = revert(self.backend, "repo", branch, undone, author="h")
        except NothingToCommit:
            assert wanted == now
            assert not clash
        except Conflict:
            assert clash
        else:
            assert not clash
            self.learn(branch, commit, wanted)

    @rule(one=branches, other=branches)
    def diff(self, one: str, other: str) -> None:
        old, new = self.files[self.heads[one]], self.files[self.heads[other]]
        changes = {
            change.path: (change.old is not None, change.new is not None)
            for change in diff_trees(self.tree(self.heads[one]), self.tree(self.heads[other]))
        }
        assert changes == {path: (path in old, path in new) for path in {*old, *new} if old.get(path) != new.get(path)}

    @rule()
    def reopen(self) -> None:
        self.backend.close()
        self.backend = open_backend(self.backend.folder)

    @rule(branch=branches)
    def prove(self, branch: str) -> None:
        assert verify(self.backend).problems == []
        if self.heads[branch] is not None:
            seal = log(self.backend, "repo", branch, limit=1)[0].seal
            assert verify_against(self.backend, seal) == len(self.history(self.heads[branch]))

    @invariant()
    def heads_hold_what_was_committed(self) -> None:
        if not hasattr(self, "backend"):
            return
        for branch, head in self.heads.items():
            assert get_branch(self.backend, "repo", branch).head == head
            tree = self.tree(head)
            assert {entry.path: tree.read(entry.path) for entry in tree.walk()} == self.files[head]
            assert [commit.id for commit in log(self.backend, "repo", branch)] == self.history(head)

    def history(self, head: str | None) -> list[str]:
        found: list[str] = []
        while head is not None:
            found.append(head)
            head = self.parent[head]
        return found


TestRepository = RepositoryMachine.TestCase
TestRepository.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
