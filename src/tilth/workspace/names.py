"""Names as people write them: the default project is left out."""

from __future__ import annotations

from tilth.model.names import DEFAULT_PROJECT


def short_name(full: str) -> str:
    """Return PROJECT/NAME without the default project."""
    return full.removeprefix(f"{DEFAULT_PROJECT}/")


def full_name(name: str) -> str:
    """Return NAME or PROJECT/NAME with its project."""
    return name if "/" in name else f"{DEFAULT_PROJECT}/{name}"
