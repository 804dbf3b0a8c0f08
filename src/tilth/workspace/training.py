"""Train a model by a click: save the data, make or update the built-in pipeline, and run it."""

from __future__ import annotations

from tilth.contract.models import TrainInfo
from tilth.curation.recipe_specs import VERSIONS, embed_spec, model_spec, recipe_code
from tilth.datasets.model_definition import DEFINITION, ModelDefinition, Predictions
from tilth.errors import Conflict, NotFound
from tilth.model.commit import Commit
from tilth.pipelines import registry
from tilth.versioning import branches, commits, repos, revisions
from tilth.versioning.repos import DATASET, MODEL, Repo
from tilth.workspace import dataset_versions
from tilth.workspace.dataset_views import open_view
from tilth.workspace.holding_out import check_trainable
from tilth.workspace.model_lineage import origins, table_changes
from tilth.workspace.model_repos import find_version, load_model, read_json, write_json
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.pipelines import LocalPipelines

_OWN = "dataset_steps."
"""How the functions of the built-in recipes begin."""


def train(opened: Opened, name: str) -> TrainInfo:
    """Train the built-in model of a dataset, or make a model anew by the pipeline that it follows.

    Raises NotFound, HeldOut for data that must not train, Conflict for a model whose predictions are uploaded.
    """
    repo = repos.get_repo(opened.backend, name)
    if repo.kind == DATASET:
        return _train_dataset(opened, short_name(repo.full_name))
    model = load_model(opened.backend, name)
    follows = model.definition.follows
    if follows is None:
        raise Conflict(
            f"The predictions of {model.name} are uploaded; Tilth cannot train it.",
            help=f"Train on the dataset {model.definition.dataset}: that makes a model of its own.",
            model=model.name,
        )
    if follows.source.partition("@")[0] == pipeline_of(model.definition.dataset):
        return _train_dataset(opened, model.definition.dataset)
    place = revisions.parse(model.definition.weights or follows.source)
    if branches.get_branch(opened.backend, place.full_name, place.branch).owner is None:
        raise Conflict(
            f"{place.repo}@{place.branch} is written by people, not by a pipeline.",
            help="Put new files there; each commit is a version.",
            model=model.name,
        )
    change = registry.rerun_pipeline(opened.backend, place.full_name)
    return TrainInfo(short_name(place.full_name), change, model.name, model.definition.dataset, None, False, 0, 0, 0)


def pipeline_of(dataset: str) -> str:
    """Return the name of the pipeline that trains on a dataset."""
    return f"{dataset}-train"


def model_of(dataset: str) -> str:
    """Return the name of the model that it makes."""
    return f"{dataset}-model"


def _train_dataset(opened: Opened, dataset: str) -> TrainInfo:
    found = open_view(opened, dataset)
    specs = embed_spec(dataset, found.document), model_spec(dataset, found.document, model=pipeline_of(dataset))
    for spec in specs:
        _check_own(opened, str(spec["pipeline"]["name"]))
    _check_model(opened, dataset)
    check_trainable(opened, found, pipeline_of(dataset))
    saved = dataset_versions.save_version(opened, dataset, "Saved to train on")
    version = commits.get_commit(opened.backend, saved.id)  # type: ignore[arg-type]
    before = _trained_on(opened, dataset)
    pipelines = LocalPipelines(opened)
    known = _recipe(opened, pipeline_of(dataset))
    for spec in specs:
        made = pipelines.create_built_in(spec, recipe_code())
    change = ""
    if not saved.changed and known == made.recipe:
        # Nothing woke it: whoever asks again wants it run, if only to see that it says the same.
        change = pipelines.rerun(pipeline_of(dataset))
    _register(opened, dataset)
    counted = table_changes(opened.backend, before, version, "items") if before is not None else None
    return TrainInfo(
        pipeline=pipeline_of(dataset),
        change=change or saved.change,
        model=model_of(dataset),
        dataset=dataset,
        version=dataset_versions.version_info(version).number,
        saved=saved.changed,
        added=counted["added"] if counted else dataset_versions.version_info(version).items,
        removed=counted["removed"] if counted else 0,
        relabeled=counted["changed"] if counted else 0,
        first=before is None,
    )


def _check_own(opened: Opened, pipeline: str) -> None:
    """Raise Conflict for a pipeline of that name that somebody wrote."""
    try:
        document = registry.get_pipeline(opened.backend, pipeline).document
    except NotFound:
        return
    if not str(document.get("function", "")).startswith(_OWN):
        raise Conflict(
            f"There is a pipeline {pipeline} already that is not Tilth's own.",
            help="Rename it, or train by it: register a model that follows its output.",
            pipeline=pipeline,
        )


def _recipe(opened: Opened, pipeline: str) -> str | None:
    try:
        return registry.get_pipeline(opened.backend, pipeline).recipe.hex()
    except NotFound:
        return None


def _trained_on(opened: Opened, dataset: str) -> Commit | None:
    """Return the version of the data that the newest version of the model was made from."""
    try:
        model = load_model(opened.backend, model_of(dataset))
        newest = find_version(opened.resources.model_versions, opened.backend, model, None)
    except NotFound:
        return None
    home = repos.get_repo(opened.backend, dataset)
    origin = origins(opened.backend, newest.commit).get((home.full_name, VERSIONS))
    return origin.commit if origin is not None else None


def _check_model(opened: Opened, dataset: str) -> None:
    """Raise Conflict where the name of the model belongs to something that Tilth does not train."""
    name = model_of(dataset)
    try:
        repo = repos.get_repo(opened.backend, name)
    except NotFound:
        return
    if repo.kind != MODEL:
        raise Conflict(
            f"The repo {name} is there already and is no model.",
            help="Delete it, or define the dataset under another name; its model needs that name.",
            repo=repo.full_name,
        )
    if not _defined(opened, repo):
        return
    follows = load_model(opened.backend, name).definition.follows
    if follows is None or follows.source != _predictions(dataset):
        whose = f"follows {follows.source}" if follows is not None else "has uploaded predictions"
        raise Conflict(
            f"There is a model {name} already that Tilth does not train: it {whose}.",
            help="Delete that model, or define the dataset under another name; nothing was changed.",
            model=name,
        )


def _predictions(dataset: str) -> str:
    return f"{pipeline_of(dataset)}@main:predictions"


def _register(opened: Opened, dataset: str) -> None:
    """Make the model, if it is not there yet; what somebody changed about it since stays."""
    name, pipeline = model_of(dataset), pipeline_of(dataset)
    try:
        repo = repos.get_repo(opened.backend, name)
    except NotFound:
        about = f"Trained by Tilth on {dataset}."
        repo = repos.create_repo(opened.backend, name, description=about, kind=MODEL)
    if not _defined(opened, repo):
        definition = ModelDefinition(dataset, Predictions(_predictions(dataset)), f"{pipeline}@main")
        write_json(opened, repo.full_name, DEFINITION, definition.to_json(), f"Follow the training on {dataset}")


def _defined(opened: Opened, repo: Repo) -> bool:
    head = commits.read_head(opened.backend, repo, "main").commit
    return head is not None and read_json(opened.backend, head, DEFINITION) is not None
