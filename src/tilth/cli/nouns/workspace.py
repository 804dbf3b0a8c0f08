"""`tilth workspace`: the whole of it."""

from __future__ import annotations

from pathlib import Path

import click

from tilth.cli.grammar import Noun
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size
from tilth.config import is_url
from tilth.errors import Corrupt, Invalid


@click.group("workspace", cls=Noun, short_help="The workspace itself, moved to other backends.")
def command() -> None:
    """The workspace itself, moved to other backends."""


@command.command(
    "move",
    example="tilth -w ./images/.tilth workspace move /srv/images \\\n"
    "  --database 'postgresql://tilth@db.example/tilth?schema=images' --storage s3://acme-tilth/images\n"
    "tilth -w /srv/images workspace move ./images/.tilth",
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--database", metavar="URL", help="PostgreSQL for the metadata; without it SQLite in FOLDER.")
@click.option("--storage", metavar="URL", help="A bucket for the data; without it packs in FOLDER.")
@pass_session
def move(session: Session, folder: Path, database: str | None, storage: str | None) -> None:
    """Copy the workspace into the new FOLDER, PostgreSQL, a bucket, or back from there, and verify it all.

    People may read and write until most of it is copied; then who writes is told that the workspace is being moved. The
    old one keeps what it has and can be read, but is closed to writers (tilth workspace reopen opens it again): look at
    the new one, then delete the old. Interrupted, the same command goes on where it was. Exits with 7 where the old one
    is damaged.
    """
    from tilth.versioning.backend import open_backend
    from tilth.versioning.moving import Moved
    from tilth.versioning.moving import move as move_all

    if is_url(session.place):
        raise Invalid("A workspace is moved on its own machine.", help="Name its folder with -w.")

    def tell(done: Moved) -> None:
        print(f"Moved {counted(done.commits, 'commit')}, {counted(done.packs, 'pack')}, {size(done.size)}.")
        print(f"metadata  {safe(done.database)}")
        print(f"data      {safe(done.storage)}")
        print(f"Use it with -w {safe(done.folder)}.")
        print("The old one can be read, not written: delete it when you have looked.")
        for problem in done.problems:
            print(f"{safe(problem.where)}: {safe(problem.what)}")

    with open_backend(Path(session.place), create=False) as backend, session.progress() as progress:
        done = move_all(backend, folder, database=database, storage=storage, progress=progress)
    session.show(done, tell)
    if done.problems:
        click.get_current_context().exit(Corrupt.exit_code)


@command.command("reopen", example="tilth -w ./images/.tilth workspace reopen")
@pass_session
def reopen(session: Session) -> None:
    """Let a workspace be written to again that was moved away: two go on from here that differ."""
    from tilth.versioning.backend import open_backend
    from tilth.versioning.holding import reopen as reopen_all

    if is_url(session.place):
        raise Invalid("A workspace is opened again on its own machine.", help="Name its folder with -w.")
    with open_backend(Path(session.place), create=False) as backend:
        where = reopen_all(backend.database)

    def tell(_: object) -> None:
        if where is None:
            print("It was open.")
        else:
            print(f"It can be written to again. What was moved to {safe(where)} goes its own way.")

    session.show({"moved_to": where}, tell)
