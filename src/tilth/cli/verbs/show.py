"""`tilth show`: one commit, what it changed and what that took."""

from __future__ import annotations

from dataclasses import dataclass

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.verbs.log import counted
from tilth.cli.wording import number, safe, size, when
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileChange
from tilth.contract.paging import Page

_PATHS = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """A commit, and the first paths that it changed."""

    commit: CommitInfo
    changes: Page[FileChange]


@click.command(
    "show",
    cls=Command,
    short_help="Show one commit, what it changed and what that took.",
    example="tilth show images\ntilth show images@v1",
)
@click.argument("reference", metavar="REPO[@REVISION]")
@pass_session
def command(session: Session, reference: str) -> None:
    """Show a commit: who, when and why, its seal, the files it changed, and what of them was new to the store."""
    commits = session.workspace().commits
    session.show(Shown(commits.get(reference), commits.diff(None, reference, limit=_PATHS)), _print)


def _print(shown: Shown) -> None:
    commit, changes = shown.commit, shown.changes
    added, changed, removed, put, stored, smaller = counted(commit.counts)
    print(f"commit   {commit.id}")
    print(f"repo     {commit.repo}")
    print(f"made     {when(commit.at_ms)} by {safe(commit.author)}")
    if commit.message:
        print(f"message  {safe(commit.message)}")
    print(f"seal     {commit.seal}")
    print(f"holds    {number(commit.files)} files, {size(commit.size)}")
    if commit.counts is None:
        print("changed  not recorded")
    else:
        print(f"changed  {added} added, {changed} changed, {removed} removed")
        print(f"put      {put}, of which new to the store: {stored}{f' ({smaller} smaller)' if smaller else ''}")
    for change in changes.items:
        what = "added" if change.old is None else "removed" if change.new is None else "changed"
        print(f"  {what:<9}{safe(change.path)}")
    if changes.next is not None:
        print(f"  ... more: tilth diff {commit.repo}@{commit.id}")
