"""Tilth: the data loop of machine learning in one program.

The public names are listed in `__all__`; they are imported when first used, so that `import tilth` is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tilth.version import __version__

if TYPE_CHECKING:
    from tilth.connection import connect as connect
    from tilth.contract.workspace import Workspace as Workspace
    from tilth.errors import Conflict as Conflict
    from tilth.errors import Corrupt as Corrupt
    from tilth.errors import Denied as Denied
    from tilth.errors import Failed as Failed
    from tilth.errors import Invalid as Invalid
    from tilth.errors import NotFound as NotFound
    from tilth.errors import TilthError as TilthError
    from tilth.errors import Unavailable as Unavailable

_HOMES = {
    "connect": "tilth.connection",
    "Workspace": "tilth.contract.workspace",
    "TilthError": "tilth.errors",
    "Invalid": "tilth.errors",
    "NotFound": "tilth.errors",
    "Conflict": "tilth.errors",
    "Denied": "tilth.errors",
    "Unavailable": "tilth.errors",
    "Corrupt": "tilth.errors",
    "Failed": "tilth.errors",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tilth' has no attribute {name!r}")
