"""`tilth verify`: everything stored, re-hashed."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size
from tilth.contract.maintenance import VerifyReport
from tilth.errors import Corrupt


@click.command(
    "verify",
    cls=Command,
    short_help="Re-hash everything that is stored.",
    example="tilth verify\ntilth verify --against SEAL",
)
@click.option("--against", metavar="SEAL", help="Prove that nothing before this seal was rewritten.")
@click.option("--again", is_flag=True, help="Begin anew, and not where an interrupted one was.")
@pass_session
def command(session: Session, against: str | None, again: bool) -> None:
    """Re-hash everything that is stored and name every bad file. Exits with 7 when something is wrong.

    Stopped in between, it goes on the next time. What was purged or forgotten on purpose is told, and is no fault.

    A seal (in `tilth log --json`) that you noted elsewhere proves the whole history before it.
    """
    maintenance = session.workspace().maintenance
    with session.progress() as progress:
        report = maintenance.verify(against=against, again=again, progress=progress)
    session.show(report, _print)
    if report.problems:
        click.get_current_context().exit(Corrupt.exit_code)


def _print(report: VerifyReport) -> None:
    checked = f"{counted(report.commits, 'commit')}, {counted(report.records, 'record')}, {size(report.bytes)}"
    for problem in (*report.gone, *report.problems):
        print(f"{safe(problem.where)}: {safe(problem.what)}")
    if report.resumed:
        print(f"{counted(report.resumed, 'pack')} found whole before this one was interrupted; --again reads all anew.")
    if report.problems:
        print(f"{counted(len(report.problems), 'problem')} in {checked}.")
    else:
        print(f"All is as it was stored: {checked}.")
