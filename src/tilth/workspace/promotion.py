"""Promotion: what was changed in a project branch goes back into its origin, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tilth.contract.principal import Role
from tilth.contract.projects import ProjectPromotion, PromotionConflict
from tilth.errors import BranchMoved, Conflict, Denied, Invalid, NotFound
from tilth.labeling.ledger import carrying
from tilth.labeling.stage import LabelingStage
from tilth.metadata import feed
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, RepoId, new_id
from tilth.pipelines import registry
from tilth.pipelines.projects import PipelineBase, moved_document, note_pipeline_base
from tilth.pipelines.recipe import recipe_of
from tilth.pipelines.registry import Pipeline
from tilth.pipelines.spec import PipelineSpec, parse_spec
from tilth.versioning import journal, projects
from tilth.versioning.branches import branches_in, find_branch
from tilth.versioning.commits import ATTEMPTS
from tilth.versioning.merging import OURS, THEIRS
from tilth.versioning.project_copies import (
    RepoCopy,
    declare_copied,
    insert_copy,
    insert_heads,
    read_repo,
    seal_copy,
)
from tilth.versioning.project_merging import BranchState, Return, plan_return, read_states, record_return
from tilth.versioning.projects import Base, note_base
from tilth.versioning.repos import Repo, find_repo
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.pipelines import open_desk, references_of
from tilth.workspace.project_changes import PipelineState, owed, pipeline_states
from tilth.workspace.project_documents import moved_tree
from tilth.workspace.project_names import Moved

TOLD = 1000
"""Conflicts that one answer names."""


def promote(opened: Opened, labeling: LabelingStage, name: str, *, message: str, prefer: str) -> ProjectPromotion:
    """Bring what was changed in a project branch back into its origin; see `tilth.contract.projects`."""
    if prefer not in ("", OURS, THEIRS):
        raise Invalid(f"{prefer!r} decides nothing.", help=f"Say {OURS} (the origin's) or {THEIRS} (the branch's).")
    for _ in range(ATTEMPTS):
        try:
            with opened.backend.act():
                return _Promotion(opened, labeling, name, message, prefer).go()
        except (BranchMoved, _Overtaken):
            continue
    raise Conflict(f"The origin of {name} was changed {ATTEMPTS} times meanwhile.", help="Try again.", project=name)


class _Overtaken(Exception):
    """A pipeline on either side is another than when this was planned, or a branch of the copy is gone."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A pipeline to make or to change in the origin."""

    state: PipelineState
    spec: PipelineSpec


class _Promotion:
    """One attempt."""

    def __init__(self, opened: Opened, labeling: LabelingStage, name: str, message: str, prefer: str) -> None:
        self._opened, self._labeling, self._name, self._prefer = opened, labeling, name, prefer
        self._backend, self._author = opened.backend, opened.author
        self._message = message or f"Promote {name}"
        self._change = ChangeId(new_id())
        self._conflicts: list[PromotionConflict] = []

    def go(self) -> ProjectPromotion:
        """Plan, and where nothing conflicts do all of it in one transaction."""
        backend, store = self._backend, self._backend.store
        with backend.database.read() as conn:
            self._origin = projects.find_branch_of(conn, self._name).origin or ""
            states = read_states(conn, self._name)
            found = pipeline_states(conn, self._name)
            there: dict[str, list[str]] = {}
            for state in states:
                there.setdefault(state.repo.name, []).append(state.branch.name)
            self._moved = Moved(self._name, self._origin, there)
            changes = self._changed_pipelines(conn, found)
            fresh = self._new_repos(conn, states, {each.copy.output_id for each in found})
            added = self._new_branches(conn, states, fresh)
            bought = [each for each in found if owed(conn, each) or self._ruled(conn, each)]
        returns = [self._return(state) for state in states]
        brought = [each for each in returns if each is not None]
        for each in brought:
            place = self._place(each.state)
            self._conflicts += [
                PromotionConflict(f"{place}:{path}" if path else place, why) for path, why in each.conflicts
            ]
        if self._conflicts:
            return self._told([], [], [], None)
        copies = [self._sealed(repo, only=None) for repo in fresh]
        grown = [self._sealed(repo, only=names) for repo, names in added]
        noted = journal.spill(backend.database, store)
        store.flush()
        with backend.database.transaction() as conn:
            if _versions(pipeline_states(conn, self._name)) != _versions(found) or not _are_there(conn, states):
                raise _Overtaken
            for copy in copies:
                insert_copy(conn, copy, author=self._author, change=ChangeId(new_id()))
                _note_both(conn, copy)
            for copy in grown:
                insert_heads(conn, copy, find_repo(conn, copy.repo), author=self._author, change=ChangeId(new_id()))
                _note_both(conn, copy)
            mine = {each.copy.name for each in found}
            for copy in copies:
                declare_copied(conn, copy, self._moved, mine.__contains__)
            for change in changes:
                registry.prepare_output(conn, change.spec, author=self._author)
            made = [self._put(conn, each) for each in changes]
            # The news of this change come behind one another, so that each pipeline runs once for all of it.
            for each in brought:
                record_return(conn, each)
            told = {pipeline.id: pipeline for pipeline in made}
            for owing in bought:
                assert owing.origin is not None, "what is owed is owed to somebody"
                carrying.add_errand(conn, owing.origin.name, owing.copy.name, carrying.RETURN)
                told.setdefault(owing.origin.id, registry.load_pipeline(conn, owing.origin.id))
            for pipeline in told.values():
                registry.announce(conn, pipeline.id, pipeline.name, pipeline.version, self._change)
            journal.forget(conn, noted)
            if not (copies or grown or made or bought or any(each.sealed for each in brought)):
                return self._told([], [], [], None)
            facts = {"project": self._name, "origin": self._origin}
            feed.append(conn, "project.promoted", ChangeId(new_id()), facts)
        branches = [self._place(each.state) for each in brought if each.sealed is not None]
        branches += [f"{copy.repo.full_name}@{each.name}" for copy in (*copies, *grown) for each in copy.state.branches]
        return self._told(branches, [each.name for each in made], bought, self._change)

    def _told(
        self, branches: Sequence[str], made: Sequence[str], bought: Sequence[PipelineState], change: ChangeId | None
    ) -> ProjectPromotion:
        return ProjectPromotion(
            project=self._name,
            origin=self._origin,
            change=change,
            branches=[short_name(each) for each in branches],
            pipelines=[short_name(each) for each in made],
            labeling=[short_name(each.origin.name) for each in bought if each.origin is not None],
            conflicts=self._conflicts[:TOLD],
            undecided=len(self._conflicts),
        )

    # Repos

    def _rewrite(self, repo: Repo, commit: Commit, like: Commit | None) -> Digest | None:
        return moved_tree(self._backend.store, repo, commit, self._moved, like)

    def _place(self, state: BranchState) -> str:
        """Return a branch as the origin names it, or did."""
        return short_name(f"{self._origin}/{state.repo.name}@{state.branch.name}")

    def _return(self, state: BranchState) -> Return | None:
        return plan_return(
            self._backend.store,
            state,
            rewrite=self._rewrite,
            prefer=self._prefer,
            author=self._author,
            message=self._message,
            change=self._change,
        )

    def _new_repos(self, conn: Connection, states: Sequence[BranchState], outputs: set[RepoId]) -> list[Repo]:
        """Return the repos that were made in the copy and that no pipeline will make."""
        known = {state.repo.id for state in states if state.base is not None}
        fresh = {state.repo.id: state.repo for state in states if state.repo.id not in known | outputs}
        for repo in fresh.values():
            if _exists(conn, f"{self._origin}/{repo.name}"):
                self._conflict(f"{self._origin}/{repo.name}", "another repo of this name was made there")
        return list(fresh.values())

    def _new_branches(
        self, conn: Connection, states: Sequence[BranchState], fresh: Sequence[Repo]
    ) -> list[tuple[Repo, list[str]]]:
        """Return the branches that were made in copied repos."""
        new = {repo.id for repo in fresh}
        found: dict[RepoId, tuple[Repo, list[str]]] = {}
        homes = {state.repo.id: state.base.origin_repo for state in states if state.base is not None}
        for state in states:
            if state.base is not None or state.repo.id in new or state.output or state.repo.id not in homes:
                continue
            place = f"{self._origin}/{state.repo.name}@{state.branch.name}"
            try:
                there = {branch.name for branch in branches_in(conn, homes[state.repo.id])}
            except NotFound:
                self._conflict(place, "made here, its repo was deleted there")
                continue
            if state.branch.name in there:
                self._conflict(place, "another branch of this name was made there")
            found.setdefault(state.repo.id, (state.repo, []))[1].append(state.branch.name)
        return list(found.values())

    def _sealed(self, repo: Repo, *, only: Sequence[str] | None) -> RepoCopy:
        with self._backend.database.read() as conn:
            state = read_repo(conn, repo, only)
            home = find_repo(conn, f"{self._origin}/{repo.name}") if only is not None else None
        return seal_copy(
            self._backend.store,
            state,
            f"{self._origin}/{repo.name}",
            author=self._author,
            change=self._change,
            rewrite=self._rewrite,
            id=home.id if home is not None else None,
        )

    # Pipelines

    def _changed_pipelines(self, conn: Connection, found: Sequence[PipelineState]) -> list[_Change]:
        changes = []
        for each in found:
            name = f"{self._origin}/{each.copy.short_name}"
            if each.state in ("same", "behind"):
                continue
            document = moved_document(each.copy.spec.document, each.copy.project, name, self._moved)
            spec = parse_spec(document, project=self._origin)
            if each.state == "new" and _exists(conn, name):
                self._conflict(name, "another repo or pipeline of this name was made there")
            elif each.state == "gone":
                changed = each.base is not None and each.copy.version != each.base.ours
                if changed and self._prefer != OURS:
                    self._conflict(name, "pipeline changed here, deleted there")
                continue
            elif each.state == "both" and not _says_the_same(each, spec):
                if self._prefer == OURS:
                    continue
                if not self._prefer:
                    self._conflict(name, "pipeline changed on both sides")
            self._check_kind(spec)
            changes.append(_Change(each, spec))
        return changes

    def _check_kind(self, spec: PipelineSpec) -> None:
        """Let curators ask people, but not make code run for others than themselves. Raises Denied."""
        if self._opened.principal.role is Role.CURATOR and spec.kind != "labeling":
            raise Denied(
                f"{short_name(spec.full_name)} runs code, and a curator promotes labeling pipelines only.",
                help="Ask a writer or an owner.",
                pipeline=spec.full_name,
            )

    def _put(self, conn: Connection, change: _Change) -> Pipeline:
        copy = change.state.copy
        made = registry.put_pipeline(
            conn,
            change.spec,
            author=self._author,
            code=copy.code,
            update=change.state.origin is not None,
            keep_outputs=copy.keep_outputs,
            references=references_of(change.spec),
            change=self._change,
            quiet=True,
            # What was asked again was asked in the branch, and its answers come along.
            also=lambda conn, pipeline: open_desk(self._labeling, conn, pipeline, reask=True),
        )
        if change.state.origin is None:
            if copy.kind == "labeling":
                self._labeling.branch(conn, made.name, copy.name)
            head = find_branch(conn, copy.output_id, copy.branch).head
            note_base(conn, Base(copy.output_id, copy.branch, made.output_id, made.branch, head, None))
        note_pipeline_base(conn, PipelineBase(copy.id, made.id, copy.version, made.version))
        return made

    def _ruled(self, conn: Connection, state: PipelineState) -> bool:
        """Tell whether an expert decided something in the copy that nobody decided in the origin."""
        there = state.origin
        if there is None or not "labeling" == there.kind == state.copy.kind:
            return False
        return carrying.owes_rulings(conn, state.copy.name, there.name)

    def _conflict(self, place: str, kind: str) -> None:
        self._conflicts.append(PromotionConflict(short_name(place), kind))


def _exists(conn: Connection, name: str) -> bool:
    try:
        find_repo(conn, name)
    except NotFound:
        return False
    return True


def _versions(found: Sequence[PipelineState]) -> list[tuple[str, int, str, int]]:
    return [
        (
            each.copy.id,
            each.copy.version,
            *((each.origin.id, each.origin.version) if each.origin is not None else ("", 0)),
        )
        for each in found
    ]


def _are_there(conn: Connection, states: Sequence[BranchState]) -> bool:
    """Tell whether no branch of the copy, nor all of it, was deleted since these were read. Cost: O(branches)."""
    wanted: dict[RepoId, set[str]] = {}
    for state in states:
        wanted.setdefault(state.repo.id, set()).add(state.branch.name)
    try:
        return all(names <= {each.name for each in branches_in(conn, repo)} for repo, names in wanted.items())
    except NotFound:
        return False


def _says_the_same(state: PipelineState, spec: PipelineSpec) -> bool:
    """Tell whether both sides were changed alike."""
    there = state.origin
    return there is not None and (there.recipe, there.spec.input) == (recipe_of(spec, state.copy.code), spec.input)


def _note_both(conn: Connection, copy: RepoCopy) -> None:
    """Note that what was made in the origin now agrees with the branch that it was copied from."""
    for branch in copy.state.branches:
        made = copy.commits[branch.head][0].id if branch.head is not None else None
        note_base(conn, Base(copy.state.repo.id, branch.name, copy.repo.id, branch.name, branch.head, made))
