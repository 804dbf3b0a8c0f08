"""A workspace as callers see it: a record of facets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a command loads the facets that it uses, and no others
    from types import TracebackType

    from tilth.contract.access import Audit, Keys
    from tilth.contract.analysis import Analysis
    from tilth.contract.annotations import Annotations
    from tilth.contract.datasets import Datasets
    from tilth.contract.facets import (
        Access,
        Branches,
        Commits,
        Drafts,
        Feedback,
        Files,
        Jobs,
        Labeling,
        LineageFacet,
        Maintenance,
        Pipelines,
        Repos,
        Tasks,
    )
    from tilth.contract.models import Models
    from tilth.contract.reviews import Reviews
    from tilth.contract.slices import Slices
    from tilth.contract.tags import Tags
    from tilth.contract.transactions import OpenTransaction, Transactions
    from tilth.contract.transfers import Transfers
    from tilth.contract.uploads import Uploads
    from tilth.contract.workers import Workers


@dataclass(frozen=True)
class Workspace:
    """Everything one can do, local or remote; close it, or use it as a context manager."""

    place: str
    repos: Repos
    branches: Branches
    commits: Commits
    files: Files
    drafts: Drafts
    pipelines: Pipelines
    jobs: Jobs
    labeling: Labeling
    reviews: Reviews
    workers: Workers
    tags: Tags
    annotations: Annotations
    transactions: Transactions
    transfers: Transfers
    uploads: Uploads
    tasks: Tasks
    datasets: Datasets
    models: Models
    slices: Slices
    analysis: Analysis
    feedback: Feedback
    lineage: LineageFacet
    access: Access
    keys: Keys
    audit: Audit
    maintenance: Maintenance
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


def facet_types() -> dict[str, Any]:
    """Return what the annotations of `Workspace` name, for who reads them when the program runs."""
    from tilth.contract import (
        access,
        analysis,
        annotations,
        datasets,
        facets,
        models,
        reviews,
        slices,
        tags,
        transactions,
        transfers,
        uploads,
        workers,
    )

    modules: tuple[Any, ...] = (access, analysis, annotations, datasets, facets, models, reviews, slices, tags)
    modules += (transactions, transfers, uploads, workers)
    return {name: value for module in modules for name, value in vars(module).items()}
