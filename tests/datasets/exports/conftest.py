"""A small dataset to export, without a workspace."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from tilth.datasets.exports.subject import Media, Rows, Subject

Make = Callable[..., Subject]


def picture(size: tuple[int, int] = (8, 6), colour: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("L", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def make() -> Make:
    """Return a subject of rows; `files` is key → bytes."""

    def made(
        rows: Sequence[dict[str, Any]],
        files: dict[str, bytes] | None = None,
        *,
        kind: str = "image",
        classes: Sequence[str] = (),
        page: int = 2,
        suffix: str = "",
    ) -> Subject:
        table = pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["key"])))

        def pages() -> Iterator[Rows]:
            for start in range(0, len(table), page):
                rows = table.slice(start, page)
                yield Rows(rows, media(rows))

        def media(rows: pa.Table) -> Sequence[Media | None]:
            return [
                _media(key, files[key], suffix) if files and key in files else None for key in rows["key"].to_pylist()
            ]

        return Subject("cells", kind, "key", table.schema.names, classes, pages, {"where": "all", "model": None})

    return made


def _media(key: str, data: bytes, suffix: str) -> Media:
    return Media(key + suffix, len(data), f"photos@abc:{key}", lambda: iter([data[:5], data[5:]]))
