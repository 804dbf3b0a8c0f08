"""A workspace in a folder of this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.versioning.backend import open_backend
from tilth.workspace import access_ledger
from tilth.workspace.access import LocalAccess
from tilth.workspace.branches import LocalBranches
from tilth.workspace.commits import LocalCommits
from tilth.workspace.datasets import LocalDatasets
from tilth.workspace.drafts import LocalDrafts
from tilth.workspace.feedback import LocalFeedback
from tilth.workspace.files import LocalFiles
from tilth.workspace.jobs import LocalJobs
from tilth.workspace.labeling import LocalLabeling
from tilth.workspace.lineage import LocalLineage
from tilth.workspace.maintenance import LocalMaintenance
from tilth.workspace.opened import Opened, Resources
from tilth.workspace.pipelines import LocalPipelines
from tilth.workspace.repos import LocalRepos
from tilth.workspace.tasks import LocalTasks
from tilth.workspace.working import Working


def open(folder: str | Path, *, principal: Principal | None = None, create: bool = True) -> Workspace:
    """Open the workspace in `folder`, with owner rights unless a `principal` is given; make it if there is none.

    Any number of processes may open one folder. Raises NotFound when there is none and `create` is false, and what
    `open_backend` raises.
    """
    backend = open_backend(Path(folder), create=create)
    working = Working(backend)

    def close() -> None:
        working.close()
        backend.close()

    try:
        opened = Opened(Resources.of(backend), principal or access_ledger.owner(backend.database))
    except BaseException:
        close()
        raise
    return facets_of(opened, working, place=str(backend.folder), close=close)


def facets_of(opened: Opened, working: Working, *, place: str, close: Callable[[], None]) -> Workspace:
    """Return an opened workspace as its principal sees it. Cheap: a server does it for every request."""
    return Workspace(
        place=place,
        repos=LocalRepos(opened),
        branches=LocalBranches(opened),
        commits=LocalCommits(opened),
        files=LocalFiles(opened),
        drafts=LocalDrafts(opened),
        pipelines=LocalPipelines(opened),
        jobs=LocalJobs(opened, working),
        labeling=LocalLabeling(opened),
        tasks=LocalTasks(opened),
        datasets=LocalDatasets(opened),
        feedback=LocalFeedback(opened),
        lineage=LocalLineage(opened),
        access=LocalAccess(opened),
        maintenance=LocalMaintenance(opened, working),
        close=close,
    )
