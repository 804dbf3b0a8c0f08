"""What benchmarks report: one row per promise, ours beside a peer measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One promise. `ratio` is ours / peer, in whatever both are measured."""

    promise: str
    ours: str
    peer: str
    ratio: float | None


@dataclass(slots=True)
class Report:
    """Collects rows and prints them as one table."""

    rows: list[Row] = field(default_factory=list)

    def row(self, promise: str, ours: str, peer: str = "", ratio: float | None = None) -> None:
        """Add a row; `peer` says what it is measured against, or how to get it."""
        self.rows.append(Row(promise, ours, peer, ratio))

    def table(self) -> str:
        """Return all rows as a Markdown table."""
        lines = [("promise", "ours", "peer", "ours / peer")]
        for row in self.rows:
            lines.append((row.promise, row.ours, row.peer, "" if row.ratio is None else f"{row.ratio:.3g}"))
        widths = [max(len(line[column]) for line in lines) for column in range(4)]
        printed = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        printed.insert(1, "-|-".join("-" * width for width in widths))
        return "\n".join(f"| {line} |" if at != 1 else f"|-{line}-|" for at, line in enumerate(printed))
