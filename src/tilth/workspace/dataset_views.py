"""Datasets, opened once and kept while they are asked about."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from tilth.contract.datasets import MediaInfo
from tilth.curation.slices import FOLDER
from tilth.datasets.assembling import (
    ANALYSIS,
    GIVEN,
    Assembly,
    Joined,
    file_items,
    joined_fields,
    joined_labels,
    layered_labels,
    row_items,
    text,
)
from tilth.datasets.definition import Definition, Labels, parse_definition
from tilth.datasets.model_definition import DEFINITION as MODEL_DEFINITION
from tilth.datasets.model_definition import Predictions, parse_model
from tilth.datasets.overlays import FIXES, MARKS, RULINGS, part_values
from tilth.datasets.predictions import joined_predictions
from tilth.datasets.tables import SUFFIXES, read_table
from tilth.errors import Corrupt, Invalid, NotFound
from tilth.metadata import feed
from tilth.model.canonical import canonical
from tilth.model.commit import Commit
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import is_id
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import revisions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.glob import compile_glob, matching
from tilth.versioning.repos import DATASET, MODEL, Repo, find_repo
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree
from tilth.workspace.model_repos import find_version, load_model, split_version
from tilth.workspace.names import full_name, short_name

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView
    from tilth.workspace.opened import Opened

DEFINITION = "dataset.json"
SOURCES = "sources.json"
VERSIONS = "versions"
ITEMS = "items"
"""Where a saved version keeps its rows."""

KEPT_OPEN = 64
"""Questions (a dataset, with a model, at a version) whose sources are remembered until anything happens."""
KEPT = 12
KEPT_BYTES = 2 << 30
"""Views kept in memory, and about how much of it; the one last opened is kept always."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that a dataset is made from, at the commit that was read."""

    role: str
    """items, labels, fields[0], media, predictions, analysis."""
    reference: Reference
    branch: str
    commit: Commit

    @property
    def pinned(self) -> str:
        """`repo@commit[:path]`."""
        path = f":{self.reference.path}" if self.reference.path else ""
        return f"{short_name(self.commit.repo)}@{self.commit.id}{path}"


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


@dataclass(frozen=True, slots=True)
class _Found:
    """What a dataset is made from, as one transaction saw it."""

    repo: Repo
    head: Commit
    version: Commit | None
    document: Mapping[str, Any]
    definition: Definition
    sources: list[Source]
    extra: list[Source]
    """A model's predictions, and the analysis."""


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


class DatasetViews:
    """The views asked last, by the digests of all that they were made from. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[ItemView, int]] = OrderedDict()
        self._making: dict[bytes, threading.Lock] = {}
        self._parts: OrderedDict[tuple[bytes, str], dict[str, Digest]] = OrderedDict()
        self._documents: OrderedDict[bytes, Mapping[str, Any]] = OrderedDict()
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
                found = self._found(conn, name, model, at)
            opened = self._made(found, model, position)  # None: meanwhile somebody laid later acts over it
        with self._lock:
            self._opened[asked] = (position, opened)
            while len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
        return opened

    def _found(self, conn: Connection, name: str, model: str | None, at: str | None) -> _Found:
        """Return what a dataset is made from, in one view of the database."""
        repo = find_dataset(conn, name)
        head = _head(conn, repo, DEFAULT_BRANCH)
        version = _version(conn, repo, at) if at is not None else None
        extra = [*(self._model(conn, model) if model is not None else ()), *self._analysis(conn, repo)]
        document = self.document(head if version is None else version, DEFINITION)
        definition = parse_definition(document)
        sources = self.resolve(conn, definition) if version is None else []
        return _Found(repo, head, version, document, definition, sources, extra)

    def _made(self, found: _Found, model: str | None, position: int) -> OpenDataset | None:
        pins: Mapping[str, str] = {}
        if found.version is not None:
            view, pins = self._saved(found, found.version)
            head = found.version
        else:
            sources = [*found.sources, *found.extra]
            view = self._view(found.repo.full_name, found.document, found.definition, sources)
            if not self._lay(view, found.head, found.sources, position):
                return None
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
        with self._backend.database.read() as conn:
            found = self.resolve(conn, definition)
        return self._view(full_name(name), document, definition, found)

    def resolve(self, conn: Connection, definition: Definition) -> list[Source]:
        """Return the sources at their commits now; labels that nobody has given yet are left out."""
        found = [_source(conn, "items", definition.items.source)]
        if definition.media.source is not None:
            found.append(_source(conn, "media", definition.media.source))
        for number, labels in enumerate(definition.label_sources):
            if labels.source is None:
                continue
            try:
                found.append(_source(conn, label_role(number), labels.source))
            except NotFound:
                if labels.pipeline is None or not _is_empty(conn, labels.source):
                    raise
        for number, each in enumerate(definition.fields):
            found.append(_source(conn, f"fields[{number}]", each.source))
        return found

    def _lay(self, view: ItemView, head: Commit, sources: Sequence[Source], position: int) -> bool:
        """Lay people's acts as of a commit of `main` over a view; False where those of a later moment lie there."""
        tree = Tree(self._backend.store, head.tree)
        published = published_sequences(sources)
        stamp = canonical(published)
        # Rulings that the labels tell by now say nothing more here: they may have been reopened there since.
        rulings = {name: digest_of(digest + stamp) for name, digest in self.parts(tree, RULINGS).items()}
        fixes, marks, slices = self.parts(tree, FIXES), self.parts(tree, MARKS), self._slices(tree)
        with view.laying:
            if position < view.position:
                return False
            if view.acts != head.id:
                view.acts = None
            view.lay(RULINGS, rulings, lambda name: part_values(tree.read(name), "label", after=published))
            view.lay(FIXES, fixes, lambda name: part_values(tree.read(name), "label"))
            view.lay(MARKS, marks, lambda name: part_values(tree.read(name), "mark"))
            view.set_slices(slices)
            view.position, view.acts = position, head.id
        return True

    def has_analysis(self, repo: Repo) -> bool:
        """Tell whether `NAME-analysis` has something to show."""
        with self._backend.database.read() as conn:
            return bool(self._analysis(conn, repo))

    def parts(self, tree: Tree, path: str) -> dict[str, Digest]:
        """Return the table files at or below a path with their digests. Kept, as trees do not change."""
        if tree.root is None:
            return {}
        known = (tree.root, path)
        with self._lock:
            if known in self._parts:
                self._parts.move_to_end(known)
                return self._parts[known]
        found: dict[str, Digest] = {}
        for batch in tree.batches(path):
            names: Any = pc.utf8_lower(batch.column("path"))
            wanted: Any = pc.match_substring_regex(names, _TABLES)
            files: Any = pc.equal(batch.column("kind"), pa.scalar(0, pa.uint8()))
            some = batch.filter(pc.and_(wanted, files))
            paths: list[Any] = some.column("path").to_pylist()
            digests: list[Any] = some.column("digest").to_pylist()
            found.update(zip(paths, map(Digest, digests), strict=True))
        with self._lock:
            self._parts[known] = found
            while len(self._parts) > 512:
                self._parts.popitem(last=False)
        return found

    # Inside

    def _view(
        self, dataset: str, document: Mapping[str, Any], definition: Definition, sources: Sequence[Source]
    ) -> ItemView:
        place = self._predictions(sources)
        parts = [
            dataset.encode(),  # two datasets may be made of the same; what people do to them differs
            canonical({name: document[name] for name in sorted(document) if name != "task"}),
            repr(place).encode(),
            *(
                each.role.encode() + b"\0" + (each.reference.path or "").encode() + b"\0" + self._content(each)
                for each in sources
                if each.role not in ("model", "media")
            ),
        ]
        return self._kept_or_made(digest_of(b"\0\0".join(parts)), lambda: self._assemble(definition, sources))

    def _kept_or_made(self, key: bytes, make: Callable[[], Assembly]) -> ItemView:
        from tilth.datasets.items import ItemView  # loads DuckDB

        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    return self._kept[key][0]
            try:
                assembly = make()
                weight = assembly.items.nbytes + sum(each.table.nbytes for each in assembly.joined)
                view = ItemView(assembly)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._kept[key] = (view, weight)
                while len(self._kept) > 1 and (
                    len(self._kept) > KEPT or sum(each for _, each in self._kept.values()) > KEPT_BYTES
                ):
                    _, (gone, _) = self._kept.popitem(last=False)  # closed when its last question is answered
                    for asked in [each for each, (_, opened) in self._opened.items() if opened.view is gone]:
                        del self._opened[asked]
            return view

    def _assemble(self, definition: Definition, sources: Sequence[Source]) -> Assembly:
        by_role = {each.role: each for each in sources}
        items = by_role["items"]
        labels = definition.labels
        classes = [each.name for each in definition.classes]
        people = labels is not None and labels.pipeline is not None
        if definition.items.key is None:
            made = Assembly(self._files(items, definition), people=people)
        else:
            made = row_items(self._table(items, definition.items.key), definition)
        joined: list[Joined] = []
        if definition.older:
            layers = [
                (each, None if each.source is None else table)
                for number, each in enumerate(definition.label_sources)
                if (table := self._labels_of(by_role.get(label_role(number)), each)) is not None or each.source is None
            ]
            made = replace(made, items=layered_labels(made.items, layers))
        elif labels is not None and "labels" in by_role:
            table = self._table(by_role["labels"], labels.key, optional=labels.pipeline is not None)
            if table is not None:
                joined.append(joined_labels(labels, table))
        for number, each in enumerate(definition.fields):
            place = f"fields[{number}]"
            joined.append(joined_fields(each, self._table(by_role[place], each.key), place))
        return replace(made, joined=[*joined, *self._extras(sources)], classes=classes)

    def _labels_of(self, source: Source | None, labels: Labels) -> Any:
        """Return a table of labels, None where nobody has labeled yet."""
        return self._table(source, labels.key, optional=labels.pipeline is not None) if source is not None else None

    def _extras(self, sources: Sequence[Source]) -> list[Joined]:
        by_role = {each.role: each for each in sources}
        joined = []
        place = self._predictions(sources)
        if place is not None:
            joined.append(joined_predictions(place, self._table(by_role["predictions"], place.key)))
        if "analysis" in by_role:
            table = self._table(by_role["analysis"], "key")
            if "key" in table.schema.names:
                columns = {name: name for name in ANALYSIS if name in table.schema.names}
                joined.append(Joined("analysis", table, "key", "path", columns, "analysis"))
        return joined

    def _files(self, source: Source, definition: Definition) -> pa.Table:
        tree = Tree(self._backend.store, source.commit.tree)
        folder = source.reference.path or ""
        glob = definition.items.glob
        batches = []
        pattern = compile_glob(glob.lstrip("/")) if glob else None
        for batch in tree.batches(folder):
            some = batch.select(["path", "kind", "size"])
            if pattern is not None:
                below = pc.utf8_slice_codeunits(some.column("path"), len(folder) + 1) if folder else some.column("path")
                some = some.take(pa.array(matching(below, pattern), pa.int64()))
            batches.append(some)
        own = definition.own_labels
        if not sum(batch.num_rows for batch in batches):
            raise Invalid(
                f"{source.pinned} holds no file{f' that matches {glob}' if glob else ''}.",
                help="Look at items.from and items.glob; `tilth ls` shows what is there.",
                field="items.from",
            )
        return file_items(batches, folder, from_folder=own is not None and own.from_folder)

    def _table(self, source: Source, key: str, *, optional: bool = False) -> Any:
        tree = Tree(self._backend.store, source.commit.tree)
        path = source.reference.path or ""
        parts = self.parts(tree, path)
        if not parts:
            if optional:
                return None
            place = "" if source.role == "predictions" else f" ({source.role} of the dataset)"
            raise Invalid(
                f"{short_name(source.commit.repo)}@{source.branch}:{path} holds no table{place}.",
                help=f"Tables are files ending in {', '.join(SUFFIXES)}; `tilth ls` shows what is there.",
                field=f"{source.role}.from",
            )
        return read_table(tree.read, sorted(parts), key=key)

    def _content(self, source: Source) -> bytes:
        """Return what stands for everything that is read of a source."""
        tree = Tree(self._backend.store, source.commit.tree)
        if source.role in ("items", "media"):
            path = source.reference.path or ""
            if path.lower().endswith(SUFFIXES):
                return canonical({name: digest.hex() for name, digest in self.parts(tree, path).items()})
            return tree.root or b""
        parts = self.parts(tree, source.reference.path or "")
        return canonical({name: digest.hex() for name, digest in parts.items()})

    def _model(self, conn: Connection, model: str) -> list[Source]:
        name, _, version = model.partition("@")
        repo = find_repo(conn, full_name(name))
        if repo.kind != MODEL:
            raise NotFound(f"{name} is no model.", help="`tilth model list` shows them.", model=name)
        head = _head(conn, repo, DEFAULT_BRANCH)
        place = parse_model(self.document(head, MODEL_DEFINITION)).predictions(repo.full_name)
        followed = revisions.parse(place.source)
        branch = followed.revision or DEFAULT_BRANCH
        if version:
            followed = replace(followed, revision=version)
        return [
            Source("model", Reference(repo.project, repo.name), DEFAULT_BRANCH, head),
            Source("predictions", followed, branch, revisions.resolve_in(conn, followed)),
        ]

    def _predictions(self, sources: Sequence[Source]) -> Predictions | None:
        """Return how the predictions among the sources are read."""
        model = next((each for each in sources if each.role == "model"), None)
        if model is None:
            return None
        return parse_model(self.document(model.commit, MODEL_DEFINITION)).predictions(model.commit.repo)

    def _analysis(self, conn: Connection, repo: Repo) -> list[Source]:
        name = f"{repo.full_name}-analysis"
        try:
            head = _head(conn, find_repo(conn, name), DEFAULT_BRANCH)
        except (NotFound, Invalid):
            return []
        tree = Tree(self._backend.store, head.tree)
        folder = ITEMS if self.parts(tree, ITEMS) else ""
        if not self.parts(tree, folder):
            return []
        return [
            Source("analysis", Reference(repo.project, f"{repo.name}-analysis", None, folder), DEFAULT_BRANCH, head)
        ]

    def _saved(self, found: _Found, version: Commit) -> tuple[ItemView, Mapping[str, str]]:
        """Return the view of a version, and where its sources were."""
        tree = Tree(self._backend.store, version.tree)
        extra = found.extra
        parts = [
            canonical(found.document),
            canonical({name: digest.hex() for name, digest in self.parts(tree, ITEMS).items()}),
            repr(self._predictions(extra)).encode(),
            *(each.role.encode() + b"\0" + self._content(each) for each in extra if each.role != "model"),
        ]
        classes = [each.name for each in found.definition.classes]

        def make() -> Assembly:
            table = read_table(tree.read, sorted(self.parts(tree, ITEMS)), key="key")
            shown = {name: table[name] for name in table.schema.names if name != "label"}
            if "label" in table.schema.names:
                shown[GIVEN] = table["label"]
            return Assembly(pa.table(shown), self._extras(extra), classes=classes, media="media")

        pins = {role: str(place) for role, place in self.document(version, SOURCES).items()}
        return self._kept_or_made(digest_of(b"\0\0".join(parts)), make), pins

    def document(self, commit: Commit, path: str) -> Mapping[str, Any]:
        """Return a JSON object in a commit."""
        tree = Tree(self._backend.store, commit.tree)
        entry = tree.stat(path)
        if entry is None:
            raise NotFound(
                f"{short_name(commit.repo)} has no {path}.", help="Define it with `tilth dataset define`.", path=path
            )
        with self._lock:
            if entry.digest in self._documents:
                return self._documents[entry.digest]
        try:
            document = json.loads(tree.read(path))
        except ValueError as problem:
            raise Corrupt(f"{path} of {short_name(commit.repo)} is not JSON: {problem}", help="Revert it.") from problem
        if not isinstance(document, dict):
            raise Invalid(f"{path} of {short_name(commit.repo)} is not an object.", help="Revert it.")
        with self._lock:
            self._documents[entry.digest] = document
            while len(self._documents) > 512:
                self._documents.popitem(last=False)
        return document

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
            while len(self._columns) > KEPT:
                self._columns.popitem(last=False)
        return list(found.values())


_TABLES = f"({'|'.join(re.escape(suffix) for suffix in SUFFIXES)})$"


def find_dataset(conn: Connection, name: str) -> Repo:
    """Return the repo of a dataset. Raises NotFound, also for a repo that is none."""
    repo = find_repo(conn, full_name(name))
    if repo.kind != DATASET:
        raise NotFound(
            f"{name} is no dataset.",
            help="`tilth dataset list` shows them, `tilth dataset define` makes one.",
            name=name,
        )
    return repo


def label_role(number: int) -> str:
    """Return the role of a source of labels: the newest is `labels`."""
    return "labels" if number == 0 else f"labels[{number}]"


def published_sequences(sources: Sequence[Source]) -> dict[str, int]:
    """Return the labeling pipelines that labels come from, with the place in the ledger up to which these tell it."""
    found: dict[str, int] = {}
    for each in sources:
        derivation = each.commit.derivation
        if each.role.startswith("labels") and derivation is not None:
            told = derivation.facts.get("ledger_sequence")
            if isinstance(told, int):
                found[derivation.stage] = told
    return found


def _head(conn: Connection, repo: Repo, branch: str) -> Commit:
    head = find_branch(conn, repo, branch).head
    if head is None:
        raise NotFound(f"{short_name(repo.full_name)}@{branch} has no commit yet.", help="Define it first.")
    return load_commit(conn, head)


def _source(conn: Connection, role: str, text: str) -> Source:
    reference = revisions.parse(text)
    try:
        commit = revisions.resolve_in(conn, reference)
    except (NotFound, Invalid) as problem:
        place = "media.media_from" if role == "media" else f"{role}.from"
        problem.facts.setdefault("field", place)
        problem.message = f"{place}: {problem.message}"
        problem.args = (problem.message,)
        raise
    return Source(role, reference, reference.revision or DEFAULT_BRANCH, commit)


def _is_empty(conn: Connection, text: str) -> bool:
    """Tell whether a reference names a branch without a commit."""
    reference = revisions.parse(text)
    branch = find_branch(conn, reference.full_name, reference.revision or DEFAULT_BRANCH)
    return branch.head is None


def _version(conn: Connection, repo: Repo, at: str) -> Commit:
    """Return the commit of a version, named by commit or by number. Raises NotFound."""
    if at.isdecimal() and len(at) < 9:
        branch = find_branch(conn, repo, VERSIONS)
        number, head = int(at), branch.head
        history = []
        while head is not None:
            commit = load_commit(conn, head)
            history.append(commit)
            head = commit.parents[0] if commit.parents else None
        if 1 <= number <= len(history):
            return history[-number]
        raise NotFound(f"{repo.name} has no version {at}.", help=f"It has {len(history)}.", version=at)
    wanted = Reference(repo.project, repo.name, at if is_id(at) else f"{VERSIONS}" if at == VERSIONS else at)
    return revisions.resolve_in(conn, wanted)
