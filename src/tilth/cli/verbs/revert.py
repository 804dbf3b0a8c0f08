"""`tilth revert`: one commit undone."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed


@click.command(
    "revert",
    cls=Command,
    short_help="Undo one commit and keep what came later.",
    example="tilth revert images@main -m 'wrong camera'",
)
@click.argument("reference", metavar="REPO[@REVISION]")
@click.option("--branch", metavar="BRANCH", help="Where to undo it; default: the branch named, else main.")
@message_option
@pass_session
def command(session: Session, reference: str, branch: str | None, message: str) -> None:
    """Undo one commit and keep what came later, as a new commit.

    Refused, with the paths named, where a later commit changed the same paths.
    """
    done = session.workspace().commits.revert(reference, branch=branch, message=message)
    repo = split(reference).repo
    session.show(done, lambda done: print(committed(done, f"{repo}@{branch}" if branch else repo)))
