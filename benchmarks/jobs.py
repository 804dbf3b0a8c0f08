"""Jobs: a function over many items against a plain process pool, and a second run after ten changed."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.report import Report
from tilth.execution.code import store_code
from tilth.execution.local import LocalExecutor
from tilth.metadata import leases
from tilth.pipelines.queue import Job
from tilth.pipelines.registry import create_pipeline
from tilth.pipelines.spec import parse_spec
from tilth.pipelines.stage import PipelineStage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import write_entry
from tilth.workspace.coordinator import local_executor

SLOTS = 2
ITEMS = 5_000
STEP = """
import hashlib

def work(data):
    for _ in range(200):
        data = hashlib.sha256(data).digest() + data[:4000]
    return data

def run(datum):
    file = datum.inputs["items"].file
    datum.write(file.path, work(file.read_bytes()))
"""


def run(report: Report) -> None:
    """Measure all; items are 4 KB, the function takes about a millisecond."""
    folder = Path(tempfile.mkdtemp(prefix="tilth-jobs-"))
    try:
        peer = _pool(folder / "pool")
        ours, _ = _first_run(folder / "first", ITEMS, report=None)
        report.row(
            f"job over {ITEMS:,} function datums",
            f"{ours:.2f} s, results versioned, with lineage",
            f"process pool, files in and out: {peer:.2f} s",
            ours / peer,
        )
        for items in (1_000, 10_000):
            _first_run(folder / f"again-{items}", items, report=report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _first_run(folder: Path, items: int, *, report: Report | None) -> tuple[float, Job]:
    """Run a fresh job; with a report, change ten items and report the second run."""
    with open_backend(folder) as backend, local_executor(backend, slots=SLOTS) as executor:
        create_repo(backend, "items")
        _commit(backend, {f"{n // 100:03d}/{n:06d}": _bytes(n) for n in range(items)})
        _warm(executor)
        stage = PipelineStage(backend, executor, {})
        lease = leases.acquire(backend.database, "coordinator", "benchmark", 3600)
        code_folder = folder.with_name(folder.name + "-code")
        code_folder.mkdir()
        (code_folder / "steps.py").write_text(STEP)
        code = store_code(backend.store, code_folder)
        backend.store.flush()
        spec = parse_spec(
            {
                "pipeline": {"name": "worked"},
                "function": "steps:run",
                "input": {"pfs": {"repo": "items", "glob": "/*/*"}},
            }
        )
        create_pipeline(backend, spec, author="benchmark", code=code)
        first, job = _settle(stage, lease)
        assert (job.state, job.run) == ("success", items), job.reason
        if report is not None:
            _commit(backend, {f"{n // 100:03d}/{n:06d}": _bytes(-n - 1) for n in range(0, items, items // 10)})
            again, job = _settle(stage, lease)
            assert (job.state, job.run) == ("success", 10), job.reason
            report.row(
                f"re-run after 10 changed of {items:,}",
                f"{again * 1000:.0f} ms ({job.run} run, {job.reused} reused)",
                f"the first run: {first:.2f} s",
                again / first,
            )
        return first, job


def _settle(stage: PipelineStage, lease: leases.Lease) -> tuple[float, Job]:
    start = time.perf_counter()
    stage.take_events()
    job = stage.next_runnable()
    assert job is not None
    job = stage.run(job, lease)
    return time.perf_counter() - start, job


def _warm(executor: LocalExecutor) -> None:
    """Start the slots, as a server has them; the function's module is loaded in the measured time."""
    executor.capabilities()


def _commit(backend: Backend, files: dict[str, bytes]) -> None:
    edits = Edits()
    for path, data in files.items():
        edits.put(write_entry(backend.store, path, data))
    commit_edits(backend, "items", "main", edits, author="benchmark")


def _bytes(number: int) -> bytes:
    return hashlib.blake2b(str(number).encode()).digest() * 64


def _pool(folder: Path) -> float:
    """Do the same work as a script would: a pool of processes over files in a folder."""
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    names = [f"{n:06d}" for n in range(ITEMS)]
    for number, name in enumerate(names):
        (folder / "in" / name).write_bytes(_bytes(number))
    start = time.perf_counter()
    with ProcessPoolExecutor(SLOTS) as pool:
        list(pool.map(_one, [(str(folder / "in" / name), str(folder / "out" / name)) for name in names], chunksize=50))
    return time.perf_counter() - start


def _one(paths: tuple[str, str]) -> None:
    data = Path(paths[0]).read_bytes()
    for _ in range(200):
        data = hashlib.sha256(data).digest() + data[:4000]
    Path(paths[1]).write_bytes(data)
