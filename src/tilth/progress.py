"""How long work tells how far it is. Only the command line draws bars."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of one long act."""

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Start a step called `what`; `total` in `unit`s if known (unit "bytes" is shown as a size)."""

    def advance(self, amount: int = 1) -> None:
        """Say that `amount` more units are done."""

    def end(self) -> None:
        """End the current step."""


class Silent:
    """Progress that nobody watches."""

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Ignore it."""

    def advance(self, amount: int = 1) -> None:
        """Ignore it."""

    def end(self) -> None:
        """Ignore it."""


silent: Progress = Silent()
