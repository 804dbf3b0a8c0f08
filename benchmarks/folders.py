"""Generated data for the benchmarks of the store, the same on every machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

SETTLED_S = 2.1
"""Files younger than two seconds are read again to be safe: benchmarks let them settle, as users' files are."""


def scale() -> float:
    """Return by how much to shrink the data (`TILTH_BENCH_SCALE`, 1 by default), to try a benchmark out."""
    return float(os.environ.get("TILTH_BENCH_SCALE", "1"))


def texts(folder: Path, count: int) -> None:
    """Write `count` files of 1-20 KB of Zipf-distributed words, a hundred to a folder; about 1.07 GB for 100,000."""
    draw = np.random.default_rng(1)
    words = [f"w{index:x} ".encode() for index in range(20_000)]
    text = b"".join(words[index] for index in (draw.zipf(1.2, 2_000_000) % 20_000).tolist())
    sizes = draw.integers(1 << 10, 20 << 10, count)
    starts = draw.integers(0, len(text) - (20 << 10), count)
    for index, (size, start) in enumerate(zip(sizes.tolist(), starts.tolist(), strict=True)):
        path = text_path(folder, index)
        if index % 100 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"%d " % index + text[start : start + size])


def text_path(folder: Path, index: int) -> Path:
    """Return the path of one of the `texts`."""
    return folder / f"{index // 100:04d}" / f"{index:06d}.txt"


def change_texts(folder: Path, count: int, changed: int, number: int) -> None:
    """Rewrite `changed` of the `texts`, others for each `number`, and let them settle."""
    for index in np.random.default_rng(number).choice(count, changed, replace=False).tolist():
        text_path(folder, index).write_text(f"changed in round {number}")
    time.sleep(SETTLED_S)


def images(folder: Path, count: int) -> None:
    """Write `count` files of 60-140 KB that do not compress, a thousand to a folder; about 1 GB for 10,000."""
    draw = np.random.default_rng(2)
    for index, size in enumerate(draw.integers(60_000, 140_000, count).tolist()):
        path = folder / f"{index // 1000:03d}" / f"{index:05d}.jpg"
        if index % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(draw.bytes(size))


def large_file(path: Path, size: int) -> None:
    """Write one file that does not compress."""
    draw = np.random.default_rng(3)
    with path.open("wb") as file:
        while size > 0:
            file.write(draw.bytes(min(size, 16 << 20)))
            size -= 16 << 20


def insert_in_middle(source: Path, target: Path, size: int) -> None:
    """Write a copy of a file with `size` new bytes in its middle."""
    middle = source.stat().st_size // 2
    with source.open("rb") as old, target.open("wb") as new:
        for start, stop in ((0, middle), (middle, None)):
            old.seek(start)
            while block := old.read(16 << 20 if stop is None else min(16 << 20, stop - old.tell())):
                new.write(block)
            if stop is not None:
                new.write(np.random.default_rng(4).bytes(size))
