"""Numbers, times and hostile text in words for people."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tilth.contract.commit import CommitInfo

if TYPE_CHECKING:  # only a mirror loads it
    from tilth.contract.transfers import TakenOver


_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_SHORT = 12


def size(count: float) -> str:
    """Return a byte count like `12.3 MB` (powers of 1,000)."""
    value = float(count)
    for unit in _UNITS:
        if abs(value) < 999.5 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 99.95 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the last unit always returns")


def number(count: int) -> str:
    """Return an integer with thousands separated."""
    return f"{count:,}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"


def seconds(duration: float) -> str:
    """Return a duration like `0.4 s`, `3:05` or `2:03:05`."""
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(int(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def when(at_ms: int | None, *, now_ms: int | None = None) -> str:
    """Return a time relative to now, or its date (UTC) when it is more than a month off."""
    if at_ms is None:
        return "-"
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    ago = (now - at_ms) / 1000
    if abs(ago) < 2:
        return "now"
    for unit, length, until in (("s", 1, 90), ("min", 60, 5400), ("h", 3600, 129600), ("days", 86400, 31 * 86400)):
        if abs(ago) < until:
            span = f"{abs(ago) / length:.0f} {unit}"
            return f"{span} ago" if ago > 0 else f"in {span}"
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


def short(identifier: str | None) -> str:
    """Return the first digits of an id for reading; `-` for None. The full id is in --json."""
    return "-" if identifier is None else identifier[:_SHORT]


def safe(text: object) -> str:
    """Return `text` on one line without control characters, which could drive the terminal."""
    return "".join(character if character.isprintable() else _visible(character) for character in str(text))


def safe_lines(text: str) -> str:
    """Return `text` with its line ends and tabs but no other control characters."""
    return "\n".join(safe(line.replace("\t", "    ")) for line in text.splitlines())


def repo_name(name: str) -> str:
    """Return a repo's or pipeline's name as people write it: without the project when that is the default."""
    return safe(name.removeprefix("default/"))


def committed(commit: CommitInfo | None, where: str, *, nothing: str = "There was nothing to do.") -> str:
    """Say in one line what a writing act came to."""
    if commit is None:
        return nothing
    if not commit.changed:
        return f"Nothing changed: {safe(where)} stays at {commit.id}."
    return f"{safe(where)} is now {commit.id}: {counted(commit.files, 'file')}, {size(commit.size)}."


def taken_over(done: TakenOver) -> str:
    """Say in one line what bringing a repo over came to."""
    if not (done.commits or done.moved or done.tags):
        return f"{repo_name(done.repo)} had everything already."
    moved = f"; moved {', '.join(safe(name) for name in done.moved)}" if done.moved else ""
    return f"{repo_name(done.repo)}: {counted(done.commits, 'new commit')}{moved}."


def _visible(character: str) -> str:
    return " " if character in "\n\r\t" else "\N{REPLACEMENT CHARACTER}"
