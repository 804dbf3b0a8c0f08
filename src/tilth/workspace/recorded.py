"""What the record of a model or a dataset says that it is made of, where its own commit was made from nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.datasets.definition import parse_definition
from tilth.datasets.model_definition import DEFINITION as MODEL_DEFINITION
from tilth.errors import Invalid, NotFound
from tilth.model.commit import Commit
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import branches, commits, repos
from tilth.versioning.repos import DATASET, MODEL, Repo
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_sources import DEFINITION, VERSIONS
from tilth.workspace.model_repos import find_version, load_model
from tilth.workspace.opened import Opened


def recorded(opened: Opened, commit: Commit) -> Sequence[Commit]:
    """Return the commits to go on at from the newest record of a model or a dataset; none for any other commit.

    Of a model: its newest version. Of a dataset: its saved version, or its sources when none was saved yet.
    """
    try:
        repo = repos.get_repo(opened.backend, commit.repo_id)
        if repo.kind not in (MODEL, DATASET):
            return []
        if branches.get_branch(opened.backend, repo.full_name, DEFAULT_BRANCH).head != commit.id:
            return []
        found = _of_model(opened, repo, commit) if repo.kind == MODEL else _of_dataset(opened, repo, commit)
    except (NotFound, Invalid):  # what it names is gone or was never made: its own commit is all there is to tell
        return []
    return [each for each in found if each.id != commit.id]


def _of_model(opened: Opened, repo: Repo, commit: Commit) -> Sequence[Commit]:
    if Tree(opened.backend.store, commit.tree).stat(MODEL_DEFINITION) is None:
        return []
    model = load_model(opened.backend, repo.full_name)
    return [find_version(opened.resources.model_versions, opened.backend, model, None).commit]


def _of_dataset(opened: Opened, repo: Repo, commit: Commit) -> Sequence[Commit]:
    try:
        head = branches.get_branch(opened.backend, repo.full_name, VERSIONS).head
    except NotFound:
        head = None
    if head is not None:
        return [commits.get_commit(opened.backend, head)]
    sources = opened.resources.dataset_views.sources
    definition = parse_definition(sources.document(commit, DEFINITION))
    with opened.backend.database.read() as conn:
        found = sources.resolve(conn, definition)
    return list({each.commit.id: each.commit for each in found}.values())
