"""People, reviews and imports with 50,000 tasks, 150,000 answers and 200 workers; and the label queue by HTTP.

A call is what the server does for it but for HTTP: the ledger's rows, the numbers, the answer as JSON. "First" is after
a restart; "after an answer" is after the ledger moved by one answer, "after a ban" after all of a worker's answers did.
The promise is at most 150 ms of server CPU each, 5 ms for a next task and 10 ms for a submit; these two also through
the web API on loopback, where the whole server process is counted.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import httpx
import numpy as np

from benchmarks.report import Report
from tilth.contract.labeling import Labeling
from tilth.contract.reviews import Reviews
from tilth.contract.workers import Workers
from tilth.contract.workspace import Workspace
from tilth.testing import ServerProcess
from tilth.webapi.answers import json_answer
from tilth.workspace.local import open as open_local

TASKS = 50_000
EACH = 3
WORKERS = 200
KNOWN = 2_000
CALLS = 5
HTTP_CALLS = 400
PROMISE_MS, NEXT_MS, SUBMIT_MS = 150.0, 5.0, 10.0
CLASSES = [f"class {number:02}" for number in range(10)]
CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t" required="true">'
    + "".join(f'<Choice value="{name}"/>' for name in CLASSES)
    + "</Choices></View>"
)
RESULT = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": [CLASSES[0]]}}]
FACETS: dict[str, type] = {"workers": Workers, "reviews": Reviews, "labeling": Labeling}


def run(report: Report) -> None:
    """Generate, import, ask, then serve."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch)
        fill(report, folder)
        measure(report, folder)
        _serve(report, folder)


def fill(report: Report, folder: Path) -> None:
    """Make the items and a pipeline, and import the answers."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(CLASSES), TASKS)
    with open_local(folder / "w") as workspace:
        for name in ("rows", "given", "known"):
            workspace.repos.create(name)
        workspace.files.put("rows@main:pool.csv", _csv(("id", "text"), [(f"k{n:05}", _text(n)) for n in range(TASKS)]))
        workspace.files.put("rows@main:more.csv", _csv(("id", "text"), [("m0", "nothing yet")]))
        known = [{"data": {"text": _text(n)}, "label": CLASSES[truth[n]]} for n in range(KNOWN)]
        for name, file, golden in (("past", "pool.csv", known), ("queue", "more.csv", [])):
            workspace.pipelines.create(_pipeline(name, file, golden))
        workspace.maintenance.run()
        skill = random.uniform(0.5, 0.97, WORKERS)
        answers = []
        for task in range(TASKS):
            for worker in random.choice(WORKERS, EACH, replace=False).tolist():
                right = random.random() < skill[worker]
                said = truth[task] if right else random.integers(0, len(CLASSES))
                answers.append((f"k{task:05}", f"w{worker}", CLASSES[said], round(random.lognormal(1.5, 0.5), 2)))
        workspace.files.put("given@main:answers.csv", _csv(("id", "who", "label", "seconds"), answers))
        asked: dict[str, Any] = {"item": "id", "answer": "label", "worker": "who", "seconds": "seconds"}
        started = time.process_time()
        told = workspace.labeling.import_answers("past", "given@main:answers.csv", dry_run=True, **asked)
        assert told.matched == TASKS * EACH, told
        report.row(f"preview an import of {TASKS * EACH:,} answers", _seconds(started))
        started, start = time.process_time(), 0
        while True:
            told = workspace.labeling.import_answers("past", "given@main:answers.csv", start=start, **asked)
            if told.next is None:
                break
            start = told.next
        report.row(f"import {TASKS * EACH:,} answers", _seconds(started))


def measure(report: Report, folder: Path) -> None:
    """Ask what the console asks about people, reviews and methods."""
    worst = 0.0

    def tell(what: str, ms: float) -> None:
        nonlocal worst
        worst = max(worst, ms)
        report.row(what, f"{ms:.1f} cpu-ms", f"promise {PROMISE_MS:g}", ms / PROMISE_MS)

    with open_local(folder / "w") as workspace:
        workspace.labeling.get("past")  # opening the folder is not part of it
        listed = lambda: _answer(workspace, "workers", "list", pipeline="past")  # noqa: E731
        tell("labelers, first", _once(listed))
        tell("labelers, again", _median(listed))
        compared = lambda: _answer(workspace, "workers", "compare", pipeline="past")  # noqa: E731
        tell("methods compared, first", _once(compared))
        tell("methods compared, again", _median(compared))
        rows = workspace.workers.list("past", sort="answers", descending=True, limit=200).items
        near = rows[0].worker
        tell("one labeler", _median(lambda: _answer(workspace, "workers", "get", pipeline="past", worker=near)))
        tell("their answers", _median(lambda: _answer(workspace, "workers", "answers", pipeline="past", worker=near)))
        tell(
            "items that methods decide otherwise",
            _median(lambda: _answer(workspace, "workers", "flips", pipeline="past")),
        )
        for by in ("random", "class", "worker", "unsure"):
            start = lambda by=by: _answer(workspace, "reviews", "start", pipeline="past", size=100, by=by)  # noqa: E731
            tell(f"draw 100 items to review by {by}", _median(start))
        review = workspace.reviews.start("past", size=200, seed=1)
        positions = iter(range(200))
        decide = lambda: workspace.reviews.decide(review.id, next(positions), "accepted")  # noqa: E731
        tell("accept an item of a review", _median(decide))
        correct = lambda: workspace.reviews.decide(review.id, next(positions), "corrected", label=CLASSES[3])  # noqa: E731
        tell("correct an item of a review", _median(correct))
        tell("error rates, after that", _once(lambda: _answer(workspace, "reviews", "rates", pipeline="past")))
        spent = []
        for at in range(CALLS):
            workspace.labeling.rule("past", f"k{KNOWN + at:05}", CLASSES[at])
            spent.append(_once(listed))
        tell("labelers, after a ruling", float(np.median(spent)))
        spent, again = [], []
        for row in rows[:CALLS]:
            again.append(_once(lambda row=row: workspace.labeling.ban("past", row.worker, "benchmark")))  # type: ignore[misc]
            spent.append(_once(listed))
        report.row(f"ban a labeler with {rows[0].answers:,} answers", f"{np.median(again):.1f} cpu-ms")
        tell("labelers, after a ban", float(np.median(spent)))
        tell("methods compared, after a ban", _once(compared))
        tell("labeling projects", _median(lambda: _answer(workspace, "labeling", "list")))
        tell("one labeling project", _median(lambda: _answer(workspace, "labeling", "get", pipeline="past")))
        tell("a page of labels", _median(lambda: _answer(workspace, "labeling", "labels", pipeline="past")))
        tell("what is due", _median(lambda: _answer(workspace, "reviews", "due")))
    report.row(f"promise: at most {PROMISE_MS:.0f} cpu-ms each", f"worst {worst:.1f}", ratio=worst / PROMISE_MS)


def _serve(report: Report, folder: Path) -> None:
    """Next and submit at 50,000 open tasks through the web API on loopback."""
    with open_local(folder / "w") as workspace:
        rows = [(f"q{n}", f"More: {_text(n)}") for n in range(TASKS)]
        workspace.files.put("rows@main:more.csv", _csv(("id", "text"), rows))
        workspace.maintenance.run()
        assert workspace.labeling.get("queue").open == TASKS
        tokens = []
        for number in range(20):
            workspace.access.create_user(f"labeler{number}", "labeler")
            tokens.append(workspace.access.create_token(f"labeler{number}").token)
    with ServerProcess(folder / "w") as server, httpx.Client(base_url=f"{server.url}/api/v1") as client:
        clock = (~server.pid << 3) | 2  # Linux: the CPU clock of another process (clock_getcpuclockid(3))
        spent: dict[str, list[float]] = {"tasks/queue": [], "tasks/submit": []}

        def call(path: str, token: str, body: dict[str, Any]) -> Any:
            started = time.clock_gettime(clock)
            answer = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
            spent[path].append((time.clock_gettime(clock) - started) * 1e3)
            assert answer.status_code == 200, answer.text
            return answer.json()

        for number in range(HTTP_CALLS):
            token = tokens[number % len(tokens)]
            task = call("tasks/queue", token, {"pipeline": "queue", "limit": 2})["tasks"][0]
            call("tasks/submit", token, {"assignment": task["id"], "result": RESULT})
        for path, promise in (("tasks/queue", NEXT_MS), ("tasks/submit", SUBMIT_MS)):
            p50, p99 = np.percentile(spent[path], [50, 99])
            what = f"{path} by HTTP at {TASKS:,} open tasks, the whole server"
            report.row(what, f"p50 {p50:.2f} ms, p99 {p99:.2f} ms of CPU", f"promise {promise:g}", p50 / promise)


def _text(number: int) -> str:
    return f"A headline that is about as long as most are: number {number}"


def _csv(header: tuple[str, ...], rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def _pipeline(name: str, file: str, known: list[Any]) -> dict[str, Any]:
    labeling: dict[str, Any] = {"config": CONFIG, "overlap": EACH, "publish": {"every": 10**8}}
    if known:
        labeling["golden"] = {"answers": known}
    return {
        "pipeline": {"name": name},
        "input": {"pfs": {"repo": "rows", "glob": f"/{file}", "rows": True, "key": "id"}},
        "labeling": labeling,
    }


def _answer(workspace: Workspace, facet: str, method: str, **given: Any) -> bytes:
    kind = get_type_hints(getattr(FACETS[facet], method))["return"]
    return bytes(json_answer(kind, getattr(getattr(workspace, facet), method)(**given)).body)


def _once(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return (time.process_time() - started) * 1e3


def _median(act: Callable[[], object]) -> float:
    return float(np.median([_once(act) for _ in range(CALLS)]))


def _seconds(started: float) -> str:
    return f"{time.process_time() - started:.1f} cpu-s"
