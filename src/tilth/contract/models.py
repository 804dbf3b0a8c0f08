"""Models: versions with the data and the code they came from, their predictions, tests, and which one is promoted.

A model is a repo of kind "model". Its `main` branch holds `model.json` (the definition), `predictions/` (uploads),
`tests/NAME.json` and `promoted.json`, one commit per act. Its *versions* are the commits of the branch that it follows
(a pipeline's output) or of its own uploads, that changed its predictions. "MODEL@VERSION" names one by its number, its
commit, or as `production`; "MODEL" alone is the newest. A model is judged by the labels of a dataset: `at` is a version
of it, None its working state; `where` is a filter of its items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.datasets import ActInfo, IntervalInfo, MediaInfo
from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """One thing that a model's version was made from: a commit of a repo, as its lineage says it."""

    repo: str
    branch: str
    commit: str
    what: str
    """dataset, labels, code (made by a pipeline), or data (put by somebody)."""
    at_ms: int
    number: int | None = None
    """The number of a dataset's version."""
    guideline_version: str = ""
    recipe: str = ""
    """For what a pipeline made: the digest of its code and parameters."""


@dataclass(frozen=True, slots=True)
class ModelVersionInfo:
    """One version of a model. Its metrics are over the labels that the model's dataset has now."""

    model: str
    number: int
    commit: str
    """A commit of the branch that it follows, or of its own uploads."""
    at_ms: int
    by: str
    message: str
    recipe: str
    """The digest of the code and parameters that made the predictions; "" where somebody put them."""
    data: Sequence[SourceVersion]
    """Datasets and labels that it came from, nearest first."""
    accuracy: IntervalInfo
    macro_f1: IntervalInfo
    predictions: int
    """Items of the dataset that it has a prediction for."""
    promoted: bool
    problem: str = ""
    """Why it cannot be judged, if so."""


@dataclass(frozen=True, slots=True)
class PromotionInfo:
    """One decision about which version is in production."""

    model: str
    number: int
    version: str
    by: str
    at_ms: int
    reason: str
    commit: str
    """The commit of the model's repo that records it."""
    deployed: str
    """`repo@production` that was moved."""
    deployed_commit: str
    tests: Sequence[Mapping[str, Any]]
    """What the required tests said then: name, state, value, n."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model and where it stands."""

    name: str
    project: str
    description: str
    definition: Mapping[str, Any]
    dataset: str
    follows: str
    """`repo@branch:path` of the predictions that it follows; "" where they are uploaded."""
    versions: int
    recent: Sequence[ModelVersionInfo]
    """Its newest versions, newest first."""
    promoted: PromotionInfo | None
    tests: int
    head: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UploadColumn:
    """A column of an uploaded file, with a few of its values."""

    name: str
    kind: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class FewInfo:
    """How many of something, and a few of them."""

    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class UploadMapping:
    """Which column is what; `match` is how a key joins an item's: its path, its name, or its name without ending."""

    key: str
    label: str
    confidence: str
    probabilities: Mapping[str, str]
    """Class → column."""
    match: str
    scale: float


@dataclass(frozen=True, slots=True)
class JoinInfo:
    """How uploaded predictions join the items of a dataset; `commit` once they are saved."""

    columns: Sequence[UploadColumn]
    mapping: UploadMapping
    rows: int
    items: int
    labeled: int
    matched: int
    """Items that get a prediction."""
    judged: int
    """Of those, the ones with a label: what `accuracy` is over."""
    accuracy: IntervalInfo
    unmatched_rows: FewInfo
    """Rows of no item; they are kept and wait for one."""
    unmatched_items: FewInfo
    missing: int
    """Rows without key or prediction."""
    contradictory: FewInfo
    """Rows of a key that comes with two different predictions."""
    repeated: int
    """Rows that say again what another said; one is kept."""
    unknown_classes: Mapping[str, int]
    """Predicted classes that no label has; they count as wrong."""
    out_of_range: FewInfo
    """Confidences that are not between 0 and 1."""
    bad_rows: int
    """Rows that cannot be kept: missing, contradictory or out of range."""
    problem: str
    """Why nothing can be saved; "" where it can."""
    commit: CommitInfo | None = None


@dataclass(frozen=True, slots=True)
class ChangeInfo:
    """A number of both models on the same items, and the second's minus the first's with its 95 % interval."""

    first: IntervalInfo
    second: IntervalInfo
    difference: IntervalInfo
    verdict: str
    """better, worse, or not distinguishable."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What changed for the items of a class or a slice."""

    name: str
    where: str
    n: int
    fixed: int
    broken: int
    still_wrong: int
    accuracy: ChangeInfo


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that differs, or does not, between what two versions were made from."""

    repo: str
    what: str
    """dataset, labels, code, or data."""
    changed: bool
    first: str
    """The commit that the first came from; "" where it came from none."""
    second: str
    words: str
    """Like "60 more labels, 3 changed; guidelines 2 instead of 1"."""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two versions on the items that have a label and a prediction of both."""

    first: ModelVersionInfo
    second: ModelVersionInfo
    dataset: str
    where: str
    matching: int
    n: int
    unlabeled: int
    """Matching items without a label."""
    unpredicted: int
    """Matching items with a label that one of the two says nothing about."""
    fixed: int
    broken: int
    still_wrong: int
    accuracy: ChangeInfo
    macro_f1: ChangeInfo | None
    """None where each is judged by labels of its own."""
    classes: Sequence[GroupChange]
    slices: Sequence[GroupChange]
    grid: Mapping[str, IntervalInfo]
    """Where two data versions are given: accuracy by "first@first", "first@second", "second@first", "second@second"."""
    why: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class ComparedItem:
    """One item with what both models said."""

    key: str
    media: MediaInfo
    label: str
    first: str
    first_confidence: float | None
    second: str
    second_confidence: float | None
    mark: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelTestInfo:
    """One test of a model, as it is stored."""

    name: str
    definition: Mapping[str, Any]
    required: bool
    words: str
    """What it asks for, in words."""
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test says of a version."""

    test: str
    version: int
    state: str
    """pass, fail, too few, no baseline, or broken (see `problem`)."""
    value: IntervalInfo
    difference: IntervalInfo | None
    clear: bool
    """Whether the whole interval lies on the same side of the threshold."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TestBoard:
    """Tests × versions, and whether the newest version shown may be promoted."""

    tests: Sequence[ModelTestInfo]
    versions: Sequence[ModelVersionInfo]
    results: Sequence[TestResult]
    needed: int
    """Required tests."""
    passed: Mapping[str, int]
    """Version number → required tests that pass; it may be promoted when all do."""


@dataclass(frozen=True, slots=True)
class TrainInfo:
    """A training that was started: the pipeline, its change, and which data it sees."""

    pipeline: str
    change: str
    model: str
    dataset: str
    version: int | None
    saved: bool
    """Whether a version of the dataset was saved for it."""
    added: int
    removed: int
    relabeled: int
    """Items that differ from the data that the model was last trained on."""
    first: bool = False
    """Whether the dataset has no trained model yet; `added` is then all its items."""


class Models(Protocol):
    """Models."""

    def register(self, name: str, definition: Mapping[str, Any], *, description: str = "") -> ModelInfo:
        """Make a model, or change its definition.

        `{"dataset": NAME}` alone is a model whose predictions are uploaded. With `"follows": {"predictions":
        "repo@branch:path", "key": COLUMN, "label": COLUMN, "confidence": COLUMN, "match": "path|name|stem", "weights":
        "repo@branch"}` its versions are the commits of that branch. Raises Invalid that names what is wrong.
        """

    def get(self, name: str) -> ModelInfo:
        """Return one model."""

    def list(self, *, after: str | None = None, limit: int = 100, recent: int = 8) -> Page[ModelInfo]:
        """List models by name, each with up to `recent` of its newest versions."""

    def versions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[ModelVersionInfo]:
        """List the versions of a model, newest first. The first look at a version costs reading its predictions."""

    def upload(
        self,
        name: str,
        content: bytes | None = None,
        *,
        file: str = "",
        reference: str = "",
        mapping: Mapping[str, Any] | None = None,
        save: bool = False,
        drop_bad: bool = False,
        message: str = "",
    ) -> JoinInfo:
        """Report how predictions join the model's dataset; with `save`, keep them as a new version, in one commit.

        They are the bytes `content` of a file named `file` (its ending tells CSV, TSV, JSONL or Parquet), or the file
        at `reference`. `mapping` says which column is what (key, label, confidence, probabilities, match, scale); what
        it leaves out is guessed. Raises Invalid with `save` where a row cannot be kept, unless `drop_bad` leaves such
        rows out, and where no row is of any item. Cost O(rows + items).
        """

    def compare(
        self,
        first: str,
        second: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        second_at: str | None = None,
    ) -> ModelComparison:
        """Compare two versions, of one model or of two, on the items that match.

        Without `dataset` it is that of the second. With `second_at` the second is judged by the labels of that version
        of the data, and the first by those of `at`, on the items of both.
        """

    def compared(
        self,
        first: str,
        second: str,
        outcome: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[ComparedItem]:
        """List the items that the second fixed, that it broke, or that both have wrong (`still_wrong`), worst first."""

    def set_test(self, name: str, test: str, definition: Mapping[str, Any], *, message: str = "") -> ActInfo:
        """Make or change a test of a model: `{"metric": "accuracy|recall|precision|macro_f1", "class": C, "where": W}`.

        With `"at_least": 0.9`, or `"not_worse_than": "production", "by": 0.01`; `"min_n"` items must speak to it, and
        `"required": false` lets a version be promoted without it.
        """

    def remove_test(self, name: str, test: str, *, message: str = "") -> ActInfo:
        """Remove a test."""

    def board(self, name: str, *, version: str | None = None, limit: int = 5) -> TestBoard:
        """Run all tests of a model on one version, or on the `limit` newest."""

    def promote(self, name: str, version: str, *, reason: str = "") -> PromotionInfo:
        """Put a version in production: branch `production` of the repo with its weights moves, and a commit says why.

        Promoting an earlier version is how one rolls back. Raises Conflict that names the tests unless all required
        ones pass; there is no way around but to change a test, which is a commit of its own.
        """

    def promotions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[PromotionInfo]:
        """List what was promoted, newest first."""

    def train(self, name: str) -> TrainInfo:
        """Train on a dataset by the built-in recipe, or make a model anew by the pipeline that it follows.

        `name` is a dataset, whose working state is saved as a version first where it changed (the model is then
        NAME-model, made by the pipeline NAME-train), or a model. `jobs.list(pipeline=...)` tells how far it is.
        Raises HeldOut for data that must not train.
        """
