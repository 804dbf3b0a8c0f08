"""Gathered answers kept in a file beside the database, so that a restart reads only what came since.

The file is a cache: with a wrong checksum, of another version or of another past it is passed over, and the ledger is
read whole. Its name is the pipeline's digest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from blake3 import blake3

from tilth.labeling.gathered import Codes, Gathered, Grown
from tilth.model.digest import digest_of

FOLDER = "answers"
VERSION = b"1"
SUM = 32
"""Bytes of the checksum that the file begins with."""

_ANSWERS = ("task", "worker", "meaning", "flags", "seconds", "at_ms", "others")
_WORKERS = ("told", "hits", "last_ms", "median")


def place_of(folder: Path, pipeline: str) -> Path:
    """Return where the answers of a pipeline are kept."""
    return folder / FOLDER / f"{digest_of(pipeline.encode()).hex()[:32]}.arrow"


def keep(path: Path, gathered: Gathered, pipeline: str) -> None:
    """Write them. A folder that cannot be written to is left alone: nothing depends on it."""
    about = {b"version": VERSION, b"pipeline": pipeline.encode(), b"since": str(gathered.since).encode()}
    names, workers, meanings = gathered.tasks.values, gathered.workers.values, gathered.meanings.values
    marks = [
        pa.array([held.get(code, -1) for code in range(len(names))] if held else np.full(len(names), -1), pa.int32())
        for held in (gathered.known, gathered.ruled)
    ]
    tables = [
        pa.table({"id": gathered.ids, **{name: getattr(gathered, name).now for name in _ANSWERS}}),
        pa.table([pa.array(names, pa.string()), gathered.state.now, *marks], names=["name", "state", "known", "ruled"]),
        pa.table(
            [pa.array(workers, pa.string()), *(getattr(gathered, name).now for name in _WORKERS)],
            names=["name", *_WORKERS],
        ),
        pa.table([pa.array(meanings, pa.string())], names=["name"]),
    ]
    sink = pa.BufferOutputStream()
    for table in tables:
        with pa.ipc.new_stream(sink, table.schema.with_metadata(about)) as writer:
            writer.write_table(table)
    data = sink.getvalue()
    temporary = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        with temporary.open("wb") as file:
            file.write(blake3(data).digest())
            file.write(data)
        os.replace(temporary, path)


def find(path: Path, pipeline: str) -> Gathered | None:
    """Read them; None where there is nothing usable."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    body = memoryview(data)[SUM:]
    if blake3(body).digest() != data[:SUM]:
        return None
    source = pa.BufferReader(pa.py_buffer(body))
    try:
        tables = [pa.ipc.open_stream(source).read_all() for _ in range(4)]
    except (pa.ArrowInvalid, OSError):
        return None
    about = tables[0].schema.metadata or {}
    if about.get(b"version") != VERSION or about.get(b"pipeline") != pipeline.encode():
        return None
    answers, tasks, workers, meanings = tables
    found = Gathered()
    found.since = int(about[b"since"])
    found.ids = _texts(answers, "id")
    found.tasks, found.workers, found.meanings = (Codes(_texts(table, "name")) for table in (tasks, workers, meanings))
    for name in _ANSWERS:
        setattr(found, name, _grown(answers, name, getattr(found, name)))
    for name in _WORKERS:
        setattr(found, name, _grown(workers, name, getattr(found, name)))
    found.state = _grown(tasks, "state", found.state)
    found.known, found.ruled = (_marked(tasks[name].to_numpy()) for name in ("known", "ruled"))
    return found


def _grown(table: pa.Table, name: str, empty: Grown) -> Grown:
    return Grown(table[name].to_numpy().copy(), fill=empty.fill)


def _texts(table: pa.Table, name: str) -> list[str]:
    values: list[Any] = table[name].to_pylist()
    return values


def _marked(codes: Any) -> dict[int, int]:
    tasks: Sequence[int] = np.flatnonzero(codes >= 0).tolist()
    return dict(zip(tasks, codes[codes >= 0].tolist(), strict=True))
