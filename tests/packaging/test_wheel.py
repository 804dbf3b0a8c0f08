"""What a wheel brings along: the program and its console, ready to serve; without the console there is no wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = Path("src/tilth/webapi/console")
TAKEN = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE")


def build(project: Path, into: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(project)],
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_wheel_holds_the_console_with_the_editor_and_their_licences(tmp_path: Path) -> None:
    if not (ROOT / CONSOLE / "index.html").is_file():
        if os.environ.get("CI") and shutil.which("node"):
            pytest.fail("the console is not built: make ui")
        pytest.skip("needs the built console (make ui)")
    done = build(ROOT, tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = tmp_path.glob("tilth-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        inside = {name.removeprefix("tilth/webapi/console/") for name in names if "/webapi/console/" in name}
        page = archive.read("tilth/webapi/console/index.html").decode()
    scripts = {name for name in inside if name.startswith("assets/") and name.endswith(".js")}
    assert any(f"/{script}" in page for script in scripts), "the first page loads a script that is there"
    assert {"index.html", "editor/frame.html", "editor/main.js", "editor/main.css"} <= inside
    assert any("LICENSE" in name for name in inside), "the editor's licence travels with it"
    assert not [name for name in names if name.endswith((".map", ".ts", ".tsx", "decode-audio.wasm"))]
    assert not [name for name in names if "node_modules" in name or "/tests/" in name]


def test_without_the_console_no_wheel_is_built_and_it_says_what_to_do(tmp_path: Path) -> None:
    project = tmp_path / "checkout"
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("console", "__pycache__"))
    for name in TAKEN:
        shutil.copy(ROOT / name, project / name)
    done = build(project, tmp_path / "dist")
    assert done.returncode != 0
    assert "make ui" in done.stdout + done.stderr
    assert not list(tmp_path.glob("dist/*.whl"))
