"""What is told of a job's items while it runs, and how much of it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.pipelines import dispatch, items_so_far, queue
from tilth.pipelines.items_so_far import ItemSoFar, done_groups, failed_items, note_items


def pfs(repo: str) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": "/*"}}


def test_while_a_job_runs_its_items_can_be_seen_and_none_of_it_stays(
    workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "TELL_EVERY_S", 0.0)
    seen: list[tuple[list[str], list[str]]] = []

    def look(batch: Any) -> None:
        job = workshop.job("p")
        with workshop.backend.database.read() as conn:
            seen.append(
                (
                    [item.key for item in failed_items(conn, job.id)],
                    [item.key for _, items in done_groups(conn, job.id) for item in items],
                )
            )

    def picky(datum: Any) -> None:
        file = datum.inputs["a"].file
        if file.read_bytes() == b"bad":
            raise ValueError("cannot eat this")
        datum.write(file.path, b"ok")

    workshop.executor.functions["test:picky"] = picky
    workshop.executor.before_batch = look
    workshop.repo("a", {f"f{n:02}": b"bad" if n == 1 else b"good" for n in range(60)})
    workshop.pipeline("p", pfs("a"), function="test:picky", datum_tries=1)
    [job] = workshop.settle()
    assert job.failed == 1
    assert any("a:/f01" in failed for failed, _ in seen)
    assert any("a:/f00" in done for _, done in seen)
    with workshop.backend.database.read() as conn:
        assert not failed_items(conn, job.id)
        assert not done_groups(conn, job.id)


def test_of_what_is_done_only_the_newest_is_kept_and_all_that_failed(
    workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items_so_far, "KEPT_DONE", 5)
    workshop.repo("a", {"x": b"1"})
    workshop.pipeline("p", pfs("a"))
    [job] = workshop.settle()
    with workshop.backend.database.transaction() as conn:
        for group in range(10):
            done = [ItemSoFar(f"{group}-{n}", queue.SUCCESS) for n in range(2)]
            note_items(conn, job.id, running=[], failed=[ItemSoFar(f"bad-{group}", queue.FAILED)], done=done)
    with workshop.backend.database.read() as conn:
        kept = [item.key for _, items in done_groups(conn, job.id) for item in items]
        assert kept == ["9-1", "9-0", "8-1", "8-0", "7-1", "7-0"]
        assert len(failed_items(conn, job.id)) == 10
