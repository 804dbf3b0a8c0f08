"""Hugging Face: a folder that `datasets.load_dataset` loads, as Parquet shards or as a folder of images."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from tilth.datasets.exports.subject import Media, Options, Subject, Survey, column, plain, split_of
from tilth.datasets.exports.zips import Zip

SHARD_BYTES = 256 << 20
"""About how large a shard becomes."""
GROUP_BYTES = 32 << 20
"""How much media a row group holds; it is in memory while it is written."""
MEDIA = {"image": "image", "audio": "audio"}


def write_huggingface(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    """Write data/SPLIT-00000.parquet … and README.md, the dataset card that says what the columns are.

    Images and sounds lie in the shards; by reference only, the column holds `repo@commit:path`. Labels that are classes
    become a ClassLabel.
    """
    shards = _Shards(subject, options, known)
    written: dict[str, int] = {}
    size = 0
    for split in known.splits:
        parts = shards.of(split)
        for number, rows in enumerate(parts):
            name = f"data/{split}-{number:05}.parquet"
            for piece in archive.written(name, lambda out, rows=rows: shards.write(out, rows), compress=False):  # type: ignore[misc]
                size += len(piece)
                yield piece
        written[split] = known.splits[split]
    card = {
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"data/{split}-*.parquet"} for split in written],
            }
        ],
        "dataset_info": {
            "features": [_card(name, feature) for name, feature in shards.features.items()],
            "splits": [{"name": split, "num_examples": count} for split, count in written.items()],
            "dataset_size": size,
        },
    }
    yield from archive.whole("README.md", _readme(subject, card, known))


def write_imagefolder(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    """Write SPLIT/metadata.parquet with a column file_name, and SPLIT/images/.

    Parquet and not CSV: of CSV the loader guesses the types split by split, and refuses where they differ.
    """
    for split in known.splits:
        yield from archive.written(
            f"{split}/metadata.parquet",
            lambda out, split=split: _write_metadata(out, subject, known, split),  # type: ignore[misc]
            compress=False,
        )
    for page in subject.pages():
        for key, part, shown in zip(
            column(page.table, subject.key), column(page.table, "split"), page.media, strict=True
        ):
            if shown is not None:
                name = f"{split_of(part)}/images/{known.names.of(key, shown.suffix)}"
                yield from archive.stored(name, shown.size, shown.read)
    card = {
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"{split}/**"} for split in known.splits],
            }
        ]
    }
    yield from archive.whole("README.md", _readme(subject, card, known))


def _write_metadata(out: IO[bytes], subject: Subject, known: Survey, split: str) -> None:
    writer: pq.ParquetWriter | None = None
    for page in subject.pages():
        shown = page.media
        wanted = [
            media is not None and split_of(part) == split
            for part, media in zip(column(page.table, "split"), shown, strict=True)
        ]
        names = [
            f"images/{known.names.of(key, media.suffix)}" if media is not None else None
            for key, media in zip(column(page.table, subject.key), shown, strict=True)
        ]
        table = page.table.append_column("file_name", pa.array(names, pa.string())).filter(pa.array(wanted, pa.bool_()))
        if writer is None:
            writer = pq.ParquetWriter(pa.PythonFile(cast(io.IOBase, out), mode="w"), table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


class _Shards:
    """Rows cut into shards and row groups, one row group in memory."""

    def __init__(self, subject: Subject, options: Options, known: Survey) -> None:
        self._subject, self._known = subject, known
        kind = MEDIA.get(subject.media_kind)
        self._kind = kind if options.media else None
        self._reference = kind is not None and not options.media
        self._shown = "image" if kind == "image" else "audio"
        while self._shown in subject.columns:
            self._shown += "_"
        self._classes = known.classes if known.classes and not known.boxes else None
        first = next(subject.pages(), None)
        schema = first.table.schema if first is not None else pa.schema([pa.field(subject.key, pa.string())])
        self.features: dict[str, Mapping[str, Any]] = {}
        fields: list[Any] = []
        if kind is not None:
            if self._kind is not None:
                self.features[self._shown] = {"_type": kind.capitalize()}
                fields.append(pa.field(self._shown, pa.struct([("bytes", pa.binary()), ("path", pa.string())])))
            else:
                self.features[self._shown] = {"_type": "Value", "dtype": "string"}
                fields.append(pa.field(self._shown, pa.string()))
        for field in schema:
            if field.name == "label" and self._classes is not None:
                self.features["label"] = {"_type": "ClassLabel", "names": list(self._classes)}
                fields.append(pa.field("label", pa.int64()))
            else:
                arrow, dtype = _dtype(field.type)
                self.features[field.name] = {"_type": "Value", "dtype": dtype}
                fields.append(pa.field(field.name, arrow))
        told: dict[bytes | str, bytes | str] = {"huggingface": json.dumps({"info": {"features": self.features}})}
        self.schema = pa.schema(fields, metadata=told)

    def of(self, split: str) -> Iterator[Iterator[pa.Table]]:
        """Yield shards, each an iterator of row groups; read each to its end before the next."""
        groups = self._groups(split)
        ahead = next(groups, None)

        def shard() -> Iterator[pa.Table]:
            nonlocal ahead
            size = 0
            while ahead is not None and size < SHARD_BYTES:
                size += ahead.nbytes
                yield ahead
                ahead = next(groups, None)

        while ahead is not None:
            yield shard()

    def write(self, out: IO[bytes], groups: Iterator[pa.Table]) -> None:
        """Write a shard."""
        with pq.ParquetWriter(pa.PythonFile(cast(io.IOBase, out), mode="w"), self.schema, compression="zstd") as writer:
            for group in groups:
                writer.write_table(group)

    def _groups(self, split: str) -> Iterator[pa.Table]:
        for page in self._subject.pages():
            wanted = [split_of(part) == split for part in column(page.table, "split")]
            if not any(wanted):
                continue
            rows = page.table.filter(pa.array(wanted))
            shown = [media for media, here in zip(page.media, wanted, strict=True) if here]
            start, size = 0, 0
            for index, media in enumerate(shown):
                size += media.size if media is not None and self._kind is not None else 0
                if size >= GROUP_BYTES:
                    yield self._table(rows.slice(start, index + 1 - start), shown[start : index + 1])
                    start, size = index + 1, 0
            if start < len(rows):
                yield self._table(rows.slice(start), shown[start:])

    def _table(self, rows: pa.Table, shown: Any) -> pa.Table:
        columns: list[Any] = []
        for field in self.schema:
            if field.name == self._shown and field.name not in rows.schema.names:
                columns.append(pa.array([self._media(each) for each in shown], field.type))
            elif field.name == "label" and self._classes is not None:
                texts = rows["label"].cast(pa.string())
                codes = pc.index_in(texts, value_set=pa.array(list(self._classes), pa.string()))
                columns.append(codes.cast(pa.int64()))
            elif pa.types.is_string(field.type) and not _is_text(rows[field.name].type):
                columns.append(pa.array([_text(value) for value in rows[field.name].to_pylist()], pa.string()))
            else:
                columns.append(rows[field.name].cast(field.type))
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _media(self, shown: Media | None) -> dict[str, Any] | str | None:
        if shown is None:
            return None
        if self._kind is None:
            return shown.reference
        return {"bytes": shown.whole(), "path": shown.path.rpartition("/")[2]}


def _dtype(kind: Any) -> tuple[Any, str]:
    if pa.types.is_boolean(kind):
        return pa.bool_(), "bool"
    if pa.types.is_integer(kind):
        return pa.int64(), "int64"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64(), "float64"
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return pa.timestamp("us"), "timestamp[us]"
    return pa.string(), "string"


def _is_text(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _text(value: Any) -> str | None:
    told = plain(value)
    return told if told is None or isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def _card(name: str, feature: Mapping[str, Any]) -> dict[str, Any]:
    if feature["_type"] == "ClassLabel":
        names = {str(index): each for index, each in enumerate(feature["names"])}
        return {"name": name, "dtype": {"class_label": {"names": names}}}
    return {"name": name, "dtype": feature["dtype"] if feature["_type"] == "Value" else feature["_type"].lower()}


def _readme(subject: Subject, card: Mapping[str, Any], known: Survey) -> bytes:
    head = yaml.safe_dump(dict(card), sort_keys=False, allow_unicode=True)
    where = subject.facts.get("where") or "everything"
    title = "".join(each if each.isprintable() else " " for each in subject.name)
    text = f"{known.count:,} items ({where}). `export.json` says which versions they are of and how they were chosen.\n"
    return f"---\n{head}---\n\n# {title}\n\n{text}".encode(errors="replace")
