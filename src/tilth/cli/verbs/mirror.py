"""`tilth mirror`: repos from one workspace to another."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.pages import stream
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import taken_over
from tilth.contract.transfers import TakenOver
from tilth.contract.workspace import Workspace


@click.command(
    "mirror",
    cls=Command,
    short_help="Bring repos from one workspace to another.",
    example="tilth mirror ./.tilth https://host:8470 images\ntilth mirror 'http://host:8470/?token=…' ./copy/.tilth",
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.argument("repos", metavar="[REPO...]", nargs=-1)
@click.option("--as", "name", default="", metavar="[PROJECT/]REPO", help="The name of the (one) repo there.")
@click.option("--force", is_flag=True, help="Also move heads that have commits of their own there.")
@pass_session
def command(session: Session, source: str, target: str, repos: tuple[str, ...], name: str, force: bool) -> None:
    """Bring repos (all of them, when none is named) from the workspace FROM to the workspace TO.

    FROM and TO are folders or URLs; a URL goes by $TILTH_TOKEN, or is a link with its own token. Commits keep their
    ids and seals. Only what TO lacks travels, what arrived of an interrupted transfer is not sent again, and heads move
    forward only. TO needs owner's rights: history is taken over with its authors.
    """
    from tilth.connection import connect
    from tilth.errors import Invalid
    from tilth.exchange.mirroring import mirror

    if name and len(repos) != 1:
        raise Invalid("--as needs one repo.", help="Name the repo to mirror.")
    done: list[TakenOver] = []
    with connect(source, create=False) as here, connect(target) as there, session.progress() as progress:
        for repo in repos or _all_of(here):
            done.append(mirror(here, there, repo, name=name, force=force, progress=progress))
    session.show(done, lambda done: print("\n".join(map(taken_over, done)) or "There are no repos to mirror."))


def _all_of(workspace: Workspace) -> list[str]:
    found = stream(lambda after, limit: workspace.repos.list(after=after, limit=limit))
    return [f"{repo.project}/{repo.name}" for repo in found]
