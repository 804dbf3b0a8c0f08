"""Definitions: what a dataset is made of, as `dataset.json` says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

from tilth.errors import Invalid

MediaKind: TypeAlias = Literal["image", "text", "audio", "video", "none"]
Match: TypeAlias = Literal["path", "name", "stem"]

MAX_FIELDS = 20
"""Sources of fields that one dataset may have."""
MAX_LABELS = 20
"""Sources of labels that one dataset may have."""
MAX_CLASSES = 10_000


@dataclass(frozen=True, slots=True)
class Media:
    """What an item shows: the text in a column, or a file (the item's own, or the one that a column names)."""

    kind: MediaKind = "none"
    column: str | None = None
    source: str | None = None
    """Where the files that `column` names lie: `repo@branch[:folder]`; None: relative to the items' own place."""


@dataclass(frozen=True, slots=True)
class Items:
    """Where items come from: the rows of a table, or (without `key`) files."""

    source: str
    key: str | None = None
    glob: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Where labels come from: a column of a table, or the folder that a file lies in."""

    source: str | None = None
    """None: the items' own table."""
    key: str = "key"
    column: str = "label"
    match: Match = "path"
    pipeline: str | None = None
    """The labeling pipeline that makes them: a fix is a ruling there."""
    from_folder: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """More columns from a table."""

    source: str
    key: str = "key"
    match: Match = "path"
    columns: tuple[str, ...] = ()
    """None named: all."""
    name: str = ""
    """Stands before the columns' names, with a dot."""


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class with its number in the palette."""

    name: str
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a dataset is made of."""

    items: Items
    media: Media = Media()
    labels: Labels | None = None
    """The newest source of labels, which wins where it has one."""
    older: tuple[Labels, ...] = ()
    """What holds where no newer source says anything, newest first."""
    fields: tuple[Fields, ...] = ()
    classes: tuple[LabelClass, ...] = ()
    task: str = "classification"

    @property
    def label_sources(self) -> tuple[Labels, ...]:
        """All sources of labels, the one that wins first."""
        return (self.labels, *self.older) if self.labels is not None else ()

    @property
    def own_labels(self) -> Labels | None:
        """The source that is the items themselves: a column of theirs, or their folder."""
        return next((each for each in self.label_sources if each.source is None), None)


_REFERENCE = re.compile(r"[^@:]+(@[^:]+)?(:.*)?", re.DOTALL)


def parse_definition(given: object) -> Definition:
    """Return a checked definition. Raises Invalid naming the field, as in `labels.match`."""
    whole = _object(given, "definition", {"items", "media", "labels", "fields", "classes", "task", "analysis"})
    if "items" not in whole:
        raise _wrong("items", "is missing", 'Say where items come from: {"items": {"from": "photos@main"}}.')
    items = _object(whole["items"], "items", {"from", "key", "glob"})
    if "key" in items and "glob" in items:
        raise _wrong("items.glob", "does not go with items.key", "Items are rows (key) or files (glob).")
    fields = whole.get("fields", [])
    if not isinstance(fields, list) or len(fields) > MAX_FIELDS:
        raise _wrong("fields", f"is not a list of at most {MAX_FIELDS} sources", 'Write [{"from": ..., "key": ...}].')
    given_labels = whole.get("labels")
    listed = given_labels if isinstance(given_labels, list) else [given_labels] if given_labels is not None else []
    if len(listed) > MAX_LABELS:
        raise _wrong("labels", f"has more than {MAX_LABELS} sources", "Save what they say as one table.")
    labels = [_labels(each) for each in listed]
    found = Definition(
        items=Items(_reference(items, "items.from"), _text(items, "items.key", None), _text(items, "items.glob", None)),
        media=_media(whole.get("media", {})),
        labels=labels[0] if labels else None,
        older=tuple(labels[1:]),
        fields=tuple(_fields(each, f"fields[{number}]") for number, each in enumerate(fields)),
        classes=_classes(whole.get("classes", [])),
        task=_text(whole, "task", "classification") or "classification",
    )
    return _consistent(found)


def _consistent(found: Definition) -> Definition:
    rows = found.items.key is not None
    media = found.media
    if rows and media.kind != "none" and media.column is None:
        raise _wrong("media.column", "is missing", "Name the column that holds the text, or the path of the file.")
    if not rows and media.column is not None:
        raise _wrong("media.column", "is not for files", "An item that is a file shows itself; leave it out.")
    if media.source is not None and (media.kind == "text" or not rows):
        raise _wrong("media.media_from", "is for rows that name files", "Leave it out.")
    for each in found.label_sources:
        if each.source is None and not rows and not each.from_folder:
            raise _wrong("labels.from", "is missing", 'Name a table, or write {"from_folder": true}.')
        if each.from_folder and rows:
            raise _wrong("labels.from_folder", "is for files", "Name the column that holds the label.")
    if sum(each.source is None for each in found.label_sources) > 1:
        raise _wrong("labels", "names the items' own labels twice", "Name them once.")
    return found


def _media(given: object) -> Media:
    media = _object(given, "media", {"kind", "column", "media_from"})
    kind = _choice(media, "media.kind", get_args(MediaKind), "none")
    source = _reference(media, "media.media_from") if media.get("media_from") is not None else None
    return Media(cast(MediaKind, kind), _text(media, "media.column", None), source)


def _labels(given: object) -> Labels:
    labels = _object(given, "labels", {"from", "key", "column", "match", "pipeline", "from_folder"})
    folder = labels.get("from_folder", False)
    if not isinstance(folder, bool):
        raise _wrong("labels.from_folder", "is neither true nor false", "Write true or leave it out.")
    if folder and labels.keys() - {"from_folder"}:
        raise _wrong("labels.from_folder", "stands alone", "Leave out the other fields of labels.")
    return Labels(
        source=_reference(labels, "labels.from") if labels.get("from") is not None else None,
        key=_text(labels, "labels.key", "key") or "key",
        column=_text(labels, "labels.column", "label") or "label",
        match=cast(Match, _choice(labels, "labels.match", get_args(Match), "path")),
        pipeline=_text(labels, "labels.pipeline", None),
        from_folder=folder,
    )


def _fields(given: object, place: str) -> Fields:
    fields = _object(given, place, {"from", "key", "match", "columns", "name"})
    columns = fields.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, str) and column for column in columns):
        raise _wrong(f"{place}.columns", "is not a list of column names", "Leave it out for all columns.")
    return Fields(
        source=_reference(fields, f"{place}.from"),
        key=_text(fields, f"{place}.key", "key") or "key",
        match=cast(Match, _choice(fields, f"{place}.match", get_args(Match), "path")),
        columns=tuple(columns),
        name=_text(fields, f"{place}.name", "") or "",
    )


def _classes(given: object) -> tuple[LabelClass, ...]:
    if not isinstance(given, list) or len(given) > MAX_CLASSES:
        raise _wrong("classes", f"is not a list of at most {MAX_CLASSES}", 'Write [{"name": "cat"}].')
    found = []
    for number, each in enumerate(given):
        place = f"classes[{number}]"
        known = _object({"name": each} if isinstance(each, str) else each, place, {"name", "colour"})
        name, colour = _text(known, f"{place}.name", None), known.get("colour")
        if not name:
            raise _wrong(f"{place}.name", "is missing", "Every class has a name.")
        if colour is not None and (not isinstance(colour, int) or isinstance(colour, bool)):
            raise _wrong(f"{place}.colour", "is not a number", "It counts in the palette.")
        found.append(LabelClass(name, colour))
    for name, times in Counter(each.name for each in found).items():
        if times > 1:
            raise _wrong("classes", f"names {name!r} twice", "Every class stands once.")
    return tuple(found)


def _object(given: object, place: str, allowed: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _wrong(place, "is not an object", 'Write {"…": …}.')
    for name in given:
        if name not in allowed:
            raise _wrong(
                f"{place}.{name}" if place != "definition" else str(name),
                "is not known",
                f"Known are {', '.join(sorted(allowed))}.",
            )
    return given


def _text(given: Mapping[str, Any], place: str, default: str | None) -> str | None:
    value = given.get(place.rpartition(".")[2])
    if value is None:
        return default
    if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
        raise _wrong(place, "is not a text", "Write it in quotes.")
    return value


def _choice(given: Mapping[str, Any], place: str, allowed: tuple[str, ...], default: str) -> str:
    value = _text(given, place, default)
    if value not in allowed:
        raise _wrong(place, f"is {value!r}", f"It is one of {', '.join(allowed)}.")
    return value


def _reference(given: Mapping[str, Any], place: str) -> str:
    value = _text(given, place, None)
    if not value or not _REFERENCE.fullmatch(value):
        raise _wrong(place, "names no data", "Write REPO[@BRANCH][:PATH], like photos@main.")
    return value


def _wrong(place: str, problem: str, help: str) -> Invalid:
    return Invalid(f"The field {place} of the dataset {problem}.", help=help, field=place)
