"""A workspace as callers see it: a record of facets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_type_hints

if TYPE_CHECKING:  # a command loads the facets that it uses, and no others
    from types import TracebackType

    from tilth.contract import facets
    from tilth.contract.transactions import OpenTransaction


@dataclass(frozen=True)
class Workspace:
    """Everything one can do, local or remote; close it, or use it as a context manager."""

    place: str
    repos: facets.Repos
    branches: facets.Branches
    commits: facets.Commits
    files: facets.Files
    drafts: facets.Drafts
    projects: facets.Projects
    pipelines: facets.Pipelines
    jobs: facets.Jobs
    labeling: facets.Labeling
    reviews: facets.Reviews
    workers: facets.Workers
    tags: facets.Tags
    annotations: facets.Annotations
    transactions: facets.Transactions
    transfers: facets.Transfers
    uploads: facets.Uploads
    tasks: facets.Tasks
    datasets: facets.Datasets
    models: facets.Models
    slices: facets.Slices
    analysis: facets.Analysis
    feedback: facets.Feedback
    lineage: facets.LineageFacet
    access: facets.Access
    keys: facets.Keys
    audit: facets.Audit
    maintenance: facets.Maintenance
    close: Callable[[], None]

    def transaction(self, message: str = "") -> OpenTransaction:
        """Return a block (`with`) whose writes to several repos become commits of one change, all or none."""
        from tilth.contract.transactions import OpenTransaction

        return OpenTransaction(self.transactions, message)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def facet_types() -> dict[str, type]:
    """Return the Protocol of each facet by its name in a workspace. Loads them all."""
    from tilth.contract import facets

    hints = get_type_hints(Workspace, localns={"facets": facets})
    return {name: hint for name, hint in hints.items() if name not in ("place", "close")}
