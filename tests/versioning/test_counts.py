"""What each commit changed and what that took: counted when it is made, kept through a rebuild."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from sqlalchemy import update
from writing import edits_of

from tilth.metadata.schema.commits import commits
from tilth.model.commit import Commit
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.copying import copy
from tilth.versioning.counts import Counts, counts_of
from tilth.versioning.drafts import add_to_draft, commit_draft, open_draft
from tilth.versioning.edits import Edits, Put
from tilth.versioning.ingest import ingest_folder
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import write_entry


def noise(name: str, size: int = 10_000) -> bytes:
    return random.Random(name).randbytes(size)


def put(backend: Backend, repo: str, files: dict[str, bytes]) -> Commit:
    """Commit in one act, as every door does."""
    with backend.act():
        return commit_edits(backend, repo, "main", edits_of(backend, files), author="mara")


def counted(backend: Backend, commit: Commit) -> Counts | None:
    return counts_of(backend, [commit.id]).get(commit.id)


def test_a_commit_tells_what_it_changed_and_what_was_new_to_the_store(backend: Backend) -> None:
    create_repo(backend, "digits")
    first = put(backend, "digits", {"a": noise("a"), "b": noise("b"), "again": noise("a")})
    assert counted(backend, first) == Counts(3, 0, 0, 30_000, 20_000)
    with backend.act():
        edits = Edits()
        edits.put(write_entry(backend.store, "a", noise("A")))
        edits.put(write_entry(backend.store, "c", b"0" * 10_000))
        edits.put(write_entry(backend.store, "b", noise("b")))
        edits.delete("again")
        second = commit_edits(backend, "digits", "main", edits, author="mara")
    found = counted(backend, second)
    assert found is not None
    assert (found.added, found.changed, found.removed, found.put) == (1, 1, 1, 20_000)
    assert found.stored is not None
    assert 10_000 < found.stored < 10_100  # of the zeros almost nothing is left
    edits = Edits()
    edits.delete("")
    assert counted(backend, commit_edits(backend, "digits", "main", edits, author="mara")) == Counts(0, 0, 3, 0, 0)


def test_a_folder_is_counted_whoever_reads_it(backend: Backend, tmp_path: Path) -> None:
    create_repo(backend, "digits")
    folder = tmp_path / "some"
    folder.mkdir()
    for number in range(50):
        (folder / f"{number}").write_bytes(noise(f"{number % 25}", 4000))
    with backend.act():
        edits = ingest_folder(backend, folder)
        commit = commit_edits(backend, "digits", "main", edits, author="mara")
    found = counted(backend, commit)
    assert found is not None
    assert (found.added, found.put) == (50, 200_000)
    assert found.stored == 25 * 4000


def test_a_draft_counts_what_each_of_its_acts_stored(backend: Backend) -> None:
    create_repo(backend, "digits")
    draft = open_draft(backend, "digits", "main", author="li")
    for name in ("a", "b", "a"):
        with backend.act():
            add_to_draft(backend, draft.id, [Put(write_entry(backend.store, name, noise(name)))])
    assert counted(backend, commit_draft(backend, draft.id)) == Counts(2, 0, 0, 20_000, 20_000)


def test_a_copy_takes_nothing(backend: Backend) -> None:
    create_repo(backend, "digits")
    create_repo(backend, "others")
    source = put(backend, "digits", {"a": noise("a")})
    done = copy(backend, source, "a", ("others", "main"), "a", author="li")
    assert counted(backend, done) == Counts(1, 0, 0, 10_000, 0)


def test_commits_of_before_are_not_recorded(backend: Backend) -> None:
    create_repo(backend, "digits")
    commit = put(backend, "digits", {"a": b"1"})
    with backend.database.transaction() as conn:
        conn.execute(update(commits).values(added=None, changed=None, removed=None, put=None, stored=None))
    assert counted(backend, commit) is None


def test_counts_come_back_from_objects_alone(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        create_repo(backend, "digits")
        made = [put(backend, "digits", {"a": noise("a")}), put(backend, "digits", {"b": noise("b")})]
        before = counts_of(backend, [each.id for each in made])
    shutil.rmtree(tmp_path / "w" / "index")
    for path in (tmp_path / "w").glob("tilth.db*"):
        path.unlink()
    rebuild(tmp_path / "w")
    with open_backend(tmp_path / "w") as backend:
        assert counts_of(backend, [each.id for each in made]) == before
        assert len(before) == 2
