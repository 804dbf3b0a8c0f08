"""Doing without pandas in processes that are Tilth's own: the command line and the server."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


class _WithoutPandas(MetaPathFinder):
    """Makes pandas seem not to be installed.

    Arrow loads it, where it is installed, with the first array: half a second for what nothing here uses. The user's
    own code runs in processes of its own, which this does not reach.
    """

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Raise ModuleNotFoundError for pandas; know nothing of other modules."""
        if name == "pandas":
            raise ModuleNotFoundError("Tilth's own processes do without pandas.", name=name)


def do_without_pandas() -> None:
    """Let Arrow not load pandas in this process. Only for a program's entry: nothing in it can import pandas then."""
    sys.meta_path.insert(0, _WithoutPandas())
