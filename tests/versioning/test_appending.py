"""Bytes behind a file that is there."""

from __future__ import annotations

import io
import random
import threading

import pytest
from writing import files_of, put

from tilth.errors import Invalid, NothingToCommit
from tilth.storage.content import WHOLE_FILE, append_content, chunk_list, write_content
from tilth.versioning.appending import append
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits, Put
from tilth.versioning.history import log
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree, write_entry, write_link

NOISE = random.Random(4).randbytes(28 << 20)
MB = 1 << 20


def test_appends_add_up_in_the_order_in_which_they_were_made(backend: Backend, repo: Repo) -> None:
    """Case 2: three appends, three more in a later commit; a branch that starts there leaves its parent alone."""
    for word in (b"foo\n", b"bar\n", b"buzz\n"):
        first = append(backend, repo, "main", "words", word, author="mara")
    create_branch(backend, repo, "side", head=first.id)
    for word in (b"foo\n", b"bar\n", b"buzz\n"):
        last = append(backend, repo, "side", "words", io.BytesIO(word), author="mara")
    assert files_of(backend, last) == {"words": b"foo\nbar\nbuzz\n" * 2}
    assert files_of(backend, first) == {"words": b"foo\nbar\nbuzz\n"}


@pytest.mark.parametrize(
    "sizes",
    [
        [0, 1],
        [WHOLE_FILE, 1],
        [WHOLE_FILE - 5, 10, 3 * MB],
        [5 * MB, 1, 1, 7 * MB],
        [20 * MB, 3],
        [9 * MB, 9 * MB, 9 * MB],
        [2 * MB] * 8,
    ],
)
def test_the_chunks_depend_on_the_bytes_alone(backend: Backend, sizes: list[int]) -> None:
    content = write_content(backend.store, b"")
    done = 0
    for size in sizes:
        content = append_content(backend.store, content, io.BytesIO(NOISE[done : done + size]))
        done += size
        assert content == write_content(backend.store, NOISE[:done])


def test_only_the_end_of_a_long_file_is_read_again(backend: Backend, repo: Repo) -> None:
    content = write_content(backend.store, NOISE)
    stored: list[int] = []
    original = backend.store.put

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(backend.store, name)

        def put(self, kind: object, digest: object, data: bytes) -> bool:
            stored.append(len(data))
            return original(kind, digest, data)  # type: ignore[arg-type]

    longer = append_content(Counting(), content, b"x" * 1000)  # type: ignore[arg-type]
    assert sum(stored) < 17 * MB
    assert len(set(chunk_list(backend.store, content)) & set(chunk_list(backend.store, longer))) >= 8


def test_what_is_appended_at_the_same_time_is_all_there(backend: Backend, repo: Repo) -> None:
    def work(word: bytes) -> None:
        for _ in range(5):
            append(backend, repo, "main", "words", io.BytesIO(word), author="mara")

    threads = [threading.Thread(target=work, args=(word,)) for word in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    head = log(backend, repo, "main")[0]
    assert sorted(files_of(backend, head)["words"]) == sorted(b"abc" * 5)


def test_attributes_stay_and_a_link_is_refused(backend: Backend, repo: Repo) -> None:
    edits = Edits([Put(write_entry(backend.store, "run", b"#!", attributes={"mode": "755"}))])
    edits.put(write_link(backend.store, "link", "run"))
    commit_edits(backend, repo, "main", edits, author="mara")
    done = append(backend, repo, "main", "run", b"/bin/sh", author="mara")
    entry = Tree(backend.store, done.tree).need("run")
    assert (entry.attributes, entry.size) == ({"mode": "755"}, 9)
    with pytest.raises(Invalid, match="is a link"):
        append(backend, repo, "main", "link", b"x", author="mara")
    with pytest.raises(NothingToCommit):
        append(backend, repo, "main", "run", b"", author="mara")


def test_a_second_writer_that_does_not_wait_loses_nothing(
    backend: Backend, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head moves after the bytes were read: they are taken from what was stored, and put behind the new end."""
    put(backend, repo, {"words": b"a"})
    from tilth.versioning import commits

    sealed = commits.seal_commit
    raced: list[bool] = []

    def race(*args: object, **named: object) -> object:
        if not raced:
            raced.append(True)
            monkeypatch.setattr("tilth.versioning.turns.PATIENCE_S", 0.0)
            append(backend, repo, "main", "words", b"b", author="jo")
        return sealed(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(commits, "seal_commit", race)
    last = append(backend, repo, "main", "words", io.BytesIO(b"c"), author="mara")
    assert files_of(backend, last) == {"words": b"abc"}
