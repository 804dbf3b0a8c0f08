"""Whether a workspace is quiet is told of one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tilth.pipelines import queue
from tilth.workspace.local import open as open_folder

CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)
SPEC: dict[str, Any] = {
    "pipeline": {"name": "ask"},
    "input": {"pfs": {"repo": "items", "glob": "/*.txt", "name": "text"}},
    "labeling": {"config": CONFIG, "overlap": 1},
}


def test_labels_published_while_one_looks_do_not_make_a_workspace_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_folder(tmp_path / "ws") as workspace, open_folder(tmp_path / "ws") as server:
        workspace.repos.create("items")
        workspace.files.put("items:1.txt", b"one")
        workspace.pipelines.create(SPEC)
        workspace.maintenance.run(timeout_s=60)
        assert workspace.maintenance.status().quiet
        workspace.repos.create("answers")
        workspace.files.put("answers:a.csv", b"item,answer,worker\n1.txt,cat,ann\n")
        workspace.labeling.import_answers("ask", "answers@main:a.csv", item="item", answer="answer", worker="worker")
        workspace.maintenance.run(timeout_s=60)
        assert workspace.labeling.rule("ask", "1.txt", "dog").final
        count = queue.count_jobs
        published = []

        def meanwhile(conn: Connection) -> tuple[int, int]:
            found = count(conn)
            published.append(server.labeling.publish("ask"))
            return found

        monkeypatch.setattr(queue, "count_jobs", meanwhile)
        quiet = workspace.maintenance.status().quiet
        assert published[0] is not None
        assert not quiet
