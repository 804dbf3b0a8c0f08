"""Which commits a job reads: decided by its place in the feed, never by when it happens to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tilth.datums.cutting import Place
from tilth.datums.inputs import branches
from tilth.errors import NotFound
from tilth.model.commit import Commit, CommitInput, InputKind
from tilth.model.digest import Digest
from tilth.pipelines.queue import BLOCKING, Job, head_at, state_at
from tilth.pipelines.registry import Pipeline, load_pipeline, owner_of
from tilth.versioning.commits import load_commit
from tilth.versioning.provenance import inputs_of
from tilth.versioning.repos import find_repo


@dataclass(frozen=True, slots=True)
class Source:
    """One branch that a job reads, and its commit; None while the branch is empty."""

    place: Place
    kind: InputKind
    commit: Commit | None


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a job reads. `blocked` says why it cannot run: what it depends on failed at the same change."""

    sources: tuple[Source, ...]
    blocked: str | None = None

    @property
    def trees(self) -> dict[Place, Digest | None]:
        """The root of each branch's tree."""
        return {source.place: source.commit.tree if source.commit is not None else None for source in self.sources}

    @property
    def commits(self) -> dict[Place, str]:
        """The id of each branch's commit."""
        return {source.place: source.commit.id for source in self.sources if source.commit is not None}

    def inputs(self) -> tuple[CommitInput, ...]:
        """Return what the derivation names."""
        return tuple(
            CommitInput(source.commit.repo, source.place[1], source.commit.id, source.commit.seal, source.kind)
            for source in self.sources
            if source.commit is not None
        )

    def to_json(self) -> Sequence[Mapping[str, Any]]:
        """Return what the job's row notes."""
        return [
            {
                "repo": source.place[0],
                "branch": source.place[1],
                "kind": source.kind.value,
                "commit": source.commit.id if source.commit is not None else None,
            }
            for source in self.sources
        ]


def places_read(conn: Connection, pipeline: Pipeline) -> dict[Place, InputKind]:
    """Return the branches that a pipeline reads: those of its input, and those that it refers to besides."""
    wanted: dict[Place, InputKind] = {
        (repo, branch): InputKind(kind) for repo, branch, kind in branches(pipeline.spec.input)
    }
    for extra in inputs_of(conn, pipeline.output_id, pipeline.branch):
        if extra.kind is InputKind.REFERENCE:
            wanted.setdefault((extra.repo, extra.branch), extra.kind)
    return wanted


def resolve_sources(conn: Connection, job: Job, pipeline: Pipeline) -> Sources:
    """Return the commits that `job` reads.

    A source branch is read as it was at the job's place in the feed; the output of another pipeline as that
    pipeline's jobs up to there left it. Raises NotFound when an input repo was deleted,
    Invalid where the stored spec cannot be understood.
    """
    found: list[Source] = []
    for (repo, branch), kind in places_read(conn, pipeline).items():
        home = find_repo(conn, repo)
        owner = owner_of(conn, home.id, branch)
        if owner is not None:
            at = state_at(conn, owner, job.change)
            if at is not None and at[1] in BLOCKING:
                blocker = load_pipeline(conn, owner).name
                return Sources((), f"{blocker} is {at[1]} at this change (job {at[0]})")
        head = head_at(conn, home.id, branch, owner, job.position)
        try:
            commit = load_commit(conn, head) if head is not None else None
        except NotFound:
            commit = None
        found.append(Source((repo, branch), kind, commit))
    return Sources(tuple(found))
