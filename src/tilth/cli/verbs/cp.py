"""`tilth cp`: a file or folder somewhere else, without its data."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed


@click.command(
    "cp",
    cls=Command,
    short_help="Copy a file or folder, within a repo or between repos.",
    example="tilth cp images@v1:train curated:train -m 'start from v1'\ntilth cp images:a.png images:b.png",
)
@click.argument("source", metavar="REPO[@REVISION][:PATH]")
@click.argument("target", metavar="REPO[@BRANCH][:PATH]")
@message_option
@pass_session
def command(session: Session, source: str, target: str, message: str) -> None:
    """Copy a file or folder, within a repo or between repos, as one commit. No data is read.

    A file becomes PATH (or lands in PATH/ when that ends with a slash). A folder's content lands below PATH.
    """
    done = session.workspace().files.copy(source, target, message=message)
    session.show(done, lambda done: print(committed(done, split(target).commit)))
