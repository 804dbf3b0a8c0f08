"""`tilth merge`: what another branch changed, into a branch."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.local import existing
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed, counted, safe
from tilth.contract.merging import MergeInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Invalid

UNDECIDED = 4
"""The exit code while there are conflicts: the same as for a conflict that is an error."""


@click.command(
    "merge",
    cls=Command,
    short_help="Merge one branch into another.",
    example="tilth merge images@cleaned images@main\n"
    "tilth merge images@cleaned images --theirs train --take labels.csv=merged.csv",
)
@click.argument("source", metavar="REPO[@REVISION]")
@click.argument("into", metavar="REPO[@BRANCH]")
@click.option("--ours", multiple=True, metavar="PATH", help="Keep what the branch has, at PATH and below; repeatable.")
@click.option("--theirs", multiple=True, metavar="PATH", help="Take what the source has; repeatable.")
@click.option("--take", multiple=True, metavar="PATH=FILE", help="Put a local file there; repeatable.")
@click.option("--all", "rest", type=click.Choice(["ours", "theirs"]), help="Decide all other conflicts so.")
@click.option("--dry-run", is_flag=True, help="Only say what the merge would do.")
@message_option
@pass_session
def command(
    session: Session,
    source: str,
    into: str,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    take: tuple[str, ...],
    rest: str | None,
    dry_run: bool,
    message: str,
) -> None:
    """Merge one branch (or any commit of its repo) into another, path by path.

    What only one side changed is taken. Paths that both changed are listed and nothing is done until each is decided
    (exit code 4): the longest PATH that is given for it counts.
    """
    workspace = session.workspace()
    decisions = {path.strip("/"): "ours" for path in ours} | {path.strip("/"): "theirs" for path in theirs}
    if rest is not None:
        decisions[""] = rest
    if dry_run:
        found = workspace.commits.merge(source, into, decisions=decisions, dry_run=True)
    else:
        files = [_file(each) for each in take]
        draft = _draft(workspace, into, files) if files else None
        found = workspace.commits.merge(source, into, decisions=decisions, draft=draft, message=message)
        if draft is not None and found.commit is None:
            workspace.drafts.discard(draft)
    session.show(found, lambda found: _print(found, source, into, dry_run=dry_run))
    if found.undecided:
        raise click.exceptions.Exit(UNDECIDED)


def _file(text: str) -> tuple[str, Path]:
    path, equals, file = text.partition("=")
    if not equals or not path or not file:
        raise Invalid(f"{text!r} names no path and file.", help="Write --take PATH=FILE.")
    return path.strip("/"), existing(file)


def _draft(workspace: Workspace, into: str, files: list[tuple[str, Path]]) -> str:
    draft = workspace.drafts.open(split(into).commit).id
    for path, file in files:
        with file.open("rb") as content:
            workspace.drafts.put(draft, path, content)
    return draft


def _print(found: MergeInfo, source: str, into: str, *, dry_run: bool) -> None:
    for conflict in found.conflicts:
        meets = f" (in the way: {safe(conflict.meets)})" if conflict.meets else ""
        print(f"! {safe(conflict.path)}  {conflict.kind}{meets}")
    if found.undecided:
        more = found.undecided - len(found.conflicts)
        print(f"{f'and {more:,} more; ' if more else ''}{counted(found.undecided, 'conflict')} to decide.")
        if not found.bases:
            print("The two branches share no commit, so every path that they hold differently is a conflict.")
        first = shlex.quote(found.conflicts[0].path) if found.conflicts else "PATH"
        words = f"tilth merge {shlex.quote(source)} {shlex.quote(into)}"
        print(f"Decide each: {safe(words)} --theirs {safe(first)} (or --ours PATH, --take PATH=FILE)")
        print(f"or all at once: {safe(words)} --all theirs (or --all ours)")
    elif dry_run:
        print("The branch only has to follow." if found.moved else f"{counted(found.taken, 'path')} would be taken.")
    else:
        print(committed(found.commit, split(into).commit))
