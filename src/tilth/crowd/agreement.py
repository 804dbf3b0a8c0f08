"""Agreement: how much workers agree beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tilth.crowd.answers import Answers
from tilth.crowd.normalising import row_sums
from tilth.errors import Invalid


def krippendorff_alpha(answers: Answers) -> float:
    """Return Krippendorff's α for nominal labels with missing data (Krippendorff 2011, "Computing α-Reliability").

    With n_uc the answers c on task u, m_u = Σ_c n_uc ≥ 2 (other tasks cannot disagree and are left out),
    n_c = Σ_u n_uc and n = Σ_c n_c: α = 1 − D_o / D_e, D_o = Σ_u Σ_{c≠k} n_uc n_uk / (m_u − 1) / n,
    D_e = Σ_{c≠k} n_c n_k / (n (n − 1)). 1 is perfect agreement, 0 is chance. nan where fewer than two labels occur
    or no task has two answers. Cost O(answers + tasks · classes).
    """
    counts = answers.votes()
    given = row_sums(counts)
    if (given < 2).any():
        counts, given = counts[given >= 2], given[given >= 2]
    n = given.sum()
    totals = counts.sum(axis=0)
    expected = n * n - (totals * totals).sum()
    if not len(given) or expected == 0:
        return float("nan")
    observed = ((given * given - np.einsum("ij,ij->i", counts, counts)) / (given - 1)).sum()
    return float(1 - (n - 1) * observed / expected)


def cohen_kappa(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Return Cohen's κ of two raters' labels of the same items, in order (Cohen 1960, EPM 20:1).

    κ = (p_o − p_e) / (1 − p_e), p_o the share of equal labels, p_e = Σ_c p_1(c) p_2(c). nan where p_e = 1.
    Raises Invalid for unequal or no items.
    """
    if len(first) != len(second) or not len(first):
        raise Invalid(
            f"Cohen's κ needs two label lists of one length, got {len(first)} and {len(second)}.",
            help="Give both raters' labels of the same items.",
        )
    _, codes = np.unique(np.concatenate([np.asarray(first), np.asarray(second)]), return_inverse=True)
    one, two = codes[: len(first)], codes[len(first) :]
    classes = int(codes.max()) + 1
    return kappa_of(np.bincount(one * classes + two, minlength=classes * classes).reshape(classes, classes))


def kappa_of(table: Any) -> float:
    """Return Cohen's κ of a table of counts, how often one rater said the row and the other the column."""
    size = int(table.sum())
    chance = float((table.sum(axis=1) * table.sum(axis=0)).sum()) / size**2
    observed = float(np.trace(table)) / size
    return (observed - chance) / (1 - chance) if chance < 1 else float("nan")


def fleiss_kappa(counts: Any) -> float:
    """Return Fleiss' κ of a tasks × classes matrix of answer counts (Fleiss 1971, Psychological Bulletin 76:5).

    With n answers on each of N tasks: P_i = (Σ_c n_ic² − n) / (n (n − 1)), p_c = Σ_i n_ic / (N n),
    κ = (mean P_i − Σ p_c²) / (1 − Σ p_c²). nan where only one class occurs. Raises Invalid where tasks have different
    numbers of answers, or fewer than two.
    """
    table = np.asarray(counts, np.float64)
    sizes = row_sums(table) if table.ndim == 2 else np.empty(0)
    if not len(sizes) or sizes.min() != sizes.max() or sizes[0] < 2:
        raise Invalid(
            "Fleiss' κ needs the same number (two or more) of answers on every task.",
            help="Use Krippendorff's α, which allows missing answers.",
        )
    n = sizes[0]
    agreement = (np.einsum("ij,ij->i", table, table) - n) / (n * (n - 1))
    share = table.sum(axis=0) / (len(table) * n)
    chance = float((share * share).sum())
    return float((agreement.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")
