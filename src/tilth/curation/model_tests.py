"""Model tests: a share of items that a model must have right, as a gate for promotion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tilth.crowd.interval import Interval, wilson
from tilth.curation.alignment import NONE
from tilth.curation.compare import Pair, compare, paired_shares
from tilth.curation.intervals import Difference
from tilth.curation.metrics import ConfusionMatrix, check_classes, score
from tilth.errors import Invalid

Metric: TypeAlias = Literal["accuracy", "recall", "precision", "macro_f1"]
JudgedState: TypeAlias = Literal["pass", "fail", "too_few", "no_baseline"]
FEWEST = 20
"""Items below which a test says nothing, unless it asks for another number."""
_FIELDS = frozenset(
    {"description", "dataset", "where", "metric", "class", "at_least", "not_worse_than", "by", "min_n", "required"}
)


@dataclass(frozen=True, slots=True)
class ModelTest:
    """What must hold for a model on the items that match `where`.

    Either the metric is at least `at_least`, or it is not worse than that of the version `not_worse_than` (a commit,
    or "production") by more than `by`. `required` tests gate promotion.
    """

    metric: Metric = "accuracy"
    where: str = ""
    of: str = ""
    """The class, for recall and precision."""
    at_least: float | None = None
    not_worse_than: str = ""
    by: float = 0.0
    min_n: int = FEWEST
    required: bool = True
    description: str = ""
    dataset: str = ""
    """Another dataset than the model's own, for a test on other items."""

    def to_json(self) -> dict[str, Any]:
        """Return the form in which it is stored; what is as usual is left out."""
        told: dict[str, Any] = {"metric": self.metric}
        if self.of:
            told["class"] = self.of
        if self.at_least is not None:
            told["at_least"] = self.at_least
        else:
            told |= {"not_worse_than": self.not_worse_than, "by": self.by}
        for name, value in (("where", self.where), ("dataset", self.dataset), ("description", self.description)):
            if value:
                told[name] = value
        return told | {"min_n": self.min_n, "required": self.required}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a test found: `value` on n items; `difference` where it compares; `clear` if the interval agrees."""

    state: JudgedState
    value: Interval
    difference: Difference | None = None
    clear: bool = False


def parse_test(told: Mapping[str, Any]) -> ModelTest:
    """Read a test from its stored form. Raises Invalid that names the field."""
    strange = sorted(set(told) - _FIELDS)
    if strange:
        raise Invalid(
            f"A model test has no field {strange[0]!r}.", help=f"Its fields are {', '.join(sorted(_FIELDS))}."
        )
    metric = told.get("metric", "accuracy")
    if metric not in get_args(Metric):
        raise Invalid(f"There is no metric {metric!r}.", help=f"Choose one of {', '.join(get_args(Metric))}.")
    of = _text(told, "class")
    if (metric in ("recall", "precision")) != bool(of):
        raise Invalid(
            f"A test of {metric} " + ("needs a class." if not of else "is about all classes."),
            help='Give "class" with recall and precision, and only with them.',
        )
    at_least, baseline = told.get("at_least"), _text(told, "not_worse_than")
    if (at_least is None) == (not baseline):
        raise Invalid(
            "A model test needs one threshold.", help='Give either "at_least", or "not_worse_than" with "by".'
        )
    return ModelTest(
        metric=metric,
        where=_text(told, "where"),
        of=of,
        at_least=None if at_least is None else _share(at_least, "at_least"),
        not_worse_than=baseline,
        by=_share(told.get("by", 0.0), "by"),
        min_n=_count(told.get("min_n", FEWEST)),
        required=_flag(told.get("required", True)),
        description=_text(told, "description"),
        dataset=_text(told, "dataset"),
    )


def judge(test: ModelTest, pair: Pair, among: NDArray[np.bool_], *, has_baseline: bool) -> Judgement:
    """Judge the second of a pair (the first is the version that it is compared with, if there is one).

    A test that too few items speak to is "too_few" and passes nothing. The state follows the measured value; `clear`
    says whether the whole interval lies on that side. Cost O(items).
    """
    chosen = among & (pair.second_label != NONE) & (pair.second != NONE)
    value = _value(test, pair, chosen)
    if value.n < test.min_n:
        return Judgement("too_few", value)
    if test.at_least is not None:
        passed = value.value >= test.at_least
        return Judgement(
            "pass" if passed else "fail",
            value,
            clear=value.low >= test.at_least if passed else value.high < test.at_least,
        )
    if not has_baseline:
        return Judgement("no_baseline", value)
    difference = _difference(test, pair, chosen & (pair.first != NONE))
    if difference.n < test.min_n or math.isnan(difference.value):  # one of them never says the class
        return Judgement("too_few", value, difference)
    passed = difference.value >= -test.by
    return Judgement(
        "pass" if passed else "fail",
        value,
        difference,
        clear=difference.low >= -test.by if passed else difference.high < -test.by,
    )


def _value(test: ModelTest, pair: Pair, chosen: NDArray[np.bool_]) -> Interval:
    label, said = pair.second_label[chosen], pair.second[chosen]
    if test.metric == "macro_f1":
        check_classes(len(pair.names))
        size = max(len(pair.names), 1)
        cells = np.bincount(label.astype(np.int64) * size + said, minlength=size * size).reshape(size, size)
        return score(ConfusionMatrix(pair.names or ("",), cells)).macro_f1
    return _share_of(test, pair.names, label, said)


def _share_of(test: ModelTest, names: tuple[str, ...], label: NDArray[np.int32], said: NDArray[np.int32]) -> Interval:
    if test.metric == "accuracy":
        return wilson(int((label == said).sum()), len(label))
    code = names.index(test.of) if test.of in names else -2
    of = label == code if test.metric == "recall" else said == code
    return wilson(int((label[of] == said[of]).sum()), int(of.sum()))


def _difference(test: ModelTest, pair: Pair, chosen: NDArray[np.bool_]) -> Difference:
    if test.metric == "macro_f1":
        compared = compare(pair, chosen)
        if compared.macro_f1 is None:
            return Difference(float("nan"), -1.0, 1.0, 0, 1)
        return compared.macro_f1.difference
    label, first, second = pair.second_label[chosen], pair.first[chosen], pair.second[chosen]
    code = pair.names.index(test.of) if test.of in pair.names else -2
    rng = np.random.default_rng(0)
    if test.metric == "precision":
        return _precision_difference(label == code, first == code, second == code, rng)
    of = label == code if test.metric == "recall" else np.ones(len(label), bool)
    was, now = (first == label)[of], (second == label)[of]
    cells = np.bincount(was * 2 + now, minlength=4)
    return paired_shares(int(cells[3]), int(cells[2]), int(cells[1]), int(cells[0]), rng=rng)


def _precision_difference(
    true: NDArray[np.bool_], first: NDArray[np.bool_], second: NDArray[np.bool_], rng: np.random.Generator
) -> Difference:
    """Bootstrap over items that either model calls the class; the models share some of them."""
    cells = np.bincount(true * 4 + first * 2 + second, minlength=8)
    cells[[0, 4]] = 0
    n = int(cells.sum())
    said = np.array([(np.arange(8) & 2) > 0, (np.arange(8) & 1) > 0])
    hits = said & (np.arange(8) >= 4)
    if not n or not (cells @ said.T).all():
        return Difference(float("nan"), -1.0, 1.0, n, 1)
    drawn = np.vstack([cells, rng.multinomial(n, cells / n, size=2000)]).astype(np.float64)
    above, below = drawn @ hits.T, drawn @ said.T
    shares = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    gains = shares[:, 1] - shares[:, 0]
    low, high = np.nanquantile(gains[1:], [0.025, 0.975])
    return Difference(float(gains[0]), float(low), float(high), n, 1)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name) or ""
    if not isinstance(value, str) or len(value) > 4096:
        raise Invalid(f"{name} of a model test must be a text of at most 4,096 characters.", help="Write it anew.")
    return value


def _share(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Invalid(f"{name} of a model test is {value!r}.", help="Give a share between 0 and 1, like 0.9.")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000_000:
        raise Invalid(f"min_n of a model test is {value!r}.", help="Give a whole number of items, 1 or more.")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"required of a model test is {value!r}.", help="Give true or false.")
    return value
