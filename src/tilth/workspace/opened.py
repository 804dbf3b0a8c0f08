"""An opened workspace folder, and as whom."""

from __future__ import annotations

import threading
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tilth.contract.principal import Principal
from tilth.versioning.backend import Backend

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView
    from tilth.labeling.service import LabelingDesk
    from tilth.labeling.standing import Standings
    from tilth.workspace.dataset_views import DatasetViews
    from tilth.workspace.model_repos import VersionLists
    from tilth.workspace.model_scores import Yardsticks
    from tilth.workspace.repeats import Group
    from tilth.workspace.tables import Tables
    from tilth.workspace.thumbnails import Thumbnails
    from tilth.workspace.vectors import Vectors


class Resources:
    """What all callers of one process share. Made, and its code loaded, when it is first asked for. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._making = threading.Lock()
        self._desk: LabelingDesk | None = None
        self._tables: Tables | None = None
        self._vectors: Vectors | None = None
        self._standings: Standings | None = None
        self._dataset_views: DatasetViews | None = None
        self._thumbnails: Thumbnails | None = None
        self._model_versions: VersionLists | None = None
        self._yardsticks: Yardsticks | None = None
        self.duplicates: MutableMapping[ItemView, tuple[str, Sequence[Group]]] = WeakKeyDictionary()
        """Opened datasets → groups of near-duplicates, at one state of it."""

    def forget(self) -> None:
        """Let go of all that was made from items: the next caller makes it anew from what is stored."""
        with self._making:
            self._tables = self._vectors = self._standings = None
            self._dataset_views = self._thumbnails = self._yardsticks = None

    @property
    def desk(self) -> LabelingDesk:
        """The labeling desk."""
        from tilth.labeling.service import LabelingDesk

        with self._making:
            self._desk = self._desk or LabelingDesk(self.backend)
        return self._desk

    @property
    def standings(self) -> Standings:
        """The answers of the labeling pipelines that were asked about last, as columns."""
        from tilth.labeling.standing import Standings

        with self._making:
            self._standings = self._standings or Standings(self.backend)
        return self._standings

    @property
    def dataset_views(self) -> DatasetViews:
        """The datasets that were asked about last."""
        from tilth.workspace.dataset_views import DatasetViews

        with self._making:
            self._dataset_views = self._dataset_views or DatasetViews(self.backend)
        return self._dataset_views

    @property
    def thumbnails(self) -> Thumbnails:
        """The small pictures that were made last."""
        from tilth.workspace.thumbnails import Thumbnails

        with self._making:
            self._thumbnails = self._thumbnails or Thumbnails()
        return self._thumbnails

    @property
    def vectors(self) -> Vectors:
        """The vectors of items that were asked for last."""
        from tilth.workspace.vectors import Vectors

        with self._making:
            self._vectors = self._vectors or Vectors(self.backend)
        return self._vectors

    @property
    def tables(self) -> Tables:
        """The tables that were read last."""
        from tilth.workspace.tables import Tables

        with self._making:
            self._tables = self._tables or Tables(self.backend)
        return self._tables

    @property
    def model_versions(self) -> VersionLists:
        """The versions of models that were looked at."""
        from tilth.workspace.model_repos import VersionLists

        with self._making:
            self._model_versions = self._model_versions or VersionLists(self.backend)
        return self._model_versions

    @property
    def yardsticks(self) -> Yardsticks:
        """The labels by which models were judged last."""
        from tilth.workspace.model_scores import Yardsticks

        with self._making:
            self._yardsticks = self._yardsticks or Yardsticks(self.backend.scratch / "scores")
        return self._yardsticks


@dataclass(frozen=True, slots=True)
class Opened:
    """What every local facet stands on."""

    resources: Resources
    principal: Principal

    @property
    def backend(self) -> Backend:
        """The folder's database and store."""
        return self.resources.backend

    @property
    def author(self) -> str:
        """The name under which the caller's acts are recorded."""
        return self.principal.name
