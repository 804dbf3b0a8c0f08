"""Identifiers: 128 bits, sortable by time of making, never reused."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import NewType

CommitId = NewType("CommitId", str)
ChangeId = NewType("ChangeId", str)
RepoId = NewType("RepoId", str)
JobId = NewType("JobId", str)
TaskId = NewType("TaskId", str)
AssignmentId = NewType("AssignmentId", str)
AnswerId = NewType("AnswerId", str)
WorkerId = NewType("WorkerId", str)
DraftId = NewType("DraftId", str)

ID_PATTERN = re.compile(r"[0-9a-f]{32}")

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a fresh id: 32 hex digits, 48 bits of milliseconds, 12 of sequence, 68 of randomness.

    Ids made by one process are strictly increasing even when the clock steps back.
    """
    global _last
    with _lock:
        stamp = max(time.time_ns() // 1_000_000 << 12, _last + 1)
        _last = stamp
    return f"{stamp:015x}{int.from_bytes(os.urandom(9)) & ((1 << 68) - 1):017x}"


def is_id(text: str) -> bool:
    """Tell whether `text` has the shape of an id."""
    return ID_PATTERN.fullmatch(text) is not None


def made_at_ms(id: str) -> int:
    """Return when an id was made, in milliseconds since 1970 by its maker's clock."""
    return int(id[:12], 16)
