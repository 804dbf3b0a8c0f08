"""`tilth du`: sizes."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.pages import stream
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import counted, number, safe, size
from tilth.contract.maintenance import RepoUsage, UsageInfo
from tilth.errors import Invalid


@click.command(
    "du", cls=Command, short_help="Show sizes.", example="tilth du\ntilth du --repos\ntilth du images@main:train"
)
@click.option("--repos", is_flag=True, help="Show each repo: as you see it, on disk, of that its own and shared.")
@click.argument("reference", metavar="[REPO[@REVISION][:PATH]]", required=False)
@pass_session
def command(session: Session, reference: str | None, repos: bool) -> None:
    """Show the size of the workspace, or of a commit, folder or file."""
    workspace = session.workspace()
    if repos:
        if reference is not None:
            raise Invalid("--repos shows every repo.", help="Leave the reference out.")
        session.show(list(workspace.maintenance.repo_usage()), _print_repos)
        return
    if reference is None:
        session.show(workspace.maintenance.usage(), _print)
        return
    if split(reference).path is None:
        commit = workspace.commits.get(reference)
        files, total = commit.files, commit.size
    else:
        files = total = 0
        for file in stream(lambda after, limit: workspace.files.walk(reference, after=after, limit=limit)):
            files += 1
            total += file.size
        if not files:
            workspace.files.stat(reference)  # raises NotFound
    session.show(
        {"files": files, "size": total},
        lambda _: print(f"{size(total)} in {counted(files, 'file')}: {safe(reference)}"),
    )


def _print_repos(found: list[RepoUsage]) -> None:
    rows = [(safe(each.repo), *map(size, (each.logical, each.stored, each.own, each.shared))) for each in found]
    print_table(("repo", "as you see it", "on disk", "its own", "shared"), rows, empty="There are no repos.")


def _print(usage: UsageInfo) -> None:
    print_facts(
        (
            ("as you see it", size(usage.logical)),
            ("on disk", size(usage.stored)),
            ("repos", number(usage.repos)),
            ("commits", number(usage.commits)),
            ("packs", number(usage.packs)),
        )
    )
