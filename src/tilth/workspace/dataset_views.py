"""Datasets, opened once and kept while they are asked about."""

from __future__ import annotations

import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.datasets import MediaInfo
from tilth.curation.slices import FOLDER
from tilth.datasets.assembling import text
from tilth.datasets.definition import Definition, parse_definition
from tilth.datasets.overlays import FIXES, MARKS, RULINGS, part_values, ruling_values
from tilth.datasets.tables import SUFFIXES
from tilth.errors import NotFound
from tilth.metadata import feed
from tilth.model.canonical import canonical
from tilth.model.commit import Commit
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import is_id
from tilth.versioning.backend import Backend
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree
from tilth.workspace import kept_views
from tilth.workspace.dataset_assembly import assemble, assemble_version
from tilth.workspace.dataset_sources import ITEMS, SOURCES, DatasetSources, Found, Source, published_sequences
from tilth.workspace.kept_views import KeptViews
from tilth.workspace.label_following import labels_of
from tilth.workspace.model_repos import find_version, load_model, split_version
from tilth.workspace.names import full_name, short_name

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView
    from tilth.workspace.opened import Opened

KEPT_OPEN = 64
"""Questions (a dataset, with a model, at a version) whose sources are remembered until anything happens."""
REOPENED = 4
"""Datasets (with a model) that a server opens by itself when it starts."""
KEPT_SLICES = 12
"""Slices of so many moments are kept as columns."""


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """A dataset as one question sees it."""

    name: str
    repo: Repo
    head: Commit
    """The commit of `main`; for a version, the version's."""
    document: Mapping[str, Any]
    definition: Definition
    view: ItemView
    sources: Sequence[Source]
    version: Commit | None = None
    model: str | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    """For a version: role → `repo@commit[:path]`."""

    @property
    def state(self) -> str:
        """What lies over the view in this moment: `ItemView.acts`, unless something later lies there by now."""
        return state_of(self.head, self.sources)

    def source(self, role: str) -> Source | None:
        """Return the source of one role."""
        return next((each for each in self.sources if each.role == role), None)

    def media(self, row: Mapping[str, Any]) -> MediaInfo:
        """Return what an item shows, from its row (which holds `media_column`)."""
        media = self.definition.media
        shown = row.get(self.media_column)
        if media.kind == "none" or shown is None:
            return MediaInfo(media.kind)
        if media.kind == "text" and self.definition.items.key is not None:
            return MediaInfo("text", text=str(shown))
        place, folder = self._folder()
        path = str(shown) if self.version is not None else "/".join(part for part in (folder, str(shown)) if part)
        return MediaInfo(media.kind, f"{place}:{path}")

    def media_paths(self, shown: Any) -> Any:
        """Return a column of what items show as a version keeps it: texts as they are, else paths of files."""
        media = self.definition.media
        if media.kind == "none":
            return pa.nulls(len(shown), pa.string())
        texts = text(shown)
        _, folder = self._folder()
        if not folder or (media.kind == "text" and self.definition.items.key is not None):
            return texts
        return pc.binary_join_element_wise(folder, texts, "/")

    def _folder(self) -> tuple[str, str]:
        """Return where files lie: `repo@commit`, and the folder that their names are relative to."""
        if self.definition.items.key is None:
            return self._place("items").partition(":")[0], ""
        if self.definition.media.source is not None:
            place, _, folder = self._place("media").partition(":")
            return place, folder
        place, _, path = self._place("items").partition(":")
        return place, path.rpartition("/")[0] if path.lower().endswith(SUFFIXES) else path

    @property
    def media_column(self) -> str:
        """The column that says what an item shows."""
        return self.view.media or "key"

    def _place(self, role: str) -> str:
        if role in self.pins:
            return self.pins[role]
        source = self.source(role)
        if source is None:
            raise NotFound(f"{self.name} has no source of {role} here.", help="Look at its definition.")
        return source.pinned


def open_view(opened: Opened, name: str, *, model: str | None = None, at: str | None = None) -> OpenDataset:
    """Open a dataset: its working state, or the version `at` (a commit or a number), with a model's predictions.

    Raises NotFound for no such dataset, version or model, Invalid for sources that do not fit (naming the field). The
    first question to a dataset costs reading its sources; the next ones only what changed since in people's acts.
    """
    if model is not None and "@" in model:
        model = _pinned_model(opened, model)
    return opened.resources.dataset_views.open(name, model=model, at=at)


def _pinned_model(opened: Opened, model: str) -> str:
    """Return "MODEL@COMMIT" for a version named by its number, the start of its commit, or as `production`."""
    name, version = split_version(model)
    if version is None or is_id(version):
        return model
    found = find_version(opened.resources.model_versions, opened.backend, load_model(opened.backend, name), version)
    return f"{name}@{found.commit.id}"


def moment_of(found: Found | OpenDataset) -> Digest:
    """Return what stands for the definition, the acts and the sources of a dataset."""
    sources = [each for each in found.sources if each.role not in ("model", "predictions", "analysis")]
    return digest_of(canonical([found.head.id, *sorted(f"{each.role} {each.commit.id}" for each in sources)]))


def state_of(head: Commit, sources: Sequence[Source]) -> str:
    """Return what stands for the acts of a commit, and the labels, as they lie over a view."""
    return " ".join([head.id, *(each.commit.id for each in sources if each.role.startswith("labels"))])


class DatasetViews:
    """The views asked last, by the digests of all that they were made from. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.sources = DatasetSources(backend)
        self._recent = backend.scratch / "views" / "recent.json"
        self._lock = threading.Lock()
        self.kept = KeptViews(backend.scratch / "views", self._forget)
        self._opened: OrderedDict[tuple[str, str | None, str | None], tuple[int, OpenDataset]] = OrderedDict()
        self._columns: OrderedDict[bytes, dict[bytes, Any]] = OrderedDict()
        self.counts: dict[str, tuple[int, int]] = {}
        """Repo of a dataset → items and labeled ones, when it was last counted."""

    def open(self, name: str, *, model: str | None = None, at: str | None = None) -> OpenDataset:
        """Open a dataset; see `open_view`. While nothing at all has happened in the workspace, this costs one query."""
        asked = (full_name(name), model, at)
        opened: OpenDataset | None = None
        while opened is None:
            with self._backend.database.read() as conn:
                position = feed.last(conn)
                with self._lock:
                    known = self._opened.get(asked)
                    if known is not None and known[0] == position:
                        self._opened.move_to_end(asked)
                        return known[1]
                found = self.sources.find(conn, name, model, at)
            opened = self._made(found, model, position)  # None: meanwhile somebody laid later acts over it
        if at is None and (known is None or known[1].view is not opened.view):
            self._note(asked[0], model, opened.view)
        with self._lock:
            self._opened[asked] = (position, opened)
            while len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
        return opened

    def moment(self, name: str) -> Digest:
        """Return what stands for all that a dataset shows now. Opens nothing: costs a few queries.

        Raises NotFound and Invalid as `open` does, as far as they show without reading the sources.
        """
        with self._backend.database.read() as conn:
            return moment_of(self.sources.find(conn, name, None, None))

    def recent(self) -> Sequence[tuple[str, str | None]]:
        """Return the large datasets that were opened last, each with a model; newest first. Also by other processes."""
        try:
            told = json.loads(self._recent.read_text())
            return [(str(name), None if model is None else str(model)) for name, model in told]
        except (OSError, ValueError, TypeError):
            return []

    def _note(self, name: str, model: str | None, view: ItemView) -> None:
        """Write down that a dataset was opened, for `recent` of the next process."""
        if view.totals()[0] < kept_views.ON_DISK:
            return
        before = self.recent()
        told = [(name, model), *(each for each in before if each != (name, model))][:REOPENED]
        if told != before:
            with suppress(OSError):  # only the next start is slower
                self._recent.parent.mkdir(parents=True, exist_ok=True)
                part = self._recent.with_name(f"{uuid.uuid4().hex}.part")
                part.write_text(json.dumps(told))
                part.replace(self._recent)

    def _made(self, found: Found, model: str | None, position: int) -> OpenDataset | None:
        pins: Mapping[str, str] = {}
        if found.version is not None:
            view, pins = self._saved(found, found.version)
            head = found.version
        else:
            sources = [*found.sources, *found.extra]
            now = self._view(found.repo.full_name, found.document, found.definition, sources, position)
            if now is None or not self._lay(now, found.head, found.sources, position):
                return None
            view = now
            head = found.head
        return OpenDataset(
            name=short_name(found.repo.full_name),
            repo=found.repo,
            head=head,
            document=found.document,
            definition=found.definition,
            view=view,
            sources=[*found.sources, *found.extra],
            version=found.version,
            model=model,
            pins=pins,
        )

    def tried(self, name: str, document: Mapping[str, Any]) -> ItemView:
        """Open what a definition names, before it is that of the dataset. Raises Invalid or NotFound that say why."""
        definition = parse_definition(document)
        view: ItemView | None = None
        while view is None:
            with self._backend.database.read() as conn:
                position = feed.last(conn)
                found = self.sources.resolve(conn, definition)
            view = self._view(full_name(name), document, definition, found, position)
        return view

    def _forget(self, view: ItemView) -> None:
        """Forget who asked for a view that is kept no longer."""
        with self._lock:
            for asked in [each for each, (_, opened) in self._opened.items() if opened.view is view]:
                del self._opened[asked]

    def _lay(self, view: ItemView, head: Commit, sources: Sequence[Source], position: int) -> bool:
        """Lay people's acts as of a commit of `main` over a view; False where those of a later moment lie there."""
        tree = Tree(self._backend.store, head.tree)
        published = published_sequences(sources)
        stamp = canonical(published)
        # Rulings that the labels tell by now say nothing more here: they may have been reopened there since.
        rulings = {name: digest_of(digest + stamp) for name, digest in self.sources.parts(tree, RULINGS).items()}
        fixes, marks, slices = self.sources.parts(tree, FIXES), self.sources.parts(tree, MARKS), self._slices(tree)
        with view.laying:
            if position < view.position:
                return False
            state = state_of(head, sources)
            if view.acts != state:
                view.acts = None
            view.lay(RULINGS, rulings, lambda name: ruling_values(tree.read(name), after=published))
            view.lay(FIXES, fixes, lambda name: part_values(tree.read(name), "label"))
            view.lay(MARKS, marks, lambda name: part_values(tree.read(name), "mark"))
            view.set_slices(slices)
            view.position, view.acts = position, state
        return True

    # Inside

    def _view(
        self,
        dataset: str,
        document: Mapping[str, Any],
        definition: Definition,
        sources: Sequence[Source],
        position: int,
    ) -> ItemView | None:
        """Return the view of a working state as of a place in the feed; None where it shows a later one already."""
        place = self.sources.predictions(sources)
        following = labels_of(self.sources, definition, sources)
        parts = [
            dataset.encode(),  # two datasets may be made of the same; what people do to them differs
            canonical({name: document[name] for name in sorted(document) if name != "task"}),
            repr(place).encode(),
            *(
                each.role.encode() + b"\0" + (each.reference.path or "").encode() + b"\0" + self.sources.content(each)
                for each in sources
                if each.role not in ("model", "media", "labels" if following else "")
            ),
        ]
        key = digest_of(b"\0\0".join(parts))
        if following is not None:
            following, key = following.on(key)
        return self.kept.get(
            key, lambda: assemble(self.sources, definition, sources), following=following, position=position
        )

    def _saved(self, found: Found, version: Commit) -> tuple[ItemView, Mapping[str, str]]:
        """Return the view of a version, and where its sources were."""
        tree = Tree(self._backend.store, version.tree)
        extra = found.extra
        parts = [
            canonical(found.document),
            canonical({name: digest.hex() for name, digest in self.sources.parts(tree, ITEMS).items()}),
            repr(self.sources.predictions(extra)).encode(),
            *(each.role.encode() + b"\0" + self.sources.content(each) for each in extra if each.role != "model"),
        ]
        classes = [each.name for each in found.definition.classes]

        pins = {role: str(place) for role, place in self.sources.document(version, SOURCES).items()}
        view = self.kept.get(
            digest_of(b"\0\0".join(parts)), lambda: assemble_version(self.sources, version, extra, classes)
        )
        assert view is not None, "a version is of no place in the feed"
        return view, pins

    def _slices(self, tree: Tree) -> list[Any]:
        """Return the slices as columns. Kept by the content of their folder, as most acts are not about slices."""
        from tilth.workspace.slices import slice_columns

        key, files = tree.table.fold(f"{FOLDER}/", f"{FOLDER}0")
        with self._lock:
            if key in self._columns:
                self._columns.move_to_end(key)
                return list(self._columns[key].values())
            known = {name: each for columns in self._columns.values() for name, each in columns.items()}
        found = slice_columns(tree, known) if files else {}
        with self._lock:
            self._columns[key] = found
            while len(self._columns) > KEPT_SLICES:
                self._columns.popitem(last=False)
        return list(found.values())
