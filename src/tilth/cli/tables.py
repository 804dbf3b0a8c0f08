"""Tables for people: drawn by rich on a terminal, aligned plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from tilth.cli.wording import safe

_GOOD = frozenset({"success", "running", "active", "recovered", "unchanged", "standing", "open"})
_BAD = frozenset({"failed", "unrunnable", "banned", "stopped", "timeout", "lost", "corrupt"})


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under headings; numbers (column names ending in `#`) to the right; `empty` when there are none."""
    cells = [[safe(cell) for cell in row] for row in rows]
    if not cells:
        print(empty)
        return
    right = [name.endswith("#") for name in columns]
    names = [name.removesuffix("#") for name in columns]
    if sys.stdout.isatty():
        _draw(names, right, cells)
    else:
        _align(names, right, cells)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print named values one below the other; None and empty ones are left out."""
    shown = [(name, safe(value)) for name, value in facts if value not in (None, "", (), [])]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        print(f"{name.ljust(width)}  {value}")


def _align(names: list[str], right: list[bool], cells: list[list[str]]) -> None:
    rows = [[name.upper() for name in names], *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    for row in rows:
        padded = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        print("  ".join(padded).rstrip())


def _draw(names: list[str], right: list[bool], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, to_right in zip(names, right, strict=True):
        table.add_column(name, justify="right" if to_right else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    Console().print(table)


def _style(cell: str) -> str:
    if cell in _GOOD:
        return "green"
    return "red" if cell in _BAD else ""
