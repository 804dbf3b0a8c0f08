"""What a name was meant for that no repo has."""

from __future__ import annotations

from tilth.cli.grammar import nearest
from tilth.cli.wording import repo_name
from tilth.contract.workspace import Workspace
from tilth.errors import NotFound, TilthError

_LOOKED_AT = 1000


def add(error: NotFound, workspace: Workspace) -> None:
    """Put in front of the help of "There is no repo …" which branch or repo was meant, where one is near.

    Looks at the first 1,000 repos that the caller may see.
    """
    wanted = repo_name(str(error.facts["repo"]))
    if not error.message.startswith("There is no repo "):
        return
    try:
        found = workspace.repos.list(limit=_LOOKED_AT).items
    except TilthError:
        return
    homes = [repo_name(f"{repo.project}/{repo.name}") for repo in found if wanted in repo.branches]
    if homes:
        error.help = f"{wanted} is a branch: write REPO@BRANCH, like {homes[0]}@{wanted}."
    elif match := nearest(wanted, [repo_name(f"{repo.project}/{repo.name}") for repo in found]):
        error.help = f"Did you mean {match!r}? {error.help}"
