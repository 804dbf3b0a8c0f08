"""What files there are after edits: the plain twin of a tree."""

from __future__ import annotations

Files = dict[str, bytes]


def make(files: Files, edits: list[tuple[str, bytes | None]]) -> Files | None:
    """Return the files after the edits, None when a path would be file and folder."""
    made = dict(files)
    for path, data in edits:
        if data is not None:
            made[path] = data
        else:
            made = {each: kept for each, kept in made.items() if path != "/" and not below(each, path)}
    clash = any(other.startswith(f"{path}/") for path in made for other in made)
    return None if clash else made


def below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
