"""`tilth pipeline`: work that runs on every change."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Noun, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.specs import code_of, read_specs
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import counted, safe, short, when
from tilth.contract.paging import Page
from tilth.contract.pipelines import PipelineInfo, SpecCheck

_file = click.option("-f", "--file", "file", required=True, metavar="FILE", help="The spec, YAML or JSON; - is stdin.")


@click.group("pipeline", cls=Noun, short_help="Pipelines: work that runs on every change.")
def command() -> None:
    """Pipelines: work that runs on every change of its inputs, by code or by people."""


@command.command("create", example="tilth pipeline create -f train.yaml")
@_file
@pass_session
def create(session: Session, file: str) -> None:
    """Create a pipeline from a spec file.

    The folder that `code:` names (relative to the spec file) is kept with the pipeline. A file may hold several specs.
    """
    _send(session, file, update=False, keep_outputs=False)


@command.command("update", example="tilth pipeline update -f train.yaml")
@_file
@click.option("--keep-outputs", is_flag=True, help="Keep results made by the code before; recorded in the lineage.")
@pass_session
def update(session: Session, file: str, keep_outputs: bool) -> None:
    """Change a pipeline to a new spec; changed code runs again on everything."""
    _send(session, file, update=True, keep_outputs=keep_outputs)


@command.command("check", example="tilth pipeline check -f train.yaml")
@_file
@pass_session
def check(session: Session, file: str) -> None:
    """Say what a spec would do, without doing it."""
    specs, folder = read_specs(file)
    for spec in specs:
        code_of(spec, folder)
    pipelines = session.workspace().pipelines
    found = [pipelines.check(spec) for spec in specs]
    session.show(found if len(found) > 1 else found[0], lambda _: _print_checks(found))


@command.command("list", example="tilth pipeline list")
@paging(100)
@pass_session
def list_(session: Session, after: str | None, limit: int) -> None:
    """List pipelines by name."""
    pipelines = session.workspace().pipelines
    page = collect(lambda key, count: pipelines.list(after=key, limit=count), after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("show", example="tilth pipeline show train")
@click.argument("name", metavar="[PROJECT/]PIPELINE")
@pass_session
def show(session: Session, name: str) -> None:
    """Show one pipeline and its spec."""
    session.show(session.workspace().pipelines.get(name), _print_one)


@command.command("delete", example="tilth pipeline delete train")
@click.argument("name", metavar="[PROJECT/]PIPELINE")
@click.option("--force", is_flag=True, help="Also when other pipelines read its output.")
@pass_session
def delete(session: Session, name: str, force: bool) -> None:
    """Delete a pipeline; its output repo and lineage stay."""
    session.workspace().pipelines.delete(name, force=force)
    session.show(None, lambda _: print(f"Deleted pipeline {safe(name)}; its output stays."))


@command.command("pause", example="tilth pipeline pause train")
@click.argument("name", metavar="[PROJECT/]PIPELINE")
@pass_session
def pause(session: Session, name: str) -> None:
    """Let a pipeline get no more jobs until it is resumed; one that runs is finished."""
    paused = session.workspace().pipelines.pause(name)
    session.show(
        paused,
        lambda paused: print(f"Paused {safe(paused.name)}. Go on with: tilth pipeline resume {safe(paused.name)}"),
    )


@command.command("resume", example="tilth pipeline resume train")
@click.argument("name", metavar="[PROJECT/]PIPELINE")
@pass_session
def resume(session: Session, name: str) -> None:
    """Let a paused pipeline run again, at its inputs' heads."""
    resumed = session.workspace().pipelines.resume(name)
    session.show(resumed, lambda resumed: print(f"Resumed {safe(resumed.name)}. Next: tilth run"))


@command.command("rerun", example="tilth pipeline rerun train --reprocess")
@click.argument("name", metavar="[PROJECT/]PIPELINE")
@click.option("--reprocess", is_flag=True, help="Run every item again, also those with results.")
@pass_session
def rerun(session: Session, name: str, reprocess: bool) -> None:
    """Ask for a job at the heads of the pipeline's inputs."""
    change = session.workspace().pipelines.rerun(name, reprocess=reprocess)
    session.show(change, lambda change: print(f"Asked for as change {change}. Next: tilth run"))


def _send(session: Session, file: str, *, update: bool, keep_outputs: bool) -> None:
    specs, folder = read_specs(file)
    archives = [code_of(spec, folder) for spec in specs]
    pipelines = session.workspace().pipelines
    made = [
        pipelines.create(spec, code=code, update=update, keep_outputs=keep_outputs)
        for spec, code in zip(specs, archives, strict=True)
    ]
    session.show(made if len(made) > 1 else made[0], lambda _: _print_made(made))


def _print(page: Page[PipelineInfo]) -> None:
    print_table(
        ("pipeline", "kind", "state", "writes", "last job", "changed"),
        (
            (info.name, info.kind, info.state, info.output, info.last_job_state or "-", when(info.updated_ms))
            for info in page.items
        ),
        empty="There are no pipelines yet. Make one: tilth pipeline create -f FILE",
    )


def _print_one(info: PipelineInfo) -> None:
    print_facts(
        (
            ("pipeline", info.name),
            ("kind", info.kind),
            ("state", info.state),
            ("version", info.version),
            ("writes", info.output),
            ("recipe", short(info.recipe)),
            ("last job", f"{info.last_job} ({info.last_job_state})" if info.last_job else "none yet"),
            ("changed", when(info.updated_ms)),
        )
    )
    print("spec")
    for line in json.dumps(plain(info.spec), indent=2, ensure_ascii=False).splitlines():
        print(f"  {safe(line)}")


def _print_made(made: Sequence[PipelineInfo]) -> None:
    for info in made:
        print(f"Pipeline {safe(info.name)}, version {info.version}, writes {safe(info.output)}.")
    print("Next: tilth run")


def _print_checks(found: Sequence[SpecCheck]) -> None:
    for place, check in enumerate(found):
        if place:
            print()
        _print_check(check)


def _print_check(found: SpecCheck) -> None:
    print_facts(
        (
            ("pipeline", found.name),
            ("kind", found.kind),
            ("reads", ", ".join(found.inputs)),
            ("writes", found.output),
            ("items now", counted(found.items, "item") if found.items is not None else "unknown"),
        )
    )
    for warning in found.warnings:
        print(f"note: {safe(warning)}")
    if found.known is not None and found.known.problems:
        print(f"note: {found.known.fit:,} of {counted(found.known.rows, 'known answer')} fit:")
        for problem in found.known.problems:
            print(f"      {safe(problem)}")
