"""What every Workspace does, as tests: subclass it, give the fixtures `workspace` and `as_user`, and run pytest.

The workspace may be shared by all tests and need not be empty: each test works in repos of its own.
"""

from __future__ import annotations

import pytest

from tilth.model.ids import new_id
from tilth.testing.access import AccessSuite
from tilth.testing.commits import CommitSuite
from tilth.testing.datasets import DatasetSuite
from tilth.testing.exchange import ExchangeSuite
from tilth.testing.files import FileSuite
from tilth.testing.history import HistorySuite
from tilth.testing.labeling import LabelingSuite
from tilth.testing.maintenance import MaintenanceSuite
from tilth.testing.pipelines import PipelineSuite
from tilth.testing.projects import ProjectSuite
from tilth.testing.repos import RepoSuite


class WorkspaceSuite(
    RepoSuite,
    FileSuite,
    CommitSuite,
    HistorySuite,
    ExchangeSuite,
    PipelineSuite,
    ProjectSuite,
    LabelingSuite,
    DatasetSuite,
    AccessSuite,
    MaintenanceSuite,
):
    """The behaviours. `workspace` has an owner's rights."""

    @pytest.fixture
    def name(self) -> str:
        """A name that no other test uses."""
        return f"t{new_id()[-12:]}x"
