"""COCO: images/ and annotations.json with boxes, or with one annotation per image for its class."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from tilth.datasets.exports.boxes import Box, boxes_of
from tilth.datasets.exports.images import image_size
from tilth.datasets.exports.rows import write_media
from tilth.datasets.exports.subject import Options, Subject, Survey, column
from tilth.datasets.exports.zips import PIECE, Zip


def write_coco(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    """Write annotations.json and images/.

    A class of the whole image is an annotation whose box is the whole image, with `"image_level": true`. Images whose
    size cannot be read are left out and listed under `info.unreadable` (the first hundred).
    """
    yield from archive.written(
        "annotations.json", lambda out: _write(out, subject, known, by_reference=not options.media), compress=True
    )
    if options.media:
        yield from write_media(archive, subject, lambda key, shown: f"images/{known.names.of(key, shown.suffix)}")


def _write(out: IO[bytes], subject: Subject, known: Survey, *, by_reference: bool) -> None:
    number = {name: index for index, name in enumerate(known.classes, start=1)}
    unreadable: list[str] = []
    image, annotation = 0, 0
    with tempfile.SpooledTemporaryFile(max_size=PIECE) as annotations:
        out.write(b'{"images": [')
        for page in subject.pages():
            rows = zip(column(page.table, subject.key), column(page.table, "label"), page.media, strict=True)
            for key, label, shown in rows:
                if shown is None:
                    continue
                size = image_size(shown.read())
                if size is None:
                    unreadable.append(key)
                    continue
                image += 1
                told: dict[str, Any] = {
                    "id": image,
                    "file_name": known.names.of(key, shown.suffix),
                    "width": size[0],
                    "height": size[1],
                    "key": key,
                }
                if by_reference:
                    told["coco_url"] = shown.reference
                out.write((b",\n" if image > 1 else b"\n") + _json(told))
                drawn = boxes_of(label, size=size) if isinstance(label, str) else None
                whole = drawn is None
                if drawn is None:
                    drawn = [Box(str(label), 0, 0, 1, 1)] if label is not None else []
                for box in drawn:
                    annotation += 1
                    given = _annotation(annotation, image, number[box.label], box, size, whole=whole)
                    annotations.write((b",\n" if annotation > 1 else b"\n") + _json(given))
        out.write(b'\n], "annotations": [')
        annotations.seek(0)
        for piece in iter(lambda: annotations.read(PIECE), b""):
            out.write(piece)
    categories = [{"id": index, "name": name, "supercategory": ""} for name, index in number.items()]
    info = {"description": subject.name, "unreadable": unreadable[:100], "unreadable_count": len(unreadable)}
    out.write(b'\n], "categories": ' + _json(categories) + b', "info": ' + _json(info) + b', "licenses": []}\n')


def _annotation(id: int, image: int, category: int, box: Box, size: tuple[int, int], *, whole: bool) -> dict[str, Any]:
    x, y, width, height = (
        round(fraction * pixels, 3)
        for fraction, pixels in zip((box.x, box.y, box.width, box.height), (*size, *size), strict=True)
    )
    told: dict[str, Any] = {
        "id": id,
        "image_id": image,
        "category_id": category,
        "bbox": [x, y, width, height],
        "area": round(width * height, 3),
        "iscrowd": 0,
        "segmentation": [],
    }
    if whole:
        told["image_level"] = True
    return told


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")
