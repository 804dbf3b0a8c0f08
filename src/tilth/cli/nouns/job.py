"""`tilth job`: runs of pipelines."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, paging
from tilth.cli.joblines import exit_code, last_lines, print_failures, print_job, print_jobs
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.streams import write_out
from tilth.cli.tables import print_table
from tilth.cli.wording import safe, seconds
from tilth.contract.jobs import DatumInfo
from tilth.contract.paging import Page
from tilth.contract.workspace import Workspace
from tilth.errors import NotFound
from tilth.model.ids import is_id


@click.group("job", cls=Noun, short_help="Jobs: runs of pipelines.")
def command() -> None:
    """Jobs: a pipeline at a change. Where a JOB is asked for, a pipeline's name means its last one."""


@command.command("list", example="tilth job list --pipeline train")
@click.option("--pipeline", metavar="PIPELINE", help="Only of this pipeline.")
@click.option("--change", metavar="CHANGE", help="Only of this change.")
@paging(30)
@pass_session
def list_(session: Session, pipeline: str | None, change: str | None, after: str | None, limit: int) -> None:
    """List jobs, newest first."""
    jobs = session.workspace().jobs
    page = collect(
        lambda key, count: jobs.list(pipeline=pipeline, change=change, after=key, limit=count),
        after=after,
        limit=limit,
    )
    session.show(page, lambda page: print_jobs(page.items, empty="There are no jobs yet."))
    if note := more(page):
        session.note(note)


@command.command("show", example="tilth job show train")
@click.argument("job", metavar="JOB")
@pass_session
def show(session: Session, job: str) -> None:
    """Show one job, and of a failed one the last lines of the failing items."""
    workspace = session.workspace()
    found = workspace.jobs.get(_job(workspace, job))
    session.show(found, print_job)
    if not session.as_json:
        print_failures(workspace, [found], headline=False)


@command.command("items", example="tilth job items train --state failed")
@click.argument("job", metavar="JOB")
@click.option("--state", metavar="STATE", help="Only items in this state.")
@paging(100)
@pass_session
def items(session: Session, job: str, state: str | None, after: str | None, limit: int) -> None:
    """List the items (datums) of a job, failed ones first."""
    workspace = session.workspace()
    found = _job(workspace, job)
    page = collect(
        lambda key, count: workspace.jobs.datums(found, state=state, after=key, limit=count), after=after, limit=limit
    )
    session.show(page, _print_items)
    if note := more(page):
        session.note(note)


@command.command("wait", example="tilth job wait train --timeout 600")
@click.argument("what", metavar="JOB_OR_CHANGE")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give up after so long (exit code 6).")
@pass_session
def wait(session: Session, what: str, timeout: float | None) -> None:
    """Wait until a job, or all jobs of a change, have ended. Exits with 8 when one failed."""
    workspace = session.workspace()
    named = what if is_id(what) else _job(workspace, what)
    with session.progress() as progress:
        jobs = workspace.jobs.wait(named, timeout_s=timeout, progress=progress)
    session.show(jobs, lambda jobs: print_jobs(jobs, empty="There was nothing to wait for."))
    if not session.as_json:
        print_failures(workspace, jobs)
    click.get_current_context().exit(exit_code(jobs))


@command.command("stop", example="tilth job stop train")
@click.argument("job", metavar="JOB")
@pass_session
def stop(session: Session, job: str) -> None:
    """Stop a job; its branch does not move."""
    workspace = session.workspace()
    session.show(workspace.jobs.stop(_job(workspace, job)), print_job)


@command.command("logs", example="tilth job logs train --tail 50")
@click.argument("job", metavar="JOB")
@click.option("--item", metavar="KEY", help="Of this item; default: the first failing one, else the first.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N lines.")
@pass_session
def logs(session: Session, job: str, item: str | None, tail: int | None) -> None:
    """Print the log of one item of a job. With --json the document is {"text": …}."""
    workspace = session.workspace()
    log = workspace.jobs.logs(_job(workspace, job), datum=item)
    if tail is not None:
        lines = last_lines(log, tail)
        session.show({"text": "".join(f"{line}\n" for line in lines)}, lambda _: print("\n".join(lines)))
    elif session.as_json:
        session.show({"text": b"".join(log).decode(errors="replace")}, print)
    else:
        write_out(log)


def _job(workspace: Workspace, word: str) -> str:
    if is_id(word):
        return word
    pipeline = workspace.pipelines.get(word)
    if pipeline.last_job is None:
        raise NotFound(f"Pipeline {word} has no job yet.", help="Put something into its inputs, then `tilth run`.")
    return pipeline.last_job


def _print_items(page: Page[DatumInfo]) -> None:
    print_table(
        ("item", "state", "how", "tries#", "took#", "outputs#", "reason"),
        (
            (
                datum.key,
                datum.state,
                "reused" if datum.reused else "run",
                datum.tries,
                seconds(datum.wall_s),
                len(datum.outputs),
                safe(datum.reason),
            )
            for datum in page.items
        ),
        empty="The job has no such items.",
    )
