"""Many processes on one workspace at once: writers, readers, collections, merges of packs, purges.

On one folder, and as servers with a folder each on one PostgreSQL and one bucket. What each process does is drawn from
a seed. Any file's bytes say what the whole file must be, so every reader proves every byte that it reads, while others
write and collect. What each process was acknowledged it notes outside, and afterwards all of it must be there.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tilth.errors import NotFound, Purged
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.garbage import condemned, gone_packs
from tilth.model.digest import digest_of
from tilth.model.ids import CommitId
from tilth.versioning import garbage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import get_commit, read_head
from tilth.versioning.marking import CommitRoots
from tilth.versioning.releasing import kept
from tilth.versioning.repos import create_repo, find_repo
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify

KEPT = garbage.Kept([CommitRoots()], [])
POOL = 30
"""So few different contents are put again and again that a writer often finds what is just being condemned."""


def piece(number: int) -> bytes:
    """Return the content with a number: it begins with the number."""
    return b"%d:" % number + random.Random(number).randbytes((10, 3000, 40_000)[number % 3])


PROCESSES = """
import json, os, random, sys, traceback
from pathlib import Path
from tilth.errors import Conflict, NotFound, Purged
from tilth.storage.records import RecordKind
from tilth.versioning import garbage, purging
from tilth.versioning.backend import open_backend
from tilth.versioning.branches import create_branch, delete_branch
from tilth.versioning.commits import commit_edits, get_commit, read_head
from tilth.versioning.drafts import add_to_draft, commit_draft, discard_draft, open_draft
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.merging import merge
from tilth.versioning.releasing import forget, kept
from tilth.versioning.repos import create_repo, delete_repo
from tilth.versioning.trees import Tree, content_of, write_entry
from tilth.versioning.verify import verify

sys.path.insert(0, sys.argv[1])
from test_many_at_once import KEPT, POOL, piece

ACTS = ("commit",) * 5 + ("read",) * 4 + ("collect",) * 3 + (
    "draft", "merge", "litter", "litter", "brief", "forget", "purge", "tidy", "reopen", "reopen", "verify"
)

class Process:
    def __init__(self, told):
        self.told, self.name, self.draw = told, told["name"], random.Random(told["seed"])
        self.said = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.mine, self.made, self.purged, self.count = {}, [], set(), 0
        self.backend = open_backend(Path(told["folder"]))

    def say(self, **words):
        os.write(self.said, json.dumps(words).encode() + b"\\n")

    def run(self):
        for _ in range(self.told["acts"]):
            self.count += 1
            getattr(self, self.draw.choice(ACTS))()
        self.backend.close()

    def some(self):
        number = self.draw.randrange(POOL)
        self.say(put=number)
        return number

    def edits(self, puts, gone=()):
        edits = Edits()
        for path in gone:
            edits.delete(path)
        for path, number in puts.items():
            edits.put(write_entry(self.backend.store, path, piece(number)))
        return edits

    def change(self):
        puts = {f"{self.name}/{self.draw.randrange(8)}": self.some() for _ in range(self.draw.randrange(1, 4))}
        gone = [path for path in (f"{self.name}/{self.draw.randrange(8)}",) if path not in puts]
        after = {**{path: number for path, number in self.mine.items() if path not in gone}, **puts}
        return self.edits(puts, gone), after

    def note(self, commit, after):
        self.mine = after
        self.made.append(commit.id)
        self.say(commit=commit.id, files=after)

    def commit(self):
        with self.backend.act():
            edits, after = self.change()
            self.note(commit_edits(self.backend, "shared", "main", edits, author="w", allow_empty=True), after)

    def draft(self):
        draft = open_draft(self.backend, "shared", "main", author="w")
        with self.backend.act():
            edits, after = self.change()
            add_to_draft(self.backend, draft.id, edits)
        if self.draw.random() < 0.3 or after == self.mine:
            discard_draft(self.backend, draft.id)
        else:
            self.note(commit_draft(self.backend, draft.id), after)

    def merge(self):
        head = read_head(self.backend, "shared", "main").commit
        branch = f"{self.name}-{self.count}"
        create_branch(self.backend, "shared", branch, head=head.id if head else None)
        with self.backend.act():
            edits, after = self.change()
            side = commit_edits(self.backend, "shared", branch, edits, author="w", allow_empty=True)
        merged = merge(self.backend, "shared", side, "main", author="w")
        assert not merged.conflicts, merged
        self.note(merged.commit, after)
        delete_branch(self.backend, "shared", branch)

    def litter(self):
        with self.backend.act():
            for _ in range(3):
                self.backend.store.put_bytes(RecordKind.CHUNK, piece(self.some()))
            self.backend.store.flush()

    def brief(self):
        name = f"{self.name}-{self.count}"
        create_repo(self.backend, name)
        with self.backend.act():
            made = commit_edits(self.backend, name, "main", self.edits({"x": self.some()}), author="w")
        self.look(made)
        delete_repo(self.backend, name)

    def forget(self):
        if len(self.made) > 3:
            gone = self.draw.choice(self.made[:-2])
            try:
                forget(self.backend, gone, author="w")
            except Conflict:
                return
            self.say(forgotten=gone)

    def purge(self):
        secret = self.told["first_secret"] + self.count
        path = f"{self.name}/secret"
        with self.backend.act():
            edits = self.edits({path: secret})
            commit = commit_edits(self.backend, "shared", "main", edits, author="w")
        self.note(commit, {**self.mine, path: secret})
        entry = Tree(self.backend.store, commit.tree).stat(path)
        purging.purge(self.backend, [(path, content_of(entry))], repo="shared", author="w", reason="secret")
        self.say(purged=secret)
        self.backend.store.rotate()
        if self.draw.random() < 0.5:
            self.collect()

    def collect(self):
        try:
            wait_s = self.draw.choice((0.0, 0.1, 1.0))
            done = garbage.collect(self.backend, KEPT, share=0.0, wait_s=wait_s)
            assert not done.damaged, done
        except Conflict:
            pass  # another one does

    def tidy(self):
        try:
            garbage.tidy(self.backend)
        except Conflict:
            pass

    def reopen(self):
        self.backend.close()
        self.backend = open_backend(Path(self.told["folder"]))

    def verify(self):
        if self.draw.random() < 0.3:
            problems = verify(self.backend).problems
            assert not problems, problems[:5]

    def read(self):
        commits = log(self.backend, "shared", "main", limit=30)
        if commits:
            self.look(self.draw.choice(commits))
            self.look(commits[0])

    def look(self, commit):
        try:
            tree = Tree(self.backend.store, commit.tree)
            for entry in tree.walk():
                try:
                    data = tree.read(entry.path)
                except Purged:
                    assert entry.path.endswith("/secret")
                    continue
                assert data == piece(int(data.partition(b":")[0])), f"wrong bytes: {commit.id}:{entry.path}"
        except NotFound:
            try:
                kept(self.backend, commit)
            except NotFound:
                return  # somebody has forgotten it
            raise

children = []
for told in json.loads(sys.argv[2]):
    child = os.fork()
    if not child:
        code = 1
        try:
            Process(told).run()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    children.append(child)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def at_once(folders: list[Path], seed: int, acts: int) -> None:
    """Let a process for each folder (which may be one and the same) do so many acts, then check everything."""
    with open_backend(folders[0]) as backend:
        create_repo(backend, "shared")
    told = [
        {
            **{"name": f"p{number}", "folder": str(folder), "seed": seed * 100 + number, "acts": acts},
            **{"log": str(folder.parent / f"said{number}"), "first_secret": 1000 * (number + 1)},
        }
        for number, folder in enumerate(folders)
    ]
    command = [sys.executable, "-c", PROCESSES, str(Path(__file__).parent), json.dumps(told)]
    done = subprocess.run(command, env=dict(os.environ), stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = {each["name"]: [json.loads(line) for line in Path(each["log"]).read_text().splitlines()] for each in told}
    with open_backend(folders[0]) as backend:
        check(backend, said)


def check(backend: Backend, said: dict[str, list[dict[str, Any]]]) -> None:
    words = [word for each in said.values() for word in each]
    forgotten = {word["forgotten"] for word in words if "forgotten" in word}
    purged = {word["purged"] for word in words if "purged" in word}
    put = {word["put"] for word in words if "put" in word}
    for _ in range(2):
        report = garbage.collect(backend, KEPT, share=0.0, wait_s=30)
        assert not report.waiting
    assert report.records == 0
    reached: set[int] = set()
    at_end: dict[str, int] = {}
    for name, each in said.items():
        mine: dict[str, int] = {}
        for word in each:
            if "commit" in word:
                mine = word["files"]
                commit = get_commit(backend, CommitId(word["commit"]))
                if commit.id not in forgotten:
                    assert read(backend, commit.id, purged, name) == mine
        at_end |= mine
    with backend.database.read() as conn:
        home = find_repo(conn, "shared")
        every = conn.execute(select(commits.c.id).where(commits.c.repo == home.id)).scalars().all()
    for id in set(every) - forgotten:
        reached |= set(read(backend, id, purged).values())
    for id in forgotten:
        with pytest.raises(NotFound, match="forgotten by w"):
            kept(backend, get_commit(backend, id))
    head = read_head(backend, "shared", "main").commit
    assert (read(backend, head.id, purged) if head is not None else {}) == at_end
    assert verify(backend).problems == []
    stored = {number for number in put | purged if backend.store.has(digest_of(piece(number)))}
    assert stored == (put | purged) & (reached - purged)
    with backend.database.read() as conn:
        assert conn.execute(condemned.select()).all() == []
        assert conn.execute(gone_packs.select()).all() == []
    assert set(backend.store.place.packs()) == {state.pack for state in SqlCatalogue(backend.database).packs()}


def read(backend: Backend, id: CommitId, purged: set[int], folder: str = "") -> dict[str, int]:
    """Return the numbers of the contents of a commit's files, each compared byte by byte."""
    tree = Tree(backend.store, get_commit(backend, id).tree)
    found: dict[str, int] = {}
    for entry in tree.walk(folder):
        try:
            data = tree.read(entry.path)
        except Purged:
            found[entry.path] = next(number for number in purged if digest_of(piece(number)) == entry.digest)
            continue
        found[entry.path] = int(data.partition(b":")[0])
        assert data == piece(found[entry.path])
    return found


@pytest.mark.parametrize(
    ("seed", "acts"), [(1, 10), *(pytest.param(seed, 120, marks=pytest.mark.soak) for seed in (2, 3, 4))]
)
def test_processes_on_one_folder_lose_nothing_and_leave_no_garbage(tmp_path: Path, seed: int, acts: int) -> None:
    at_once([tmp_path / "w"] * (3 if acts < 100 else 5), seed, acts)


@pytest.mark.parametrize(
    ("seed", "acts"), [(5, 8), *(pytest.param(seed, 100, marks=pytest.mark.soak) for seed in (6, 7))]
)
def test_servers_on_one_database_and_bucket_lose_nothing_and_leave_no_garbage(
    grown: None, tmp_path: Path, seed: int, acts: int
) -> None:
    at_once([tmp_path / f"server{number}" for number in range(3 if acts < 100 else 4)], seed, acts)
