"""Pipelines of a local workspace: here the two stages, which do not know each other, are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from tilth.contract.paging import Page
from tilth.contract.pipelines import KnownCheck, PipelineInfo, SpecCheck
from tilth.contract.principal import Role
from tilth.datums.cutting import update_input
from tilth.datums.inputs import branches as inputs_of
from tilth.datums.inputs import input_json
from tilth.errors import Denied, Invalid, NotFound
from tilth.execution.code import MAX_CODE_BYTES, check_code
from tilth.labeling.stage import LabelingStage
from tilth.model.digest import Digest
from tilth.pipelines import queue, registry
from tilth.pipelines.registry import Pipeline
from tilth.pipelines.spec import PipelineSpec, parse_spec
from tilth.storage.records import RecordKind
from tilth.versioning import branches, commits
from tilth.versioning.provenance import check_inputs
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of


class LocalPipelines:
    """Pipelines of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author
        self._role = opened.principal.role
        self._labeling = LabelingStage(opened.backend)

    def check(self, spec: Mapping[str, Any]) -> SpecCheck:
        """Say what a spec would do, by cutting its inputs as they are now. Costs O(their files)."""
        parsed = parse_spec(spec)
        references = references_of(parsed)
        places = inputs_of(parsed.input)
        with self._backend.database.read() as conn:
            read = [*((repo, branch) for repo, branch, _ in places), *references]
            check_inputs(conn, parsed.full_name, parsed.output_branch, read)
        trees: dict[tuple[str, str], Digest | None] = {}
        warnings = list(parsed.warnings)
        for repo, branch, _ in places:
            head = branches.get_branch(self._backend, repo, branch).head
            trees[repo, branch] = commits.get_commit(self._backend, head).tree if head is not None else None
            if head is None:
                warnings.append(f"{short_name(repo)}@{branch} has no commit yet.")
        update = update_input(self._backend.store, parsed.input, trees)
        return SpecCheck(
            name=short_name(parsed.full_name),
            kind=parsed.kind,
            inputs=[f"{short_name(repo)}@{branch}" for repo, branch, _ in places],
            output=f"{short_name(parsed.full_name)}@{parsed.output_branch}",
            items=sum(1 for _ in update.changes()),
            warnings=warnings,
            known=self._known(parsed),
        )

    def _known(self, parsed: PipelineSpec) -> KnownCheck | None:
        found = self._labeling.check_known(parsed.labeling, parsed.full_name) if parsed.labeling else None
        return KnownCheck(found.rows, found.fit, found.problems) if found is not None else None

    def create(
        self,
        spec: Mapping[str, Any],
        *,
        code: bytes | None = None,
        update: bool = False,
        keep_outputs: bool = False,
        reask: bool = False,
    ) -> PipelineInfo:
        """Create or update a pipeline."""
        parsed = parse_spec(spec)
        self._check_kind(parsed.full_name, parsed.kind)
        made = self._create(parsed, code=code, update=update, keep_outputs=keep_outputs, reask=reask)
        return self._info(made)

    def create_built_in(self, spec: Mapping[str, Any], code: bytes) -> PipelineInfo:
        """Create or update a pipeline over a recipe that ships with Tilth: curators may, for its code is not theirs."""
        return self._info(self._create(parse_spec(spec), code=code, update=True))

    def _create(
        self,
        parsed: PipelineSpec,
        *,
        code: bytes | None,
        update: bool,
        keep_outputs: bool = False,
        reask: bool = False,
    ) -> Pipeline:
        return registry.create_pipeline(
            self._backend,
            parsed,
            author=self._author,
            code=self._kept_code(parsed) if code is None and update else self._keep_code(parsed, code),
            update=update,
            keep_outputs=keep_outputs,
            references=references_of(parsed),
            also=partial(open_desk, self._labeling, reask=reask),
        )

    def get(self, name: str) -> PipelineInfo:
        """Return one pipeline."""
        return self._info(registry.get_pipeline(self._backend, name))

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[PipelineInfo]:
        """List pipelines by name."""
        found = registry.list_pipelines(self._backend, after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, self._info, lambda pipeline: pipeline.name)

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a pipeline."""
        if self._role is Role.CURATOR:
            found = registry.get_pipeline(self._backend, name)
            self._check_kind(found.spec.full_name, found.spec.kind)
        registry.delete_pipeline(self._backend, name, force=force, also=partial(close_desk, self._labeling))

    def pause(self, name: str) -> PipelineInfo:
        """Let a pipeline get no more jobs until it is resumed."""
        return self._info(registry.pause_pipeline(self._backend, name, author=self._author, also=self._pause_desk))

    def resume(self, name: str) -> PipelineInfo:
        """Let a paused pipeline run again."""
        return self._info(registry.resume_pipeline(self._backend, name, author=self._author, also=self._pause_desk))

    def rerun(self, name: str, *, reprocess: bool = False) -> str:
        """Start a new change for the pipeline at its inputs' heads."""
        return registry.rerun_pipeline(self._backend, name, reprocess=reprocess)

    def _check_kind(self, name: str, kind: str) -> None:
        """Let curators ask people, but not run code of their own on this machine. Raises Denied."""
        if self._role is Role.CURATOR and kind != "labeling":
            raise Denied(
                f"{name} runs code, and a curator makes and deletes labeling pipelines only.",
                help="Ask a writer or an owner.",
                pipeline=name,
            )

    def _pause_desk(self, conn: Connection, pipeline: Pipeline) -> None:
        if pipeline.kind == "labeling":
            by = pipeline.paused_by
            self._labeling.pause(conn, pipeline.name, "" if by is None else f"it is paused by {by}")

    def _kept_code(self, spec: PipelineSpec) -> Digest | None:
        """Return the code that the pipeline has, when its new spec names the same folder and none came with it."""
        if spec.code is not None:
            try:
                before = registry.get_pipeline(self._backend, spec.full_name)
            except NotFound:
                return self._keep_code(spec, None)
            if before.code is not None and before.document.get("code") == spec.code:
                return before.code
        return self._keep_code(spec, None)

    def _keep_code(self, spec: PipelineSpec, code: bytes | None) -> Digest | None:
        if code is None:
            if spec.code is not None:
                raise Invalid(
                    f"{short_name(spec.full_name)} names the code folder {spec.code!r}, but no code came with it.",
                    help="Send its archive: `archive_code(folder)`, or use `tilth pipeline create -f`.",
                )
            return None
        if len(code) > MAX_CODE_BYTES:
            raise Invalid(
                f"The code is larger than {MAX_CODE_BYTES >> 20} MB.", help="Move data out of it, into a repo."
            )
        check_code(code)
        digest = self._backend.store.put_bytes(RecordKind.BLOB, code)
        self._backend.store.flush()
        return digest

    def _info(self, pipeline: Pipeline) -> PipelineInfo:
        jobs = queue.list_jobs(self._backend, pipeline=pipeline.id, limit=1)
        return PipelineInfo(
            name=short_name(pipeline.name),
            project=pipeline.project,
            kind=pipeline.kind,
            version=pipeline.version,
            state=_state(pipeline),
            spec=dict(pipeline.document),
            output=f"{short_name(pipeline.output)}@{pipeline.branch}",
            recipe=pipeline.recipe.hex(),
            created_ms=pipeline.created_ms,
            updated_ms=pipeline.updated_ms,
            last_job=jobs[0].id if jobs else None,
            last_job_state=jobs[0].state if jobs else None,
            paused_by=pipeline.paused_by,
        )


def _state(pipeline: Pipeline) -> str:
    if isinstance(pipeline.parsed, Invalid):
        return "invalid"
    return "active" if pipeline.paused_by is None else "paused"


def references_of(spec: PipelineSpec) -> Sequence[tuple[str, str]]:
    """Return the branches that a labeling pipeline reads beside its input, having checked its part of the spec."""
    if spec.labeling is None:
        return ()
    _, places = LabelingStage.check(spec.labeling, project=spec.project)
    return [(place.repo, place.branch) for place in places]


def open_desk(labeling: LabelingStage, conn: Connection, pipeline: Pipeline, *, reask: bool = False) -> None:
    """Open (or change) the desk of a labeling pipeline with the pipeline itself, or neither."""
    if pipeline.spec.labeling is not None:
        labeling.declare(
            conn,
            pipeline.name,
            repo=pipeline.output,
            branch=pipeline.branch,
            spec=pipeline.spec.labeling,
            input=input_json(pipeline.spec.input),
            change=pipeline.change,
            reask=reask,
        )


def close_desk(labeling: LabelingStage, conn: Connection, pipeline: Pipeline) -> None:
    """Close the desk of a labeling pipeline with the pipeline itself, or neither."""
    if pipeline.kind == "labeling":
        labeling.close(conn, pipeline.name)
