"""Putting a version in production."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection

from tilth.contract.models import PromotionInfo
from tilth.contract.paging import Page
from tilth.errors import Conflict, NotFound
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.versioning import branches, commits, history, repos, revisions
from tilth.versioning.edits import Edits
from tilth.workspace.model_infos import promotion_info
from tilth.workspace.model_lineage import origins
from tilth.workspace.model_repos import (
    PRODUCTION,
    PROMOTED,
    ModelVersion,
    find_version,
    load_model,
    put_json,
    read_json,
)
from tilth.workspace.model_tests import run_test, tests_of
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit


def promote(opened: Opened, name: str, version: str, *, reason: str = "") -> PromotionInfo:
    """Put a version in production, if its required tests pass."""
    model = load_model(opened.backend, name)
    chosen = find_version(opened.resources.model_versions, opened.backend, model, version)
    tests = [
        (info, run_test(opened, test, info.name, chosen)) for info, test in tests_of(opened, model) if info.required
    ]
    failed = [(info, result) for info, result in tests if result.state != "pass"]
    if failed:
        told = "; ".join(f"{info.name}: {result.state} ({info.words})" for info, result in failed)
        raise Conflict(
            f"Version {chosen.number} of {model.name} passes {len(tests) - len(failed)} of {len(tests)} required "
            f"tests: {told}.",
            help="Improve the model, or change a test; both are recorded.",
            model=model.name,
            failed=[info.name for info, _ in failed],
        )
    weights = _weights(opened, chosen)
    told_tests = [
        {"name": info.name, "state": result.state, "value": result.value.value, "n": result.value.n}
        for info, result in tests
    ]
    deployed = f"{short_name(weights.repo)}@{PRODUCTION}"
    promoted: dict[str, Any] = {
        "version": chosen.commit.id,
        "number": chosen.number,
        "by": opened.author,
        "at_ms": time.time_ns() // 1_000_000,
        "reason": reason,
        "deployed": deployed,
        "deployed_commit": weights.id,
        "tests": told_tests,
    }
    edits = Edits()
    put_json(opened, edits, PROMOTED, promoted)

    def deploy(conn: Connection, commit: Commit) -> None:
        home = repos.find_repo(conn, weights.repo)
        try:
            head = branches.find_branch(conn, home, PRODUCTION).head
        except NotFound:
            head = branches.insert_branch(conn, home, PRODUCTION, author=opened.author).head
        if head != weights.id:
            branches.move_head(
                conn,
                home,
                PRODUCTION,
                old=head,
                new=weights.id,
                change=commit.change,
                author=opened.author,
                message=f"Version {chosen.number} of {model.name}",
            )

    message = f"Promote version {chosen.number}" + (f": {reason}" if reason else "")
    commit = commits.commit_edits(
        opened.backend,
        model.repo.full_name,
        "main",
        edits,
        author=opened.author,
        message=message,
        also=deploy,
    )
    return promotion_info(model, promoted, commit)


def promotions(opened: Opened, name: str, *, after: str | None = None, limit: int = 20) -> Page[PromotionInfo]:
    """List what was promoted, newest first."""
    model = load_model(opened.backend, name)
    found = history.log(
        opened.backend,
        model.repo,
        model.head.id,
        after=CommitId(after) if after else None,
        limit=check_limit(limit) + 1,
        path=PROMOTED,
    )
    shown = [(commit, read_json(opened.backend, commit, PROMOTED)) for commit in found[:limit]]
    items = [promotion_info(model, told, commit) for commit, told in shown if told is not None]
    return Page(items, found[limit - 1].id if len(found) > limit else None)


def _weights(opened: Opened, version: ModelVersion) -> Commit:
    """Return the commit that is deployed with a version: that of its weights, where they are known."""
    weights = version.model.definition.weights
    if weights is None:
        return version.commit
    place = revisions.parse(weights)
    if version.commit.repo == place.full_name:
        return version.commit
    found = origins(opened.backend, version.commit).get((place.full_name, place.branch))
    if found is None:
        raise Conflict(
            f"Version {version.number} of {version.model.name} was not made from {weights}.",
            help="Correct `weights` in the model's definition.",
            model=version.model.name,
        )
    return found.commit
