"""`tilth rm`: a file or folder out of a branch, as one commit."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed
from tilth.errors import Invalid


@click.command(
    "rm",
    cls=Command,
    short_help="Delete a file or folder, as one commit.",
    example="tilth rm images@main:train/broken.png -m 'unreadable'",
)
@click.argument("reference", metavar="REPO[@BRANCH]:PATH")
@message_option
@pass_session
def command(session: Session, reference: str, message: str) -> None:
    """Delete a file or folder, as one commit; earlier commits keep it."""
    commit, path = split(reference)
    if path is None:
        raise Invalid(
            f"{reference!r} names no path.", help="Write REPO:PATH; `tilth repo delete` deletes a whole repo."
        )
    done = session.workspace().files.delete(reference, message=message)
    session.show(done, lambda done: print(committed(done, commit)))
