"""What each repo takes on disk."""

from __future__ import annotations

import random

from writing import put

from tilth.versioning.backend import Backend
from tilth.versioning.repos import create_repo, delete_repo
from tilth.versioning.usage import repo_sizes


def test_shared_bytes_count_for_both_repos_and_are_nobodys_own(backend: Backend) -> None:
    one, other = create_repo(backend, "one"), create_repo(backend, "other")
    shared, mine = random.Random(1).randbytes(50_000), random.Random(2).randbytes(20_000)
    put(backend, one, {"shared": shared, "mine": mine})
    put(backend, one, {"mine": None})  # still in an older commit
    put(backend, other, {"copy": shared})
    create_repo(backend, "empty")
    empty, first, second = repo_sizes(backend)
    assert (empty.repo, empty.logical, empty.stored, empty.own) == ("default/empty", 0, 0, 0)
    assert first.logical == second.logical == 50_000
    assert 70_000 < first.stored < 75_000
    assert 50_000 < second.stored < 53_000
    assert 20_000 < first.own < 25_000
    assert 0 < second.own < 3_000
    delete_repo(backend, "other")
    assert [size.own > 70_000 for size in repo_sizes(backend)] == [False, True]
