"""What the repos of a project are called in another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moved:
    """Takes a repo of the project `before` (and a revision) and returns its name in `after`, or the same where it is
    not there.

    `there` names the branches of each repo that is: a tag or a commit of the one is not in the other.
    """

    before: str
    after: str
    there: Mapping[str, Collection[str]]

    def __call__(self, repo: str, revision: str | None = None) -> str:
        """Return PROJECT/REPO."""
        project, _, name = repo.partition("/")
        known = project == self.before and name in self.there
        return f"{self.after}/{name}" if known and (revision is None or revision in self.there[name]) else repo
