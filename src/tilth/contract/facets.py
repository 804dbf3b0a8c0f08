"""The facets of a workspace: one small Protocol per noun.

The local workspace and the remote client implement the same facets and pass the same suite
(`tilth.testing.WorkspaceSuite`). A *reference* is `[PROJECT/]REPO[@REVISION][:PATH]`. All of them raise the errors of
`tilth.errors`; lists are paged by key and never longer than `limit` (at most 1,000).

Importing this loads them all: a command that is to start fast imports the file of its noun instead.
"""

from tilth.contract.access import Access
from tilth.contract.analysis import Analysis
from tilth.contract.annotations import Annotations
from tilth.contract.audit import Audit
from tilth.contract.branches import Branches
from tilth.contract.commits import Commits
from tilth.contract.datasets import Datasets
from tilth.contract.drafts import Drafts
from tilth.contract.feedback import Feedback
from tilth.contract.files import Files
from tilth.contract.jobs import Jobs
from tilth.contract.keys import Keys
from tilth.contract.labeling import Labeling
from tilth.contract.lineage import LineageFacet
from tilth.contract.maintenance import Maintenance
from tilth.contract.models import Models
from tilth.contract.pipelines import Pipelines
from tilth.contract.projects import Projects
from tilth.contract.repos import Repos
from tilth.contract.reviews import Reviews
from tilth.contract.slices import Slices
from tilth.contract.tags import Tags
from tilth.contract.tasks import Tasks
from tilth.contract.transactions import Transactions
from tilth.contract.transfers import Transfers
from tilth.contract.uploads import Uploads
from tilth.contract.workers import Workers

__all__ = [
    "Access",
    "Analysis",
    "Annotations",
    "Audit",
    "Branches",
    "Commits",
    "Datasets",
    "Drafts",
    "Feedback",
    "Files",
    "Jobs",
    "Keys",
    "Labeling",
    "LineageFacet",
    "Maintenance",
    "Models",
    "Pipelines",
    "Projects",
    "Repos",
    "Reviews",
    "Slices",
    "Tags",
    "Tasks",
    "Transactions",
    "Transfers",
    "Uploads",
    "Workers",
]
