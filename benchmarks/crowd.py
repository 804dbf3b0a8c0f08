"""Dawid–Skene on 1,000,000 answers beside crowd-kit, and its accuracy on six real sets beside published figures.

Time is CPU seconds in a process of its own, from three columns to labels; memory is the peak over what the process held
before. crowd-kit lives in a virtual environment of its own, made once by

    python3 -m venv benchmarks/.peers/crowd-kit
    benchmarks/.peers/crowd-kit/bin/pip install crowd-kit==1.4.2
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.report import Report
from tilth.crowd.aggregation import aggregate
from tilth.crowd.answers import Answers

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / "benchmarks" / ".peers" / "crowd-kit" / "bin" / "python"
SETS = ROOT.parent / "shared" / "data" / "crowd"
ROUNDS = 3
SCALES = ((1_000_000, 2, "number"), (1_000_000, 2, "text"), (1_000_000, 10, "number"))
PUBLISHED = {
    "bluebird": (0.889, 0.898),
    "rte": (0.927, 0.929),
    "cf": (0.827, 0.887),
    "snow_temp": (0.942, 0.944),
    "web": (0.829, 0.744),
    "d_product": (0.940, 0.939),
}
"""Set → published accuracy of Dawid–Skene without and with a prior."""

# Both sides read the same columns, and report in the same way.
MEASURE = """
import json, sys, time
import numpy as np
def memory(name):
    # Of this very program: ru_maxrss would start at the size of the process that started it.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024
columns = np.load(sys.argv[1])
task, worker, label, truth = (columns[name] for name in ("task", "worker", "label", "truth"))
{setup}
with open("/proc/self/clear_refs", "w") as control:
    control.write("5")
held = memory("VmRSS")
started = time.process_time()
{work}
seconds = time.process_time() - started
mb = memory("VmHWM") - held
print(json.dumps({{"seconds": seconds, "mb": mb, "accuracy": float((found == truth).mean())}}))
"""
OURS = MEASURE.format(
    setup="from tilth.crowd.answers import Answers\nfrom tilth.crowd.dawid_skene import dawid_skene",
    work=(
        "result = dawid_skene(Answers.of(task, worker, label))\n"
        "found = np.empty(len(truth), int)\n"
        "place = np.array([int(name.removeprefix('task-')) for name in result.tasks])\n"
        "found[place] = np.array(result.labels, int)[result.label]"
    ),
)
THEIRS = MEASURE.format(
    setup=(
        "import pandas as pd\nfrom crowdkit.aggregation import DawidSkene\n"
        "frame = pd.DataFrame({'task': task, 'worker': worker, 'label': label})"
    ),
    work="found = DawidSkene(n_iter=100).fit_predict(frame).sort_index().to_numpy().astype(int)",
)
THEIR_SETS = """
import json, sys
import pandas as pd
from crowdkit.aggregation import DawidSkene
scores = {}
for name in sys.argv[2:]:
    frame = pd.read_csv(f"{sys.argv[1]}/{name}/answers.csv", dtype=str)
    truth = pd.read_csv(f"{sys.argv[1]}/{name}/truth.csv", dtype=str).set_index("task")["truth"]
    scores[name] = float((DawidSkene(n_iter=100).fit_predict(frame).reindex(truth.index) == truth).mean())
print(json.dumps(scores))
"""


def run(report: Report) -> None:
    """Report speed and memory at both scales, then accuracy per set."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        for answers, classes, keys in SCALES:
            columns = Path(scratch) / f"{answers}-{classes}-{keys}.npz"
            _generate(columns, answers, classes, keys)
            _speed(report, columns, f"Dawid–Skene, {answers:,} answers, {classes} classes, 5 per task, {keys} keys")
    _accuracy(report)


def _speed(report: Report, columns: Path, what: str) -> None:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_run(sys.executable, OURS, str(columns)))
        if PEER.exists():
            theirs.append(_run(str(PEER), THEIRS, str(columns)))
    mine = {name: statistics.median(one[name] for one in ours) for name in ours[0]}
    shown = "{seconds:.2f} cpu-s, +{mb:.0f} MB, accuracy {accuracy:.4f}"
    if not theirs:
        report.row(what, shown.format(**mine), f"crowd-kit is not installed: see {Path(__file__).name}")
        return
    other = {name: statistics.median(one[name] for one in theirs) for name in theirs[0]}
    ratio = mine["seconds"] / other["seconds"]
    report.row(what, shown.format(**mine), f"crowd-kit: {shown.format(**other)}", ratio)


def _accuracy(report: Report) -> None:
    if not SETS.is_dir():
        report.row("consensus accuracy on real sets", "not measured", "the sets are not beside this checkout")
        return
    theirs = _run(str(PEER), THEIR_SETS, str(SETS), *PUBLISHED) if PEER.exists() else {}
    for name, (plain, prior) in PUBLISHED.items():
        with (SETS / name / "answers.csv").open() as file:
            rows = list(csv.DictReader(file))
        with (SETS / name / "truth.csv").open() as file:
            truth = {row["task"]: row["truth"] for row in csv.DictReader(file)}
        answers = Answers.of(*([row[column] for row in rows] for column in ("task", "worker", "label")))
        scores = {}
        for method in ("dawid_skene", "majority"):
            found = aggregate(answers, method=method).labels_by_task()
            scores[method] = float(np.mean([found.get(task) == label for task, label in truth.items()]))
        crowd_kit = f", crowd-kit now {theirs[name]:.3f}" if name in theirs else ""
        report.row(
            f"accuracy on {name}, {len(truth):,} tasks with truth",
            f"{scores['dawid_skene']:.3f} (majority {scores['majority']:.3f})",
            f"published DS {plain:.3f}, with prior {prior:.3f}{crowd_kit}",
            scores["dawid_skene"] / max(plain, prior),
        )


def _generate(path: Path, answers: int, classes: int, keys: str) -> None:
    """Write answers of 1,341 workers whose accuracies are Beta(6, 3), in random order; keys are numbers or text."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, classes, answers // 5)
    skill = rng.beta(6, 3, 1341)
    task = np.repeat(np.arange(len(truth)), 5)
    worker = rng.integers(0, len(skill), len(task))
    right = rng.random(len(task)) < skill[worker]
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, classes, len(task))) % classes)
    order = rng.permutation(len(task))
    columns = {"task": task[order], "worker": worker[order], "label": label[order], "truth": truth}
    if keys == "text":
        for name, pattern in (("task", "task-{:08}"), ("worker", "worker-{:04}"), ("label", "{}")):
            words = np.array([pattern.format(code) for code in range(int(columns[name].max()) + 1)])
            columns[name] = words[columns[name]]
    np.savez(path, **columns)


def _run(python: str, script: str, *arguments: str) -> dict[str, float]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, "-W", "ignore", "-c", script, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{python} failed: {done.stderr.strip().splitlines()[-1:]}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    printed = Report()
    run(printed)
    print(printed.table())
