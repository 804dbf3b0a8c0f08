"""What a task shows: data and files under the names of the config's variables, and the identity that follows."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tilth.labeling.config import LabelingConfig
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_from_hex, digest_of
from tilth.model.entry import Entry
from tilth.model.ids import TaskId
from tilth.storage.content import Content

INPUT_PREFIX = "INPUT:"
ANSWER_PREFIX = "GOLDEN:"
MAX_TEXT_BYTES = 4 * 1024 * 1024
MAX_DATA_BYTES = 1024 * 1024
_MEDIA = {"Image": "image", "Audio": "audio", "AudioPlus": "audio", "Video": "video"}


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A stored file that fills a variable: as text, or as media that is read by its own address."""

    content: Content
    content_type: str
    as_text: bool


@dataclass(frozen=True, slots=True)
class TaskContent:
    """Everything that a task shows."""

    data: Mapping[str, Json] = field(default_factory=dict)
    files: Mapping[str, ShownFile] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return it as canonical JSON, as the ledger keeps it."""
        files: dict[str, Json] = {
            name: {
                "size": shown.content.size,
                "digest": shown.content.digest.hex(),
                "layout": shown.content.layout,
                "chunks": shown.content.chunks.hex(),
                "type": shown.content_type,
                "text": shown.as_text,
            }
            for name, shown in self.files.items()
        }
        return canonical({"data": dict(self.data), "files": files}).decode()

    @classmethod
    def from_text(cls, text: str) -> TaskContent:
        """Read what `to_text` wrote."""
        raw: dict[str, Any] = json.loads(text)
        files = {
            name: ShownFile(
                Content(
                    value["size"], digest_from_hex(value["digest"]), value["layout"], bytes.fromhex(value["chunks"])
                ),
                value["type"],
                value["text"],
            )
            for name, value in raw["files"].items()
        }
        return cls(raw["data"], files)

    def task_id(self, pipeline: str, schema: Digest, epoch: str) -> TaskId:
        """Return the identity: pipeline, what is shown, and what may be answered. No path, guideline or price."""
        files: dict[str, Json] = {name: shown.content.digest.hex() for name, shown in self.files.items()}
        identity: Json = ["tilth task", pipeline, schema.hex(), epoch, dict(self.data), files]
        return TaskId(digest_of(canonical(identity)).hex()[:32])


class Unshowable(Exception):
    """Why one item cannot be made a task, in plain words."""


def content_of_row(config: LabelingConfig, values: Mapping[str, Json]) -> TaskContent:
    """Return what a table row shows: the columns that the config names. Raises Unshowable.

    A column `INPUT:name`, as crowd platforms write it, is also found as `name`.
    """
    values = {name.removeprefix(INPUT_PREFIX): value for name, value in values.items()}
    for name in config.variables:
        if values.get(name) in (None, ""):
            raise Unshowable(f"it has no {name!r}, which the labeling config shows")
    data = {name: values[name] for name in config.mentions if values.get(name) is not None}
    if len(canonical(data)) > MAX_DATA_BYTES:
        raise Unshowable(f"its data has more than {MAX_DATA_BYTES:,} bytes")
    return TaskContent(data)


def content_of_files(
    config: LabelingConfig,
    named: Mapping[str, Entry],
    read: Callable[[Content], bytes],
    values: Mapping[str, Json] | None = None,
) -> TaskContent:
    """Return what files show. `named` maps an input's name to the file that it gives.

    An object in a `.json` file gives its fields; another file fills the variable with its input's name, else the one
    variable that is still free. `values` are columns of a row that is shown beside. Raises Unshowable.
    """
    plain = {name.removeprefix(INPUT_PREFIX): value for name, value in (values or {}).items()}
    data: dict[str, Json] = {name: plain[name] for name in config.mentions if plain.get(name) is not None}
    files: dict[str, ShownFile] = {}
    for name, entry in named.items():
        free = [variable for variable in config.variables if variable not in data and variable not in files]
        if entry.path.lower().endswith(".json") and not _wants_media(config, name, free):
            data |= _json_object(config, entry, read)
            continue
        variable = name if name in free else free[0] if len(free) == 1 or (len(named) == 1 and free) else None
        if variable is None:
            raise Unshowable(f"no variable of the labeling config is for input {name!r}; name the input after one")
        files[variable] = _shown_file(config, variable, entry, read)
    for variable in config.variables:
        if variable not in data and variable not in files:
            raise Unshowable(f"nothing fills {variable!r}, which the labeling config shows")
    return TaskContent(data, files)


def _wants_media(config: LabelingConfig, name: str, free: list[str]) -> bool:
    return any(shown.variable == name and shown.tag in _MEDIA for shown in config.shown) and name in free


def _json_object(config: LabelingConfig, entry: Entry, read: Callable[[Content], bytes]) -> dict[str, Json]:
    if entry.size > MAX_DATA_BYTES:
        raise Unshowable(f"its JSON has more than {MAX_DATA_BYTES:,} bytes")
    try:
        value = json.loads(read(_content(entry)))
        canonical(value)
    except (ValueError, RecursionError) as error:
        raise Unshowable(f"it is not JSON ({str(error)[:100]})") from None
    if isinstance(value, dict) and isinstance(value.get("data"), dict) and "data" not in config.mentions:
        value = value["data"]  # a Label Studio task file
    if not isinstance(value, dict):
        raise Unshowable("its JSON is not an object")
    return {name: value[name] for name in config.mentions if value.get(name) is not None}


def _shown_file(config: LabelingConfig, variable: str, entry: Entry, read: Callable[[Content], bytes]) -> ShownFile:
    tags = {shown.tag for shown in config.shown if shown.variable == variable}
    as_text = any(shown.variable == variable and shown.is_text for shown in config.shown)
    guessed = entry.attributes.get("content-type") or mimetypes.guess_type(entry.path)[0] or ""
    if as_text:
        if entry.size > MAX_TEXT_BYTES:
            raise Unshowable(f"its text has more than {MAX_TEXT_BYTES:,} bytes")
        try:
            text = read(_content(entry)).decode()
        except UnicodeDecodeError:
            raise Unshowable("it is not UTF-8 text") from None
        if not text.strip():
            raise Unshowable("its text is empty")
        return ShownFile(_content(entry), "text/plain", True)
    if "Image" in tags:
        guessed = _image_type(read(_content(entry)))
    elif tags & _MEDIA.keys() and not any(guessed.startswith(_MEDIA[tag]) for tag in tags & _MEDIA.keys()):
        kind = " or ".join(sorted({_MEDIA[tag] for tag in tags & _MEDIA.keys()}))
        raise Unshowable(f"it is {guessed or 'of an unknown type'}, and the labeling config shows {kind}")
    return ShownFile(_content(entry), guessed or "application/octet-stream", False)


def _image_type(data: bytes) -> str:
    """Return the content type that the bytes tell. Reads headers only. Raises Unshowable."""
    if data[:256].lstrip().startswith((b"<svg", b"<?xml")) and b"<svg" in data[:4096]:
        return "image/svg+xml"
    import io

    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            return str(Image.MIME.get(image.format or "", "application/octet-stream"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError, SyntaxError):
        raise Unshowable("it is not an image that can be read") from None


def _content(entry: Entry) -> Content:
    return Content(entry.size, entry.digest, entry.layout, entry.chunks)
