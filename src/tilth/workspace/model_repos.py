"""What a model's repo says: its definition, its versions, which one is promoted; read from commits, kept by head."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tilth.datasets.model_definition import DEFINITION, ModelDefinition, Predictions, parse_model
from tilth.errors import Invalid, NotFound, NothingToCommit
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.versioning import branches, commits, history, repos, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.edits import Edits
from tilth.versioning.projects import STAGE
from tilth.versioning.repos import MODEL, Repo
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened

PROMOTED = "promoted.json"
PRODUCTION = "production"
TESTS = "tests"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class ModelRepo:
    """A model as the head of its repo says it."""

    repo: Repo
    head: Commit
    definition: ModelDefinition

    @property
    def name(self) -> str:
        """The name as people write it."""
        return short_name(self.repo.full_name)

    @property
    def predictions(self) -> Predictions:
        """Where its predictions are."""
        return self.definition.predictions(self.name)


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version: the commit that changed the predictions, and its number, from 1."""

    model: ModelRepo
    number: int
    commit: Commit


class VersionLists:
    """The versions of models that were looked at, oldest first; a longer history is read from where it was left.

    Thread-safe. Costs O(commits since it was last asked).
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], tuple[CommitId, tuple[CommitId, ...]]] = {}

    def of(self, model: ModelRepo) -> tuple[CommitId, ...]:
        """Return the commits that changed the predictions of a model, oldest first."""
        place = revisions.parse(model.predictions.source)
        path = place.path or ""
        try:
            head = branches.get_branch(self._backend, place.full_name, place.branch).head
        except NotFound:
            return ()
        if head is None:
            return ()
        key = (place.full_name, place.branch, path)
        with self._lock:
            at, known = self._kept.get(key, (None, ()))
        if at == head:
            return known
        versions = self._read(place.full_name, head, path, known)
        with self._lock:
            self._kept[key] = (head, versions)
        return versions

    def _read(self, repo: str, head: CommitId, path: str, known: tuple[CommitId, ...]) -> tuple[CommitId, ...]:
        places = {commit: index for index, commit in enumerate(known)}
        fresh: list[CommitId] = []
        after: CommitId | None = None
        while True:
            page = history.log(self._backend, repo, head, after=after, limit=_PAGE, path=path)
            for commit in page:
                if commit.id in places:
                    return (*known[: places[commit.id] + 1], *reversed(fresh))
                if self._holds(commit, path):
                    fresh.append(commit.id)
            if len(page) < _PAGE:
                return tuple(reversed(fresh))
            after = page[-1].id

    def _holds(self, commit: Commit, path: str) -> bool:
        tree = Tree(self._backend.store, commit.tree)
        return not path or tree.stat(path) is not None or tree.is_folder(path)


def load_model(backend: Backend, name: str) -> ModelRepo:
    """Return a model. Raises NotFound when there is none of that name, Invalid when it cannot be understood."""
    repo = repos.get_repo(backend, name)
    if repo.kind != MODEL:
        raise NotFound(
            f"{short_name(repo.full_name)} is no model but a repo of kind {repo.kind}.",
            help="`tilth model list` shows the models.",
            repo=repo.full_name,
        )
    head = commits.read_head(backend, repo, "main").commit
    told = read_json(backend, head, DEFINITION) if head is not None else None
    if head is None or told is None:
        raise Invalid(
            f"The model {short_name(repo.full_name)} has no {DEFINITION} yet.",
            help="Register it: `tilth model register`.",
            model=short_name(repo.full_name),
        )
    return ModelRepo(repo, head, parse_model(told))


def read_json(backend: Backend, commit: Commit | None, path: str) -> Mapping[str, Any] | None:
    """Return a JSON object of a commit, None where there is none. Raises Invalid for something else."""
    tree = Tree(backend.store, commit.tree if commit is not None else None)
    if tree.root is None or tree.stat(path) is None:
        return None
    try:
        told = json.loads(tree.read(path))
    except (ValueError, RecursionError) as problem:
        raise Invalid(f"{path} is not JSON: {problem}", help="Revert the commit that wrote it.") from problem
    if not isinstance(told, dict):
        raise Invalid(f"{path} is not a JSON object.", help="Revert the commit that wrote it.")
    return told


def write_json(opened: Opened, repo: str, path: str, told: Mapping[str, Any], message: str) -> Commit:
    """Write a JSON object into a model's repo, as one commit; return the head where it says so already."""
    edits = Edits()
    put_json(opened, edits, path, told)
    try:
        return commits.commit_edits(opened.backend, repo, "main", edits, author=opened.author, message=message)
    except NothingToCommit as same:
        return commits.get_commit(opened.backend, CommitId(str(same.facts["head"])))


def put_json(opened: Opened, edits: Edits, path: str, told: Mapping[str, Any]) -> None:
    """Add a JSON object to what is to be committed."""
    data = json.dumps(told, indent=1, ensure_ascii=False).encode()
    edits.put(write_entry(opened.backend.store, path, io.BytesIO(data)))


def find_version(lists: VersionLists, backend: Backend, model: ModelRepo, version: str | None) -> ModelVersion:
    """Return a version by its number, its commit, as `production`, or (None) the newest. Raises NotFound."""
    known = lists.of(model)
    wanted: str | None = version
    if wanted == PRODUCTION:
        promoted = read_json(backend, model.head, PROMOTED)
        if promoted is None:
            raise NotFound(f"No version of {model.name} was promoted yet.", help="Promote one, or name another.")
        wanted = str(promoted["version"])
    if not known:
        raise NotFound(
            f"The model {model.name} has no version yet.",
            help="Upload predictions, or run the pipeline that it follows.",
            model=model.name,
        )
    if wanted is None:
        number = len(known)
    elif wanted.isdecimal() and len(wanted) < 12:
        number = int(wanted)
    else:
        number = next((index + 1 for index, commit in enumerate(known) if commit.startswith(wanted)), 0)
        number = number or _copy_of(backend, known, wanted)
    if not 1 <= number <= len(known):
        raise NotFound(
            f"The model {model.name} has no version {version}.",
            help=f"It has versions 1 to {len(known)}.",
            model=model.name,
            version=version,
        )
    return ModelVersion(model, number, commits.get_commit(backend, known[number - 1]))


def _copy_of(backend: Backend, known: Sequence[CommitId], wanted: str) -> int:
    """Return the number of the version that was copied from a commit when its project was branched; 0 for none."""
    for index, commit in enumerate(known):
        made = commits.get_commit(backend, commit).derivation
        if made is None or made.stage != STAGE:
            return 0
        if any(used.commit == wanted for used in made.inputs):
            return index + 1
    return 0


def split_version(reference: str) -> tuple[str, str | None]:
    """Split "MODEL[@VERSION]"."""
    name, at, version = reference.partition("@")
    if not name or (at and not version):
        raise Invalid(f"{reference!r} names no version of a model.", help="Write MODEL or MODEL@VERSION.")
    return name, version or None
