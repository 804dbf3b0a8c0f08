"""A workspace in a folder of this machine."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.versioning.backend import open_backend
from tilth.workspace import access_ledger
from tilth.workspace.acts import OneAct
from tilth.workspace.opened import Opened, Resources

if TYPE_CHECKING:  # a command loads the facets that it uses, and no others
    from tilth.contract import facets
    from tilth.workspace.working import Working


def open(
    folder: str | Path, *, principal: Principal | None = None, create: bool = True, acts: Container[str] = ()
) -> Workspace:
    """Open the workspace in `folder`, with owner rights unless a `principal` is given; make it if there is none.

    `acts` (as `facet.method`) are written into the audit trail.

    Any number of processes may open one folder. Raises NotFound when there is none and `create` is false, and what
    `open_backend` raises.
    """
    backend = open_backend(Path(folder), create=create)
    made: list[Working] = []

    def working() -> Working:
        from tilth.workspace.working import Working

        if not made:
            made.append(Working(backend))
        return made[0]

    def close() -> None:
        for each in made:
            each.close()
        backend.close()

    try:
        opened = Opened(Resources(backend), principal or access_ledger.owner(backend.database))
    except BaseException:
        close()
        raise
    inner = LocalWorkspace(opened, working, place=str(backend.folder), close=close)
    if not acts:
        return inner
    from tilth.workspace.audited import AuditedWorkspace

    return AuditedWorkspace(inner, backend.database, opened.principal, acts)


class LocalWorkspace(Workspace):
    """An opened workspace as its principal sees it. Cheap: a server makes one for every caller.

    Each facet is made, and its code loaded, when it is first used, so that a short command starts fast.
    """

    _opened: Opened
    _working: Callable[[], Working]

    def __init__(
        self, opened: Opened, working: Callable[[], Working], *, place: str, close: Callable[[], None]
    ) -> None:
        vars(self).update(place=place, close=close, _opened=opened, _working=working)

    @cached_property
    def repos(self) -> facets.Repos:
        from tilth.workspace.repos import LocalRepos

        return LocalRepos(self._opened)

    @cached_property
    def branches(self) -> facets.Branches:
        from tilth.workspace.branches import LocalBranches

        return LocalBranches(self._opened)

    @cached_property
    def commits(self) -> facets.Commits:
        from tilth.workspace.commits import LocalCommits

        return LocalCommits(self._opened)

    @cached_property
    def files(self) -> facets.Files:
        from tilth.workspace.files import LocalFiles

        return LocalFiles(self._opened)

    @cached_property
    def drafts(self) -> facets.Drafts:
        from tilth.workspace.drafts import LocalDrafts

        return LocalDrafts(self._opened)

    @cached_property
    def projects(self) -> facets.Projects:
        from tilth.workspace.projects import LocalProjects

        return LocalProjects(self._opened)

    @cached_property
    def pipelines(self) -> facets.Pipelines:
        from tilth.workspace.pipelines import LocalPipelines

        return LocalPipelines(self._opened)

    @cached_property
    def jobs(self) -> facets.Jobs:
        from tilth.workspace.jobs import LocalJobs

        return LocalJobs(self._opened, self._working())

    @cached_property
    def labeling(self) -> facets.Labeling:
        from tilth.workspace.labeling import LocalLabeling

        return LocalLabeling(self._opened)

    @cached_property
    def reviews(self) -> facets.Reviews:
        from tilth.workspace.reviews import LocalReviews

        return LocalReviews(self._opened)

    @cached_property
    def workers(self) -> facets.Workers:
        from tilth.workspace.workers import LocalWorkers

        return LocalWorkers(self._opened)

    @cached_property
    def tags(self) -> facets.Tags:
        from tilth.workspace.tags import LocalTags

        return LocalTags(self._opened)

    @cached_property
    def annotations(self) -> facets.Annotations:
        from tilth.workspace.annotations import LocalAnnotations

        return LocalAnnotations(self._opened)

    @cached_property
    def transactions(self) -> facets.Transactions:
        from tilth.workspace.transactions import LocalTransactions

        return LocalTransactions(self._opened)

    @cached_property
    def transfers(self) -> facets.Transfers:
        from tilth.workspace.transfers import LocalTransfers

        return LocalTransfers(self._opened)

    @cached_property
    def uploads(self) -> facets.Uploads:
        from tilth.workspace.uploads import LocalUploads

        return LocalUploads(self._opened)

    @cached_property
    def tasks(self) -> facets.Tasks:
        from tilth.workspace.tasks import LocalTasks

        return LocalTasks(self._opened)

    @cached_property
    def datasets(self) -> facets.Datasets:
        from tilth.workspace.datasets import LocalDatasets

        return LocalDatasets(self._opened)

    @cached_property
    def models(self) -> facets.Models:
        from tilth.workspace.models import LocalModels

        return LocalModels(self._opened)

    @cached_property
    def slices(self) -> facets.Slices:
        from tilth.workspace.slices import LocalSlices

        return LocalSlices(self._opened)

    @cached_property
    def analysis(self) -> facets.Analysis:
        from tilth.workspace.analysis import LocalAnalysis

        return LocalAnalysis(self._opened)

    @cached_property
    def feedback(self) -> facets.Feedback:
        from tilth.workspace.feedback import LocalFeedback

        return LocalFeedback(self._opened)

    @cached_property
    def lineage(self) -> facets.LineageFacet:
        from tilth.workspace.lineage import LocalLineage

        return LocalLineage(self._opened)

    @cached_property
    def access(self) -> facets.Access:
        from tilth.workspace.access import LocalAccess

        return LocalAccess(self._opened)

    @cached_property
    def keys(self) -> facets.Keys:
        from tilth.workspace.keys import LocalKeys

        return LocalKeys(self._opened)

    @cached_property
    def audit(self) -> facets.Audit:
        from tilth.workspace.audit import LocalAudit

        return LocalAudit(self._opened)

    @cached_property
    def maintenance(self) -> facets.Maintenance:
        from tilth.workspace.maintenance import LocalMaintenance

        return LocalMaintenance(self._opened, self._working())


def _acting(make: Callable[[LocalWorkspace], Any]) -> Callable[[LocalWorkspace], Any]:
    return lambda workspace: OneAct(make(workspace))


for _facet in vars(LocalWorkspace).values():
    if isinstance(_facet, cached_property):
        _facet.func = _acting(_facet.func)
