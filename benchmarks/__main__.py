"""Run benchmarks: `python -m benchmarks` runs all, `python -m benchmarks crowd jobs` the named ones.

`--save FILE` also adds the table to a Markdown file. A benchmark is a module in this folder with
`def run(report: Report) -> None`; found by looking, so none is listed here.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import platform
import sys
import time
import traceback
from pathlib import Path

from benchmarks.report import Report


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all, and print one table. Return 1 if one failed, 2 for an unknown name."""
    found = _discover()
    save = None
    if "--save" in names:
        at = names.index("--save")
        save = Path(names[at + 1])
        names = names[:at] + names[at + 2 :]
    unknown = [name for name in names if name not in found]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(found)}.", file=sys.stderr)
        return 2
    machine = (
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    )
    print(machine)
    report = Report()
    failed = False
    for name in names or found:
        print(f"{name} …", file=sys.stderr, flush=True)
        started = time.perf_counter()
        try:
            importlib.import_module(f"benchmarks.{name}").run(report)
        except Exception as problem:  # noqa: BLE001 - one broken benchmark must not hide the others
            traceback.print_exc()
            report.row(name, f"FAILED: {type(problem).__name__}: {str(problem).splitlines()[:1]}")
            failed = True
        print(f"{name} took {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    print(report.table())
    if save is not None:
        with save.open("a", encoding="utf-8") as file:
            file.write(f"\n## {', '.join(names or found)}\n\n{machine}\n\n{report.table()}\n")
    return 1 if failed else 0


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _discover() -> list[str]:
    """Return the modules of this folder that define `run`, by reading, not by importing them."""
    folder = Path(__file__).parent
    names = sorted(module.name for module in pkgutil.iter_modules([str(folder)]))
    return [name for name in names if "\ndef run(" in (folder / f"{name}.py").read_text()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
