"""What is exported: rows in pages, each with its media, as often as a layout needs to look."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from tilth.datasets.exports.boxes import boxes_of
from tilth.datasets.exports.names import Names

Format: TypeAlias = Literal["csv", "jsonl", "parquet", "coco", "yolo", "huggingface", "imagefolder"]
SPLITS = {"val": "validation", "valid": "validation", "dev": "validation"}


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file that an item shows."""

    path: str
    """Where it lies in its repo; its ending is kept."""
    size: int
    reference: str
    """`repo@commit:path`."""
    read: Callable[[], Iterator[bytes]]

    @property
    def suffix(self) -> str:
        """Its ending (".png"), "" where it has none."""
        name = self.path.rpartition("/")[2]
        stem, dot, ending = name.rpartition(".")
        return f".{ending}" if dot and stem and len(ending) <= 9 else ""

    def whole(self) -> bytes:
        """Return its bytes."""
        return b"".join(self.read())


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of items in key order with all columns, and each one's media (None: it has none)."""

    table: pa.Table
    media: Sequence[Media | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """The items to export. `pages` may be asked again, and answers the same."""

    name: str
    media_kind: str
    """image, text, audio, video or none."""
    key: str
    columns: Sequence[str]
    classes: Sequence[str]
    pages: Callable[[], Iterator[Rows]]
    facts: Mapping[str, Any]
    """What export.json says beside: definition, filter, model, versions."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to export."""

    format: Format
    media: bool = True
    """Whether the files come along; else they are named by reference."""
    spreadsheet_safe: bool = True
    """Whether text in CSV that a spreadsheet would run as a formula gets an apostrophe in front."""


@dataclass(slots=True)
class Survey:
    """What one look at all items tells a layout beforehand."""

    names: Names
    count: int = 0
    media_bytes: int = 0
    without_media: int = 0
    classes: list[str] = field(default_factory=list)
    """Class names: those the dataset lists, then others found, by name."""
    boxes: bool = False
    """Whether any label is a list of drawn boxes."""
    splits: dict[str, int] = field(default_factory=dict)
    """Split → items, in the order of training, validation, test, others."""


def survey(subject: Subject, *, by_stem: bool = False) -> Survey:
    """Look at all items once. Keeps eight bytes per item."""
    found = Survey(Names(()))
    classes: set[str] = set()
    splits: dict[str, int] = {}

    def keys() -> Iterator[tuple[str, str]]:
        for page in subject.pages():
            labels = column(page.table, "label")
            parts = column(page.table, "split")
            for key, label, part, shown in zip(column(page.table, subject.key), labels, parts, page.media, strict=True):
                found.count += 1
                found.media_bytes += shown.size if shown is not None else 0
                found.without_media += shown is None
                drawn = boxes_of(label) if isinstance(label, str) else None
                if drawn is not None:
                    found.boxes = True
                    classes.update(box.label for box in drawn)
                elif label is not None:
                    classes.add(str(label))
                split = split_of(part)
                splits[split] = splits.get(split, 0) + 1
                yield key, shown.suffix if shown is not None else ""

    found.names = Names(keys(), by_stem=by_stem)
    listed = [name for name in subject.classes]
    found.classes = [*listed, *sorted(classes.difference(listed))]
    order = {"train": 0, "validation": 1, "test": 2}
    found.splits = {name: splits[name] for name in sorted(splits, key=lambda name: (order.get(name, 3), name))}
    return found


def column(page: pa.Table, name: str) -> list[Any]:
    """Return a column's values; missing ones where the table has no such column."""
    values: list[Any] = page[name].to_pylist() if name in page.schema.names else [None] * len(page)
    return values


def split_of(value: object) -> str:
    """Return a split's name: `train` where none is said, `validation` for all its short forms, else a plain word."""
    text = str(value).strip() if value is not None else ""
    if not text:
        return "train"
    plain = "".join(each if each.isascii() and (each.isalnum() or each == "_") else "_" for each in text)[:40].lower()
    return SPLITS.get(plain, plain)


def plain(value: Any) -> Any:
    """Return a cell as JSON can say it: times as ISO 8601, numbers that are none as null, bytes as hex."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


def json_bytes(value: Any) -> bytes:
    """Return a JSON document for people."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
