"""Pipeline specs as files: YAML or JSON, with the code folder that one names."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tilth.cli.local import existing
from tilth.errors import Invalid

MAX_SPEC_BYTES = 1 << 20


def read_specs(file: str) -> tuple[list[Mapping[str, Any]], Path]:
    """Return the specs in a YAML or JSON file (`-`: standard input) and the folder that their paths start from.

    A file holds one spec, a list of them, or several YAML documents. Raises NotFound, and Invalid that tells the line
    where it cannot be read.
    """
    if file == "-":
        text, folder = sys.stdin.buffer.read(MAX_SPEC_BYTES + 1), Path.cwd()
    else:
        path = existing(file)
        if path.is_dir():
            raise Invalid(f"{file} is a folder.", help="Name the spec file itself.")
        with path.open("rb") as stream:
            text, folder = stream.read(MAX_SPEC_BYTES + 1), path.parent
    if len(text) > MAX_SPEC_BYTES:
        raise Invalid(f"{file} is larger than {MAX_SPEC_BYTES >> 20} MB.", help="A spec is a small YAML or JSON file.")
    documents = _json(file, text) if file.endswith(".json") else _yaml(file, text)
    specs = [spec for document in documents for spec in (document if isinstance(document, list) else [document])]
    if not specs or not all(isinstance(spec, dict) for spec in specs):
        raise Invalid(f"{file} holds no spec.", help="A spec is one mapping of fields, like `pipeline:` and `input:`.")
    return specs, folder


def code_of(spec: Mapping[str, Any], folder: Path) -> bytes | None:
    """Return the archive of the folder that the spec's `code` names, or None. Raises NotFound, Invalid."""
    named = spec.get("code")
    if named is None:
        return None
    if not isinstance(named, str) or not named or "\0" in named:
        raise Invalid(
            f"code: {named!r} is not a folder.", help="Write the path of a folder, relative to the spec file."
        )
    from tilth.execution.code import archive_code

    return archive_code(folder / named)


def _json(file: str, text: bytes) -> list[Any]:
    try:
        return [json.loads(text, object_pairs_hook=_once)]
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file} is not JSON: {error}.", help="Check the file at that place.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys must differ."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return found


def _check_keys(node: Any, seen: set[int]) -> None:
    """Raise a YAMLError where a mapping has a key twice: the last would win, and nobody would see why."""
    import yaml

    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _check_keys(child, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[tuple[str, str]] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in keys:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is there twice", key.start_mark
                    )
                keys.add((key.tag, key.value))
            _check_keys(value, seen)


def _yaml(file: str, text: bytes) -> list[Any]:
    import yaml

    try:
        # Not the loader in C: deep nesting overflows its stack and ends the process.
        for node in yaml.compose_all(text, yaml.SafeLoader):
            _check_keys(node, set())
        return [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        why = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise Invalid(f"{file} is not YAML{where}: {why}.", help="Check the file at that place.") from error
