"""docs/quickstart.md, read and run as a reader would: every command, every line of output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

QUICKSTART = Path(__file__).resolve().parents[2] / "docs" / "quickstart.md"
ANYTHING = "…"


@dataclass
class Step:
    """One command of a console block, and what the page says it prints (None: the page shows nothing)."""

    line: int
    command: str
    output: list[str] = field(default_factory=list)


def steps(text: str) -> Iterator[Step]:
    """Yield the commands in ```console blocks: `$ ` begins one, `> ` goes on, the rest is output."""
    step: Step | None = None
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            if step is not None:
                yield step
            step, inside = None, line == "```console"
        elif inside and line.startswith("$ "):
            if step is not None:
                yield step
            step = Step(number, line[2:])
        elif inside and step is not None and (line == ">" or line.startswith("> ")) and not step.output:
            step.command += "\n" + line[2:]
        elif inside and step is not None:
            step.output.append(line)


def matches(shown: str, printed: str) -> bool:
    """Tell whether the output is as shown; `…` stands for anything in a line, spaces for any number of them."""
    pattern = r"\s+".join(re.escape(word) for word in shown.split()).replace(re.escape(ANYTHING), ".*")
    return re.fullmatch(pattern, printed.strip()) is not None


def test_the_quickstart_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "tilth"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tilth.cli.main "$@"\n')
    program.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TILTH_")}
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    found = list(steps(QUICKSTART.read_text()))
    assert len(found) > 15
    for step in found:
        done = subprocess.run(["bash", "-c", step.command], cwd=work, env=environment, capture_output=True, text=True,
                              check=False)  # fmt: skip
        where = f"docs/quickstart.md:{step.line}: {step.command}"
        fails = any(line.startswith("Error:") for line in step.output)
        assert (done.returncode != 0) is fails, f"{where}\n{done.stdout}{done.stderr}"
        # Slow work tells its progress on stderr; a page shows only what is always there.
        told = done.stdout + (done.stderr if fails else "")
        printed = [line for line in told.splitlines() if line.strip()]
        shown = [line for line in step.output if line.strip()]
        assert len(shown) == len(printed), f"{where}\nprinted:\n{done.stdout}{done.stderr}"
        for expected, actual in zip(shown, printed, strict=True):
            assert matches(expected, actual), f"{where}\nshown:   {expected}\nprinted: {actual}"
