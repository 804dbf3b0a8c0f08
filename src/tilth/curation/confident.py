"""Confident learning: which given labels are probably wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tilth.curation.classes import encode
from tilth.curation.metrics import Floats
from tilth.errors import Invalid

Rule: TypeAlias = Literal["both", "noise_rate", "class", "confident"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelIssues:
    """Label issues among n items, worst first, and what they were judged by.

    items: positions of the issues, by rising self-confidence. given, suggested: class codes per item. self_confidence:
    the model's probability of the given label, per item, itself a ranking of all items. joint: classes × classes,
    expected number of items by given (row) and true (column) class.
    """

    labels: tuple[str, ...]
    items: NDArray[np.int64]
    given: NDArray[np.int32]
    suggested: NDArray[np.int32]
    self_confidence: Floats
    joint: Floats

    def __len__(self) -> int:
        return len(self.items)

    @property
    def ranking(self) -> NDArray[np.int64]:
        """Return all items, likeliest error first."""
        return np.argsort(self.self_confidence, kind="stable")

    def to_arrow(self, keys: Sequence[str]) -> pa.Table:
        """Return one row per issue: key, given, suggested, self_confidence, worst first; `keys` name all n items."""
        names = pa.array(self.labels, pa.string())
        return pa.table(
            {
                "key": pa.array(keys, pa.string()).take(self.items),
                "given": names.take(self.given[self.items]),
                "suggested": names.take(self.suggested[self.items]),
                "self_confidence": pa.array(self.self_confidence[self.items]),
            }
        )


def find_label_issues(given: Any, probabilities: Any, *, labels: Sequence[str], rule: Rule = "both") -> LabelIssues:
    """Find likely label errors (Northcutt, Jiang and Chuang 2021, "Confident Learning", JAIR 70).

    `probabilities` (items × classes, columns in the order of `labels`) must be out of sample: from a model that was
    not trained on the item. With p_i(c) them, ỹ_i the given label and t_c = mean of p_i(c) over items given c:
    the confident joint C[ỹ][y] counts items whose likeliest class among those with p_i(c) ≥ t_c is y; scaled so that
    rows sum to how often each label was given, it estimates how many items of each given class truly are another.
    Rules, each narrowed to items that the model would call something else:
      confident   the items counted beside the diagonal of C (most precise);
      class       per given class k, the Σ_{j≠k} C[k][j] items of least p_i(k);
      noise_rate  per pair k ≠ j, the C[k][j] items given k with greatest p_i(j) − p_i(k) (most complete);
      both        in class and in noise_rate.
    At least one item per class is always kept. Raises Invalid for probabilities of the wrong shape or not finite.
    Cost O(items · classes), sorting aside.
    """
    if rule not in get_args(Rule):
        raise Invalid(f"There is no rule {rule!r}.", help=f"Choose one of {', '.join(get_args(Rule))}.")
    names, codes = encode([given], labels)
    label = codes[0]
    p = np.asarray(probabilities, np.float64)
    n, classes = len(label), len(names)
    if p.shape != (n, classes) or not np.isfinite(p).all() or (n and p.min() < 0):
        raise Invalid(
            f"Probabilities of shape {p.shape} do not fit {n} items and {classes} classes, or are not all ≥ 0.",
            help="Give one row per item and one column per label, in the order of `labels`.",
        )
    rows = np.arange(n)
    own = p[rows, label]
    suggested = p.argmax(axis=1).astype(np.int32) if classes else np.empty(0, np.int32)
    frequency = np.bincount(label, minlength=classes)
    confident = _confident_class(p, label, own, frequency)
    joint = _calibrated_joint(label, confident, frequency)
    masks: dict[str, NDArray[np.bool_]] = {}
    if rule == "confident":
        masks[rule] = (confident >= 0) & (confident != label)
    if rule in ("class", "both"):
        masks["class"] = _prune_by_class(own, label, joint, frequency)
    if rule in ("noise_rate", "both"):
        masks["noise_rate"] = _prune_by_noise_rate(p, own, label, joint, frequency)
    issue = np.logical_and.reduce([*masks.values(), suggested != label])
    items = np.flatnonzero(issue)
    items = items[np.argsort(own[items], kind="stable")]
    return LabelIssues(names, items, label, suggested, own, joint)


def _confident_class(p: Floats, label: NDArray[np.int32], own: Floats, frequency: NDArray[np.int64]) -> Any:
    """Return per item its likeliest class among those at or above their threshold, or −1."""
    total = np.bincount(label, own, minlength=len(frequency))
    # A class that nobody was given has no threshold to pass; 1e-6 keeps rounding from failing an equal probability.
    threshold = np.divide(total, frequency, out=np.full(len(frequency), np.inf), where=frequency > 0) - 1e-6
    eligible = np.where(p >= threshold, p, -1.0)
    if not eligible.size:
        return np.full(len(label), -1, np.int64)
    best = eligible.argmax(axis=1)
    return np.where(eligible[np.arange(len(label)), best] >= 0, best, -1)


def _calibrated_joint(label: NDArray[np.int32], confident: Any, frequency: NDArray[np.int64]) -> Floats:
    """Count (given, confidently true) and scale each row to the number of items given that class."""
    classes = len(frequency)
    sure = confident >= 0
    cells = label[sure].astype(np.int64) * classes + confident[sure]
    counts = np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.float64)
    # Where nobody was confidently of a given class, its labels are taken to be right.
    silent = counts.sum(axis=1) == 0
    counts[silent, silent] = 1.0
    scaled: Floats = counts * (frequency / counts.sum(axis=1))[:, None] if classes else counts
    return scaled


def _prune_by_class(
    own: Floats, label: NDArray[np.int32], joint: Floats, frequency: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark per class as many items of least self-confidence as the joint says are wrong."""
    wrong = np.minimum(np.rint(joint.sum(axis=1) - joint.diagonal()), np.maximum(frequency - 1, 0))
    order = np.lexsort((own, label))
    start = np.concatenate([[0], np.cumsum(frequency)])[label[order]]
    marked = np.zeros(len(label), bool)
    marked[order] = np.arange(len(label)) - start < wrong[label[order]]
    return marked


def _prune_by_noise_rate(
    p: Floats, own: Floats, label: NDArray[np.int32], joint: Floats, frequency: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark per pair of classes as many items of greatest margin as the joint says are mixed up."""
    marked = np.zeros(len(label), bool)
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(frequency)
    for given in np.flatnonzero(frequency > 1):
        members = order[ends[given] - frequency[given] : ends[given]]
        wanted = np.minimum(np.rint(joint[given]).astype(np.int64), frequency[given] - 1)
        wanted[given] = 0
        for true in np.flatnonzero(wanted):
            margin = p[members, true] - own[members]
            marked[members[np.argsort(-margin, kind="stable")[: wanted[true]]]] = True
    return marked
