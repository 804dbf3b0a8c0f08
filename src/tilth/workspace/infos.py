"""What the layers below know, as the values that cross a door."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tilth.contract.branches import BranchInfo, FollowInfo, HeadMove
from tilth.contract.commit import CommitCounts, CommitInfo, DerivationInfo, InputInfo
from tilth.contract.entry import FileInfo
from tilth.contract.repos import RepoInfo
from tilth.model.commit import Commit, Derivation
from tilth.model.entry import Entry
from tilth.versioning.branches import Branch, Move
from tilth.versioning.following import Trigger
from tilth.versioning.repos import Repo
from tilth.workspace.names import short_name

if TYPE_CHECKING:
    from tilth.versioning.counts import Counts
    from tilth.versioning.trees import Folder  # loads Arrow, which no list of repos needs


def repo_info(repo: Repo, branches: list[Branch]) -> RepoInfo:
    """Return a repo with its branches."""
    return RepoInfo(
        name=repo.name,
        project=repo.project,
        description=repo.description,
        held_out=repo.held_out,
        created_ms=repo.created_ms,
        branches=tuple(branch.name for branch in branches),
        owner=next((branch.owner for branch in branches if branch.owner), None),
        kind=repo.kind,
    )


def branch_info(branch: Branch) -> BranchInfo:
    """Return a branch."""
    return BranchInfo(
        repo=branch.repo,
        name=branch.name,
        head=branch.head,
        inputs=tuple(f"{used.repo}@{used.branch}" for used in branch.inputs),
        owner=branch.owner,
        protected=branch.roles,
        follows=_follows(branch.follows) if branch.follows is not None else None,
    )


def _follows(trigger: Trigger) -> FollowInfo:
    return FollowInfo(trigger.source, trigger.commits, trigger.size, trigger.rate, trigger.cron, trigger.every)


def head_move(move: Move) -> HeadMove:
    """Return a move of a head."""
    return HeadMove(
        position=move.position,
        branch=move.branch,
        old=move.old,
        new=move.new,
        change=move.change,
        author=move.author,
        at_ms=move.at_ms,
        message=move.message,
    )


def commit_info(commit: Commit, *, changed: bool = True, counts: Counts | None = None) -> CommitInfo:
    """Return a commit as its record says it."""
    return CommitInfo(
        id=commit.id,
        change=commit.change,
        repo=commit.repo,
        parents=commit.parents,
        author=commit.author,
        at_ms=commit.at_ms,
        message=commit.message,
        seal=commit.seal.hex(),
        files=commit.files,
        size=commit.size,
        derivation=derivation_info(commit.derivation) if commit.derivation is not None else None,
        changed=changed,
        counts=CommitCounts(**asdict(counts)) if counts is not None else None,
    )


def derivation_info(derivation: Derivation) -> DerivationInfo:
    """Return how a commit came from others; the stage by the name of its pipeline, where it is one."""
    return DerivationInfo(
        stage=short_name(str(derivation.facts.get("pipeline", derivation.stage))),
        inputs=tuple(
            InputInfo(used.repo, used.branch, used.commit, used.seal.hex(), used.kind.value)
            for used in derivation.inputs
        ),
        recipe=derivation.recipe.hex() if derivation.recipe is not None else None,
        job=derivation.job,
        facts=dict(derivation.facts),
    )


def file_info(entry: Entry | Folder) -> FileInfo:
    """Return a file, link or folder."""
    if isinstance(entry, Entry):
        return FileInfo(entry.path, entry.kind.value, entry.size, entry.digest.hex(), dict(entry.attributes))
    return FileInfo(entry.path, "folder", 0)
