"""HTTP byte ranges."""

from __future__ import annotations

import re

from tilth.errors import Invalid

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (start, stop) of a single-range header for a file of `size` bytes; None when the whole file is meant.

    Raises Invalid with status 416 when nothing of the file is in the range.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
    else:
        start, stop = max(0, size - int(last)), size
    if start >= stop:
        error = Invalid(f"No byte of {size} lies in {header!r}.", size=size)
        error.status = 416
        raise error
    return start, stop
