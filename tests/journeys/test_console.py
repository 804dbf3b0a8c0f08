"""Journeys through the console: a real server, a real browser; whatever a page reports as an error fails them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
NOT_JOURNEYS = {"browser", "looking", "paint", "png", "screens", "server", "zip"}
JOURNEYS = sorted(path.stem for path in (FRONTEND / "tests").glob("*.mjs") if path.stem not in NOT_JOURNEYS)
LONGEST_S = 280


@pytest.fixture(scope="module")
def browser() -> str:
    """The browser's path; without it, Node or the built console there is nothing to go through."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    lacking = [
        what
        for what, there in {
            "Chromium": chromium,
            "Node": shutil.which("node"),
            "the built console (make ui)": (ROOT / "src/tilth/webapi/console/index.html").is_file(),
            "the console's packages (make ui)": (FRONTEND / "node_modules/playwright-core").is_dir(),
        }.items()
        if not there
    ]
    if lacking:
        told = f"a journey through the console needs {' and '.join(lacking)}"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    assert chromium is not None
    return chromium


@pytest.mark.slow
@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_console_leads_through(journey: str, browser: str) -> None:
    done = subprocess.run(
        ["node", f"tests/{journey}.mjs"],
        cwd=FRONTEND,
        env={**os.environ, "PYTHON": sys.executable, "CHROMIUM": browser},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-8000:]}"
