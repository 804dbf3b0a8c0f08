"""Is this headline clickbait? The flow of the public Toloka + Pachyderm example, without its defects.

`data` is the folder of that example's files: train.csv, test.csv, pool_tasks.csv, control_tasks.csv; beside it may lie
`derived/pool_gold.csv` (right labels of the pool) and `source32k/` (32,000 headlines), which only score and simulate.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilth.contract.workspace import Workspace
from tilth.crowd.aggregation import aggregate
from tilth.crowd.answers import Answers
from tilth.crowd.interval import wilson
from tilth.demo.labelers import Labeler, Perception, Profile, work_in_turns
from tilth.demo.scene import Scene, all_jobs, code_archive, failures_in, opened, read, rerun_all, rows_of
from tilth.demo.story import Story
from tilth.errors import Invalid, NotFound
from tilth.model.digest import digest_of

STEPS = 4
CATEGORIES = ("clickbait", "notclickbait")
PRICE = 0.05
BIG_POOL = 2000

LABELERS = (
    *(Profile(f"labeler-{number}", "careful", 0.05) for number in range(1, 5)),
    Profile("labeler-5", "hasty", 0.15),
    Profile("labeler-6", "spammer"),
    Profile("labeler-7", "careful", 0.08),
    Profile("labeler-8", "hasty", 0.20),
    Profile("labeler-9", "adversary"),
    Profile("labeler-10", "careful", 0.10),
)

GUIDELINES = """\
# Is this headline clickbait?

Clickbait promises, teases or lists ("25 Things You Will Only Understand If ...") so that you click to find out.
A headline that tells the news itself is not clickbait, however exciting the news is.
"""
CONFIG = (
    '<View><Text name="text" value="$headline"/><Choices name="category" toName="text" choice="single">'
    '<Choice value="clickbait" hotkey="1"/><Choice value="notclickbait" hotkey="2"/></Choices></View>'
)


@dataclass(frozen=True, slots=True)
class Headlines:
    """The example's rows, and what is known about them outside the loop."""

    train: Sequence[tuple[str, str]]
    test: Sequence[tuple[str, str]]
    known: Sequence[tuple[str, str]]
    pool: Sequence[str]
    truth: Mapping[str, str]
    overlap: int


def run(folder: Path, *, data: Path, rows: str | None = None, seed: int = 1, story: Story | None = None) -> None:
    """Tell the story in `folder` from the files in `data`; `rows="source32k"` asks about 2,000 headlines."""
    told = story or Story()
    headlines = _load(data, rows, seed)
    with opened(folder) as scene:
        try:
            scene.workspace.repos.get("ask")
        except NotFound:
            _Clickbait(scene, told, headlines, seed).tell()
            return
        told.say(f"{scene.folder} already holds this story, so it is only run again.")
        _run_again(scene, told)
        _show(scene.workspace, told, headlines)


class _Clickbait:
    def __init__(self, scene: Scene, story: Story, headlines: Headlines, seed: int) -> None:
        self._scene = scene
        self._workspace = scene.workspace
        self._story = story
        self._headlines = headlines
        self._seed = seed
        self._labelers: list[Labeler] = []

    def tell(self) -> None:
        """Tell all four steps."""
        self._version()
        self._label()
        self._train()
        self._trust()

    def _version(self) -> None:
        story, workspace, headlines = self._story, self._workspace, self._headlines
        story.step(1, STEPS, "Version", "the example's files arrive as commits; the test rows can never train")
        workspace.repos.create("headlines", description="Labeled headlines to train on.")
        workspace.files.put("headlines:train.csv", _table(headlines.train, "headline", "category"))
        workspace.repos.create("test", description="Headlines for scoring only.", held_out=True)
        workspace.files.put("test:test.csv", _table(headlines.test, "headline", "category"))
        workspace.repos.create("known", description="Known answers: control tasks of the example.")
        workspace.files.put("known:answers.csv", _table(headlines.known, "headline", "category"))
        workspace.repos.create("pool", description="Headlines without labels.")
        story.say(
            f"{len(headlines.train):,} rows to train on, {len(headlines.test)} held out, {len(headlines.known)} known "
            f"answers, {len(headlines.pool):,} headlines without labels (the last one comes later)"
        )
        self._put_pool(headlines.pool[:-1])

    def _put_pool(self, pool: Sequence[str]) -> None:
        rows = [(headline,) for headline in pool]
        self._workspace.files.put("pool:pool.csv", _table(rows, "headline"), message=f"{len(rows)} headlines")

    def _label(self) -> None:
        story, workspace, headlines = self._story, self._workspace, self._headlines
        story.step(2, STEPS, "Label", f"every row is an item; {headlines.overlap} SIMULATED labelers answer each")
        archive = code_archive("clickbait_code")
        for spec in _specs(headlines.overlap):
            workspace.pipelines.create(spec, code=archive if "code" in spec else None)
        perception = Perception(
            {digest_of(headline.encode()): category for headline, category in headlines.truth.items()},
            CATEGORIES,
            seed=self._seed,
        )
        for profile in LABELERS:
            self._labelers.append(
                Labeler(
                    profile,
                    perception.of(profile),
                    self._scene.labeler(profile.name, "ask"),
                    pipeline="ask",
                    control="category",
                    shown="text",
                    variable="headline",
                )
            )
        story.say(
            "the labelers are simulated: each answers from the true label with its own noise (5 to 20 %), one is a "
            "spammer, one an adversary; they know nothing but what the task page shows"
        )
        self._ask()
        state = workspace.labeling.get("ask")
        story.say(f"known-answer tasks existed before the first assignment: {state.golden}")
        names = {labeler.worker: labeler.profile.name for labeler in self._labelers}
        for worker in workspace.labeling.workers("ask").items:
            if worker.state == "banned":
                story.say(f"banned: {names[worker.worker].replace('-', ' ')}: {worker.reason}", mark="✗")
        story.say(
            f"{state.done:,} headlines labeled, {state.answers:,} answers paid ({state.spent:.2f}), "
            f"{state.rejected} rejected and bought anew"
        )

    def _ask(self) -> None:
        story, workspace = self._story, self._workspace
        with story.bar("take rows in as tasks"):
            workspace.maintenance.run(timeout_s=300)
        wanted = workspace.labeling.get("ask").open * self._headlines.overlap
        with story.bar("simulated labelers answer", wanted) as progress:
            work_in_turns(self._labelers, seed=self._seed, answered=progress.advance)
        with story.bar("publish, enrich, train, score"):
            workspace.maintenance.run(timeout_s=300)
        failures_in(all_jobs(workspace))

    def _train(self) -> None:
        self._story.step(3, STEPS, "Train", "labels join the training rows; the model is scored on rows it never saw")
        _show(self._workspace, self._story, self._headlines)

    def _trust(self) -> None:
        story, workspace = self._story, self._workspace
        story.step(4, STEPS, "Trust", "a re-run asks nobody anything; a new row becomes a task by itself")
        _run_again(self._scene, story)
        before = workspace.labeling.get("ask").tasks
        self._put_pool(self._headlines.pool)
        self._ask()
        after = workspace.labeling.get("ask")
        story.say(f"one row added to the pool: {after.tasks - before} new task, answered and published by itself")
        _show(workspace, story, self._headlines)
        story.way_in()
        story.command(f"cd {self._scene.folder} && tilth lineage evaluate:metrics.json")


def _specs(overlap: int) -> list[dict[str, Any]]:
    def pfs(repo: str, name: str, glob: str = "/") -> dict[str, Any]:
        return {"pfs": {"repo": repo, "glob": glob, "name": name}}

    def function(name: str, *inputs: dict[str, Any], trains: bool = False) -> dict[str, Any]:
        return {
            "pipeline": {"name": name},
            "function": f"headlines.steps:{name}",
            "code": "clickbait_code",
            "input": inputs[0] if len(inputs) == 1 else {"cross": list(inputs)},
            **({"trains": True} if trains else {}),
        }

    return [
        {
            "pipeline": {"name": "ask"},
            "description": "Ask people whether each row of the pool is clickbait.",
            "input": {"pfs": {"repo": "pool", "glob": "/pool.csv", "rows": True, "key": "headline"}},
            "labeling": {
                "config": CONFIG,
                "guidelines": {"text": GUIDELINES, "version": "1"},
                "overlap": overlap,
                "golden": {"from": "known:answers.csv", "answer": "category", "every": 4},
                "rules": {"golden": {"min_answers": 5, "min_accuracy": 0.6}},
                "price": PRICE,
                "publish": "complete",
            },
        },
        function("enrich", pfs("headlines", "data", "/train.csv"), pfs("ask", "labels")),
        function("train", pfs("enrich", "dataset", "/enriched_train.csv"), trains=True),
        function("evaluate", pfs("train", "model"), pfs("test", "test", "/test.csv")),
    ]


def _run_again(scene: Scene, story: Story) -> None:
    before = scene.workspace.labeling.get("ask").tasks
    with story.bar("run everything again"):
        bought, ran, reused = rerun_all(scene.workspace, "ask")
    made = scene.workspace.labeling.get("ask").tasks - before
    story.say(f"re-run: {made} tasks created, {bought} answers bought, {ran} items recomputed, {reused} reused")


def _show(workspace: Workspace, story: Story, headlines: Headlines) -> None:
    labels = {str(row["key"]): str(row["label"]) for row in rows_of(workspace, "ask:labels")}
    answers = [
        (str(row["key"]), str(row["worker"]), str(row["label"]))
        for row in rows_of(workspace, "ask:answers")
        if not row["golden"]
    ]
    plain = aggregate(Answers.of(*zip(*answers, strict=True)), method="majority").labels_by_task()
    metrics = json.loads(read(workspace, "evaluate:metrics.json"))
    enriched = workspace.datasets.count("enrich:enriched_train.csv")

    def against_gold(held: Mapping[str, str]) -> str:
        score = wilson(sum(held[key] == headlines.truth[key] for key in labels), len(labels))
        return f"{score.value:.1%} ({score.low:.1%} to {score.high:.1%}, n = {score.n:,})"

    story.table(
        "Labels by simulated labelers; model scored on held-out rows; 95 % intervals",
        ["what", "measured"],
        [
            ["consensus right", against_gold(labels)],
            ["plain majority right", against_gold(plain)],
            ["enriched_train.csv", f"{enriched:,} rows"],
            ["model accuracy", _interval(metrics["accuracy"], metrics["n"])],
            ["model F1 (clickbait)", _interval(metrics["f1"], metrics["n"])],
        ],
    )


def _interval(value: Sequence[float], n: int) -> str:
    return f"{value[0]:.1%} ({value[1]:.1%} to {value[2]:.1%}, n = {n})"


def _load(data: Path, rows: str | None, seed: int) -> Headlines:
    train, test = _pairs(data / "train.csv", "headline", "category"), _pairs(data / "test.csv", "headline", "category")
    known = _pairs(data / "control_tasks.csv", "INPUT:headline", "GOLDEN:category")
    truth = dict([*train, *test, *known])
    if rows is None:
        pool = [row["INPUT:headline"] for row in _read_csv(data / "pool_tasks.csv")]
        truth.update(_pairs(data.parent / "derived" / "pool_gold.csv", "headline", "category"))
        return Headlines(train, test, known, pool, truth, overlap=5)
    if rows != "source32k":
        raise Invalid(f"There are no rows called {rows!r}.", help="Use --rows source32k, or leave it out.")
    source = _source(data.parent / "source32k")
    candidates = sorted(set(source) - set(truth))
    pool = random.Random(seed).sample(candidates, BIG_POOL)
    return Headlines(train, test, known, pool, {**source, **truth}, overlap=3)


def _source(folder: Path) -> dict[str, str]:
    headlines: dict[str, str] = {}
    for name, category in (("clickbait_data.gz", "clickbait"), ("non_clickbait_data.gz", "notclickbait")):
        path = folder / name
        if not path.is_file():
            raise NotFound(f"{path} does not exist.", help="--rows source32k needs the 32,000 headlines beside DIR.")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            headlines.update({line.strip(): category for line in lines if line.strip()})
    return headlines


def _pairs(path: Path, first: str, second: str) -> list[tuple[str, str]]:
    return [(row[first], row[second]) for row in _read_csv(path)]


def _read_csv(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise NotFound(
            f"{path} does not exist.",
            help="--data names the folder of the public example's files (train.csv, test.csv, pool_tasks.csv, ...).",
        )
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _table(rows: Sequence[Sequence[str]], *columns: str) -> bytes:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return output.getvalue().encode()
