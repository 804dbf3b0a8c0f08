"""What a project branch has that its origin has not, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from tilth.contract.projects import BranchChange, PipelineChange, ProjectChanges
from tilth.labeling.ledger import carrying
from tilth.metadata.schema.jobs import pipelines
from tilth.pipelines.projects import PipelineBase, pipeline_base
from tilth.pipelines.registry import Pipeline, load_pipeline, pipelines_in
from tilth.versioning import projects
from tilth.versioning.backend import Backend
from tilth.versioning.project_merging import differing, read_states
from tilth.workspace.names import short_name


@dataclass(frozen=True, slots=True)
class PipelineState:
    """A pipeline of a copy, and that of the origin (None: it has it no more, or never had)."""

    copy: Pipeline
    base: PipelineBase | None
    origin: Pipeline | None

    @property
    def state(self) -> str:
        """same, changed, behind, both, new or gone."""
        if self.base is None:
            return "new"
        if self.origin is None:
            return "gone"
        here = self.copy.version != self.base.ours
        there = self.origin.version != self.base.theirs
        return "both" if here and there else "changed" if here else "behind" if there else "same"


def pipeline_states(conn: Connection, project: str) -> list[PipelineState]:
    """Return how the pipelines of a copy stand, by name."""
    found = []
    for copy in pipelines_in(conn, project):
        base = pipeline_base(conn, copy.id)
        origin: Pipeline | None = None
        if base is not None:
            query = select(pipelines.c.id).where(pipelines.c.id == base.origin, pipelines.c.deleted_ms.is_(None))
            origin = load_pipeline(conn, base.origin) if conn.execute(query).first() is not None else None
        found.append(PipelineState(copy, base, origin))
    return found


def changes_of(backend: Backend, name: str) -> ProjectChanges:
    """Say what a project branch and its origin have that the other has not. Costs what differs."""
    with backend.database.read() as conn:
        project = projects.find_branch_of(conn, name)
        branches = []
        for state in read_states(conn, name):
            found = differing(conn, backend.store, state)
            if state.state == "same" and not found.behind:
                continue
            branches.append(
                BranchChange(
                    repo=short_name(state.repo.full_name),
                    branch=state.branch.name,
                    state=state.state,
                    output=state.output,
                    ahead=found.ahead,
                    behind=found.behind,
                    added=found.added,
                    changed=found.changed,
                    removed=found.removed,
                )
            )
        states = pipeline_states(conn, name)
        return ProjectChanges(
            project=name,
            origin=project.origin or "",
            branches=branches,
            pipelines=[
                PipelineChange(short_name(each.copy.name), each.state) for each in states if each.state != "same"
            ],
            answers=sum(owed(conn, each) for each in states),
        )


def owed(conn: Connection, state: PipelineState) -> int:
    """Count the answers that were bought in a copied labeling pipeline and that its origin does not have."""
    if state.copy.kind != "labeling" or state.origin is None or state.origin.kind != "labeling":
        return 0
    return carrying.count_owed(conn, state.copy.name, state.origin.name)
