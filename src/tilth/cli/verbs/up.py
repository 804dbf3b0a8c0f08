"""`tilth up`: the server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tilth.cli.documents import print_document
from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.config import DEFAULT_PORT, is_url
from tilth.errors import Invalid


@click.command("up", cls=Command, short_help="Serve the workspace until Ctrl-C.", example="tilth up --port 8470")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="PORT",
    help="0: any free.",
)
@pass_session
def command(session: Session, host: str, port: int) -> None:
    """Serve the workspace until Ctrl-C: the console, the web API, and all work that commits ask for.

    Prints its address first, and at the first start the owner's link, whose token is shown this once. On a terminal of
    who owns the folder, later starts print a link that logs in and is valid for ten minutes. With --json the document
    {"url": …} is printed when it listens, and the rest goes to stderr.
    """
    place = session.place
    if is_url(place):
        raise Invalid(f"{place} is a server already.", help="Name a workspace folder with -w.")
    if not (Path(place) / "format").is_file():
        session.note(f"There was no workspace at {place}; this makes an empty one.")
    from tilth.server import serve

    terminal = sys.stdout.isatty() and not session.as_json
    serve(place, host=host, port=port, say=_document if session.as_json else _line, terminal=terminal)


def _line(text: str) -> None:
    print(text, flush=True)


def _document(text: str) -> None:
    word = text.split()[0]
    if is_url(word):
        print_document({"url": word})
        sys.stdout.flush()
    else:
        print(text, file=sys.stderr, flush=True)
