"""Models of a local workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilth.contract.datasets import ActInfo
from tilth.contract.models import (
    ComparedItem,
    JoinInfo,
    ModelComparison,
    ModelInfo,
    ModelVersionInfo,
    PromotionInfo,
    TestBoard,
    TrainInfo,
)
from tilth.contract.paging import Page
from tilth.datasets.model_definition import DEFINITION, parse_model
from tilth.errors import Conflict, Invalid, NotFound
from tilth.model.commit import Commit
from tilth.versioning import branches, history, repos, revisions
from tilth.versioning.repos import MODEL
from tilth.versioning.trees import Tree
from tilth.workspace import dataset_views, model_compare, model_promotion, model_tests, model_uploads
from tilth.workspace.model_infos import (
    promotion_info,
)
from tilth.workspace.model_repos import (
    PROMOTED,
    TESTS,
    ModelRepo,
    load_model,
    read_json,
    write_json,
)
from tilth.workspace.model_tests import MAX_TESTS
from tilth.workspace.model_versions import tell_versions, version_at
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of, position_of


class LocalModels:
    """Models of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._versions = opened.resources.model_versions

    def register(self, name: str, definition: Mapping[str, Any], *, description: str = "") -> ModelInfo:
        """Make a model, or change its definition."""
        parsed = parse_model(definition)
        dataset_views.open_view(self._opened, parsed.dataset)
        for place in filter(None, (parsed.follows.source if parsed.follows else None, parsed.weights)):
            named = revisions.parse(place)
            branches.get_branch(self._backend, named.full_name, named.branch)
        try:
            repo = repos.get_repo(self._backend, name)
        except NotFound:
            repo = repos.create_repo(self._backend, name, description=description, kind=MODEL)
        if repo.kind != MODEL:
            raise Conflict(
                f"The repo {short_name(repo.full_name)} is there already and is no model.",
                help="Choose another name for the model.",
                repo=repo.full_name,
            )
        write_json(self._opened, repo.full_name, DEFINITION, parsed.to_json(), f"Define the model {name}")
        return self.get(name)

    def get(self, name: str) -> ModelInfo:
        """Return one model."""
        return self._info(name, recent=12)

    def list(self, *, after: str | None = None, limit: int = 100, recent: int = 8) -> Page[ModelInfo]:
        """List models by name."""
        found = repos.list_repos(self._backend, kind=MODEL, after=after, limit=check_limit(limit) + 1)
        return page_of(
            found,
            limit,
            lambda repo: self._info(short_name(repo.full_name), recent=recent),
            lambda repo: repo.full_name,
        )

    def versions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[ModelVersionInfo]:
        """List the versions of a model, newest first."""
        model = load_model(self._backend, name)
        known = self._versions.of(model)
        stop = position_of(after)
        stop = len(known) + 1 if stop is None else min(stop, len(known) + 1)
        numbers = range(stop - 1, max(0, stop - 1 - check_limit(limit)), -1)
        found = [version_at(self._opened, model, number, known[number - 1]) for number in numbers]
        return Page(
            tell_versions(self._opened, model, found), str(numbers[-1]) if numbers and numbers[-1] > 1 else None
        )

    def upload(
        self,
        name: str,
        content: bytes | None = None,
        *,
        file: str = "",
        reference: str = "",
        mapping: Mapping[str, Any] | None = None,
        save: bool = False,
        drop_bad: bool = False,
        message: str = "",
    ) -> JoinInfo:
        """Report how predictions join the model's dataset; with `save`, keep them."""
        return model_uploads.upload(
            self._opened,
            name,
            content,
            file=file,
            reference=reference,
            mapping=mapping,
            save=save,
            drop_bad=drop_bad,
            message=message,
        )

    def compare(
        self,
        first: str,
        second: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        second_at: str | None = None,
    ) -> ModelComparison:
        """Compare two versions."""
        return model_compare.compare(
            self._opened, first, second, dataset=dataset, where=where, at=at, second_at=second_at
        )

    def compared(
        self,
        first: str,
        second: str,
        outcome: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[ComparedItem]:
        """List the items with an outcome, worst first."""
        return model_compare.compared(
            self._opened, first, second, outcome, dataset=dataset, where=where, at=at, after=after, limit=limit
        )

    def set_test(self, name: str, test: str, definition: Mapping[str, Any], *, message: str = "") -> ActInfo:
        """Make or change a test of a model."""
        return model_tests.set_test(self._opened, name, test, definition, message=message)

    def remove_test(self, name: str, test: str, *, message: str = "") -> ActInfo:
        """Remove a test."""
        return model_tests.remove_test(self._opened, name, test, message=message)

    def board(self, name: str, *, version: str | None = None, limit: int = 5) -> TestBoard:
        """Run all tests of a model on one version, or on the newest ones."""
        return model_tests.board(self._opened, name, version=version, limit=limit)

    def promote(self, name: str, version: str, *, reason: str = "") -> PromotionInfo:
        """Put a version in production, if its required tests pass."""
        return model_promotion.promote(self._opened, name, version, reason=reason)

    def promotions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[PromotionInfo]:
        """List what was promoted, newest first."""
        return model_promotion.promotions(self._opened, name, after=after, limit=limit)

    def train(self, name: str) -> TrainInfo:
        """Train the built-in model of a dataset, or make a model anew by the pipeline that it follows."""
        from tilth.workspace.training import train

        return train(self._opened, name)

    def _info(self, name: str, *, recent: int) -> ModelInfo:
        repo = repos.get_repo(self._backend, name)
        try:
            model = load_model(self._backend, name)
        except Invalid as problem:
            return ModelInfo(
                name=repo.name,
                project=repo.project,
                description=repo.description,
                definition={},
                dataset="",
                follows="",
                versions=0,
                recent=(),
                promoted=None,
                tests=0,
                head="",
                problem=problem.message,
            )
        known = self._versions.of(model)
        numbers = range(len(known), max(0, len(known) - min(recent, 100)), -1)
        versions = [version_at(self._opened, model, number, known[number - 1]) for number in numbers]
        promoted = read_json(self._backend, model.head, PROMOTED)
        tests = Tree(self._backend.store, model.head.tree).walk(TESTS, limit=MAX_TESTS)
        return ModelInfo(
            name=repo.name,
            project=repo.project,
            description=repo.description,
            definition=model.definition.to_json(),
            dataset=model.definition.dataset,
            follows=model.definition.follows.source if model.definition.follows else "",
            versions=len(known),
            recent=tell_versions(self._opened, model, versions),
            promoted=promotion_info(model, promoted, self._promoting(model)) if promoted is not None else None,
            tests=sum(1 for _ in tests),
            head=model.head.id,
        )

    def _promoting(self, model: ModelRepo) -> Commit:
        return history.log(self._backend, model.repo, model.head.id, limit=1, path=PROMOTED)[0]
