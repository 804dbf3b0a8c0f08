"""What datasets are made from: their sources at the commits that count now, and what these hold."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from tilth.datasets.definition import Definition, parse_definition
from tilth.datasets.model_definition import DEFINITION as MODEL_DEFINITION
from tilth.datasets.model_definition import Predictions, parse_model
from tilth.datasets.tables import SUFFIXES
from tilth.errors import Corrupt, Invalid, NotFound
from tilth.model.canonical import canonical
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.model.ids import is_id
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import releasing, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.repos import DATASET, MODEL, Repo, find_repo
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree
from tilth.workspace.names import full_name, short_name

DEFINITION = "dataset.json"
SOURCES = "sources.json"
VERSIONS = "versions"
ITEMS = "items"
"""Where a saved version keeps its rows."""

_REMEMBERED = 512
"""Documents, and lists of files, that are remembered."""


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
class Found:
    """What a dataset is made from, as one transaction saw it."""

    repo: Repo
    head: Commit
    version: Commit | None
    document: Mapping[str, Any]
    definition: Definition
    sources: list[Source]
    extra: list[Source]
    """A model's predictions, and the analysis."""


class DatasetSources:
    """Finds what datasets are made from. Remembers what it read of trees, as these do not change. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._lock = threading.Lock()
        self._parts: OrderedDict[tuple[bytes, str], dict[str, Digest]] = OrderedDict()
        self._documents: OrderedDict[bytes, Mapping[str, Any]] = OrderedDict()

    def find(self, conn: Connection, name: str, model: str | None, at: str | None) -> Found:
        """Return what a dataset is made from, in one view of the database."""
        repo = find_dataset(conn, name)
        head = _head(conn, repo, DEFAULT_BRANCH)
        version = find_version_of(conn, repo, at) if at is not None else None
        extra = [*(self._model(conn, model) if model is not None else ()), *self._analysis(conn, repo)]
        document = self.document(head if version is None else version, DEFINITION)
        definition = parse_definition(document)
        sources = self.resolve(conn, definition) if version is None else []
        return Found(repo, head, version, document, definition, sources, extra)

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

    def has_analysis(self, repo: Repo) -> bool:
        """Tell whether `NAME-analysis` has something to show."""
        with self.backend.database.read() as conn:
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
            while len(self._parts) > _REMEMBERED:
                self._parts.popitem(last=False)
        return found

    def content(self, source: Source) -> bytes:
        """Return what stands for everything that is read of a source."""
        tree = Tree(self.backend.store, source.commit.tree)
        if source.role in ("items", "media"):
            path = source.reference.path or ""
            if path.lower().endswith(SUFFIXES):
                return canonical({name: digest.hex() for name, digest in self.parts(tree, path).items()})
            return tree.root or b""
        parts = self.parts(tree, source.reference.path or "")
        return canonical({name: digest.hex() for name, digest in parts.items()})

    def predictions(self, sources: Sequence[Source]) -> Predictions | None:
        """Return how the predictions among the sources are read."""
        model = next((each for each in sources if each.role == "model"), None)
        if model is None:
            return None
        return parse_model(self.document(model.commit, MODEL_DEFINITION)).predictions(model.commit.repo)

    def document(self, commit: Commit, path: str) -> Mapping[str, Any]:
        """Return a JSON object in a commit."""
        tree = Tree(self.backend.store, commit.tree)
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
        except (ValueError, RecursionError) as problem:
            raise Corrupt(f"{path} of {short_name(commit.repo)} is not JSON: {problem}", help="Revert it.") from problem
        if not isinstance(document, dict):
            raise Invalid(f"{path} of {short_name(commit.repo)} is not an object.", help="Revert it.")
        with self._lock:
            self._documents[entry.digest] = document
            while len(self._documents) > _REMEMBERED:
                self._documents.popitem(last=False)
        return document

    # Inside

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

    def _analysis(self, conn: Connection, repo: Repo) -> list[Source]:
        name = f"{repo.full_name}-analysis"
        try:
            head = _head(conn, find_repo(conn, name), DEFAULT_BRANCH)
        except (NotFound, Invalid):
            return []
        tree = Tree(self.backend.store, head.tree)
        folder = ITEMS if self.parts(tree, ITEMS) else ""
        if not self.parts(tree, folder):
            return []
        return [
            Source("analysis", Reference(repo.project, f"{repo.name}-analysis", None, folder), DEFAULT_BRANCH, head)
        ]


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
        commit = releasing.readable_in(conn, reference)
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


def find_version_of(conn: Connection, repo: Repo, at: str) -> Commit:
    """Return the commit of a version, named by commit or by number. Raises NotFound."""
    if at.isdecimal() and len(at) < 9:
        branch = find_branch(conn, repo, VERSIONS)
        number, head = int(at), branch.head
        history = []
        while head is not None:
            commit = load_commit(conn, head)
            history.append(commit)
            head = commit.parents[0] if commit.parents else None
        # A copy of a dataset begins with the newest version of its origin, which keeps its number.
        began = history[-1].derivation.facts.get("version") if history and history[-1].derivation is not None else None
        place = number - (began - 1 if isinstance(began, int) else 0)
        if 1 <= place <= len(history):
            releasing.check_kept(conn, [history[-place].id])
            return history[-place]
        raise NotFound(f"{repo.name} has no version {at}.", help=f"It has {len(history)}.", version=at)
    wanted = Reference(repo.project, repo.name, at if is_id(at) else f"{VERSIONS}" if at == VERSIONS else at)
    return releasing.readable_in(conn, wanted)
