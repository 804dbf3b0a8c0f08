"""A workspace on a server."""

from __future__ import annotations

from tilth.client.access import RemoteAccess
from tilth.client.analysis import RemoteAnalysis
from tilth.client.annotations import RemoteAnnotations
from tilth.client.audit import RemoteAudit
from tilth.client.branches import RemoteBranches
from tilth.client.commits import RemoteCommits
from tilth.client.datasets import RemoteDatasets
from tilth.client.drafts import RemoteDrafts
from tilth.client.feedback import RemoteFeedback
from tilth.client.files import RemoteFiles
from tilth.client.jobs import RemoteJobs
from tilth.client.keys import RemoteKeys
from tilth.client.labeling import RemoteLabeling
from tilth.client.lineage import RemoteLineage
from tilth.client.maintenance import RemoteMaintenance
from tilth.client.models import RemoteModels
from tilth.client.pipelines import RemotePipelines
from tilth.client.projects import RemoteProjects
from tilth.client.repos import RemoteRepos
from tilth.client.reviews import RemoteReviews
from tilth.client.slices import RemoteSlices
from tilth.client.tags import RemoteTags
from tilth.client.tasks import RemoteTasks
from tilth.client.transactions import RemoteTransactions
from tilth.client.transfers import RemoteTransfers
from tilth.client.transport import Transport
from tilth.client.uploads import RemoteUploads
from tilth.client.workers import RemoteWorkers
from tilth.contract.workspace import Workspace


def open(url: str, token: str | None) -> Workspace:
    """Return the workspace of the server at `url` as the holder of `token` sees it. No call is made yet."""
    transport = Transport(url, token)
    jobs = RemoteJobs(transport)
    return Workspace(
        place=transport.url,
        repos=RemoteRepos(transport),
        branches=RemoteBranches(transport),
        commits=RemoteCommits(transport),
        files=RemoteFiles(transport),
        drafts=RemoteDrafts(transport),
        projects=RemoteProjects(transport),
        pipelines=RemotePipelines(transport),
        jobs=jobs,
        labeling=RemoteLabeling(transport),
        reviews=RemoteReviews(transport),
        workers=RemoteWorkers(transport),
        tags=RemoteTags(transport),
        annotations=RemoteAnnotations(transport),
        transactions=RemoteTransactions(transport),
        transfers=RemoteTransfers(transport),
        uploads=RemoteUploads(transport),
        tasks=RemoteTasks(transport),
        datasets=RemoteDatasets(transport),
        models=RemoteModels(transport),
        slices=RemoteSlices(transport),
        analysis=RemoteAnalysis(transport),
        feedback=RemoteFeedback(transport),
        lineage=RemoteLineage(transport),
        access=RemoteAccess(transport),
        keys=RemoteKeys(transport),
        audit=RemoteAudit(transport),
        maintenance=RemoteMaintenance(transport, jobs),
        close=transport.close,
    )
