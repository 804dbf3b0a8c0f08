"""`tilth annotation`: words about repos, branches, commits and files."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.contract.annotations import AnnotationInfo
from tilth.contract.paging import Page
from tilth.errors import Invalid


@click.group("annotation", cls=Noun, short_help="Annotations: words about repos, branches, commits, files.")
def command() -> None:
    """Annotations: keys and values, outside every seal. REPO is the repo, REPO@BRANCH the branch, any other revision
    (REPO@main~0) the commit, REPO[@REVISION]:PATH the file, as long as its content stays.
    """


@command.command("set", example="tilth annotation set images:a.png quality=blurry")
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.argument("values", metavar="KEY=VALUE...", nargs=-1, required=True)
@pass_session
def set_(session: Session, reference: str, values: tuple[str, ...]) -> None:
    """Set keys of a thing."""
    pairs = [each.partition("=") for each in values]
    for key, equals, _ in pairs:
        if not equals:
            raise Invalid(f"{key!r} has no value.", help="Write KEY=VALUE.")
    said = {key: value for key, _, value in pairs}
    session.show(session.workspace().annotations.set(reference, said), _print)


@command.command("get", example="tilth annotation get images@main")
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@pass_session
def get(session: Session, reference: str) -> None:
    """List the keys of a thing."""
    session.show(session.workspace().annotations.get(reference), _print)


@command.command("remove", example="tilth annotation remove images:a.png quality")
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@pass_session
def remove(session: Session, reference: str, keys: tuple[str, ...]) -> None:
    """Take keys of a thing away."""
    session.show(session.workspace().annotations.remove(reference, keys), _print)


@command.command("find", example="tilth annotation find quality --value blurry")
@click.argument("key", metavar="KEY")
@click.option("--value", metavar="TEXT", help="Only with this value.")
@click.option("--repo", metavar="REPO", help="Only in this repo.")
@paging(100)
@pass_session
def find(session: Session, key: str, value: str | None, repo: str | None, after: str | None, limit: int) -> None:
    """List what has a key."""
    annotations = session.workspace().annotations
    page = collect(
        lambda start, count: annotations.find(key, value=value, repo=repo, after=start, limit=count),
        after=after,
        limit=limit,
    )
    session.show(page, _print)
    if note := more(page):
        session.note(note)


def _print(page: Page[AnnotationInfo]) -> None:
    print_table(
        ("repo", "kind", "of", "key", "value", "author"),
        ((each.repo, each.kind, each.subject or "-", each.key, each.value, each.author) for each in page.items),
        empty="Nothing is said.",
    )
