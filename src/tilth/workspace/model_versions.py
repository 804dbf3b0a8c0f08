"""Versions of models as they are named, judged and told."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.contract.models import ModelVersionInfo
from tilth.curation.alignment import Aligned
from tilth.errors import TilthError
from tilth.model.ids import CommitId
from tilth.versioning import commits
from tilth.workspace import dataset_views
from tilth.workspace.model_infos import NOTHING
from tilth.workspace.model_lineage import source_versions
from tilth.workspace.model_repos import (
    PROMOTED,
    ModelRepo,
    ModelVersion,
    find_version,
    load_model,
    read_json,
    split_version,
)
from tilth.workspace.model_scores import VersionScore, Yardstick, interval_info
from tilth.workspace.opened import Opened


def version_at(opened: Opened, model: ModelRepo, number: int, commit: CommitId) -> ModelVersion:
    """Return the version that a commit of a model is."""
    return ModelVersion(model, number, commits.get_commit(opened.backend, commit))


def named(opened: Opened, reference: str) -> ModelVersion:
    """Return the version that `MODEL[@VERSION]` names."""
    name, version = split_version(reference)
    return find_version(opened.resources.model_versions, opened.backend, load_model(opened.backend, name), version)


def yardstick_of(opened: Opened, dataset: str, at: str | None = None) -> Yardstick:
    """Return the items and labels of a dataset that predictions are held against."""
    return opened.resources.yardsticks.of(dataset_views.open_view(opened, dataset, at=at))


def aligned(opened: Opened, yardstick: Yardstick, version: ModelVersion) -> Aligned:
    """Return the predictions of a version, one for each item of a yardstick."""
    return yardstick.aligned(opened.backend, version.commit, version.model.predictions)


def tell_versions(opened: Opened, model: ModelRepo, versions: Sequence[ModelVersion]) -> Sequence[ModelVersionInfo]:
    """Return versions as they cross a door, judged by what the model's dataset says now."""
    promoted = read_json(opened.backend, model.head, PROMOTED)
    told = []
    for each, (scored, trouble) in zip(versions, _scored(opened, model, versions), strict=True):
        derivation = each.commit.derivation
        recipe = derivation.recipe if derivation is not None else None
        told.append(
            ModelVersionInfo(
                model=model.name,
                number=each.number,
                commit=each.commit.id,
                at_ms=each.commit.at_ms,
                by=each.commit.author,
                message=each.commit.message,
                recipe=recipe.hex() if recipe is not None else "",
                data=source_versions(opened.backend, each.commit),
                accuracy=interval_info(scored.accuracy),
                macro_f1=interval_info(scored.macro_f1),
                predictions=scored.predictions,
                promoted=promoted is not None and promoted.get("version") == each.commit.id,
                problem=trouble,
            )
        )
    return told


def _scored(opened: Opened, model: ModelRepo, versions: Sequence[ModelVersion]) -> Sequence[tuple[VersionScore, str]]:
    """Return how good versions are, or what hinders telling. Opens the dataset only for those not yet judged."""
    dataset, predictions = model.definition.dataset, model.predictions
    unknown = VersionScore(0, NOTHING, NOTHING)
    if not versions:
        return []
    try:
        moment = opened.resources.dataset_views.moment(dataset)
        known = {
            each.number: opened.resources.yardsticks.remembered(moment, each.commit, predictions) for each in versions
        }
        if None in known.values():
            shown = dataset_views.open_view(opened, dataset)
            moment = dataset_views.moment_of(shown)
            yardstick = opened.resources.yardsticks.of(shown)
    except TilthError as problem:
        return [(unknown, problem.message)] * len(versions)
    told = []
    for each in versions:
        score, trouble = known[each.number], ""
        if score is None:
            try:
                score = yardstick.score(opened.backend, each.commit, predictions)
                opened.resources.yardsticks.remember(moment, each.commit, predictions, score)
            except TilthError as problem:
                score, trouble = unknown, problem.message
        told.append((score, trouble))
    return told
