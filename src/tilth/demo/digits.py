"""The whole loop on 1,797 real handwriting scans, in five steps that print what was measured."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tilth.contract.commit import CommitInfo
from tilth.contract.jobs import JobInfo
from tilth.contract.labeling import LabelingInfo
from tilth.contract.workspace import Workspace
from tilth.crowd.aggregation import aggregate
from tilth.crowd.answers import Answers
from tilth.curation.intervals import Difference, paired_bootstrap
from tilth.demo import digits_specs as specs
from tilth.demo.labelers import Labeler, Perception, Profile, work_in_turns
from tilth.demo.scans import all_scans, inverted, retouched
from tilth.demo.scene import Scene, all_jobs, code_archive, failures_in, opened, read, rerun_all, rows_of
from tilth.demo.story import Story
from tilth.errors import HeldOut, NotFound
from tilth.model.digest import digest_of

STEPS = 5
HELD_OUT = 500
HELD_OUT_NAME = "held-out-scans"
KNOWN = 20
FIRST = 60
EACH = 60
ROUNDS = 3
OVERLAP = 3
PRICE = 0.05
SEEDS = 5

CONFUSABLE = {
    "0": "6", "1": "78", "2": "37", "3": "58", "4": "9", "5": "39", "6": "05", "7": "19", "8": "13", "9": "47",
}  # fmt: skip
"""Which digits an honest mistake confuses."""

LABELERS = (
    *(Profile(f"labeler-{number}", "careful", 0.03) for number in range(1, 7)),
    Profile("labeler-7", "spammer"),
    Profile("labeler-8", "careful", 0.06),
    Profile("labeler-9", "hasty", 0.12),
    Profile("labeler-10", "hasty", 0.15),
    Profile("labeler-11", "adversary"),
    Profile("labeler-12", "hasty", 0.20),
)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round bought, cost and gained. `chosen` and `random` are the two arms of equal budget."""

    number: int
    items: Mapping[str, int]
    """Labeled items that each arm trains on."""
    answers: int
    cost: float
    rejected: int
    banned: int
    consensus: float
    majority: float
    judged: int
    accuracy: Mapping[str, tuple[float, float, float]]
    """Per arm: mean over seeds, and the 95 % interval, on the held-out scans."""
    gain: tuple[float, float, float, str]
    run: int
    reused: int
    seconds: float


def run(folder: Path, *, seed: int = 1, story: Story | None = None) -> None:
    """Tell the story in `folder`; a folder that already holds it is run again, which must buy and compute nothing."""
    told = story or Story()
    with opened(folder) as scene:
        if _already_told(scene.workspace):
            _tell_again(scene, told)
        else:
            _Digits(scene, told, seed).tell()


class _Digits:
    """One telling: the workspace, the twelve simulated labelers, and what was measured so far."""

    def __init__(self, scene: Scene, story: Story, seed: int) -> None:
        self._scene = scene
        self._workspace = scene.workspace
        self._story = story
        self._seed = seed
        scans = list(all_scans())
        random.Random(seed).shuffle(scans)
        self._heldout = scans[:HELD_OUT]
        self._known = scans[HELD_OUT : HELD_OUT + KNOWN]
        self._pool = scans[HELD_OUT + KNOWN :]
        self._truth = {scan.name: scan.digit for scan in scans}
        self._labelers: list[Labeler] = []
        self._rounds: list[Round] = []
        self._counted: set[str] = set()
        self._before: LabelingInfo | None = None
        self._announced: set[str] = set()
        self._began = 0.0

    def tell(self) -> None:
        """Tell all five steps."""
        self._version()
        self._label()
        self._train()
        self._find()
        self._trust()
        self._keep_models()
        self._table()
        _goodbye(self._story, self._scene)

    # 1. Version

    def _version(self) -> None:
        story, workspace = self._story, self._workspace
        story.step(1, STEPS, "Version", "raw scans arrive as commits; some are held out and can never train")
        folder = self._scene.folder / "scans"
        folder.mkdir(parents=True, exist_ok=True)
        for scan in self._pool:
            (folder / f"{scan.name}.png").write_bytes(scan.png)
        workspace.repos.create("scans", description="Raw handwriting scans, unlabeled.")
        with story.bar("commit raw scans", len(self._pool)) as progress:
            commit = workspace.files.put_folder("scans", folder, message="Scans of the first batch", progress=progress)
        story.say(f"scans: {commit.files:,} images in commit {commit.id[:13]}, seal {commit.seal[:12]}")
        workspace.repos.create("heldout", description="Scans and truth for scoring only.", held_out=True)
        truth = "item,label\n" + "".join(f"{scan.name},{scan.digit}\n" for scan in self._heldout)
        files = [(f"scans/{scan.name}.png", scan.png) for scan in self._heldout]
        commit = workspace.files.put_many("heldout", [*files, ("truth.csv", truth.encode())], message="Held-out scans")
        story.say(f"heldout: {len(files)} images and their truth, protected: nothing trained may have it upstream")
        workspace.repos.create("known", description="Known answers: an expert labeled these.")
        answers = "path,label\n" + "".join(f"{scan.name}.png,{scan.digit}\n" for scan in self._known)
        files = [(f"{scan.name}.png", scan.png) for scan in self._known]
        workspace.files.put_many("known", [*files, ("answers.csv", answers.encode())], message="Known answers")
        workspace.repos.create("inbox", description="Scans that people are asked about.")
        self._create(specs.features())
        cheat = {
            "pipeline": {"name": "cheat"},
            "function": "handwriting.steps:train",
            "code": "digits_code",
            "parameters": {"seeds": 1},
            "input": {"pfs": {"repo": "heldout-features", "glob": "/", "name": "dataset"}},
            "trains": True,
        }
        try:
            self._create([cheat])
        except HeldOut as refusal:
            story.say("training on held-out scans, tried once, is refused:", mark="✗")
            story.quote(refusal.message)
        else:
            raise AssertionError("a pipeline that trains on held-out data was accepted")

    def _create(self, wanted: Iterable[Mapping[str, Any]]) -> None:
        archive = code_archive("digits_code")
        for spec in wanted:
            self._workspace.pipelines.create({**spec}, code=archive if "code" in spec else None)

    # 2. Label

    def _label(self) -> None:
        story = self._story
        story.step(2, STEPS, "Label", "a labeling pipeline asks people; here twelve SIMULATED labelers, over HTTP")
        self._create([specs.labeling(overlap=OVERLAP, price=PRICE, known_every=4)])
        self._create(specs.training(count=EACH, seeds=SEEDS, seed=self._seed))
        story.say(
            f"{OVERLAP} people per scan, {KNOWN} known-answer tasks mixed in, {PRICE:.2f} per answer; below 60 % on at "
            "least 5 known answers a labeler is banned and the answers are bought anew from others"
        )
        story.say(
            f"the twelve are simulated: {sum(p.kind == 'careful' for p in LABELERS)} careful, "
            f"{sum(p.kind == 'hasty' for p in LABELERS)} hasty, one spammer, one adversary; each sees only its own "
            "noisy draw and works through the public worker API of the running server"
        )
        perception = Perception(
            {digest_of(scan.png): scan.digit for scan in (*self._pool, *self._known)},
            specs.DIGITS,
            confusable={digit: list(others) for digit, others in CONFUSABLE.items()},
            seed=self._seed,
        )
        for profile in LABELERS:
            tasks = self._scene.labeler(profile.name, "label")
            look = perception.of(profile)
            self._labelers.append(
                Labeler(profile, look, tasks, pipeline="label", control="digit", shown="scan", variable="image")
            )
        first = [(f"first/{scan.name}.png", scan.png) for scan in self._pool[:FIRST]]
        self._workspace.files.put_many("inbox", first, message=f"The first {FIRST} scans to label")
        self._began = time.monotonic()
        self._ask()
        story.say("published: one commit of labels, answers and (opaque) workers, under guidelines version 1")

    def _ask(self) -> None:
        with self._story.bar("take new scans in as tasks"):
            self._workspace.maintenance.run(timeout_s=120)
        wanted = self._workspace.labeling.get("label")
        with self._story.bar("simulated labelers answer", wanted.open * OVERLAP) as progress:
            work_in_turns(self._labelers, seed=self._seed, answered=progress.advance)
        with self._story.bar("publish labels, then everything that depends on them"):
            self._workspace.maintenance.run(timeout_s=300)
        names = {labeler.worker: labeler.profile.name for labeler in self._labelers}
        for worker in self._workspace.labeling.workers("label").items:
            if worker.state == "banned" and worker.worker not in self._announced:
                self._announced.add(worker.worker)
                name = names[worker.worker].replace("-", " ")
                self._story.say(f"banned: {name}: {worker.reason}", mark="✗")

    # 3. Train

    def _train(self) -> None:
        story = self._story
        story.step(3, STEPS, "Train", "dataset, training and evaluation are pipelines that the label commit fired")
        first = self._measure(0, self._began)
        self._rounds.append(first)
        value, low, high = first.accuracy["chosen"]
        story.say(
            f"consensus of the simulated labelers is right for {first.consensus:.1%} of {first.judged} scans; "
            f"plain majority of all answers, banned ones included: {first.majority:.1%}"
        )
        story.say(
            f"model on {first.items['chosen']} labels: {value:.1%} right on {HELD_OUT} held-out scans "
            f"(95 % interval {low:.1%} to {high:.1%}, {SEEDS} seeds)"
        )

    def _measure(self, number: int, began: float) -> Round:
        workspace = self._workspace
        state = workspace.labeling.get("label")
        before = self._before
        self._before = state
        jobs = [job for job in all_jobs(workspace) if job.id not in self._counted]
        self._counted.update(job.id for job in jobs)
        failures_in(jobs)
        consensus, majority, judged = self._judge()
        predictions = {arm: _predictions(workspace, arm) for arm in specs.ARMS}
        gain = _compare(predictions["random"], predictions["chosen"])
        return Round(
            number=number,
            items={arm: _count_items(workspace, arm) for arm in specs.ARMS},
            answers=state.answers - (before.answers if before else 0),
            cost=state.spent - (before.spent if before else 0.0),
            rejected=state.rejected - (before.rejected if before else 0),
            banned=state.banned,
            consensus=consensus,
            majority=majority,
            judged=judged,
            accuracy={arm: _accuracy(workspace, arm) for arm in specs.ARMS},
            gain=(gain.value, gain.low, gain.high, gain.verdict),
            run=sum(job.run for job in jobs),
            reused=sum(job.reused for job in jobs),
            seconds=time.monotonic() - began,
        )

    def _judge(self) -> tuple[float, float, int]:
        """Score consensus and plain majority against the truth, which only this simulation knows."""
        held = {_item(str(row["path"])): str(row["label"]) for row in rows_of(self._workspace, "label:labels")}
        answers = [
            (_item(str(row["key"])), str(row["worker"]), str(row["label"]))
            for row in rows_of(self._workspace, "label:answers")
            if not row["golden"]
        ]
        votes = Answers.of(*zip(*answers, strict=True))
        plain = aggregate(votes, method="majority").labels_by_task()
        right = sum(held[item] == self._truth[item] for item in held)
        plainly = sum(plain[item] == self._truth[item] for item in held)
        return right / len(held), plainly / len(held), len(held)

    # 4. Find

    def _find(self) -> None:
        story, workspace = self._story, self._workspace
        story.step(4, STEPS, "Find", "where the model fails; what to label next; is choosing better than chance?")
        for arm in specs.ARMS:
            workspace.feedback.declare(
                f"next-{arm}", f"choose-{arm}@main", f"inbox@main:{arm}", budget=EACH * ROUNDS, max_rounds=ROUNDS
            )
        story.say(
            f"two declared feedback edges, each with a budget of {EACH * ROUNDS} scans in {ROUNDS} rounds: 'chosen' "
            "(uncertainty x diversity) and 'random'; a scan that both want is bought once"
        )
        for number in range(1, ROUNDS + 1):
            began = time.monotonic()
            for arm in specs.ARMS:
                workspace.feedback.fire(f"next-{arm}", message=f"Round {number}")
            self._ask()
            this = self._measure(number, began)
            self._rounds.append(this)
            chosen, chance = this.accuracy["chosen"][0], this.accuracy["random"][0]
            story.say(
                f"round {number}: chosen {chosen:.1%}, random {chance:.1%}; "
                f"difference {this.gain[0]:+.1%} ({this.gain[1]:+.1%} to {this.gain[2]:+.1%}): {this.gain[3]}"
            )
        suspected = list(rows_of(workspace, "issues:issues.csv"))
        wrong = [row for row in suspected if str(row["label"]) != self._truth[_padded(row["item"])]]
        story.say(
            f"likely label errors: {len(suspected)} flagged of {self._rounds[-1].items['chosen']} labels; "
            f"{len(wrong)} of them are really wrong (only the simulation can know)"
        )
        for row in suspected[:3]:
            story.quote(f"{_padded(row['item'])}.png  labeled {row['label']}, looks like {row['suggested']}")
        for pair in json.loads(read(workspace, "evaluate-chosen:metrics.json"))["worst_pair"]:
            story.say(
                f"worst confusion: {pair['first']} and {pair['second']}, "
                f"{pair['errors']} errors in {pair['of']} held-out scans of the two"
            )

    # 5. Trust

    def _trust(self) -> None:
        story, workspace = self._story, self._workspace
        story.step(5, STEPS, "Trust", "nothing is computed or bought twice; mistakes are undone; everything is traced")
        bought, ran, reused = rerun_all(workspace, "label")
        story.say(f"everything run again: {bought} labels bought, {ran} items recomputed, {reused:,} reused")
        self._new_jobs()
        touched = self._pool[-1]
        folder = self._scene.folder / "scans"
        (folder / f"{touched.name}.png").write_bytes(retouched(touched.png))
        workspace.files.put_folder("scans", folder, message="One scan retouched")
        workspace.maintenance.run(timeout_s=300)
        jobs = {job.pipeline: job for job in self._new_jobs()}
        story.say(f"one changed scan: features ran {jobs['features'].run} item of {jobs['features'].total:,}")
        before = _accuracy(workspace, "chosen")
        swapped = [(f"{scan.name}.png", inverted(scan.png)) for scan in self._pool]
        bad = workspace.files.put_many("scans", swapped, message="Re-export of all scans")
        with story.bar("a careless re-export swaps ink and paper in all scans"):
            workspace.maintenance.run(timeout_s=300)
        self._new_jobs()
        after = _accuracy(workspace, "chosen")
        story.say(f"bad commit {bad.id[:13]}: accuracy {before[0]:.1%} -> {after[0]:.1%}, outside the noise", mark="✗")
        story.command(f"tilth revert scans@{bad.id}")
        workspace.commits.revert(f"scans@{bad.id}", message="Undo the re-export")
        workspace.maintenance.run(timeout_s=300)
        jobs_after = self._new_jobs()
        story.say(
            f"reverted: accuracy {_accuracy(workspace, 'chosen')[0]:.1%} again; "
            f"{sum(job.run for job in jobs_after)} items recomputed, {sum(job.reused for job in jobs_after):,} reused"
        )
        self._trace()
        with story.bar("verify every stored byte"):
            report = workspace.maintenance.verify()
        story.say(
            f"tilth verify: {report.commits} commits, {report.records:,} records, "
            f"{report.bytes / 1e6:.1f} MB re-hashed, {len(report.problems)} problems"
        )

    def _trace(self) -> None:
        story, workspace = self._story, self._workspace
        reference = "evaluate-chosen:predictions.parquet"
        story.command(f"tilth lineage {reference}")
        lineage = workspace.lineage.of(reference)
        for node in lineage.nodes[:9]:
            repo = node.commit.repo.removeprefix("default/")
            story.quote(f"{'  ' * min(node.depth, 6)}{repo}@{node.commit.id[:12]}  {_made(node.commit)}")
        story.quote(f"... {len(lineage.nodes) - 9} commits more, down to the scans as they were put")
        for label in lineage.labels[:2]:
            people = ", ".join(f"{answer['worker'][-6:]} said {answer['label']}" for answer in label.answers)
            story.quote(f"{label.key} is {label.label} under guidelines {label.guideline_version}: {people}")

    def _new_jobs(self) -> list[JobInfo]:
        jobs = [job for job in all_jobs(self._workspace) if job.id not in self._counted]
        self._counted.update(job.id for job in jobs)
        return jobs

    def _keep_models(self) -> None:
        """Show what was trained as models, so that the console tells their story too."""
        workspace = self._workspace
        about = "All raw scans; people labeled those that were chosen."
        workspace.datasets.define("digits", specs.scans_dataset(), description=about)
        workspace.datasets.define(HELD_OUT_NAME, specs.heldout_dataset(), description="What judges the models.")
        for arm in specs.ARMS:
            about = f"Trained on the scans that the arm '{arm}' bought."
            workspace.models.register(arm, specs.model(arm, HELD_OUT_NAME), description=about)
            for test, asked in specs.MODEL_TESTS.items():
                workspace.models.set_test(arm, test, asked)

    def _table(self) -> None:
        report = json.dumps([asdict(one) for one in self._rounds], indent=1)
        self._workspace.repos.create("report", description="The demo's table.")
        self._workspace.files.put("report:rounds.json", report.encode(), message="What the demo measured")
        show_table(self._story, self._rounds)


def show_table(story: Story, rounds: Sequence[Round]) -> None:
    """Show what each round bought and cost, then the learning curves of both arms."""
    story.table(
        "What it took (a label is one person's answer, known-answer tasks included)",
        ["round", "labels", "cost", "rejected", "banned", "consensus", "majority", "run / reused", "s"],
        [
            [
                str(one.number),
                str(one.answers),
                f"{one.cost:.2f}",
                str(one.rejected),
                str(one.banned),
                f"{one.consensus:.1%}",
                f"{one.majority:.1%}",
                f"{one.run:,} / {one.reused:,}",
                f"{one.seconds:.0f}",
            ]
            for one in rounds
        ],
    )
    story.table(
        f"Accuracy on {HELD_OUT} held-out scans (95 % intervals); 12 simulated labelers",
        ["round", "labels", "chosen", "labels", "random", "chosen - random"],
        [
            [
                str(one.number),
                *(cell for arm in specs.ARMS for cell in (str(one.items[arm]), _with_interval(*one.accuracy[arm]))),
                f"{one.gain[0]:+.1%} {one.gain[3]}",
            ]
            for one in rounds
        ],
    )


def _with_interval(value: float, low: float, high: float) -> str:
    # Short enough for a terminal of 80 columns.
    return f"{value:.1%} ({100 * low:.1f}-{100 * high:.1f})"


def _made(commit: CommitInfo) -> str:
    made = commit.derivation
    if made is None:
        return f"put by {commit.author}: {commit.message}"
    recipe = f", recipe {made.recipe[:8]}" if made.recipe else ""
    guided = f", guidelines {made.facts['guideline_version']}" if "guideline_version" in made.facts else ""
    return f"made by {made.stage}{recipe}{guided}"


def _already_told(workspace: Workspace) -> bool:
    try:
        workspace.repos.get("report")
    except NotFound:
        return False
    return True


def _tell_again(scene: Scene, story: Story) -> None:
    story.say(f"{scene.folder} already holds this story, so it is only run again.")
    commit = scene.workspace.files.put_folder("scans", scene.folder / "scans", message="Scans of the first batch")
    story.say(f"scans: {commit.files:,} files, {'changed' if commit.changed else 'nothing changed'}")
    with story.bar("run everything again"):
        bought, ran, reused = rerun_all(scene.workspace, "label")
    story.say(f"{bought} labels bought, {ran} items recomputed, {reused:,} reused")
    stored = json.loads(read(scene.workspace, "report:rounds.json"))
    show_table(story, [Round(**one) for one in stored])
    _goodbye(story, scene)


def _goodbye(story: Story, scene: Scene) -> None:
    story.say("All of it is in the workspace; look around, then bring your own folder:", mark=" ")
    story.way_in()
    story.command(f"cd {scene.folder}")
    story.command("tilth log label")
    story.command("tilth job list")
    story.command("tilth up")
    story.command("tilth repo create photos && tilth put photos ~/my-photos")
    story.command("tilth pipeline create -f my-pipeline.yaml && tilth run")


def _predictions(workspace: Workspace, arm: str) -> tuple[list[str], list[list[str]]]:
    rows = list(rows_of(workspace, f"evaluate-{arm}:predictions.parquet"))
    rows.sort(key=lambda row: str(row["item"]))
    seeds = zip(*(row["by_seed"] for row in rows), strict=True)
    return [str(row["truth"]) for row in rows], [[str(value) for value in one] for one in seeds]


def _compare(first: tuple[list[str], list[list[str]]], second: tuple[list[str], list[list[str]]]) -> Difference:
    return paired_bootstrap(first[0], first[1], second[1])


def _accuracy(workspace: Workspace, arm: str) -> tuple[float, float, float]:
    metrics = json.loads(read(workspace, f"evaluate-{arm}:metrics.json"))
    return metrics["accuracy"], metrics["low"], metrics["high"]


def _count_items(workspace: Workspace, arm: str) -> int:
    return workspace.datasets.count(f"dataset-{arm}:train.parquet")


def _item(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".png")


def _padded(item: object) -> str:
    return f"{int(str(item)):04d}"
