"""Project branches of a local workspace: where copies of repos, pipelines and ledgers are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from tilth.contract.paging import Page
from tilth.contract.projects import ProjectChanges, ProjectInfo, ProjectPromotion
from tilth.errors import Conflict
from tilth.labeling.stage import LabelingStage
from tilth.metadata import feed
from tilth.metadata.schema.branches import branch_inputs
from tilth.metadata.schema.commits import commit_inputs, commits
from tilth.metadata.schema.repos import repos
from tilth.model.ids import ChangeId, new_id
from tilth.model.names import check_name
from tilth.pipelines import projects as pipeline_copies
from tilth.pipelines import registry
from tilth.pipelines.projects import LastRun, PipelineBase
from tilth.pipelines.registry import Pipeline, pipelines_in
from tilth.pipelines.spec import parse_spec
from tilth.versioning import journal, projects
from tilth.versioning.project_copies import (
    declare_copied,
    insert_copy,
    note_copied,
    read_project,
    seal_copy,
)
from tilth.versioning.projects import Project
from tilth.versioning.repos import Repo, find_repo, remove_repo
from tilth.workspace import promotion
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of
from tilth.workspace.pipelines import close_desk, open_desk, references_of
from tilth.workspace.project_changes import changes_of
from tilth.workspace.project_documents import moved_tree
from tilth.workspace.project_names import Moved


class LocalProjects:
    """Projects of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._labeling = LabelingStage(opened.backend)

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[ProjectInfo]:
        """List projects that hold something, by name."""
        with self._backend.database.read() as conn:
            found = projects.list_projects(conn, after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, project_info, lambda project: project.name)

    def branch(self, project: str, name: str) -> ProjectInfo:
        """Copy a whole project."""
        check_name(name, "project")
        backend, author, change = self._backend, self._opened.author, ChangeId(new_id())
        with backend.act():
            with backend.database.read() as conn:
                projects.find_project(conn, project)
                projects.check_free(conn, name)
                states = read_project(conn, project)
                found = pipelines_in(conn, project)
                # Of the same moment as the heads: a run that ends later has made what these copies do not have.
                runs = {each.id: pipeline_copies.last_run(conn, each.id) for each in found}
            moved = Moved(project, name, {state.repo.name: [each.name for each in state.branches] for state in states})
            copies = [
                seal_copy(
                    backend.store,
                    state,
                    f"{name}/{state.repo.name}",
                    author=author,
                    change=change,
                    rewrite=lambda repo, commit, like: moved_tree(backend.store, repo, commit, moved, like),
                )
                for state in states
            ]
            noted = journal.spill(backend.database, backend.store)
            backend.store.flush()
            with backend.database.transaction() as conn:
                projects.check_free(conn, name)
                for copy in copies:
                    insert_copy(conn, copy, author=author, change=change)
                mine = {each.name for each in found}
                for copy in copies:
                    note_copied(conn, copy)
                    declare_copied(conn, copy, moved, mine.__contains__)
                self._copy_pipelines(conn, found, runs, name, moved, change)
                projects.note_project(conn, name, project, author)
                journal.forget(conn, noted)
                feed.append(conn, "project.branched", ChangeId(new_id()), {"project": name, "origin": project})
                return project_info(projects.find_project(conn, name))

    def changes(self, name: str) -> ProjectChanges:
        """Say what a project branch and its origin have that the other has not."""
        return changes_of(self._backend, name)

    def promote(self, name: str, *, message: str = "", prefer: str = "") -> ProjectPromotion:
        """Bring what was changed in a project branch back into its origin."""
        return promotion.promote(self._opened, self._labeling, name, message=message, prefer=prefer)

    def delete(self, name: str) -> None:
        """Delete a project branch."""
        with self._backend.database.transaction() as conn:
            projects.find_branch_of(conn, name)
            if others := projects.branches_of(conn, name):
                raise Conflict(
                    f"Project {name} was branched: {', '.join(others)}.", help="Delete those first.", project=name
                )
            mine = projects.repos_in(conn, name)
            _check_unused(conn, name, mine)
            for pipeline in pipelines_in(conn, name):
                registry.remove_pipeline(
                    conn,
                    pipeline.name,
                    force=True,
                    also=lambda conn, gone: close_desk(self._labeling, conn, gone),
                )
            for repo in mine:
                remove_repo(conn, repo, force=True)
            projects.note_project(conn, name, None, self._opened.author)
            feed.append(conn, "project.deleted", ChangeId(new_id()), {"project": name})

    def _copy_pipelines(
        self,
        conn: Connection,
        found: Sequence[Pipeline],
        last: Mapping[str, LastRun | None],
        project: str,
        moved: Moved,
        change: ChangeId,
    ) -> None:
        """Make the copies of pipelines over the copies of repos, and let them run once at what is there."""
        runs = ChangeId(new_id())
        made: list[Pipeline] = []
        for rank, origin in enumerate(found):
            name = f"{project}/{origin.short_name}"
            document = pipeline_copies.moved_document(origin.spec.document, origin.project, name, moved)
            spec = parse_spec(document, project=project)
            copy = registry.put_pipeline(
                conn,
                spec,
                author=self._opened.author,
                code=origin.code,
                keep_outputs=origin.keep_outputs,
                references=references_of(spec),
                change=runs,
                output=find_repo(conn, moved(origin.output)),
                quiet=True,
                also=lambda conn, pipeline: open_desk(self._labeling, conn, pipeline, reask=True),
            )
            if copy.kind == "labeling":
                self._labeling.branch(conn, copy.name, origin.name)
            pipeline_copies.note_pipeline_base(conn, PipelineBase(copy.id, origin.id, copy.version, origin.version))
            pipeline_copies.copy_pause(conn, copy, origin)
            run = last[origin.id]
            if run is not None:
                pipeline_copies.take_over_run(conn, copy, origin, run, change, rank, moved)
            made.append(copy)
        for copy in made:
            registry.announce(conn, copy.id, copy.name, copy.version, runs)


def project_info(project: Project) -> ProjectInfo:
    """Return a project as it crosses a door."""
    return ProjectInfo(
        project.name, project.repos, project.pipelines, project.origin, project.author, project.created_ms
    )


def _check_unused(conn: Connection, project: str, mine: Sequence[Repo]) -> None:
    """Raise Conflict when something outside of a project reads its repos, or was made from them but by promotion."""
    ids = [repo.id for repo in mine]
    outside = (repos.c.project != project, repos.c.deleted_ms.is_(None))
    read = (
        select(repos.c.project, repos.c.name)
        .join(branch_inputs, branch_inputs.c.repo == repos.c.id)
        .where(branch_inputs.c.input_repo.in_(ids), *outside)
    )
    used = commits.alias("used")
    derived = (
        select(repos.c.project, repos.c.name)
        .select_from(commit_inputs)
        .join(used, used.c.id == commit_inputs.c.input)
        .join(commits, commits.c.id == commit_inputs.c.commit)
        .join(repos, repos.c.id == commits.c.repo)
        .where(used.c.repo.in_(ids), commits.c.stage != projects.STAGE, *outside)
    )
    for query, what in ((read, "read by"), (derived, "what made")):
        names = sorted({short_name(f"{row.project}/{row.name}") for row in conn.execute(query.distinct().limit(20))})
        if names:
            raise Conflict(
                f"Project {project} is {what} {', '.join(names)}.",
                help="Delete those first, or let them read the origin's repos.",
                project=project,
            )
