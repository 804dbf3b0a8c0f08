"""What one invocation of the command line knows: which workspace, and how to print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tilth.config import find_workspace, is_url
from tilth.errors import NotFound

if TYPE_CHECKING:
    from tilth.cli.bars import Bars
    from tilth.contract.workspace import Workspace

T = TypeVar("T")


@dataclass(slots=True)
class Session:
    """One invocation: the options given before the noun."""

    option: str | None = None
    as_json: bool = False
    opened: Workspace | None = None
    """The workspace, once it is open: a failure can look there for the name that was meant."""

    @property
    def place(self) -> str:
        """The folder or URL of the workspace."""
        return find_workspace(self.option)

    def workspace(self, *, make: bool = False) -> Workspace:
        """Open the workspace until this invocation ends.

        Only acts that may come first (`make`) create a workspace folder. Raises NotFound when there is none.
        """
        place = self.place
        if not make and not is_url(place) and not (Path(place) / "format").is_file():
            raise NotFound(
                f"There is no workspace at {place}.",
                help="Make one with `tilth repo create NAME`, or name one with -w FOLDER_OR_URL.",
                place=place,
            )
        from tilth.connection import connect

        workspace = self.opened = connect(place)
        click.get_current_context().find_root().call_on_close(workspace.close)
        return workspace

    def progress(self) -> Bars:
        """Return bars on stderr for a `with` block: drawn on a terminal, lines elsewhere, none with --json."""
        from tilth.cli.bars import Bars

        return Bars(quiet=self.as_json)

    def show(self, value: T, human: Callable[[T], None]) -> None:
        """Print `value` as one JSON document, or let `human` print it for people."""
        if self.as_json:
            from tilth.cli.documents import print_document

            print_document(value)
        else:
            human(value)

    def note(self, text: str) -> None:
        """Say something beside the result, on stderr; not with --json."""
        if not self.as_json:
            print(text, file=sys.stderr)


pass_session = click.make_pass_decorator(Session, ensure=True)
