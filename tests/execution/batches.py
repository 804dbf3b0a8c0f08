"""Short ways to say what runs, used by the tests of this folder."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tilth.execution.batch import BatchResult, DatumBatch, DatumTask, InputFile, Outcome, TaskInput, Transform
from tilth.execution.code import store_code
from tilth.execution.local import LocalExecutor
from tilth.model.canonical import Json
from tilth.model.digest import digest_of
from tilth.storage.content import read_content, write_content
from tilth.storage.store import Store

_numbers = itertools.count()


def shell(script: str, **settings: object) -> Transform:
    return Transform("cmd", cmd=("sh", "-c", script), **settings)


def python(script: str, **settings: object) -> Transform:
    return Transform("cmd", cmd=(sys.executable, "-I", "-c", script), **settings)


def functions(store: Store, folder: Path, source: str) -> Callable[..., Transform]:
    """Snapshot a module `steps` with `source` and return a maker of transforms of its functions."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "steps.py").write_text(source)
    code = store_code(store, folder)
    store.flush()
    return lambda name, **settings: Transform("function", function=f"steps:{name}", code=code, **settings)


def task(
    store: Store,
    key: str,
    inputs: Mapping[str, Mapping[str, bytes]] | None = None,
    rows: Mapping[str, Json] | None = None,
) -> DatumTask:
    sources = [
        TaskInput(name, tuple(InputFile(path, write_content(store, data)) for path, data in files.items()))
        for name, files in (inputs or {}).items()
    ]
    sources += [TaskInput(name, row=row) for name, row in (rows or {}).items()]
    store.flush()
    return DatumTask(key, digest_of(key.encode()), tuple(sources), {"PACH_DATUM_ID": key})


def run_batch(executor: LocalExecutor, transform: Transform, *tasks: DatumTask) -> BatchResult:
    executor.submit(DatumBatch(f"batch-{next(_numbers)}", 1, transform, tasks))
    (result,) = executor.completed(60)
    return result


def run(executor: LocalExecutor, transform: Transform, *tasks: DatumTask) -> list[Outcome]:
    result = run_batch(executor, transform, *tasks)
    assert result.error is None, result.error
    assert [outcome.key for outcome in result.outcomes] == [one.key for one in tasks]
    return list(result.outcomes)


def files(store: Store, outcome: Outcome) -> dict[str, bytes]:
    assert outcome.state == "success", outcome.reason
    return {file.path: b"".join(read_content(store, file.content)) for file in outcome.outputs}


def log(store: Store, outcome: Outcome) -> bytes:
    return store.get(outcome.log) if outcome.log is not None else b""


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.01)


def alive(marker: str) -> list[int]:
    """List the processes whose command line holds `marker`; zombies have none."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in line:
                found.append(int(process.name))
    return found
