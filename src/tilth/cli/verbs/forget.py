"""`tilth forget`: the data of a commit goes, its history stays."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import safe


@click.command(
    "forget",
    cls=Command,
    short_help="Let go of a commit's data, keep its record.",
    example="tilth forget images@main^3 -m 'a person asked for deletion'",
)
@click.argument("reference", metavar="REPO@REVISION")
@click.option("-m", "--reason", default="", metavar="TEXT", help="Why; shown to whoever asks for the data.")
@pass_session
def command(session: Session, reference: str, reason: str) -> None:
    """Let go of a commit's data and keep its record, seal and lineage.

    What other commits hold too stays with them. Not for the head of a branch or a tagged commit.
    """
    gone = session.workspace().commits.forget(reference, reason=reason)
    session.show(gone, lambda gone: print(f"Commit {gone.commit} is {gone.how} by {safe(gone.author)}."))
