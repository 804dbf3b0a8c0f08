"""The pipelines of a workspace: made, changed and deleted each in one transaction with their branches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from tilth.datums.inputs import branches
from tilth.errors import Conflict, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branches as branch_table
from tilth.metadata.schema.jobs import pipeline_versions, pipelines
from tilth.metadata.schema.repos import repos
from tilth.model.canonical import Json, canonical
from tilth.model.commit import InputKind
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, RepoId, new_id
from tilth.model.names import DEFAULT_PROJECT
from tilth.pipelines.queue import stop_jobs_of, stop_waiting_jobs_of
from tilth.pipelines.recipe import recipe_of
from tilth.pipelines.spec import PipelineSpec, parse_spec
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch, insert_branch
from tilth.versioning.provenance import declare_inputs, readers_of, release_branch
from tilth.versioning.repos import Repo, find_repo, insert_repo

CHANGED = "pipeline.changed"
"""The feed event that starts a pipeline anew; facts: pipeline (id), name, version, reprocess."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline at one version of its spec. It writes branch `branch` of the repo `output` (PROJECT/REPO)."""

    id: str
    version: int
    project: str
    short_name: str
    """NAME without its project."""
    kind: str
    """code, function or labeling."""
    document: Mapping[str, Any]
    """The spec as it was written."""
    recipe: Digest
    code: Digest | None
    keep_outputs: bool
    output: str
    output_id: RepoId
    branch: str
    created_ms: int
    updated_ms: int
    change: ChangeId
    """The change that this version started."""
    parsed: PipelineSpec | Invalid
    """The spec, or why what is stored cannot be understood."""
    paused_by: str | None = None
    """Who paused it; a paused pipeline gets no jobs."""

    @property
    def name(self) -> str:
        """PROJECT/NAME, which is also the owner of its output branch."""
        return f"{self.project}/{self.short_name}"

    @property
    def spec(self) -> PipelineSpec:
        """The spec. Raises Invalid where the stored one cannot be understood, as after a change of the rules."""
        if isinstance(self.parsed, Invalid):
            raise Invalid(
                f"The stored spec of pipeline {self.name} cannot be used: {self.parsed.message}",
                help="Mend it with `tilth pipeline update`, or delete the pipeline.",
                pipeline=self.name,
            )
        return self.parsed


def _nothing_else(conn: Connection, pipeline: Pipeline) -> None:
    """Do nothing more in the transaction."""


def create_pipeline(
    backend: Backend,
    spec: PipelineSpec,
    *,
    author: str,
    code: Digest | None = None,
    update: bool = False,
    keep_outputs: bool = False,
    reprocess: bool = False,
    references: Sequence[tuple[str, str]] = (),
    also: Callable[[Connection, Pipeline], None] = _nothing_else,
) -> Pipeline:
    """Make a pipeline, or with `update` give it a new version, and start a change that runs it.

    Its output repo and branch are made, and its branch declared to read its inputs and `references` (further
    (PROJECT/REPO, branch) that do not start jobs by their content alone but belong to its lineage).
    A changed recipe runs every datum again, unless `keep_outputs`: then what is there stays, and that is recorded.
    `reprocess` runs everything again. An update that changes nothing makes no version and no change.
    `code` is the digest of a code archive that is durable in the store. `also` runs in the same transaction, with the
    pipeline as it then is; what it raises undoes everything.

    Raises Conflict when it exists (without `update`) or its output repo is another's, NotFound for a missing input
    (or with `update` no such pipeline is fine: it is made), Invalid for a cycle, HeldOut when it trains on what is
    held out.
    """
    with backend.database.transaction() as conn:
        return put_pipeline(
            conn,
            spec,
            author=author,
            code=code,
            update=update,
            keep_outputs=keep_outputs,
            reprocess=reprocess,
            references=references,
            also=also,
        )


def put_pipeline(
    conn: Connection,
    spec: PipelineSpec,
    *,
    author: str,
    code: Digest | None = None,
    update: bool = False,
    keep_outputs: bool = False,
    reprocess: bool = False,
    references: Sequence[tuple[str, str]] = (),
    change: ChangeId | None = None,
    output: Repo | None = None,
    quiet: bool = False,
    also: Callable[[Connection, Pipeline], None] = _nothing_else,
) -> Pipeline:
    """Make or change a pipeline in the caller's transaction, as `create_pipeline` does.

    A new one writes to `output` where that is given, whatever it holds. `quiet` starts nothing: the caller announces
    the pipeline under `change`.
    """
    row = _live_row(conn, spec.project, spec.name)
    if row is not None and not update:
        raise Conflict(
            f"Pipeline {spec.full_name} exists already.",
            help="Use `tilth pipeline update` to change it, or another name.",
            pipeline=spec.full_name,
        )
    change = change or ChangeId(new_id())
    recipe = recipe_of(spec, code)
    now = time.time_ns() // 1_000_000
    if row is None:
        output = output or _output_repo(conn, spec)
        identifier, version = new_id(), 1
        conn.execute(
            insert(pipelines).values(
                id=identifier,
                project=spec.project,
                name=spec.name,
                kind=spec.kind,
                version=version,
                repo=output.id,
                branch=spec.output_branch,
                position=feed.last(conn),
                created_ms=now,
                updated_ms=now,
            )
        )
    else:
        before = load_pipeline(conn, row.id)
        if _same(before, spec, recipe) and not reprocess:
            _declare(conn, spec, find_repo(conn, before.output_id), references)
            also(conn, before)
            return before
        if before.kind != spec.kind and "labeling" in (before.kind, spec.kind):
            raise Conflict(
                f"Pipeline {spec.full_name} is a {before.kind} pipeline and cannot become a {spec.kind} one.",
                help="Give the new one another name.",
            )
        output = find_repo(conn, before.output_id)
        if before.branch != spec.output_branch:
            release_branch(conn, output, before.branch)
        identifier, version = row.id, row.version + 1
        conn.execute(
            _update_row(identifier).values(version=version, kind=spec.kind, branch=spec.output_branch, updated_ms=now)
        )
    _ensure_branch(conn, output, spec.output_branch, author)
    _declare(conn, spec, output, references)
    conn.execute(
        insert(pipeline_versions).values(
            pipeline=identifier,
            version=version,
            spec=canonical(dict(spec.document)).decode(),
            recipe=recipe,
            code=code,
            keep_outputs=keep_outputs,
            author=author,
            change=change,
            at_ms=now,
        )
    )
    if not quiet:
        announce(conn, identifier, spec.full_name, version, change, reprocess)
    made = load_pipeline(conn, identifier)
    also(conn, made)
    return made


def prepare_output(conn: Connection, spec: PipelineSpec, *, author: str) -> Repo:
    """Make the output of a pipeline that is yet to be made or changed, so that others may be made before that read it.

    Raises Conflict where a repo of its name holds something else.
    """
    row = _live_row(conn, spec.project, spec.name)
    output = _output_repo(conn, spec) if row is None else find_repo(conn, load_pipeline(conn, row.id).output_id)
    _ensure_branch(conn, output, spec.output_branch, author)
    return output


def rerun_pipeline(backend: Backend, name: str, *, reprocess: bool = False) -> ChangeId:
    """Start a change that runs a pipeline at its inputs' heads; `reprocess` ignores all earlier results."""
    with backend.database.transaction() as conn:
        pipeline = find_pipeline(conn, name)
        if pipeline.paused_by is not None:
            raise Conflict(
                f"Pipeline {pipeline.name} is paused by {pipeline.paused_by}.",
                help="Resume it: it then runs at its inputs' heads.",
                pipeline=pipeline.name,
            )
        change = ChangeId(new_id())
        announce(conn, pipeline.id, pipeline.name, pipeline.version, change, reprocess)
    return change


def pause_pipeline(
    backend: Backend, name: str, *, author: str, also: Callable[[Connection, Pipeline], None] = _nothing_else
) -> Pipeline:
    """Let a pipeline get no more jobs until it is resumed; one that runs is finished, those that wait are stopped.

    What reads its output goes on with the output as it is. A paused one stays as it is. `also` runs in the same
    transaction, with the pipeline as it then is. Raises NotFound.
    """
    with backend.database.transaction() as conn:
        pipeline = find_pipeline(conn, name)
        if pipeline.paused_by is None:
            now = time.time_ns() // 1_000_000
            conn.execute(_update_row(pipeline.id).values(paused_ms=now, paused_by=author))
            stop_waiting_jobs_of(conn, pipeline.id, f"its pipeline was paused by {author}")
            facts: Json = {"pipeline": pipeline.id, "name": pipeline.name, "author": author}
            feed.append(conn, "pipeline.paused", ChangeId(new_id()), facts)
            pipeline = load_pipeline(conn, pipeline.id)
            also(conn, pipeline)
        return pipeline


def resume_pipeline(
    backend: Backend, name: str, *, author: str, also: Callable[[Connection, Pipeline], None] = _nothing_else
) -> Pipeline:
    """Let a paused pipeline run again, at once at its inputs' heads: what they missed meanwhile is one change.

    One that is not paused stays as it is. `also` runs in the same transaction. Raises NotFound.
    """
    with backend.database.transaction() as conn:
        pipeline = find_pipeline(conn, name)
        if pipeline.paused_by is not None:
            conn.execute(_update_row(pipeline.id).values(paused_ms=None, paused_by=None))
            change = ChangeId(new_id())
            facts: Json = {"pipeline": pipeline.id, "name": pipeline.name, "author": author}
            feed.append(conn, "pipeline.resumed", change, facts)
            announce(conn, pipeline.id, pipeline.name, pipeline.version, change, False)
            pipeline = load_pipeline(conn, pipeline.id)
            also(conn, pipeline)
        return pipeline


def delete_pipeline(
    backend: Backend,
    name: str,
    *,
    force: bool = False,
    also: Callable[[Connection, Pipeline], None] = _nothing_else,
) -> None:
    """Delete a pipeline and stop its jobs. Its output repo stays and becomes an ordinary one.

    `also` runs in the same transaction. Raises Conflict while other pipelines read its output, unless `force`.
    """
    with backend.database.transaction() as conn:
        remove_pipeline(conn, name, force=force, also=also)


def remove_pipeline(
    conn: Connection,
    name: str,
    *,
    force: bool = False,
    also: Callable[[Connection, Pipeline], None] = _nothing_else,
) -> None:
    """Delete a pipeline in the caller's transaction; see `delete_pipeline`."""
    pipeline = find_pipeline(conn, name)
    readers = readers_of(conn, pipeline.output_id, pipeline.branch)
    if readers and not force:
        names = ", ".join(sorted({find_repo(conn, repo).full_name for repo, _ in readers}))
        raise Conflict(f"Pipeline {pipeline.name} is read by {names}.", help="Delete those first, or use --force.")
    now = time.time_ns() // 1_000_000
    release_branch(conn, pipeline.output_id, pipeline.branch)
    conn.execute(_update_row(pipeline.id).values(deleted_ms=now))
    stop_jobs_of(conn, pipeline.id, "its pipeline was deleted")
    feed.append(conn, "pipeline.deleted", ChangeId(new_id()), {"pipeline": pipeline.id, "name": pipeline.name})
    also(conn, pipeline)


def get_pipeline(backend: Backend, name: str) -> Pipeline:
    """Return a pipeline at its newest version. Raises NotFound."""
    with backend.database.read() as conn:
        return find_pipeline(conn, name)


def pipelines_in(conn: Connection, project: str) -> list[Pipeline]:
    """Return the live pipelines of a project by name."""
    query = select(pipelines.c.id).where(pipelines.c.project == project, pipelines.c.deleted_ms.is_(None))
    return [load_pipeline(conn, id) for id in conn.execute(query.order_by(pipelines.c.name)).scalars().all()]


def list_pipelines(backend: Backend, *, after: str | None = None, limit: int = 100) -> list[Pipeline]:
    """Return up to `limit` pipelines behind `after` (PROJECT/NAME), by name."""
    query = select(pipelines.c.id).where(pipelines.c.deleted_ms.is_(None))
    if after is not None:
        query = query.where(tuple_(pipelines.c.project, pipelines.c.name) > tuple_(*_split(after)))
    with backend.database.read() as conn:
        ids = conn.execute(query.order_by(pipelines.c.project, pipelines.c.name).limit(limit)).scalars().all()
        return [load_pipeline(conn, id) for id in ids]


def find_pipeline(conn: Connection, name: str) -> Pipeline:
    """Return a live pipeline by NAME or PROJECT/NAME in the caller's transaction. Raises NotFound."""
    row = _live_row(conn, *_split(name))
    if row is None:
        raise NotFound(f"There is no pipeline {name}.", help="`tilth pipeline list` shows them.", pipeline=name)
    return load_pipeline(conn, row.id)


def load_pipeline(conn: Connection, identifier: str, version: int | None = None) -> Pipeline:
    """Return a pipeline by id, deleted or not, at a version (default: its newest)."""
    row = conn.execute(select(pipelines).where(pipelines.c.id == identifier)).one()
    at = conn.execute(
        select(pipeline_versions).where(
            pipeline_versions.c.pipeline == identifier,
            pipeline_versions.c.version == (row.version if version is None else version),
        )
    ).one()
    repo = conn.execute(select(repos.c.project, repos.c.name).where(repos.c.id == row.repo)).one()
    document, parsed = _stored_spec(at.spec, row.project)
    return Pipeline(
        id=identifier,
        version=at.version,
        project=row.project,
        short_name=row.name,
        kind=row.kind if isinstance(parsed, Invalid) else parsed.kind,
        document=document,
        recipe=Digest(at.recipe),
        code=Digest(at.code) if at.code is not None else None,
        keep_outputs=at.keep_outputs,
        output=f"{repo.project}/{repo.name}",
        output_id=RepoId(row.repo),
        branch=row.branch if isinstance(parsed, Invalid) else parsed.output_branch,
        created_ms=row.created_ms,
        updated_ms=at.at_ms,
        change=ChangeId(at.change),
        parsed=parsed,
        paused_by=row.paused_by,
    )


def owner_of(conn: Connection, repo: RepoId, branch: str) -> str | None:
    """Return the id of the live pipeline that writes a branch."""
    query = select(pipelines.c.id).where(
        pipelines.c.repo == repo, pipelines.c.branch == branch, pipelines.c.deleted_ms.is_(None)
    )
    found: str | None = conn.execute(query).scalar()
    return found


def announce(
    conn: Connection, identifier: str, name: str, version: int, change: ChangeId, reprocess: bool = False
) -> None:
    """Tell the feed that a pipeline is to run at its inputs' heads, in the caller's transaction."""
    facts: Json = {"pipeline": identifier, "name": name, "version": version, "reprocess": reprocess}
    feed.append(conn, CHANGED, change, facts)


def _stored_spec(text: str, project: str) -> tuple[Mapping[str, Any], PipelineSpec | Invalid]:
    """Read a stored spec. One that cannot be understood must stop nothing but its own pipeline's jobs."""
    document: Mapping[str, Any] = {}
    try:
        found = json.loads(text)
        document = found if isinstance(found, dict) else {}
        return document, parse_spec(found, project=project)
    except Invalid as error:
        return document, error
    except ValueError as error:
        return document, Invalid(f"It is not JSON: {error}", help="Mend it with `tilth pipeline update`.")


def _same(before: Pipeline, spec: PipelineSpec, recipe: Digest) -> bool:
    """Tell whether nothing would change; where the code folder lies does not matter, its digest is in the recipe."""

    def written(of: PipelineSpec) -> bytes:
        return canonical({name: value for name, value in of.document.items() if name != "code"})

    if isinstance(before.parsed, Invalid):
        return False
    return before.recipe == recipe and written(before.parsed) == written(spec)


def _declare(conn: Connection, spec: PipelineSpec, output: Repo, references: Sequence[tuple[str, str]]) -> None:
    wanted = [(repo, branch, InputKind(kind)) for repo, branch, kind in branches(spec.input)]
    wanted += [(repo, branch, InputKind.REFERENCE) for repo, branch in references]
    declare_inputs(conn, output, spec.output_branch, wanted, owner=spec.full_name, trains=spec.trains)


def _output_repo(conn: Connection, spec: PipelineSpec) -> Repo:
    """Return the output repo: a new one, or what a deleted pipeline of this name left."""
    row = conn.execute(
        select(repos.c.id).where(
            repos.c.project == spec.project, repos.c.name == spec.name, repos.c.deleted_ms.is_(None)
        )
    ).first()
    if row is None:
        return insert_repo(
            conn, spec.name, project=spec.project, description=spec.description, branch=spec.output_branch
        )
    left = conn.execute(select(pipelines.c.id).where(pipelines.c.repo == row.id).limit(1)).first()
    used = conn.execute(
        select(branch_table.c.name).where(branch_table.c.repo == row.id, branch_table.c.head.is_not(None))
    ).first()
    if left is None and used is not None:
        raise Conflict(
            f"Repo {spec.full_name} exists and holds commits, so it cannot be the output of the new pipeline.",
            help="Choose another pipeline name.",
            repo=spec.full_name,
        )
    return find_repo(conn, row.id)


def _ensure_branch(conn: Connection, repo: Repo, branch: str, author: str) -> None:
    try:
        find_branch(conn, repo, branch)
    except NotFound:
        insert_branch(conn, repo, branch, author=author)


def _live_row(conn: Connection, project: str, name: str) -> Any:
    query = select(pipelines.c.id, pipelines.c.version).where(
        pipelines.c.project == project, pipelines.c.name == name, pipelines.c.deleted_ms.is_(None)
    )
    return conn.execute(query).first()


def _update_row(identifier: str) -> Any:
    return update(pipelines).where(pipelines.c.id == identifier)


def _split(name: str) -> tuple[str, str]:
    project, slash, rest = name.partition("/")
    if not name:
        raise Invalid("The pipeline's name is empty.", help="`tilth pipeline list` shows the names.")
    return (project, rest) if slash else (DEFAULT_PROJECT, name)
