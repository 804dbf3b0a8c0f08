"""`tilth dataset analyse`, `similar` and `duplicates`, as one types them."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tilth.cli.main import program
from tilth.workspace.local import open as open_local

TEXTS = ["a cat on the mat", "the cat sat on a mat", "budget vote in parliament", "parliament votes on the budget"]


def _tilth(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(program, ["-w", str(folder), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_analyse_waits_and_similar_and_duplicates_print_what_was_found(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    rows = [f"{n},{TEXTS[n % 4]} {n // 8},{'pets' if n % 4 < 2 else 'news'}" for n in range(24)]
    with open_local(folder) as workspace:
        workspace.repos.create("rows")
        workspace.files.put("rows:all.csv", ("id,text,label\n" + "\n".join(rows) + "\n").encode())
        media, items = {"kind": "text", "column": "text"}, {"from": "rows@main:all.csv", "key": "id"}
        workspace.datasets.define("talk", {"items": items, "media": media, "labels": {"column": "label"}})
    assert "is missing" in _tilth(folder, "dataset", "analyse", "talk", "--state")
    assert "The analysis of version 1 of talk is ready" in _tilth(folder, "dataset", "analyse", "talk")
    told = json.loads(_tilth(folder, "dataset", "similar", "talk", "0", "--limit", "3", "--json"))
    assert [each["item"]["label"] for each in told["items"]] == ["pets"] * 3
    assert "pets" in _tilth(folder, "dataset", "similar", "talk", "0", "--not", "2")
    assert "0 4" in _tilth(folder, "dataset", "duplicates", "talk")
