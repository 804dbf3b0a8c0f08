"""Recipe specs: the pipelines that Tilth makes for people who write none. Ordinary ones: the same specs can be typed.

NAME-embed describes every item by a vector, one datum per file or row; NAME-analysis looks at all of them;
NAME-model trains on them. The latter two read what was saved of the dataset (its branch `versions`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tilth.errors import Invalid
from tilth.execution.code import archive_code
from tilth.model.names import DEFAULT_BRANCH, DEFAULT_PROJECT

CODE = Path(__file__).parent / "recipes"
VERSIONS = "versions"
_SUFFIXES = {
    "image": ("png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "ico", "avif"),
    "text": ("txt", "md", "text", "log", "html", "json", "xml", "eml"),
    "audio": ("wav", "wave"),
}
_TABLES = ("csv", "tsv", "jsonl", "ndjson", "parquet")
_SPECIAL = re.compile(r"([\\*?\[\]{}()!@+])")


@dataclass(frozen=True, slots=True)
class Described:
    """What the vectors of a dataset are made from: files of a branch, or (with `key` and `column`) rows of tables."""

    media: str
    repo: str
    """PROJECT/REPO."""
    branch: str
    glob: str
    key: str | None = None
    column: str | None = None


def described(definition: Mapping[str, Any]) -> Described:
    """Return what to describe for a dataset's definition. Raises Invalid where its media cannot be described."""
    media, items = dict(definition.get("media") or {}), dict(definition["items"])
    kind = str(media.get("kind", "none"))
    if kind not in _SUFFIXES:
        raise Invalid(
            "Items of this dataset show nothing that can be compared."
            if kind == "none"
            else f"Items of kind {kind} cannot be compared yet.",
            help="Analysis works on images, text and sounds (WAV). Say in the dataset's settings what its items show.",
            media=kind,
        )
    if "key" in items and kind == "text" and not media.get("media_from"):
        repo, branch, path = _place(str(items["from"]))
        return Described(kind, repo, branch, _tables(path), str(items["key"]), str(media["column"]))
    source = str(media.get("media_from") or items["from"])
    repo, branch, folder = _place(source)
    if "key" in items and not media.get("media_from"):
        folder = folder.rpartition("/")[0] if folder.lower().endswith(_TABLES) else folder
    inner = str(items.get("glob") or "") or f"**.{{{','.join(_either_case(_SUFFIXES[kind]))}}}"
    # `**/*.png` of a listing also finds what lies on top; a pipeline's glob does so without the slash.
    inner = inner.lstrip("/").replace("**/", "**")
    glob = f"/{_plain(folder)}/{inner}" if folder else f"/{inner}"
    return Described(kind, repo, branch, glob)


def embed_spec(dataset: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec of NAME-embed: one vector per item, done again only where the item changed."""
    source = described(definition)
    pfs: dict[str, Any] = {"repo": source.repo, "branch": source.branch, "glob": source.glob, "name": "items"}
    parameters: dict[str, Any] = {"media": source.media}
    if source.key is not None:
        pfs |= {"rows": True, "key": source.key}
        parameters |= {"key": source.key, "column": source.column}
    return _spec(
        pipeline_name(dataset, "embed"),
        f"Describe every item of {short(dataset)} by numbers, so that items can be compared.",
        "dataset_steps.embed:embed",
        {"pfs": pfs},
        parameters,
    )


def analysis_spec(dataset: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec of NAME-analysis: map, near-duplicates, doubtful labels, outliers of the newest saved version."""
    return _spec(
        pipeline_name(dataset, "analysis"),
        f"Lay {short(dataset)} out as a map; find near-duplicates, doubtful labels and outliers.",
        "dataset_steps.analyse:analyse",
        _whole(dataset),
        _of_vectors(definition),
    )


def model_spec(dataset: str, definition: Mapping[str, Any], *, model: str | None = None) -> dict[str, Any]:
    """Return the spec of NAME-model (or `model`): train on the newest saved version, predict every item."""
    spec = _spec(
        model or pipeline_name(dataset, "model"),
        f"Train on {short(dataset)}, and judge the model on items that it did not learn from.",
        "dataset_steps.train:train",
        _whole(dataset),
        _of_vectors(definition),
    )
    return spec | {"trains": True}


@lru_cache(maxsize=1)
def recipe_code() -> bytes:
    """Return the archive of the recipes' code folder, as `pipelines.create` takes it."""
    return archive_code(CODE)


def pipeline_name(dataset: str, what: str) -> str:
    """Return the name of a built-in pipeline of a dataset: NAME-embed, NAME-analysis, NAME-model."""
    return f"{dataset}-{what}"


def short(dataset: str) -> str:
    """Return a dataset's name without its project."""
    return dataset.rpartition("/")[2]


def _whole(dataset: str) -> dict[str, Any]:
    project, _, name = dataset.rpartition("/")
    inputs = [
        {"repo": name, "branch": VERSIONS, "glob": "/", "name": "dataset"},
        {"repo": pipeline_name(name, "embed"), "glob": "/", "name": "vectors"},
    ]
    return {"cross": [{"pfs": {"project": project or DEFAULT_PROJECT, **each}} for each in inputs]}


def _of_vectors(definition: Mapping[str, Any]) -> dict[str, Any]:
    source = described(definition)
    return {"media": source.media, "vectors": "file" if source.key is None else "row"}


def _spec(
    name: str, description: str, function: str, input: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    project, _, plain = name.rpartition("/")
    pipeline: dict[str, Any] = {"name": plain}
    if project:
        pipeline["project"] = project
    return {
        "pipeline": pipeline,
        "description": description,
        "function": function,
        "code": "recipes",
        "input": dict(input),
        "parameters": dict(parameters),
        "backlog": "newest",
        "datum_tries": 1,
    }


def _place(reference: str) -> tuple[str, str, str]:
    where, _, path = reference.partition(":")
    repo, _, branch = where.partition("@")
    project, _, name = repo.rpartition("/")
    return f"{project or DEFAULT_PROJECT}/{name}", branch or DEFAULT_BRANCH, path.strip("/")


def _tables(path: str) -> str:
    if path.lower().endswith(tuple(f".{suffix}" for suffix in _TABLES)):
        return f"/{_plain(path)}"
    below = f"**.{{{','.join(_either_case(_TABLES))}}}"
    return f"/{_plain(path)}/{below}" if path else f"/{below}"


def _plain(path: str) -> str:
    """Return a path as a glob that matches it alone."""
    return _SPECIAL.sub(r"\\\1", path)


def _either_case(suffixes: tuple[str, ...]) -> list[str]:
    return [form for suffix in suffixes for form in (suffix, suffix.upper())]
