"""`tilth diff`: what differs between two commits."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, paging
from tilth.cli.pages import collect, more
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import safe, size
from tilth.contract.content import ContentDiffInfo
from tilth.contract.entry import FileChange
from tilth.contract.paging import Page
from tilth.errors import Invalid


@click.command(
    "diff",
    cls=Command,
    short_help="List the paths that differ between two commits.",
    example="tilth diff images@main^ images@main\ntilth diff images:train\n"
    "tilth diff labels@main^ labels --content labels.csv",
)
@click.argument("old", metavar="A[:PATH]")
@click.argument("new", metavar="[B]", required=False)
@click.option("--content", metavar="PATH", help="Tell what differs inside this file: lines, cells, or JSON values.")
@paging(1000)
@pass_session
def command(session: Session, old: str, new: str | None, content: str | None, after: str | None, limit: int) -> None:
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
    if content is not None:
        sides = (None, before) if upto is None else (before, upto)
        found = commits.diff_content(*sides, path=content.strip("/"), limit=min(limit or 1000, 1000))
        session.show(found, _print_content)
        return

    def fetch(key: str | None, count: int) -> Page[FileChange]:
        if upto is None:
            return commits.diff(None, before, path=path or "", after=key, limit=count)
        return commits.diff(before, upto, path=path or "", after=key, limit=count)

    page = collect(fetch, after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


def _print_content(found: ContentDiffInfo) -> None:
    if found.equal or (not found.changes and found.kind not in ("binary", "large")):
        print("Nothing differs.")
    elif not found.changes:
        print(f"The contents differ; {'a large' if found.kind == 'large' else 'a binary'} file is not looked into.")
    for change in found.changes:
        if change.old is None:
            print(f"+ {safe(change.place.lstrip('+'))}  {safe(change.new)}")
        elif change.new is None:
            print(f"- {safe(change.place.lstrip('-'))}  {safe(change.old)}")
        else:
            print(f"~ {safe(change.place)}  {safe(change.old)} -> {safe(change.new)}")
    if found.more:
        print("There is more; raise --limit.")


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
