"""`tilth mv`: a file or folder somewhere else, without its data."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed


@click.command(
    "mv",
    cls=Command,
    short_help="Move a file or folder, within a repo or between repos.",
    example="tilth mv images:inbox images:train\ntilth mv images:a.png rejected:",
)
@click.argument("source", metavar="REPO[@BRANCH]:PATH")
@click.argument("target", metavar="REPO[@BRANCH][:PATH]")
@message_option
@pass_session
def command(session: Session, source: str, target: str, message: str) -> None:
    """Move a file or folder, within a repo or between repos, as one commit. No data is read.

    A file becomes PATH (or lands in PATH/ when that ends with a slash). A folder's content lands below PATH.

    Between two branches it is one commit on each, of one change, both or none.
    """
    done = session.workspace().files.move(source, target, message=message)
    session.show(done, lambda done: print(committed(done, split(target).commit)))
