"""`tilth cat`: the bytes of a file."""

from __future__ import annotations

import click

from tilth.cli.documents import print_document
from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.streams import write_out
from tilth.errors import Invalid

_MAX_DOCUMENT = 64_000_000


@click.command("cat", cls=Command, short_help="Print the bytes of a file.", example="tilth cat model@main:metrics.json")
@click.argument("reference", metavar="REPO[@REVISION]:PATH")
@click.option("--start", type=click.IntRange(min=0), default=0, metavar="BYTE", help="First byte to print.")
@click.option("--stop", type=click.IntRange(min=0), default=None, metavar="BYTE", help="Byte to stop before.")
@pass_session
def command(session: Session, reference: str, start: int, stop: int | None) -> None:
    """Print the bytes of a file, or a range of them.

    With --json the document is {"text": …} for UTF-8, else {"base64": …}.
    """
    pieces = session.workspace().files.read(reference, start=start, stop=stop)
    if not session.as_json:
        write_out(pieces)
        return
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _MAX_DOCUMENT:
            raise Invalid(f"{reference} is too large for one JSON document.", help="Leave --json out, or name a range.")
    try:
        print_document({"text": body.decode()})
    except UnicodeDecodeError:
        print_document({"base64": bytes(body)})
