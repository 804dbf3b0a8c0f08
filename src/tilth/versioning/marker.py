"""The file that marks a folder as a workspace and says which format its store has."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tilth.errors import Invalid
from tilth.storage.disk import sync_folder

FORMAT = 1
FORMAT_FILE = "format"
MOVING = "the-end-of-its-move"
"""What a folder needs into which a workspace is being moved."""


def check_version(what: str, number: int, lines: Sequence[str] = ()) -> None:
    """Raise Invalid where a store has a later format, or needs what this Tilth does not know.

    `lines` follow the number in its marker; only those that begin with "needs " must be understood.
    """
    needs = [line.removeprefix("needs ").strip() for line in lines if line.startswith("needs ")]
    if needs == [MOVING]:
        raise Invalid(f"{what} was not moved there whole.", help="Run the same `tilth workspace move` again.")
    if number > FORMAT or needs:
        has = f"has format {number}" if number > FORMAT else f"needs {needs[0]!r}, which this Tilth does not know"
        raise Invalid(
            f"{what} {has}; this Tilth reads up to format {FORMAT}.",
            help="Upgrade with `pip install -U tilth`.",
            format=number,
        )


def write_marker(folder: Path, *, needs: str | None = None) -> None:
    """Mark a folder as a workspace of this format: whole and durably, in one step. Raises OSError.

    One that `needs` something is opened by nobody who does not know that.
    """
    fresh = folder / f"{FORMAT_FILE}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(f"tilth {FORMAT}\n" + (f"needs {needs}\n" if needs is not None else ""))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / FORMAT_FILE)
    sync_folder(folder)
