"""Run benchmarks: `python -m benchmarks` runs all, `python -m benchmarks crowd commit` the named ones.

A benchmark is a module in this folder with `def run(report: Report) -> None`; found by looking, so none is listed here.
"""

from __future__ import annotations

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
    unknown = [name for name in names if name not in found]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(found)}.", file=sys.stderr)
        return 2
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, Python {platform.python_version()}")
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
    return 1 if failed else 0


def _discover() -> list[str]:
    """Return the modules of this folder that define `run`, by reading, not by importing them."""
    folder = Path(__file__).parent
    names = sorted(module.name for module in pkgutil.iter_modules([str(folder)]))
    return [name for name in names if "\ndef run(" in (folder / f"{name}.py").read_text()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
