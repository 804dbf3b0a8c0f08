"""`tilth run`: all work that commits have asked for."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.joblines import exit_code, print_failures, print_jobs
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted
from tilth.contract.maintenance import QuietReport


@click.command(
    "run", cls=Command, short_help="Do all work that commits have asked for, until quiet.", example="tilth run"
)
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give up after so long (exit code 6).")
@pass_session
def command(session: Session, timeout: float | None) -> None:
    """Do all work that commits have asked for, until quiet. Exits with 8 when a job failed.

    While a server runs the workspace, this waits until the server has done it.
    """
    workspace = session.workspace()
    with session.progress() as progress:
        report = workspace.maintenance.run(timeout_s=timeout, progress=progress)
    session.show(report, _print)
    if not session.as_json:
        print_failures(workspace, report.jobs)
    click.get_current_context().exit(exit_code(report.jobs))


def _print(report: QuietReport) -> None:
    if not report.jobs:
        print("Nothing was left to do.")
        return
    print_jobs(report.jobs, empty="")
    run, reused = sum(job.run for job in report.jobs), sum(job.reused for job in report.jobs)
    print(
        f"{counted(len(report.jobs), 'job')}: {counted(run, 'item')} run, {reused:,} reused, "
        f"{counted(report.commits, 'commit')} published."
    )
