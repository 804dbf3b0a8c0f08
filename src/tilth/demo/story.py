"""How a story is told on a terminal: steps, sentences, bars, tables. Plain lines where nobody watches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
        self._console.print(f"    [dim]{escape(promise)}[/]")

    def say(self, text: str, *, mark: str = "•") -> None:
        """Tell one thing that happened, as it was measured."""
        self._console.print(f"  {mark} {escape(text)}")

    def command(self, text: str) -> None:
        """Show a command that the reader can type."""
        self._console.print(f"    [bold]$ {escape(text)}[/]")

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
