"""Copies of item data in `scratch/`: made from commits to answer sooner, and gone as soon as data is let go of."""

from __future__ import annotations

import shutil

from tilth.versioning.backend import Backend

FOLDERS = ("views", "vectors")
"""Folders of `scratch/` that hold what items say or show; all of it is made anew when it is asked for."""


def clear_item_copies(backend: Backend) -> None:
    """Remove all copies, of every dataset: which of them held a given item is not told by their names.

    To be called behind the transaction that lets go of data. Costs the next question to a dataset what its first did.
    """
    for folder in FOLDERS:
        shutil.rmtree(backend.scratch / folder, ignore_errors=True)
