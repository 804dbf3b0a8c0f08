"""`tilth branch`: movable names for commits."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, message_option, paging
from tilth.cli.pages import collect, more
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import safe, short, when
from tilth.contract.branches import BranchInfo, HeadMove
from tilth.contract.paging import Page
from tilth.errors import Invalid


@click.group("branch", cls=Noun, short_help="Branches: movable names for commits.")
def command() -> None:
    """Branches: movable names for commits."""


@command.command("create", example="tilth branch create images@cleaned --head main^2")
@click.argument("branch", metavar="REPO@BRANCH")
@click.option("--head", metavar="REVISION", help="Where it starts; default: empty.")
@pass_session
def create(session: Session, branch: str, head: str | None) -> None:
    """Make a branch at a revision of the same repo, or empty."""
    repo, name = _named(branch)
    made = session.workspace().branches.create(repo, name, head=head)
    session.show(made, lambda made: print(f"Made branch {_place(made)}."))
    if made.head is None:
        session.note("It is empty; to start from another branch, delete it and write --head main.")


@command.command("list", example="tilth branch list images")
@click.argument("repo", metavar="REPO")
@pass_session
def list_(session: Session, repo: str) -> None:
    """List the branches of a repo."""
    session.show(session.workspace().branches.list(repo), _print)


@command.command("move", example="tilth branch move model@production main^ -m 'roll back'")
@click.argument("branch", metavar="REPO@BRANCH")
@click.argument("to", metavar="REVISION")
@message_option
@pass_session
def move(session: Session, branch: str, to: str, message: str) -> None:
    """Move a branch to another revision of its repo: deploy or roll back."""
    repo, name = _named(branch)
    moved = session.workspace().branches.move(repo, name, to, message=message)
    session.show(moved, lambda moved: print(f"Moved branch {_place(moved)}."))


@command.command("protect", example="tilth branch protect images@main --role owner --role curator")
@click.argument("branch", metavar="REPO@BRANCH")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="Who may write there; default: owner.")
@pass_session
def protect(session: Session, branch: str, roles: tuple[str, ...]) -> None:
    """Let only some roles write to a branch, whose head then never moves back."""
    repo, name = _named(branch)
    done = session.workspace().branches.protect(repo, name, roles=roles or ("owner",))
    session.show(done, lambda done: print(f"Only {' or '.join(done.protected or ())} may write to {_place(done)}."))


@command.command("unprotect", example="tilth branch unprotect images@main")
@click.argument("branch", metavar="REPO@BRANCH")
@pass_session
def unprotect(session: Session, branch: str) -> None:
    """Take the protection of a branch away."""
    repo, name = _named(branch)
    done = session.workspace().branches.unprotect(repo, name)
    session.show(done, lambda done: print(f"{_place(done)} is not protected."))


@command.command(
    "follow",
    example="tilth branch follow images@main staging --commits 10\n"
    "tilth branch follow images@main staging --size 1000000000 --rate '0 6 * * *' --every",
)
@click.argument("branch", metavar="REPO@BRANCH")
@click.argument("source", metavar="SOURCE")
@click.option("--commits", type=int, metavar="N", help="After N commits there.")
@click.option("--size", type=int, metavar="BYTES", help="When it has grown by BYTES.")
@click.option(
    "--rate", metavar="SCHEDULE", help="With a commit there, not more often than these cron fields (UTC) say."
)
@click.option("--cron", metavar="SCHEDULE", help="At these times, whatever there is; stands alone.")
@click.option("--every", is_flag=True, help="When all conditions hold, not just one.")
@pass_session
def follow(
    session: Session,
    branch: str,
    source: str,
    commits: int | None,
    size: int | None,
    rate: str | None,
    cron: str | None,
    every: bool,
) -> None:
    """Let a branch follow another of its repo: its head becomes the same commit when a condition holds."""
    repo, name = _named(branch)
    done = session.workspace().branches.follow(
        repo, name, source, commits=commits, size=size, rate=rate, cron=cron, every=every
    )
    session.show(done, lambda done: print(f"{_place(done)} follows {safe(source)}."))


@command.command("unfollow", example="tilth branch unfollow images@main")
@click.argument("branch", metavar="REPO@BRANCH")
@pass_session
def unfollow(session: Session, branch: str) -> None:
    """Let a branch stay where it is."""
    repo, name = _named(branch)
    done = session.workspace().branches.unfollow(repo, name)
    session.show(done, lambda done: print(f"{_place(done)} follows no other."))


@command.command("delete", example="tilth branch delete images@cleaned")
@click.argument("branch", metavar="REPO@BRANCH")
@pass_session
def delete(session: Session, branch: str) -> None:
    """Delete a branch; its commits stay."""
    repo, name = _named(branch)
    session.workspace().branches.delete(repo, name)
    session.show(None, lambda _: print(f"Deleted branch {safe(branch)}."))


@command.command("log", example="tilth branch log model@production")
@click.argument("branch", metavar="REPO@BRANCH")
@paging(30)
@pass_session
def log(session: Session, branch: str, after: str | None, limit: int) -> None:
    """List where a branch has pointed, newest first."""
    repo, name = _named(branch)
    branches = session.workspace().branches
    page = collect(lambda key, count: branches.moves(repo, name, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_moves)
    if note := more(page):
        session.note(note)


def _named(branch: str) -> tuple[str, str]:
    repo, _, name = branch.partition("@")
    if not repo or not name or split(branch).path is not None:
        raise Invalid(f"{branch!r} names no branch.", help="Write it as REPO@BRANCH, like images@main.")
    return repo, name


def _place(branch: BranchInfo) -> str:
    return (
        f"{safe(branch.repo)}@{safe(branch.name)} at {branch.head}"
        if branch.head
        else f"{safe(branch.repo)}@{safe(branch.name)}, empty"
    )


def _writers(branch: BranchInfo) -> str:
    if branch.follows is not None:
        return f"follows {branch.follows.source}"
    if branch.protected is not None:
        return f"only {', '.join(branch.protected)}"
    return branch.owner or "-"


def _print(page: Page[BranchInfo]) -> None:
    print_table(
        ("branch", "head", "written by", "inputs"),
        (
            (branch.name, branch.head or "empty", _writers(branch), ", ".join(branch.inputs) or "-")
            for branch in page.items
        ),
        empty="There are no branches.",
    )


def _print_moves(page: Page[HeadMove]) -> None:
    print_table(
        ("head", "before", "when", "author", "message"),
        ((move.new or "empty", short(move.old), when(move.at_ms), move.author, move.message) for move in page.items),
        empty="The branch has never pointed anywhere.",
    )
