"""`tilth diff`: what differs between two commits."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, paging
from tilth.cli.pages import collect, more
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import safe, size
from tilth.contract.values import FileChange, Page
from tilth.errors import Invalid


@click.command(
    "diff",
    cls=Command,
    short_help="List the paths that differ between two commits.",
    example="tilth diff images@main^ images@main\ntilth diff images:train",
)
@click.argument("old", metavar="A[:PATH]")
@click.argument("new", metavar="[B]", required=False)
@paging(1000)
@pass_session
def command(session: Session, old: str, new: str | None, after: str | None, limit: int) -> None:
    """List the paths that differ between two commits: + added, - deleted, ~ changed.

    Without B, A is compared with the commit before it.
    """
    before, path = split(old)
    upto: str | None = None
    if new is not None:
        upto, other = split(new)
        if path is not None and other is not None and path != other:
            raise Invalid(
                f"{path!r} and {other!r} are two paths.", help="Name one path; it is compared in both commits."
            )
        path = path or other
    commits = session.workspace().commits

    def fetch(key: str | None, count: int) -> Page[FileChange]:
        if upto is None:
            return commits.diff(None, before, path=path or "", after=key, limit=count)
        return commits.diff(before, upto, path=path or "", after=key, limit=count)

    page = collect(fetch, after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


def _print(page: Page[FileChange]) -> None:
    for change in page.items:
        print(_line(change))
    if not page.items:
        print("Nothing differs.")


def _line(change: FileChange) -> str:
    path = safe(change.path)
    if change.old is None:
        return f"+ {path}  {size(change.new.size) if change.new else ''}"
    if change.new is None:
        return f"- {path}  {size(change.old.size)}"
    return f"~ {path}  {size(change.old.size)} -> {size(change.new.size)}"
