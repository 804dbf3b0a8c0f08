"""`tilth log`: the commits of a branch."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command, paging
from tilth.cli.pages import collect, more
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import number, repo_name, size, when
from tilth.contract.commit import CommitCounts, CommitInfo
from tilth.contract.paging import Page
from tilth.errors import NotFound


@click.command(
    "log",
    cls=Command,
    short_help="List commits, newest first.",
    example="tilth log images\ntilth log images@main:train/0001.png\ntilth log images --stat",
)
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.option("--stat", is_flag=True, help="Show what each commit changed, and what of it was new to the store.")
@paging(30)
@pass_session
def command(session: Session, reference: str, stat: bool, after: str | None, limit: int) -> None:
    """List a commit and those before it, newest first; with a path only those that touched it.

    With --stat: files added, changed and removed; the size of those put; what of it was stored, because it was not
    there yet; and how many times smaller that is, thanks to what was there and to compression.
    """
    commits = session.workspace().commits
    page = collect(lambda key, count: commits.log(reference, after=key, limit=count), after=after, limit=limit)
    commit, path = split(reference)
    if path is not None and after is None and not page.items:
        raise NotFound(f"No commit of {commit} touched {path}.", help=f"`tilth ls -r {commit}` shows what is there.")
    session.show(page, _print_counts if stat else _print)
    if note := more(page):
        session.note(note)


def _print(page: Page[CommitInfo]) -> None:
    print_table(
        ("commit", "when", "author", "files#", "size#", "message"),
        (
            (
                commit.id,
                when(commit.at_ms),
                repo_name(commit.author),
                number(commit.files),
                size(commit.size),
                _about(commit),
            )
            for commit in page.items
        ),
        empty="There are no commits yet.",
    )


def _print_counts(page: Page[CommitInfo]) -> None:
    print_table(
        ("commit", "when", "added#", "changed#", "removed#", "put#", "stored#", "smaller#", "message"),
        (
            (commit.id, when(commit.at_ms), *counted(commit.counts), commit.message or _about(commit))
            for commit in page.items
        ),
        empty="There are no commits yet.",
    )


def counted(counts: CommitCounts | None) -> tuple[str, str, str, str, str, str]:
    """Return counts for people: added, changed, removed, put, stored, how many times smaller that is."""
    if counts is None:
        return ("not recorded", "", "", "", "", "")
    stored = counts.stored
    return (
        number(counts.added),
        number(counts.changed),
        number(counts.removed),
        size(counts.put),
        size(stored) if stored is not None else "not counted",
        f"{counts.put / stored:,.1f}x" if stored else "",
    )


def _about(commit: CommitInfo) -> str:
    return commit.message or (f"by {commit.derivation.stage}" if commit.derivation else "")
