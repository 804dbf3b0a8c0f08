"""`tilth restore`: a workspace from its backup."""

from __future__ import annotations

from pathlib import Path

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size, when
from tilth.config import is_url
from tilth.errors import Corrupt, Invalid


@click.command(
    "restore",
    cls=Command,
    short_help="Make a workspace from a backup, and verify it.",
    example="tilth restore /mnt/other-disk/images ./images/.tilth",
)
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, source: Path, folder: Path) -> None:
    """Make a workspace in FOLDER (new or empty) from what `tilth backup` made, checking every byte of it.

    Exits with 7 when the backup is damaged (nothing is made then) or what was backed up was.
    """
    if session.option is not None and is_url(session.option):
        raise Invalid(
            f"{session.option} is a server: a workspace is restored on the machine that is to hold it.",
            help="Log in there, leave -w out, and start the server on FOLDER when it is done.",
        )
    from tilth.versioning.backup import Restored, restore

    def tell(done: Restored) -> None:
        what = f"{counted(done.commits, 'commit')}, {counted(done.packs, 'pack')}, {size(done.size)}"
        print(f"Restored {what}, as of {when(done.taken_ms)}.")
        for problem in done.problems:
            print(f"{safe(problem.where)}: {safe(problem.what)}")

    with session.progress() as progress:
        done = restore(source, folder, progress=progress)
    session.show(done, tell)
    if done.problems:
        click.get_current_context().exit(Corrupt.exit_code)
