"""`tilth project`: projects, and branches of whole projects."""

from __future__ import annotations

import sys

import click

from tilth.cli.grammar import Noun, message_option, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import counted, safe, when
from tilth.contract.paging import Page
from tilth.contract.projects import ProjectChanges, ProjectInfo, ProjectPromotion


@click.group("project", cls=Noun, short_help="Projects: a whole project branched, and brought back.")
def command() -> None:
    """Projects: namespaces of repos and pipelines. A branch of one is a copy of all of it that shares its data."""


@command.command("list", example="tilth project list")
@paging(100)
@pass_session
def list_(session: Session, after: str | None, limit: int) -> None:
    """List projects by name."""
    projects = session.workspace().projects
    page = collect(lambda key, count: projects.list(after=key, limit=count), after=after, limit=limit)
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("branch", example="tilth project branch default trial")
@click.argument("project", metavar="PROJECT")
@click.argument("name", metavar="NEW")
@pass_session
def branch(session: Session, project: str, name: str) -> None:
    """Copy a whole project: repos, pipelines, datasets and models, with what was computed and bought for them.

    No data is copied. What you change and run in the copy leaves the origin as it is; `tilth project promote` brings it
    back. Tags, protections and feedback edges do not come along.
    """
    made = session.workspace().projects.branch(project, name)
    session.show(made, lambda made: print(f"Made project {safe(made.name)} from {safe(made.origin)}: {_size(made)}."))


@command.command("changes", example="tilth project changes trial")
@click.argument("name", metavar="NAME")
@pass_session
def changes(session: Session, name: str) -> None:
    """Show what a project branch and its origin have that the other has not."""
    session.show(session.workspace().projects.changes(name), _print_changes)


@command.command("promote", example="tilth project promote trial -m 'Ask for upper case'")
@click.argument("name", metavar="NAME")
@click.option("--ours", "prefer", flag_value="ours", help="Where both changed, the origin's holds.")
@click.option("--theirs", "prefer", flag_value="theirs", help="Where both changed, the branch's holds.")
@message_option
@pass_session
def promote(session: Session, name: str, prefer: str | None, message: str) -> None:
    """Bring what was changed in a project branch back into its origin, all of it or nothing.

    Files are merged path by path, pipelines changed or made, and answers bought in the branch come along. While both
    sides changed one thing nothing moves, and all such are listed.
    """
    done = session.workspace().projects.promote(name, message=message, prefer=prefer or "")
    session.show(done, _print_promotion)
    if done.undecided:
        raise click.exceptions.Exit(4)


@command.command("delete", example="tilth project delete trial")
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Do not ask, also on a terminal.")
@pass_session
def delete(session: Session, name: str, yes: bool) -> None:
    """Delete a project branch with its repos and pipelines; its origin stays as it is.

    On a terminal it asks first. Refused when something outside reads it or was branched from it.
    """
    projects = session.workspace().projects
    if not yes and sys.stdin.isatty() and not click.confirm(f"Delete project {safe(name)}?", err=True):
        session.note("Nothing was deleted.")
        raise click.exceptions.Exit(1)
    projects.delete(name)
    session.show(None, lambda _: print(f"Deleted project {safe(name)}."))


def _size(project: ProjectInfo) -> str:
    return f"{counted(project.repos, 'repo')}, {counted(project.pipelines, 'pipeline')}"


def _print(page: Page[ProjectInfo]) -> None:
    print_table(
        ("project", "repos#", "pipelines#", "branched from", "when", "by"),
        (
            (
                each.name,
                each.repos,
                each.pipelines,
                each.origin or "",
                when(each.created_ms) if each.origin else "",
                each.author,
            )
            for each in page.items
        ),
        empty="There are no projects.",
    )


def _print_changes(told: ProjectChanges) -> None:
    print_table(
        ("branch", "state", "ahead#", "behind#", "added#", "changed#", "removed#"),
        (
            (
                f"{each.repo}@{each.branch}",
                f"{each.state}{' (output)' if each.output else ''}",
                each.ahead,
                each.behind,
                each.added,
                each.changed,
                each.removed,
            )
            for each in told.branches
        ),
        empty=f"Its data is that of {safe(told.origin)}.",
    )
    if told.pipelines:
        print()
        print_table(("pipeline", "state"), ((each.name, each.state) for each in told.pipelines), empty="")
    if told.answers:
        print(f"\n{counted(told.answers, 'answer')} bought here.")


def _print_promotion(done: ProjectPromotion) -> None:
    if done.undecided:
        print_table(("both sides changed", "how"), ((each.place, each.kind) for each in done.conflicts), empty="")
        print(
            f"Nothing was promoted: {counted(done.undecided, 'conflict')}. Say --ours (what {safe(done.origin)} has), "
            f"--theirs (what {safe(done.project)} has), or change one side."
        )
        return
    if done.change is None:
        print(f"{safe(done.origin)} has all of {safe(done.project)} already.")
        return
    parts = [
        *(f"branch {safe(each)}" for each in done.branches),
        *(f"pipeline {safe(each)}" for each in done.pipelines),
        *(f"answers of {safe(each)}" for each in done.labeling),
    ]
    print(f"Promoted {safe(done.project)} into {safe(done.origin)}: {', '.join(parts)}.")
