"""Tests of a model, and how its versions come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tilth.contract.datasets import ActInfo
from tilth.contract.models import ModelTestInfo, TestBoard, TestResult
from tilth.curation.model_tests import ModelTest, judge, parse_test
from tilth.errors import NotFound, TilthError
from tilth.model.commit import Commit
from tilth.model.names import check_name
from tilth.versioning import commits, history
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree
from tilth.workspace import dataset_views
from tilth.workspace.model_infos import NOTHING, difference_info, words_of
from tilth.workspace.model_repos import (
    PRODUCTION,
    TESTS,
    ModelRepo,
    ModelVersion,
    find_version,
    load_model,
    read_json,
    write_json,
)
from tilth.workspace.model_scores import interval_info
from tilth.workspace.model_versions import aligned, tell_versions, version_at
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit

MAX_TESTS = 200


def set_test(opened: Opened, name: str, test: str, definition: Mapping[str, Any], *, message: str = "") -> ActInfo:
    """Make or change a test of a model."""
    model = load_model(opened.backend, name)
    check_name(test, "model test")
    parsed = parse_test(definition)
    shown = dataset_views.open_view(opened, parsed.dataset or model.definition.dataset)
    shown.view.count(parsed.where)
    if parsed.not_worse_than and parsed.not_worse_than != PRODUCTION:
        find_version(opened.resources.model_versions, opened.backend, model, parsed.not_worse_than)
    words = message or f"Test {test}: {words_of(parsed)}"
    commit = write_json(opened, model.repo.full_name, f"{TESTS}/{test}.json", parsed.to_json(), words)
    return _act(commit)


def remove_test(opened: Opened, name: str, test: str, *, message: str = "") -> ActInfo:
    """Remove a test."""
    model = load_model(opened.backend, name)
    path = f"{TESTS}/{check_name(test, 'model test')}.json"
    if read_json(opened.backend, model.head, path) is None:
        raise NotFound(f"The model {model.name} has no test {test}.", help="`tilth model test` shows its tests.")
    edits = Edits()
    edits.delete(path)
    words = message or f"Remove the test {test}"
    return _act(
        commits.commit_edits(opened.backend, model.repo.full_name, "main", edits, author=opened.author, message=words)
    )


def board(opened: Opened, name: str, *, version: str | None = None, limit: int = 5) -> TestBoard:
    """Run all tests of a model on one version, or on the newest ones."""
    model = load_model(opened.backend, name)
    known = opened.resources.model_versions.of(model)
    if version is not None:
        shown = [find_version(opened.resources.model_versions, opened.backend, model, version)]
    else:
        numbers = range(len(known), max(0, len(known) - check_limit(limit)), -1)
        shown = [version_at(opened, model, number, known[number - 1]) for number in numbers]
    tests = tests_of(opened, model)
    results = [run_test(opened, test, info.name, each) for each in shown for info, test in tests]
    required = {info.name for info, _ in tests if info.required}
    return TestBoard(
        tests=[info for info, _ in tests],
        versions=tell_versions(opened, model, shown),
        results=results,
        needed=len(required),
        passed={
            str(each.number): sum(
                result.version == each.number and result.test in required and result.state == "pass"
                for result in results
            )
            for each in shown
        },
    )


def tests_of(opened: Opened, model: ModelRepo) -> Sequence[tuple[ModelTestInfo, ModelTest]]:
    """Return the tests of a model, by name."""
    tree = Tree(opened.backend.store, model.head.tree)
    found = []
    for entry in tree.walk(TESTS, limit=MAX_TESTS):
        test = parse_test(read_json(opened.backend, model.head, entry.path) or {})
        changed = history.log(opened.backend, model.repo, model.head.id, limit=1, path=entry.path)[0]
        name = entry.path.removeprefix(f"{TESTS}/").removesuffix(".json")
        info = ModelTestInfo(name, test.to_json(), test.required, words_of(test), changed.author, changed.at_ms)
        found.append((info, test))
    return found


def run_test(opened: Opened, test: ModelTest, name: str, version: ModelVersion) -> TestResult:
    """Run one test on one version; what hinders it is told, not raised, so that one test cannot hide the others."""
    try:
        shown = dataset_views.open_view(opened, test.dataset or version.model.definition.dataset)
        yardstick = opened.resources.yardsticks.of(shown)
        second = aligned(opened, yardstick, version)
        first = _baseline(opened, test, version)
        pair = yardstick.pair(aligned(opened, yardstick, first) if first is not None else second, second)
        found = judge(test, pair, shown.view.matching(test.where), has_baseline=first is not None)
    except TilthError as problem:
        return TestResult(name, version.number, "broken", interval_info(NOTHING), None, False, problem.message)
    return TestResult(
        name,
        version.number,
        found.state.replace("_", " "),
        interval_info(found.value),
        difference_info(found.difference) if found.difference is not None else None,
        found.clear,
    )


def _baseline(opened: Opened, test: ModelTest, version: ModelVersion) -> ModelVersion | None:
    """Return the version that a test compares with; None where nothing was promoted yet."""
    if not test.not_worse_than:
        return None
    try:
        return find_version(opened.resources.model_versions, opened.backend, version.model, test.not_worse_than)
    except NotFound:
        if test.not_worse_than != PRODUCTION:
            raise
        return None


def _act(commit: Commit) -> ActInfo:
    return ActInfo(commit.id, "test", 1, commit.author, commit.at_ms, commit.message, True)
