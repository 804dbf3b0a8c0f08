"""Arrow's functions on columns, loaded when the first of them is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    from importlib import import_module

    class _Late:
        """Stands for `pyarrow.compute`, which makes some 300 functions as it loads: a twentieth of a short command."""

        def __getattr__(self, name: str) -> object:
            found = getattr(import_module("pyarrow.compute"), name)
            setattr(self, name, found)  # the next look finds it at once
            return found

    pc = _Late()

__all__ = ["pc"]
