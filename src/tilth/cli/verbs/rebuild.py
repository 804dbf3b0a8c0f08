"""`tilth rebuild`: the database of a workspace, from its packs alone."""

from __future__ import annotations

from pathlib import Path

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe
from tilth.config import is_url
from tilth.errors import Corrupt, Invalid


@click.command(
    "rebuild",
    cls=Command,
    short_help="Recover the database of a workspace from its packs.",
    example="tilth -w ./.tilth rebuild",
)
@pass_session
def command(session: Session) -> None:
    """Recover the database of a workspace from its packs, when it is lost or broken.

    Move the broken database away first. Users, jobs, drafts and unpublished answers are not in the packs. Exits with
    7 when the packs are damaged, or no longer hold commits that history names; what can be read is recovered.
    """
    place = session.place
    if is_url(place):
        raise Invalid(f"{place} is a server.", help="Rebuild on its own machine, with -w FOLDER.")
    from tilth.versioning.rebuild import Rebuilt, rebuild

    def tell(done: Rebuilt) -> None:
        repos, branches = counted(done.repos, "repo"), counted(done.branches, "branch", "branches")
        print(
            f"Recovered {repos}, {branches} and {counted(done.commits, 'commit')} from {counted(done.packs, 'pack')}."
        )
        for commit in done.missing:
            print(f"missing: {safe(commit)}")
        for problem in done.problems:
            print(f"{safe(problem.where)}: {safe(problem.what)}")

    with session.progress() as progress:
        done = rebuild(Path(place), progress=progress)
    session.show(done, tell)
    if done.missing or done.problems:
        click.get_current_context().exit(Corrupt.exit_code)
