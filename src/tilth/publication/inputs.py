"""Name what a stage read, for its derivation."""

from __future__ import annotations

from tilth.model.commit import Commit, CommitInput, InputKind


def used(commit: Commit, branch: str, kind: InputKind = InputKind.DATA) -> CommitInput:
    """Return `commit`, read from `branch`, as an input of a derivation."""
    return CommitInput(commit.repo, branch, commit.id, commit.seal, kind)
