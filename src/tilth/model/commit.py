"""Commits: what one is, what it was made from, and the record that its seal is over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tilth.errors import Corrupt, Invalid
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_from_hex, digest_of
from tilth.model.ids import ChangeId, CommitId, JobId, RepoId

RECORD_FORMAT = 1
"""What new records say. Format 0 has the same fields, and differs in this number only."""


class InputKind(StrEnum):
    """How a commit used another."""

    DATA = "data"
    REFERENCE = "reference"
    MERGE = "merge"
    COPY = "copy"
    FEEDBACK = "feedback"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class CommitInput:
    """One commit that another was made from. `repo` is written "project/repo"."""

    repo: str
    branch: str
    commit: CommitId
    seal: Digest
    kind: InputKind = InputKind.DATA


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one commit came from others: equal recipe and inputs give an equal output.

    `facts` hold what else the stage wants sealed: guideline version, ledger sequence, plan roots, ...
    """

    stage: str
    inputs: tuple[CommitInput, ...] = ()
    recipe: Digest | None = None
    job: JobId | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commit:
    """An immutable state of a repo. `repo` is written "project/repo"; `size` is in bytes; `tree` None is empty.

    `seal` is the BLAKE3 of the commit record, which holds the parents' seals: a hash chain over data and lineage.
    """

    id: CommitId
    change: ChangeId
    repo: str
    repo_id: RepoId
    tree: Digest | None
    parents: tuple[CommitId, ...]
    parent_seals: tuple[Digest, ...]
    derivation: Derivation | None
    author: str
    at_ms: int
    message: str
    files: int
    size: int
    seal: Digest
    format: int = RECORD_FORMAT


def derivation_json(derivation: Derivation) -> Json:
    """Return `derivation` as JSON, the form that is sealed."""
    return {
        "stage": derivation.stage,
        "inputs": [
            {
                "repo": used.repo,
                "branch": used.branch,
                "commit": used.commit,
                "seal": used.seal.hex(),
                "kind": used.kind.value,
            }
            for used in derivation.inputs
        ],
        "recipe": derivation.recipe.hex() if derivation.recipe is not None else None,
        "job": derivation.job,
        "facts": dict(derivation.facts),
    }


def derivation_from_json(value: Mapping[str, Any]) -> Derivation:
    """Read what `derivation_json` wrote."""
    return Derivation(
        stage=value["stage"],
        inputs=tuple(
            CommitInput(
                repo=used["repo"],
                branch=used["branch"],
                commit=CommitId(used["commit"]),
                seal=digest_from_hex(used["seal"]),
                kind=InputKind(used["kind"]),
            )
            for used in value["inputs"]
        ),
        recipe=digest_from_hex(value["recipe"]) if value["recipe"] is not None else None,
        job=JobId(value["job"]) if value["job"] is not None else None,
        facts=value["facts"],
    )


def commit_record(commit: Commit) -> bytes:
    """Return the canonical record of `commit`: every field but the seal, which is its BLAKE3."""
    return canonical(
        {
            "format": commit.format,
            "id": commit.id,
            "change": commit.change,
            "repo": commit.repo,
            "repo_id": commit.repo_id,
            "tree": commit.tree.hex() if commit.tree is not None else None,
            "parents": [
                {"commit": parent, "seal": seal.hex()}
                for parent, seal in zip(commit.parents, commit.parent_seals, strict=True)
            ],
            "derivation": derivation_json(commit.derivation) if commit.derivation is not None else None,
            "author": commit.author,
            "at_ms": commit.at_ms,
            "message": commit.message,
            "files": commit.files,
            "size": commit.size,
        }
    )


_FIELDS = frozenset(
    (
        *("format", "id", "change", "repo", "repo_id", "tree", "parents", "derivation"),
        *("author", "at_ms", "message", "files", "size"),
    )
)


def commit_from_record(record: bytes) -> Commit:
    """Read a commit record; its seal is computed from the bytes. Raises Corrupt when it is not one."""
    seal = digest_of(record)
    try:
        value = json.loads(record.decode())
        if b"\\ud" in record.lower():
            canonical(value)  # half a character, which no record can hold, is a ValueError
        if value["format"] not in range(RECORD_FORMAT + 1) or value.keys() - _FIELDS:
            raise Corrupt(
                f"Commit record {seal.hex()} has format {value['format']!r} or fields that this Tilth does not know.",
                help="Open it with a newer Tilth.",
            )
        commit = Commit(
            id=CommitId(value["id"]),
            change=ChangeId(value["change"]),
            repo=value["repo"],
            repo_id=RepoId(value["repo_id"]),
            tree=digest_from_hex(value["tree"]) if value["tree"] is not None else None,
            parents=tuple(CommitId(parent["commit"]) for parent in value["parents"]),
            parent_seals=tuple(digest_from_hex(parent["seal"]) for parent in value["parents"]),
            derivation=derivation_from_json(value["derivation"]) if value["derivation"] is not None else None,
            author=value["author"],
            at_ms=value["at_ms"],
            message=value["message"],
            files=value["files"],
            size=value["size"],
            seal=seal,
            format=value["format"],
        )
        texts = (commit.id, commit.change, commit.repo, commit.repo_id, commit.author, commit.message, *commit.parents)
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a text is none")
        made = commit.derivation
        if made is not None and not (isinstance(made.stage, str) and isinstance(made.facts, dict)):
            raise ValueError("its derivation is none")
        numbers = (commit.at_ms, commit.files, commit.size)
        if not all(isinstance(number, int) and 0 <= number < 1 << 63 for number in numbers):
            raise ValueError("a number is none")
        return commit
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Invalid) as error:
        raise Corrupt(f"Record {seal.hex()} is not a commit record: {error}.") from error
