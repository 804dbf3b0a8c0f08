"""YOLO: for boxes images/, labels/ and data.yaml; for classes a folder per split and class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tilth.datasets.exports.boxes import boxes_of
from tilth.datasets.exports.images import image_size
from tilth.datasets.exports.names import folders
from tilth.datasets.exports.subject import Options, Rows, Subject, Survey, column, split_of
from tilth.datasets.exports.zips import Zip

_FOLDERS = {"validation": "val"}


def write_yolo(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    """Write images with their labels as text, or (class labels) images in folders named by class.

    By reference only: the list of references in place of the images. Unlabeled images have no label file in the first
    layout, which YOLO reads as background; they are left out of the second.
    """
    if not known.boxes:
        yield from _write_folders(archive, subject, options, known)
        return
    number = {name: index for index, name in enumerate(known.classes)}
    for page in subject.pages():
        for key, label, part, shown in _rows(subject, page):
            if shown is None:
                continue
            folder, name = _folder(part), known.names.of(key, shown.suffix)
            if options.media:
                yield from archive.stored(f"images/{folder}/{name}", shown.size, shown.read)
            drawn = boxes_of(label) if isinstance(label, str) else None
            if drawn and '"rotation"' in str(label) and '"original_width"' not in str(label):
                drawn = boxes_of(label, size=image_size(shown.read()))
            if drawn is not None:
                lines = [
                    f"{number[box.label]} {box.x + box.width / 2:.6f} {box.y + box.height / 2:.6f} "
                    f"{box.width:.6f} {box.height:.6f}\n"
                    for box in drawn
                ]
                stem = name[: len(name) - len(shown.suffix)] if shown.suffix else name
                yield from archive.whole(f"labels/{folder}/{stem}.txt", "".join(lines).encode())
    splits = {_FOLDERS.get(split, split): f"images/{_FOLDERS.get(split, split)}" for split in known.splits}
    # YOLO wants both; where nothing was set apart, it validates on what it trains on and says so.
    splits.setdefault("train", next(iter(splits.values()), "images/train"))
    splits.setdefault("val", splits["train"])
    told = {"path": ".", **splits, "nc": len(number), "names": dict(enumerate(number))}
    yield from archive.whole("data.yaml", yaml.safe_dump(told, sort_keys=False, allow_unicode=True).encode())
    if not options.media:
        yield from _references(archive, subject)


def _write_folders(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    places = folders(known.classes)
    for page in subject.pages() if options.media else ():
        for key, label, part, shown in _rows(subject, page):
            if shown is not None and label is not None:
                place = f"{_folder(part)}/{places[str(label)]}/{known.names.of(key, shown.suffix)}"
                yield from archive.stored(place, shown.size, shown.read)
    told = {"nc": len(places), "names": dict(enumerate(places)), "folders": list(places.values())}
    yield from archive.whole("data.yaml", yaml.safe_dump(told, sort_keys=False, allow_unicode=True).encode())
    if not options.media:
        yield from _references(archive, subject)


def _references(archive: Zip, subject: Subject) -> Iterator[bytes]:
    def write(out: object) -> None:
        for page in subject.pages():
            for shown in page.media:
                if shown is not None:
                    out.write(shown.reference.encode(errors="replace") + b"\n")  # type: ignore[attr-defined]

    yield from archive.written("references.txt", write, compress=True)


def _folder(part: object) -> str:
    split = split_of(part)
    return _FOLDERS.get(split, split)


def _rows(subject: Subject, page: Rows) -> Iterator[tuple[Any, ...]]:
    """Yield key, label, split and media of each item of a page."""
    columns = [column(page.table, name) for name in (subject.key, "label", "split")]
    return zip(*columns, page.media, strict=True)
