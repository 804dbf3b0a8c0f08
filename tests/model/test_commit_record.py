"""Commit records and their seals."""

from __future__ import annotations

import dataclasses

import pytest

from tilth.errors import Corrupt
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind, commit_from_record, commit_record
from tilth.model.digest import digest_of
from tilth.model.ids import ChangeId, CommitId, JobId, RepoId, new_id


def a_commit() -> Commit:
    derivation = Derivation(
        stage="pipeline:default/train",
        inputs=(CommitInput("default/a", "main", CommitId(new_id()), digest_of(b"s"), InputKind.REFERENCE),),
        recipe=digest_of(b"recipe"),
        job=JobId(new_id()),
        facts={"guideline": 3, "roots": ["x"]},
    )
    unsealed = Commit(
        id=CommitId(new_id()),
        change=ChangeId(new_id()),
        repo="default/b",
        repo_id=RepoId(new_id()),
        tree=digest_of(b"tree"),
        parents=(CommitId(new_id()),),
        parent_seals=(digest_of(b"p"),),
        derivation=derivation,
        author="mara",
        at_ms=1_700_000_000_000,
        message="Überarbeitung",
        files=3,
        size=10,
        seal=digest_of(b""),
    )
    return dataclasses.replace(unsealed, seal=digest_of(commit_record(unsealed)))


def test_a_record_reads_back_as_the_same_commit() -> None:
    commit = a_commit()
    again = commit_from_record(commit_record(commit))
    assert again == dataclasses.replace(commit, derivation=again.derivation)
    assert commit_record(again) == commit_record(commit)


def test_the_seal_covers_the_parents_seals_and_the_derivation() -> None:
    commit = a_commit()
    assert commit.derivation is not None
    other_parent = dataclasses.replace(commit, parent_seals=(digest_of(b"q"),))
    other_recipe = dataclasses.replace(commit, derivation=dataclasses.replace(commit.derivation, recipe=None))
    assert len({digest_of(commit_record(each)) for each in (commit, other_parent, other_recipe)}) == 3


@pytest.mark.parametrize("record", [b"", b"{}", b"[1]", b'{"format":7}', b"\xff"])
def test_other_bytes_are_not_a_commit(record: bytes) -> None:
    with pytest.raises(Corrupt):
        commit_from_record(record)
