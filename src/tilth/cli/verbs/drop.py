"""`tilth drop`: the newest commits off a branch."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import safe
from tilth.contract.branches import BranchInfo
from tilth.errors import Invalid


@click.command(
    "drop",
    cls=Command,
    short_help="Take the newest commit off a branch.",
    example="tilth drop images@main -m 'wrong camera'\ntilth drop images@main --to main^3",
)
@click.argument("branch", metavar="REPO[@BRANCH]")
@click.option("--to", metavar="REVISION", help="Drop all commits behind this one.")
@click.option("-m", "--reason", default="", metavar="TEXT", help="Why; shown to whoever asks for the data.")
@pass_session
def command(session: Session, branch: str, to: str | None, reason: str) -> None:
    """Take the newest commit (or all behind REVISION) off a branch and let go of its data; its record stays.

    Refused while a derived commit, another branch or a tag needs it.
    """
    named = split(branch)
    if named.path is not None:
        raise Invalid(f"{branch!r} names a path.", help="Write REPO[@BRANCH].")
    done = session.workspace().branches.drop(named.repo, named.revision or "main", to=to, reason=reason)
    session.show(done, _print)


def _print(branch: BranchInfo) -> None:
    print(f"{safe(branch.repo)}@{safe(branch.name)} is {f'at {branch.head}' if branch.head else 'empty'} now.")
