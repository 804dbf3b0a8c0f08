"""How a story is told on a terminal: steps, sentences, bars, tables. Plain lines where nobody watches."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from tilth.progress import Progress, silent


class Story:
    """One telling. `seconds` since it began are shown at each step."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the telling began."""
        return time.monotonic() - self._began

    def step(self, number: int, of: int, title: str, promise: str) -> None:
        """Open one of the named steps."""
        self._console.print()
        self._console.print(f"[bold green]{number}/{of} {escape(title)}[/]  [dim]{self.seconds:.0f} s[/]")
        self._console.print(f"[dim]{escape(self._filled(promise, '    '))}[/]")

    def say(self, text: str, *, mark: str = "•") -> None:
        """Tell one thing that happened, as it was measured."""
        self._console.print(escape(self._filled(text, f"  {mark} ")), soft_wrap=True)

    def command(self, text: str) -> None:
        """Show a command that the reader can type."""
        self._console.print(f"    [bold]$ {escape(text)}[/]", soft_wrap=True)

    def way_in(self) -> None:
        """Show how to make `tilth` a command, where it is not one yet."""
        activate = Path(sys.prefix) / "bin" / "activate"
        if shutil.which("tilth") is None and activate.is_file():
            self.command(f". {activate}")

    def quote(self, text: str) -> None:
        """Show what the program itself answered."""
        for line in text.splitlines():
            self._console.print(f"    [yellow]{escape(line)}[/]")

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table; first column left, the others right."""
        table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
        for index, name in enumerate(columns):
            table.add_column(name, justify="left" if index == 0 else "right", overflow="fold")
        for row in rows:
            table.add_row(*[escape(cell) for cell in row])
        self._console.print()
        self._console.print(table)

    def _filled(self, text: str, lead: str) -> str:
        return textwrap.fill(
            text, self._console.width, initial_indent=lead, subsequent_indent="    ", break_on_hyphens=False,
            break_long_words=False,
        )  # fmt: skip

    @contextmanager
    def bar(self, what: str, total: int | None = None) -> Iterator[Progress]:
        """Show a bar while something long runs; one plain line at its end where the output is not a terminal."""
        began = time.monotonic()
        if not self._console.is_terminal:
            yield silent
            self._console.print(f"    {what}: {time.monotonic() - began:.1f} s")
            return
        columns = (TextColumn("    {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self._console, transient=True) as bars:
            yield _Drawing(bars, what, total)
        self._console.print(f"    [dim]{escape(what)}: {time.monotonic() - began:.1f} s[/]")


class _Drawing:
    def __init__(self, bars: Bars, what: str, total: int | None) -> None:
        self._bars = bars
        self._task = bars.add_task(what, total=total)

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        self._bars.update(self._task, description=what, total=total, completed=0)

    def advance(self, amount: int = 1) -> None:
        self._bars.advance(self._task, amount)

    def end(self) -> None:
        pass
