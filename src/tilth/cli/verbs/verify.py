"""`tilth verify`: everything stored, re-hashed."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size
from tilth.contract.values import VerifyReport
from tilth.errors import Corrupt


@click.command(
    "verify", cls=Command, short_help="Re-hash everything that is stored.", example="tilth verify --against SEAL"
)
@click.option("--against", metavar="SEAL", help="Prove that nothing before this seal was rewritten.")
@pass_session
def command(session: Session, against: str | None) -> None:
    """Re-hash everything that is stored. Exits with 7 when something is wrong.

    A seal (in `tilth log --json`) that you noted elsewhere proves the whole history before it.
    """
    maintenance = session.workspace().maintenance
    with session.progress() as progress:
        report = maintenance.verify(against=against, progress=progress)
    session.show(report, _print)
    if report.problems:
        click.get_current_context().exit(Corrupt.exit_code)


def _print(report: VerifyReport) -> None:
    checked = f"{counted(report.commits, 'commit')}, {counted(report.records, 'record')}, {size(report.bytes)}"
    for problem in report.problems:
        print(f"{safe(problem.where)}: {safe(problem.what)}")
    if report.problems:
        print(f"{counted(len(report.problems), 'problem')} in {checked}.")
    else:
        print(f"All is as it was stored: {checked}.")
