"""`tilth up`: the server."""

from __future__ import annotations

import click

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
    """Serve the workspace until Ctrl-C: the web API, and all work that commits ask for.

    The owner's token is printed once, at the first start.
    """
    place = session.place
    if is_url(place):
        raise Invalid(f"{place} is a server already.", help="Name a workspace folder with -w.")
    from tilth.server import serve

    serve(place, host=host, port=port)
