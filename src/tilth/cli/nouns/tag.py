"""`tilth tag`: names for commits that never move."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, message_option, paging
from tilth.cli.pages import collect, more
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import safe, when
from tilth.contract.paging import Page
from tilth.contract.tags import TagInfo
from tilth.errors import Invalid


@click.group("tag", cls=Noun, short_help="Tags: names for commits that never move.")
def command() -> None:
    """Tags: names for commits that never move."""


@command.command("create", example="tilth tag create images@v1 --at main -m 'as published'")
@click.argument("tag", metavar="REPO@TAG")
@click.option("--at", default="main", show_default=True, metavar="REVISION", help="The commit to name.")
@message_option
@pass_session
def create(session: Session, tag: str, at: str, message: str) -> None:
    """Name a commit for good."""
    repo, name = _named(tag)
    made = session.workspace().tags.create(repo, name, at=at, message=message)
    session.show(made, lambda made: print(f"Tagged {made.commit} as {safe(made.repo)}@{safe(made.name)}."))


@command.command("list", example="tilth tag list images")
@click.argument("repo", metavar="REPO")
@paging(100)
@pass_session
def list_(session: Session, repo: str, after: str | None, limit: int) -> None:
    """List the tags of a repo."""
    tags = session.workspace().tags
    page = collect(lambda key, count: tags.list(repo, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("delete", example="tilth tag delete images@v1")
@click.argument("tag", metavar="REPO@TAG")
@pass_session
def delete(session: Session, tag: str) -> None:
    """Forget a tag; its commit stays."""
    repo, name = _named(tag)
    session.workspace().tags.delete(repo, name)
    session.show(None, lambda _: print(f"Deleted tag {safe(tag)}."))


def _named(tag: str) -> tuple[str, str]:
    repo, _, name = tag.partition("@")
    if not repo or not name or split(tag).path is not None:
        raise Invalid(f"{tag!r} names no tag.", help="Write it as REPO@TAG, like images@v1.")
    return repo, name


def _print(page: Page[TagInfo]) -> None:
    print_table(
        ("tag", "commit", "when", "author", "message"),
        ((tag.name, tag.commit, when(tag.at_ms), tag.author, tag.message) for tag in page.items),
        empty="There are no tags.",
    )
