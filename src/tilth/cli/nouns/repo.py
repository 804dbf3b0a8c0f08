"""`tilth repo`: where data lives."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import click

from tilth.cli.grammar import Noun, paging
from tilth.cli.local import existing, local_path, write_beside
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.streams import write_out
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import counted, repo_name, safe, taken_over, when
from tilth.contract.commit import CommitInfo
from tilth.contract.paging import Page
from tilth.contract.repos import RepoInfo
from tilth.contract.workspace import Workspace
from tilth.errors import NotFound

_COUNTED = 1000
_NO_WAY_BACK = (
    "Only an export, a mirror or a backup brings it back; its space is free after the next tilth gc "
    "(a server does that once a day)."
)


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
@click.option("--yes", is_flag=True, help="Do not ask, also on a terminal.")
@pass_session
def delete(session: Session, name: str, force: bool, yes: bool) -> None:
    """Delete a repo with all its branches, tags and files; refused when something is derived from it.

    On a terminal it asks first. Nothing undoes it: only a file of `tilth repo export`, a mirror or a backup brings the
    repo back. Its space is free after the next `tilth gc`, which a server does by itself once a day.
    """
    workspace = session.workspace()
    goes = _content(workspace, name)
    if not yes and sys.stdin.isatty():
        print(f"{safe(name)} has {goes}.\n{_NO_WAY_BACK}", file=sys.stderr)
        if not click.confirm(f"Delete repo {safe(name)}?", err=True):
            session.note("Nothing was deleted.")
            raise click.exceptions.Exit(1)
    workspace.repos.delete(name, force=force)
    session.show(None, lambda _: print(f"Deleted repo {safe(name)}: {goes}."))
    session.note(_NO_WAY_BACK)


@command.command("hold-out", example="tilth repo hold-out test_images")
@click.argument("name", metavar="[PROJECT/]REPO")
@click.option("--off", is_flag=True, help="Allow training on it again.")
@pass_session
def hold_out(session: Session, name: str, off: bool) -> None:
    """Protect a repo: nothing that is trained may come from it."""
    repo = session.workspace().repos.hold_out(name, not off)
    state = "held out" if repo.held_out else "open to training"
    session.show(repo, lambda repo: print(f"Repo {repo_name(repo.name)} is {state}."))


@command.command("export", example="tilth repo export images images.tilth")
@click.argument("name", metavar="[PROJECT/]REPO")
@click.argument("file", metavar="FILE")
@click.option("-f", "--force", is_flag=True, help="Overwrite a file that is there.")
@pass_session
def export(session: Session, name: str, file: str, force: bool) -> None:
    """Write a repo with all its history into one file (`-`: standard output).

    Commits, seals, branches and tags are in it, and the records of the commits that lineage names.
    """
    from tilth.exchange.bundles import export_repo

    transfers = session.workspace().transfers
    with session.progress() as progress:
        pieces = export_repo(transfers, name, progress=progress)
        if file == "-":
            write_out(pieces)
            return
        write_beside(local_path(file), lambda stream: stream.writelines(pieces), force=force)
    session.show({"file": file}, lambda _: print(f"Wrote {safe(name)} to {safe(file)}."))


@command.command("import", example="tilth repo import images.tilth")
@click.argument("file", metavar="FILE")
@click.option("--as", "name", default="", metavar="[PROJECT/]REPO", help="The name to give it here.")
@click.option("--force", is_flag=True, help="Also move heads that have commits of their own here.")
@pass_session
def import_(session: Session, file: str, name: str, force: bool) -> None:
    """Take over a repo from a file that `repo export` wrote (`-`: standard input).

    Everything is checked; commits have the ids and seals that they had. Again it adds what is new.
    """
    from tilth.exchange.bundles import import_repo

    source = nullcontext(sys.stdin.buffer) if file == "-" else existing(file).open("rb")
    with source as stream, session.progress() as progress:
        transfers = session.workspace(make=True).transfers
        done = import_repo(transfers, stream, name=name, force=force, progress=progress)
    session.show(done, lambda done: print(taken_over(done)))


def _content(workspace: Workspace, name: str) -> str:
    """Say what a repo has. Cost: a page of the log of each branch."""
    repo = workspace.repos.get(name)
    commits: dict[str, CommitInfo] = {}
    files = 0
    many = False
    for branch in repo.branches:
        try:
            page = workspace.commits.log(f"{name}@{branch}", limit=_COUNTED)
        except NotFound:  # an empty branch
            continue
        commits |= {commit.id: commit for commit in page.items}
        many |= page.next is not None
        files = max([files, *(commit.files for commit in page.items[:1])])
    tags = workspace.tags.list(name, limit=_COUNTED)
    return (
        f"{counted(files, 'file')}, {'more than ' if many else ''}{counted(len(commits), 'commit')}, "
        f"{counted(len(repo.branches), 'branch', 'branches')}, "
        f"{'more than ' if tags.next else ''}{counted(len(tags.items), 'tag')}"
    )


def _print(page: Page[RepoInfo]) -> None:
    print_table(
        ("repo", "kind", "branches", "made", "description"),
        (
            (
                repo_name(f"{repo.project}/{repo.name}"),
                _kind(repo),
                ", ".join(repo.branches),
                when(repo.created_ms),
                repo.description,
            )
            for repo in page.items
        ),
        empty="There are no repos yet. Make one: tilth repo create NAME",
    )


def _print_one(repo: RepoInfo) -> None:
    print_facts(
        (
            ("repo", repo_name(f"{repo.project}/{repo.name}")),
            ("kind", _kind(repo)),
            ("description", repo.description),
            ("branches", ", ".join(repo.branches)),
            ("made", when(repo.created_ms)),
        )
    )


def _kind(repo: RepoInfo) -> str:
    kind = f"written by {repo_name(repo.owner)}" if repo.owner else "source"
    return f"{kind}, held out" if repo.held_out else kind
