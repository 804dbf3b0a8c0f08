"""Verification names every bad file, goes on where it was interrupted, and says what was taken out on purpose."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from writing import put

from tilth.errors import Corrupt
from tilth.storage.records import RecordKind
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import CommitRoots
from tilth.versioning.releasing import forget
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import SeenPacks, verify, verify_against

KEPT = Kept([CommitRoots()], [])


def noise(seed: int, size: int = 100_000) -> bytes:
    return random.Random(seed).randbytes(size)


def flip(folder: Path, data: bytes) -> None:
    """Damage the stored copy of `data`."""
    found = False
    for pack in (folder / "packs").glob("*.pack"):
        raw = bytearray(pack.read_bytes())
        at = raw.find(data)
        if at >= 0:
            raw[at + 10] ^= 1
            pack.write_bytes(bytes(raw))
            found = True
    assert found


def test_every_bad_file_is_named_and_so_is_what_nothing_needs(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo, other = create_repo(backend, "digits"), create_repo(backend, "letters")
        first = put(backend, repo, {"a": noise(1), "whole": noise(2), "big": noise(3, 6 << 20)})
        put(backend, repo, {"later": noise(4)})
        second = put(backend, other, {"copy/of a": noise(1)})
        lost = backend.store.put_bytes(RecordKind.CHUNK, noise(5))
    flip(tmp_path, noise(1)[:50_000])
    flip(tmp_path, noise(5)[:50_000])
    flip(tmp_path, noise(3, 6 << 20)[3 << 20 : (3 << 20) + 20_000])
    with open_backend(tmp_path) as backend:
        report = verify(backend, KEPT)
    files = {problem.where for problem in report.problems if not problem.where.startswith("pack ")}
    assert files == {
        f"default/digits@{first.id}:a",
        f"default/digits@{first.id}:big",
        f"default/letters@{second.id}:copy/of a",
    }
    packs = {problem.where: problem.what for problem in report.problems if problem.where.startswith("pack ")}
    assert len(packs) == 3
    spare = [where for where, what in packs.items() if what.endswith("(it belongs to nothing that is kept)")]
    assert len(spare) == 1
    assert lost.hex() in spare[0]


def test_the_files_of_a_missing_pack_and_of_a_cut_one_are_named(tmp_path: Path) -> None:
    commits = []
    for number in range(3):
        with open_backend(tmp_path) as backend:
            repo = create_repo(backend, f"digits-{number}")
            commits.append(put(backend, repo, {"a": noise(2 * number), "b": noise(2 * number + 1)}))
    names = [
        next(pack for pack in (tmp_path / "packs").glob("*.pack") if noise(2 * number) in pack.read_bytes())
        for number in range(3)
    ]
    names[0].unlink()
    cut = names[1].read_bytes()
    names[1].write_bytes(cut[: cut.index(noise(3)) + 500])
    with open_backend(tmp_path) as backend:
        where = {problem.where for problem in verify(backend, KEPT).problems}
    first, second = f"default/digits-0@{commits[0].id}", f"default/digits-1@{commits[1].id}"
    assert first in where, "its list of files lay in the pack"
    assert not any("digits-2" in each for each in where)
    assert any(each.startswith(second) for each in where)
    assert f"{second}:a" not in where


def test_an_interrupted_verification_goes_on_where_it_was(tmp_path: Path) -> None:
    for number in range(12):
        with open_backend(tmp_path) as backend:
            put(backend, create_repo(backend, f"digits-{number}"), {"a": noise(number)})

    class Stopped(Exception):
        pass

    class Stops:
        read = 0

        def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
            pass

        def advance(self, amount: int = 1) -> None:
            self.read += 1
            if self.read == 8:
                raise Stopped

        def end(self) -> None:
            pass

    with open_backend(tmp_path) as backend:
        with pytest.raises(Stopped):
            verify(backend, KEPT, progress=Stops())
        noted = SeenPacks(backend.scratch / "verified.jsonl").packs
        assert 7 <= len(noted) <= 8
        flip(tmp_path, noise(0)[:1000])
        went_on = verify(backend, KEPT)
        assert went_on.resumed == len(noted)
        assert verify(backend, KEPT).resumed == 0, "a whole one begins anew"
        assert any("digits-0" in problem.where for problem in verify(backend, KEPT, again=True).problems)


def test_what_was_found_whole_long_ago_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "verified.jsonl"
    path.write_text('["old", 5, 100.0]\n["ahead", 5, 99999999999.0]\n["torn", 5')
    assert SeenPacks(path).packs == set()


def test_forgotten_commits_are_told_and_are_no_fault(backend: Backend) -> None:
    repo = create_repo(backend, "digits")
    first = put(backend, repo, {"a": noise(1)})
    put(backend, repo, {"a": noise(2)})
    forget(backend, first.id, author="mara", reason="asked to")
    report = verify(backend, KEPT)
    assert report.problems == []
    (gone,) = report.gone
    assert gone.where == f"default/digits@{first.id}"
    assert gone.what.startswith("forgotten by mara on ")
    assert gone.what.endswith(": asked to")


def test_the_commit_that_breaks_the_chain_of_seals_is_named(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        history = [put(backend, repo, {"a": bytes([number])}) for number in range(4)]
        assert verify_against(backend, history[-1].seal) == 4
    flip(tmp_path, history[1].seal + b"")
    with open_backend(tmp_path) as backend, pytest.raises(Corrupt) as raised:
        verify_against(backend, history[-1].seal)
    assert f"breaks at commit {history[2].id} of default/digits" in raised.value.message
