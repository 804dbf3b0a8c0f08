"""Writers killed (SIGKILL) at every step by which something becomes durable.

A schedule, drawn from a seed, says what a writer does (commits, appends, drafts, transactions over two repos,
collections, closing and opening) and at which of its steps it is killed: a write to a pack or index, whole or torn, a
sync, a cut, a removal, an upload, a commit of the database; before or after it. The next writer goes on in what is
left. `make soak` does some hundreds of kills on each kind of workspace.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from writing import files_of

from tilth.model.ids import DraftId
from tilth.versioning import garbage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import read_head
from tilth.versioning.drafts import discard_draft, draft_contents, list_drafts
from tilth.versioning.edits import Put
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import create_repo
from tilth.versioning.transactions import abort, list_transactions
from tilth.versioning.verify import verify

REPOS = ("one", "two")
State = dict[str, dict[str, str]]

# A process that has loaded everything and started nothing, so that each writer is a fork of it, and cheap.
NURSERY = """
import json, os, random, signal, sys
from pathlib import Path
import sqlalchemy
from sqlalchemy import event
from tilth.storage import bucket_client
from tilth.versioning import garbage, transactions
from tilth.versioning.appending import append
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.drafts import add_to_draft, commit_draft, open_draft
from tilth.versioning.edits import Edits, Put
from tilth.versioning.marking import CommitRoots
from tilth.versioning.trees import write_entry

class Steps:
    def __init__(self, left, moment):
        self.left, self.moment = left, moment
    def now(self):
        self.left -= 1
        return self.left == 0
    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)
    def around(self, function, torn=None):
        def stepping(*args, **named):
            if not self.now():
                return function(*args, **named)
            if self.moment == "torn" and torn is not None:
                torn(function, *args)
            elif self.moment != "before":
                function(*args, **named)
            self.die()
        return stepping
    def before_commit(self, conn):
        if self.now():
            self.die()

def half(function, fd, data, offset):
    function(fd, bytes(data)[: len(data) // 2], offset)

def half_of_parts(function, fd, parts, offset):
    half(os.pwrite, fd, b"".join(parts), offset)

def data_of(source):
    size = source.choice((0, 10, 3000, 100_000))
    return source.randbytes(size) if source.random() < 0.5 else b"%d " % source.randrange(9) * (size // 2)

def work(told):
    source = random.Random(told["seed"])
    steps = Steps(told["step"], told["moment"])
    said = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    def say(*words):
        os.write(said, json.dumps(words).encode() + b"\\n")
    os.pwrite, os.pwritev = steps.around(os.pwrite, half), steps.around(os.pwritev, half_of_parts)
    os.fsync, os.ftruncate, os.unlink = map(steps.around, (os.fsync, os.ftruncate, os.unlink))
    os.replace = steps.around(os.replace)
    for name in ("put", "create", "delete"):
        setattr(bucket_client.Bucket, name, steps.around(getattr(bucket_client.Bucket, name)))
    event.listen(sqlalchemy.Engine, "commit", steps.before_commit)
    folder = Path(told["folder"])
    backend = open_backend(folder)
    def change(store, repo):
        puts = {source.choice("abcdef") + source.choice(("", "1", "2")): data_of(source) for _ in range(3)}
        gone = source.choice("abcdef")
        edits = Edits()
        edits.delete(gone)
        for path, data in puts.items():
            edits.put(write_entry(store, path, data))
        plan = {repo: {"delete": [gone], "put": {path: data.hex() for path, data in puts.items()}}}
        return edits, plan
    for number in range(told["acts"]):
        what = source.choice(("put", "put", "put", "append", "draft", "both", "collect", "reopen", "tidy"))
        repo = source.choice(("one", "two"))
        if what == "put":
            with backend.act():
                edits, plan = change(backend.store, repo)
                say("begin", plan)
                commit_edits(backend, repo, "main", edits, author="w", allow_empty=True)
        elif what == "append":
            data = data_of(source) or b"x"
            say("begin", {repo: {"append": ["g", data.hex()]}})
            append(backend, repo, "main", "g", data, author="w")
        elif what == "draft":
            draft = open_draft(backend, repo, "main", author="w")
            with backend.act():
                edits, plan = change(backend.store, repo)
                add_to_draft(backend, draft.id, edits)
            say("draft", draft.id, sorted(plan[repo]["put"]))
            say("begin", plan)
            commit_draft(backend, draft.id)
        elif what == "both":
            begun = transactions.begin(backend, author="w")
            whole = {}
            for each in ("one", "two"):
                with backend.act():
                    edits, plan = change(backend.store, each)
                    transactions.add(backend, begun.id, each, "main", edits)
                whole.update(plan)
            say("begin", whole)
            transactions.commit(backend, begun.id)
        elif what == "collect":
            garbage.collect(backend, garbage.Kept([CommitRoots()], []), share=0.0, wait_s=0.2)
        elif what == "tidy":
            garbage.tidy(backend)
        else:
            backend.close()
            backend = open_backend(folder)
        if what not in ("collect", "tidy", "reopen"):
            say("done")
    backend.close()

for line in sys.stdin:
    child = os.fork()
    if not child:
        code = 1
        try:
            work(json.loads(line))
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def nursery() -> Iterator[subprocess.Popen[str]]:
    """Run the process that writers are forked from."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def after(state: State, plan: dict[str, Any]) -> State:
    """Return what a planned act makes of the repos."""
    made = {repo: dict(files) for repo, files in state.items()}
    for repo, act in plan.items():
        files = made[repo]
        for gone in act.get("delete", ()):
            for path in [path for path in files if path == gone or path.startswith(f"{gone}/")]:
                del files[path]
        files.update(act.get("put", {}))
        if "append" in act:
            path, data = act["append"]
            files[path] = files.get(path, "") + data
    return made


def look(backend: Backend) -> State:
    found: State = {}
    for repo in REPOS:
        head = read_head(backend, repo, "main").commit
        files = files_of(backend, head) if head is not None else {}
        found[repo] = {path: data.hex() for path, data in files.items()}
    return found


def kills(folder: Path, seed: int, count: int) -> None:
    """Kill `count` writers one after another, and check after each what it left."""
    source = random.Random(seed)
    with open_backend(folder) as backend:
        for repo in REPOS:
            create_repo(backend, repo)
    state: State = {repo: {} for repo in REPOS}
    killed = 0
    with nursery() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while killed < count:
            said = folder.parent / "said"
            said.unlink(missing_ok=True)
            told = {
                "folder": str(folder),
                "log": str(said),
                "seed": source.randrange(1 << 30),
                "step": source.randrange(1, 60),
                "moment": source.choice(("before", "after", "torn")),
                "acts": 12,
            }
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            assert code in (0, -signal.SIGKILL), told
            killed += code != 0
            state = check(folder, said, state, told)
    whole = state
    kept = garbage.Kept([CommitRoots()], [])
    with open_backend(folder) as backend:
        for open_one in list_transactions(backend):
            abort(backend, open_one.id)
        for draft in list_drafts(backend):
            discard_draft(backend, draft.id)
        garbage.collect(backend, kept, share=0.0, wait_s=10)
        assert garbage.collect(backend, kept, share=0.0, wait_s=10).records == 0
        assert verify(backend).problems == []
        assert look(backend) == whole
        told_commits = {repo: [commit.id for commit in log(backend, repo, "main", limit=10_000)] for repo in REPOS}
    if (folder / "packs").exists():
        again = folder.parent / "again"
        again.mkdir()
        shutil.copytree(folder / "packs", again / "packs")
        shutil.copy(folder / "format", again / "format")
        done = rebuild(again)
        assert (done.missing, done.problems) == ((), ())
        with open_backend(again) as backend:
            assert look(backend) == whole
            for repo, ids in told_commits.items():
                assert [commit.id for commit in log(backend, repo, "main", limit=10_000)] == ids


def check(folder: Path, said: Path, state: State, told: object) -> State:
    """Check that all that was acknowledged is there and the act in hand is there whole or not at all."""
    lines = [json.loads(line) for line in said.read_text().splitlines()] if said.exists() else []
    waiting: dict[str, Any] | None = None
    draft: tuple[str, list[str]] | None = None
    for word, *rest in lines:
        if word == "draft":
            draft = rest[0], rest[1]
        elif word == "begin":
            waiting = rest[0]
        else:
            assert waiting is not None
            state, waiting, draft = after(state, waiting), None, None
    with open_backend(folder) as backend:
        found = look(backend)
        assert found == state or (waiting is not None and found == after(state, waiting)), told
        assert verify(backend).problems == [], told
        if draft is not None and found == state:
            edits = draft_contents(backend, DraftId(draft[0]))
            assert sorted(edit.entry.path for edit in edits if isinstance(edit, Put)) == draft[1], told
    return found


@pytest.mark.parametrize(("seed", "count"), [(1, 12), pytest.param(2, 400, marks=pytest.mark.soak)])
def test_a_writer_killed_at_any_step_loses_nothing_it_acknowledged(tmp_path: Path, seed: int, count: int) -> None:
    kills(tmp_path / "w", seed, count)


@pytest.mark.parametrize(("seed", "count"), [(3, 4), pytest.param(4, 200, marks=pytest.mark.soak)])
def test_a_server_killed_at_any_step_loses_nothing_it_acknowledged(
    grown: None, tmp_path: Path, seed: int, count: int
) -> None:
    kills(tmp_path / "w", seed, count)
