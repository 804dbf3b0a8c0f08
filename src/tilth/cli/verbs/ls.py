"""`tilth ls`: the files of a commit."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import safe, size
from tilth.contract.entry import FileInfo
from tilth.contract.paging import Page


@click.command("ls", cls=Command, short_help="List files.", example="tilth ls images@main:train\ntilth ls -r images")
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.option("-r", "--recursive", is_flag=True, help="All files below, not one level.")
@click.option("--glob", metavar="PATTERN", help="Only files that match, like '**/*.png' (implies -r).")
@paging(1000)
@pass_session
def command(session: Session, reference: str, recursive: bool, glob: str | None, after: str | None, limit: int) -> None:
    """List files: one level of a folder, or with -r all below it."""
    files = session.workspace().files

    def fetch(key: str | None, count: int) -> Page[FileInfo]:
        if recursive or glob:
            return files.walk(reference, glob=glob, after=key, limit=count)
        return files.list(reference, after=key, limit=count)

    page = collect(fetch, after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


def _print(page: Page[FileInfo]) -> None:
    for file in page.items:
        folder = file.kind == "folder"
        shown = "-" if folder else size(file.size)
        print(f"{shown:>9}  {safe(file.path)}{'/' if folder and not file.path.endswith('/') else ''}")
