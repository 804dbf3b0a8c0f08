"""`tilth repo`: where data lives."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import repo_name, safe, when
from tilth.contract.values import Page, RepoInfo


@click.group("repo", cls=Noun, short_help="Repos: where data lives.")
def command() -> None:
    """Repos: namespaces of branches, each for one kind of data."""


@command.command("create", example="tilth repo create images --description 'raw scans'")
@click.argument("name", metavar="[PROJECT/]REPO")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--held-out", is_flag=True, help="Nothing that is trained may come from it.")
@pass_session
def create(session: Session, name: str, description: str, held_out: bool) -> None:
    """Make a repo with an empty `main` branch."""
    repo = session.workspace(make=True).repos.create(name, description=description, held_out=held_out)
    session.show(repo, lambda repo: print(f"Made repo {repo_name(repo.name)}{' (held out)' if repo.held_out else ''}."))


@command.command("list", example="tilth repo list")
@paging(100)
@pass_session
def list_(session: Session, after: str | None, limit: int) -> None:
    """List repos by name."""
    repos = session.workspace().repos
    page = collect(lambda key, count: repos.list(after=key, limit=count), after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("show", example="tilth repo show images")
@click.argument("name", metavar="[PROJECT/]REPO")
@pass_session
def show(session: Session, name: str) -> None:
    """Show one repo."""
    session.show(session.workspace().repos.get(name), _print_one)


@command.command("delete", example="tilth repo delete old_images")
@click.argument("name", metavar="[PROJECT/]REPO")
@click.option("--force", is_flag=True, help="Also when other data is derived from it.")
@pass_session
def delete(session: Session, name: str, force: bool) -> None:
    """Delete a repo; refused when something is derived from it."""
    session.workspace().repos.delete(name, force=force)
    session.show(None, lambda _: print(f"Deleted repo {safe(name)}."))


@command.command("hold-out", example="tilth repo hold-out test_images")
@click.argument("name", metavar="[PROJECT/]REPO")
@click.option("--off", is_flag=True, help="Allow training on it again.")
@pass_session
def hold_out(session: Session, name: str, off: bool) -> None:
    """Protect a repo: nothing that is trained may come from it."""
    repo = session.workspace().repos.hold_out(name, not off)
    state = "held out" if repo.held_out else "open to training"
    session.show(repo, lambda repo: print(f"Repo {repo_name(repo.name)} is {state}."))


def _print(page: Page[RepoInfo]) -> None:
    print_table(
        ("repo", "kind", "branches", "made", "description"),
        (
            (repo_name(repo.name), _kind(repo), ", ".join(repo.branches), when(repo.created_ms), repo.description)
            for repo in page.items
        ),
        empty="There are no repos yet. Make one: tilth repo create NAME",
    )


def _print_one(repo: RepoInfo) -> None:
    print_facts(
        (
            ("repo", repo_name(repo.name)),
            ("kind", _kind(repo)),
            ("description", repo.description),
            ("branches", ", ".join(repo.branches)),
            ("made", when(repo.created_ms)),
        )
    )


def _kind(repo: RepoInfo) -> str:
    kind = f"written by {repo_name(repo.owner)}" if repo.owner else "source"
    return f"{kind}, held out" if repo.held_out else kind
