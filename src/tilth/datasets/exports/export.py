"""One archive of a dataset's items in one of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args

from tilth.datasets.exports.coco import write_coco
from tilth.datasets.exports.huggingface import write_huggingface, write_imagefolder
from tilth.datasets.exports.rows import write_rows
from tilth.datasets.exports.subject import Format, Options, Subject, Survey, json_bytes, survey
from tilth.datasets.exports.yolo import write_yolo
from tilth.datasets.exports.zips import Zip
from tilth.errors import Invalid

FORMATS: Final[Mapping[str, Callable[[Zip, Subject, Options, Survey], Iterator[bytes]]]] = {
    "csv": write_rows,
    "jsonl": write_rows,
    "parquet": write_rows,
    "coco": write_coco,
    "yolo": write_yolo,
    "huggingface": write_huggingface,
    "imagefolder": write_imagefolder,
}
OF_IMAGES: Final = ("coco", "yolo", "imagefolder")
"""Formats that only images have."""


def check_format(format: str, media_kind: str, *, media: bool) -> Format:
    """Return a format in which items of this kind can be exported. Raises Invalid."""
    known: tuple[Format, ...] = get_args(Format)
    for name in known:
        if name == format:
            if name in OF_IMAGES and media_kind != "image":
                raise Invalid(
                    f"The format {name} is for images; these items are {media_kind}.", help="Take csv or huggingface."
                )
            if name == "imagefolder" and not media:
                raise Invalid("A folder of images needs its images.", help="Take csv, or include the images.")
            return name
    raise Invalid(f"{format!r} is not a format.", help=f"Formats are {', '.join(known)}.")


def export(subject: Subject, options: Options) -> Iterator[bytes]:
    """Yield the bytes of a zip archive with the items, their media (stored, not compressed again) and export.json.

    Items are read in several passes, a page at a time. Memory: a page, a row group of media, eight bytes per item.
    Raises Invalid for a format that these items cannot have.
    """
    check_format(options.format, subject.media_kind, media=options.media)
    known = survey(subject, by_stem=options.format == "yolo")
    archive = Zip()
    yield from FORMATS[options.format](archive, subject, options, known)
    yield from archive.whole("export.json", json_bytes(_told(subject, options, known)))
    yield from archive.finish()


def _told(subject: Subject, options: Options, known: Survey) -> dict[str, Any]:
    return {
        "dataset": subject.name,
        "format": options.format,
        "media": "included" if options.media else "by reference",
        "spreadsheet_safe": options.spreadsheet_safe if options.format == "csv" else None,
        "items": known.count,
        "items_without_media": known.without_media if subject.media_kind not in ("text", "none") else 0,
        "media_bytes": known.media_bytes,
        "labels": "boxes" if known.boxes else "classes",
        "classes": known.classes,
        "splits": known.splits,
        "columns": list(subject.columns),
        **subject.facts,
    }
