"""A workspace with pipelines, run to quiet: by an executor in this process, or by real slots."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tilth.execution.batch import BatchResult, DatumBatch, DatumTask, Outcome
from tilth.execution.datum import Datum, Stage
from tilth.execution.executor import CANCELLED, Capabilities, Executor
from tilth.execution.log import store_log
from tilth.metadata import leases
from tilth.metadata.leases import Lease
from tilth.model.commit import Commit
from tilth.pipelines.queue import Job, list_jobs
from tilth.pipelines.registry import Pipeline, create_pipeline
from tilth.pipelines.spec import parse_spec
from tilth.pipelines.stage import PipelineStage
from tilth.storage.store import Store
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import get_branch
from tilth.versioning.commits import commit_edits, get_commit
from tilth.versioning.edits import Edits
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.coordinator import local_executor


class InlineExecutor:
    """Runs functions in this process, by the names under which a test gives them. Remembers what it ran."""

    def __init__(self, store: Store, functions: Mapping[str, Callable[[Datum], object]]) -> None:
        self._store = store
        self.functions = dict(functions)
        self.ran: list[str] = []
        self._done: deque[BatchResult] = deque()
        self._folder = tempfile.mkdtemp()
        self.before_batch: Callable[[DatumBatch], None] = lambda batch: None

    def capabilities(self) -> Capabilities:
        return Capabilities(2, 2, "variable")

    def submit(self, batch: DatumBatch) -> None:
        self.before_batch(batch)
        self._done.append(BatchResult(batch.id, batch.attempt, tuple(self._run(batch, task) for task in batch.tasks)))

    def _run(self, batch: DatumBatch, task: DatumTask) -> Outcome:
        self.ran.append(task.key)
        datum = Datum(
            self._store,
            DatumTask(task.key, task.identity, task.inputs, {**batch.transform.env, **task.env}),
            Stage(self._folder),
        )
        try:
            outputs = datum.finish(self.functions[str(batch.transform.function)](datum))
        except Exception as error:  # noqa: BLE001 a user's function may raise anything
            return Outcome(
                task.key,
                "failed",
                (),
                f"{type(error).__name__}: {error}",
                store_log(self._store, b"oops\n"),
                0.001,
                0.001,
            )
        self._store.flush()
        return Outcome(task.key, "success", outputs, "", None, 0.001, 0.001)

    def completed(self, timeout: float | None = None) -> Iterator[BatchResult]:
        while self._done:
            yield self._done.popleft()

    def cancel(self, batch_id: str) -> None:
        self._done = deque(
            BatchResult(done.id, done.attempt, (), CANCELLED) if done.id == batch_id else done for done in self._done
        )

    def close(self, drain: bool = False) -> None:
        pass


class Workshop:
    """One workspace and its coordinator."""

    def __init__(self, backend: Backend, executor: Executor) -> None:
        self.backend = backend
        self.executor = executor
        self.stage = PipelineStage(backend, executor, {})
        self.lease: Lease = leases.acquire(backend.database, "coordinator", "test", 600)

    def repo(self, name: str, files: Mapping[str, bytes] | None = None, **more: Any) -> None:
        create_repo(self.backend, name, **more)
        if files:
            self.commit(name, files)

    def commit(self, repo: str, files: Mapping[str, bytes | None], branch: str = "main") -> Commit:
        """Put files, and delete those that are None, in one commit."""
        edits = Edits()
        for path, data in files.items():
            if data is None:
                edits.delete(path)
            else:
                edits.put(write_entry(self.backend.store, path, data))
        return commit_edits(self.backend, repo, branch, edits, author="tester")

    def pipeline(
        self, name: str, input: object, *, function: str = "test:copy", update: bool = False, **more: Any
    ) -> Pipeline:
        options = {key: more.pop(key) for key in ("keep_outputs", "reprocess", "code") if key in more}
        document = {"pipeline": {"name": name}, "input": input} | more
        if not {"transform", "labeling"} & more.keys():
            document["function"] = function
        return create_pipeline(self.backend, parse_spec(document), author="tester", update=update, **options)

    def settle(self) -> list[Job]:
        """Take news and run jobs until nothing is left; return what ran, in order."""
        ran: list[Job] = []
        while True:
            while self.stage.take_events():
                pass
            job = self.stage.next_runnable()
            if job is None:
                return ran
            ran.append(self.stage.run(job, self.lease))

    def job(self, pipeline: str) -> Job:
        """Return the newest job of a pipeline."""
        return next(job for job in list_jobs(self.backend) if job.pipeline == f"default/{pipeline}")

    def head(self, repo: str, branch: str = "main") -> Commit | None:
        head = get_branch(self.backend, repo, branch).head
        return get_commit(self.backend, head) if head is not None else None

    def files(self, repo: str, branch: str = "main") -> dict[str, bytes]:
        """Return path → content at a head."""
        head = self.head(repo, branch)
        tree = Tree(self.backend.store, head.tree if head is not None else None)
        return {entry.path: tree.read(entry.path) for entry in tree.walk()}


def copy(datum: Datum) -> None:
    for name, source in datum.inputs.items():
        for file in source.files:
            datum.write(f"{name}/{file.path}", file.read_bytes())


def upper(datum: Datum) -> None:
    for source in datum.inputs.values():
        for file in source.files:
            datum.write(file.path, file.read_bytes().upper())


def pair(datum: Datum) -> dict[str, bytes]:
    """One output per datum, named by the datum, holding all it saw."""
    seen = []
    for name, source in sorted(datum.inputs.items()):
        seen.append(f"{name}={source.row!r}")
        seen += [f"{file.path}:{file.read_text()}" for file in source.files]
    name = datum.key.replace("/", "-").replace("\n", "+").replace("\t", "#").replace("\\", "!")
    return {f"out/{name}": "\n".join(seen).encode()}


FUNCTIONS: dict[str, Callable[[Datum], object]] = {"test:copy": copy, "test:upper": upper, "test:pair": pair}


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


@pytest.fixture
def make_workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Workshop]]:
    """Return what makes a workspace whose functions run in this process."""
    made: list[Backend] = []
    # In memory where there is such a place: what these tests ask of a disk, the store's own tests ask better.
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else tmp_path_factory.mktemp("workspaces")

    def make() -> Workshop:
        backend = open_backend(folder / str(len(made)))
        made.append(backend)
        return Workshop(backend, InlineExecutor(backend.store, FUNCTIONS))

    yield make
    for backend in made:
        backend.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def workshop(make_workshop: Callable[[], Workshop]) -> Workshop:
    """Return a workspace whose functions run in this process."""
    return make_workshop()


@pytest.fixture
def real_workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Return a workspace whose datums run in two real slots."""
    with open_backend(tmp_path / "workspace") as backend, local_executor(backend, slots=2) as executor:
        yield Workshop(backend, executor)
