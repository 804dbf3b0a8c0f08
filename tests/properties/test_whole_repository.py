"""The whole repository API against a dict of dicts: two repos, drafts, transactions, tags, merges, collections.

On a workspace in a folder, and on one in PostgreSQL and an S3 bucket. `make test` tries a few, always the same ones.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from made_files import Files, below, make

from tilth.errors import Conflict, Invalid, NotFound, NothingToCommit
from tilth.model.commit import Commit
from tilth.model.ids import DraftId
from tilth.testing.postgres import TestServer
from tilth.testing.s3 import TestBuckets
from tilth.versioning import garbage, transactions
from tilth.versioning.appending import append
from tilth.versioning.backend import open_backend
from tilth.versioning.branches import create_branch, delete_branch, get_branch, list_branches, move_branch
from tilth.versioning.commits import commit_edits, get_commit
from tilth.versioning.copying import copy, move
from tilth.versioning.drafts import add_to_draft, commit_draft, discard_draft, open_draft
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.merging import merge
from tilth.versioning.releasing import drop, forget
from tilth.versioning.repos import create_repo, delete_repo
from tilth.versioning.tags import create_tag, list_tags
from tilth.versioning.trees import Tree, write_entry
from tilth.versioning.verify import verify

Place = tuple[str, str]
PATHS = st.sampled_from(["a", "b", "a/x", "a/y", "b/c", "d/e"])
DATA = st.sampled_from([b"", b"1", b"2", b"long" * 50])
CHANGES = st.lists(st.tuples(PATHS, st.none() | DATA), min_size=1, max_size=4)
REPOS = ("one", "two")


class WholeRepository(RuleBasedStateMachine):
    """`heads` maps (repo, branch) to a commit id, `files` a commit id to its files, `parent` to its first parent."""

    place: ClassVar[Callable[[], AbstractContextManager[None]]] = nullcontext

    @initialize()
    def begin(self) -> None:
        self.around = type(self).place()
        self.around.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.backend = open_backend(Path(self.folder.name) / "w")
        self.heads: dict[Place, str | None] = {}
        self.files: dict[str | None, Files] = {None: {}}
        self.parent: dict[str | None, str | None] = {}
        self.tags: dict[tuple[str, str], str] = {}
        self.released: set[str] = set()
        self.used: set[str] = set()  # commits from which others were made, but their first parents
        self.drafts: dict[DraftId, tuple[Place, list[tuple[str, bytes | None]]]] = {}
        for repo in REPOS:
            create_repo(self.backend, repo)
            self.heads[repo, "main"] = None

    def teardown(self) -> None:
        if hasattr(self, "backend"):
            self.backend.close()
            self.folder.cleanup()
            self.around.__exit__(None, None, None)

    def edits(self, changes: list[tuple[str, bytes | None]]) -> Edits:
        made = Edits()
        for path, data in changes:
            if data is None:
                made.delete(path)
            else:
                made.put(write_entry(self.backend.store, path, data))
        return made

    def learn(self, place: Place, act: Callable[[], Commit], after: Files | None) -> None:
        """Do an act that is to make `after` of a branch's files, or to be refused where there is none."""
        before = self.files[self.heads[place]]
        try:
            commit = act()
        except NothingToCommit:
            assert after == before
        except Conflict:
            assert after is None
        else:
            assert after is not None
            self.note(place, commit, after)

    def note(self, place: Place, commit: Commit, after: Files) -> None:
        self.parent[commit.id] = self.heads[place]
        self.files[commit.id] = after
        self.heads[place] = commit.id

    def some(self, data: st.DataObject) -> Place:
        return data.draw(st.sampled_from(sorted(self.heads)))

    def readable(self, place: Place) -> bool:
        return self.heads[place] not in self.released

    @rule(data=st.data(), changes=CHANGES)
    def commit(self, data: st.DataObject, changes: list[tuple[str, bytes | None]]) -> None:
        place = self.some(data)
        after = make(self.files[self.heads[place]], changes)
        with self.backend.act():
            edits = self.edits(changes)
            self.learn(place, lambda: commit_edits(self.backend, *place, edits, author="h"), after)

    @rule(data=st.data(), path=PATHS, more=DATA)
    def append(self, data: st.DataObject, path: str, more: bytes) -> None:
        place = self.some(data)
        before = self.files[self.heads[place]]
        after = make(before, [(path, before.get(path, b"") + more)])
        self.learn(place, lambda: append(self.backend, *place, path, more, author="h"), after)

    @rule(data=st.data(), to=PATHS, moving=st.booleans())
    def copy_or_move(self, data: st.DataObject, to: str, moving: bool) -> None:
        source, target = self.some(data), self.some(data)
        files = self.files[self.heads[source]]
        if not files:
            return
        path = data.draw(st.sampled_from(sorted(files)))
        if below(to, path) or below(path, to):
            return
        after = make(self.files[self.heads[target]], [(to, None), (to, files[path])])
        if moving and source == target:
            after = make(files, [(path, None), (to, None), (to, files[path])])
        head = self.heads[source]
        assert head is not None
        try:
            if not moving:
                made = [copy(self.backend, get_commit(self.backend, head), path, target, to, author="h")]
            else:
                made = move(self.backend, source, path, target, to, author="h")
        except NothingToCommit:
            assert not moving
            assert after == self.files[self.heads[target]]
        except Conflict:
            assert after is None or any(below(each, to) for each in self.files[self.heads[target]])
        else:
            assert after is not None
            self.used.update([head, *(commit.id for commit in made)] if source != target else [])
            for commit in made:
                place = next(p for p in {source, target} if get_branch(self.backend, *p).head == commit.id)
                gone = make(files, [(path, None)])
                assert gone is not None
                self.note(place, commit, after if place == target else gone)

    @rule(data=st.data(), name=st.sampled_from(["side", "other"]))
    def branch(self, data: st.DataObject, name: str) -> None:
        repo, of = self.some(data)
        if (repo, name) in self.heads:
            if len(data.draw(st.lists(st.none(), max_size=2))) == 2 and not self.drafts:
                delete_branch(self.backend, repo, name)
                del self.heads[repo, name]
            return
        create_branch(self.backend, repo, name, head=self.heads[repo, of])
        self.heads[repo, name] = self.heads[repo, of]

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        repo, branch = self.some(data)
        other = data.draw(st.sampled_from(sorted(name for of, name in self.heads if of == repo)))
        theirs, ours = self.heads[repo, other], self.heads[repo, branch]
        if theirs is None or branch == other:
            return
        try:
            merged = merge(self.backend, repo, get_commit(self.backend, theirs), branch, author="h")
        except Conflict:  # where they parted was forgotten
            assert self.released
            return
        if merged.conflicts:
            assert get_branch(self.backend, repo, branch).head == ours
            return
        head = get_branch(self.backend, repo, branch).head
        if head == ours:
            return
        if head == theirs:
            self.heads[repo, branch] = theirs
            return
        assert merged.commit is not None
        self.used.add(theirs)
        found = self.read(merged.commit.id)
        mine, their = self.files[ours], self.files[theirs]
        for path in {*mine, *their, *found}:  # each path is as one of the two has it
            assert found.get(path) in (mine.get(path), their.get(path))
        self.note((repo, branch), merged.commit, found)

    @rule(data=st.data(), back=st.booleans())
    def move_head(self, data: st.DataObject, back: bool) -> None:
        place = self.some(data)
        history = self.history(self.heads[place])
        if len(history) < 2:
            return
        if back:
            to = data.draw(st.sampled_from(history))
            if to not in self.released:
                move_branch(self.backend, *place, to, author="h")
                self.heads[place] = to
            return
        head = history[0]
        try:
            drop(self.backend, *place, author="h")
        except Conflict:
            assert self.named(head, but=place) or head in self.used or self.continued(head)
        except NotFound:
            assert history[1] in self.released
        else:
            self.heads[place] = history[1]
            self.released.add(head)

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        history = self.history(self.heads[self.some(data)])[1:]
        if history:
            gone = data.draw(st.sampled_from(history))
            try:
                forget(self.backend, gone, author="h")
            except (Conflict, Invalid):
                assert self.named(gone)
            else:
                self.released.add(gone)

    def named(self, commit: str, but: Place | None = None) -> bool:
        return commit in self.tags.values() or any(
            head == commit or commit in self.history(head) for place, head in self.heads.items() if place != but
        )

    def continued(self, commit: str) -> bool:
        """Tell whether a kept commit comes after this one, also one that no branch has any more."""
        return any(before == commit and after not in self.released for after, before in self.parent.items())

    @rule(data=st.data(), name=st.sampled_from(["v1", "v2"]))
    def tag(self, data: st.DataObject, name: str) -> None:
        repo, branch = self.some(data)
        head = self.heads[repo, branch]
        if head is None:
            return
        try:
            create_tag(self.backend, repo, name, head, author="h")
        except Conflict:
            assert self.tags.get((repo, name), head) != head
        else:
            assert self.tags.setdefault((repo, name), head) == head

    @rule(data=st.data(), changes=CHANGES)
    def draft(self, data: st.DataObject, changes: list[tuple[str, bytes | None]]) -> None:
        if self.drafts and data.draw(st.booleans()):
            id = data.draw(st.sampled_from(sorted(self.drafts)))
        else:
            place = self.some(data)
            id = open_draft(self.backend, *place, author="h").id
            self.drafts[id] = place, []
        with self.backend.act():
            add_to_draft(self.backend, id, self.edits(changes))
        self.drafts[id][1].extend(changes)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), kept=st.booleans())
    def end_draft(self, data: st.DataObject, kept: bool) -> None:
        id = data.draw(st.sampled_from(sorted(self.drafts)))
        place, changes = self.drafts[id]
        after = make(self.files[self.heads[place]], changes)
        before = self.heads[place]
        if kept:
            self.learn(place, lambda: commit_draft(self.backend, id), after)
        if self.heads[place] == before:
            discard_draft(self.backend, id)
        del self.drafts[id]

    @rule(changes=CHANGES, others=CHANGES, kept=st.booleans())
    def transaction(
        self, changes: list[tuple[str, bytes | None]], others: list[tuple[str, bytes | None]], kept: bool
    ) -> None:
        begun = transactions.begin(self.backend, author="h")
        wanted: dict[Place, Files | None] = {}
        for repo, each in zip(REPOS, (changes, others), strict=True):
            with self.backend.act():
                transactions.add(self.backend, begun.id, repo, "main", self.edits(each))
            wanted[repo, "main"] = make(self.files[self.heads[repo, "main"]], each)
        unchanged = {place: after == self.files[self.heads[place]] for place, after in wanted.items()}
        if kept:
            try:
                made = transactions.commit(self.backend, begun.id)
            except NothingToCommit:
                assert all(unchanged.values())
            except Conflict:
                assert None in wanted.values()
            else:
                assert None not in wanted.values()
                assert len(made) == list(unchanged.values()).count(False)
                for commit in made:
                    place = (commit.repo.partition("/")[2], "main")
                    after = wanted[place]
                    assert after is not None
                    self.note(place, commit, after)
                return
        transactions.abort(self.backend, begun.id)

    @rule()
    def make_and_delete_a_repo(self) -> None:
        create_repo(self.backend, "brief")
        with self.backend.act():
            commit_edits(self.backend, "brief", "main", self.edits([("x", b"short")]), author="h")
        delete_repo(self.backend, "brief", force=True)
        with pytest.raises(NotFound):
            list_branches(self.backend, "brief")

    @rule()
    def collect(self) -> None:
        garbage.collect(self.backend, garbage.Kept([CommitRoots()], []), share=0.0, wait_s=5)

    @rule()
    def reopen(self) -> None:
        self.backend.close()
        self.backend = open_backend(self.backend.folder)

    @rule()
    def prove(self) -> None:
        assert verify(self.backend).problems == []

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        if not hasattr(self, "backend"):
            return
        for place, head in self.heads.items():
            assert get_branch(self.backend, *place).head == head
            if head is not None:
                assert [commit.id for commit in log(self.backend, *place)] == self.history(head)
                assert self.read(head) == self.files[head]
        for repo in REPOS:
            told = {(repo, tag.name): tag.commit for tag in list_tags(self.backend, repo)}
            assert told == {key: commit for key, commit in self.tags.items() if key[0] == repo}

    def read(self, commit: str) -> Files:
        tree = Tree(self.backend.store, get_commit(self.backend, commit).tree)
        return {entry.path: tree.read(entry.path) for entry in tree.walk()}

    def history(self, head: str | None) -> list[str]:
        found: list[str] = []
        while head is not None:
            found.append(head)
            head = self.parent[head]
        return found


@contextmanager
def grown(postgres: TestServer, buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make workspaces on an empty schema and an empty prefix, one pair for each history."""
    with postgres.schema() as url:
        for name, value in buckets.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TILTH_DATABASE_URL", url)
        monkeypatch.setenv("TILTH_STORAGE_URL", buckets.url(f"t{secrets.token_hex(6)}"))
        yield


def run(machine: Any, examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=examples < 100,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.parametrize(("examples", "steps"), [(6, 15), pytest.param(300, 40, marks=pytest.mark.soak)])
def test_a_workspace_in_a_folder_is_a_dict_of_dicts(examples: int, steps: int) -> None:
    run(WholeRepository, examples, steps)


@pytest.mark.parametrize(("examples", "steps"), [(2, 12), pytest.param(100, 30, marks=pytest.mark.soak)])
def test_a_workspace_on_servers_is_a_dict_of_dicts(
    examples: int, steps: int, postgres: TestServer, buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OnServers(WholeRepository):
        @staticmethod
        def place() -> AbstractContextManager[None]:
            return grown(postgres, buckets, monkeypatch)

    run(OnServers, examples, steps)
