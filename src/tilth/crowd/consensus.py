"""Consensus: what a method of aggregation concludes about every task and every worker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tilth.crowd.answers import Answers, Codes, Floats
from tilth.crowd.normalising import best_of_rows, row_sums


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """One label per task with its probability, and what was learned about the workers.

    posterior: tasks × classes, rows sum to 1 (a task without answers gets the class prior). label: the most probable
    class, the lowest code of equals; tie: whether there were equals. skill: per worker, the method's estimate of the
    probability that an answer of theirs is right. confusion: workers × true class × said class, rows sum to 1, where
    the method estimates one. iterations, converged: of the estimation (1, True where there is none).
    """

    method: str
    tasks: tuple[str, ...]
    workers: tuple[str, ...]
    labels: tuple[str, ...]
    posterior: Floats
    label: Codes
    tie: NDArray[np.bool_]
    skill: Floats
    confusion: Floats | None = None
    iterations: int = 1
    converged: bool = True

    @property
    def confidence(self) -> Floats:
        """Return per task the probability of its label."""
        return self.posterior[np.arange(len(self.label)), self.label]

    def to_arrow(self) -> pa.Table:
        """Return one row per task: task, label, confidence, tie, in task order."""
        return pa.table(
            {
                "task": pa.array(self.tasks, pa.string()),
                "label": pa.array(self.labels, pa.string()).take(self.label),
                "confidence": pa.array(self.confidence),
                "tie": pa.array(self.tie),
            }
        )

    def labels_by_task(self) -> dict[str, str]:
        """Return task → label."""
        return {task: self.labels[code] for task, code in zip(self.tasks, self.label.tolist(), strict=True)}


def conclude(
    method: str,
    answers: Answers,
    posterior: Floats,
    skill: Floats,
    *,
    confusion: Floats | None = None,
    iterations: int = 1,
    converged: bool = True,
) -> Consensus:
    """Read labels and ties off a posterior. Classes within 1e-12 of the best count as equal."""
    label, tie = np.zeros(len(posterior), np.int32), np.zeros(len(posterior), np.bool_)
    if len(answers.labels):
        label, tie = best_of_rows(posterior, 1e-12)
    return Consensus(
        method,
        answers.tasks,
        answers.workers,
        answers.labels,
        posterior,
        label,
        tie,
        skill,
        confusion,
        iterations,
        converged,
    )


def shares(votes: Floats, truth: Codes, *, out: Floats | None = None) -> Floats:
    """Turn votes (tasks × classes) into shares per task; a known truth (code ≥ 0) takes all, no votes are uniform.

    Written into `out` if given, which may be the votes.
    """
    total = row_sums(votes)
    none = np.flatnonzero(total <= 0)
    total[none] = 1.0
    result: Floats = np.divide(votes, total[:, None], out=out)
    result[none] = 1.0 / max(votes.shape[1], 1)
    clamp(result, truth)
    return result


def clamp(posterior: Floats, truth: Codes) -> None:
    """Make the rows of known tasks (code ≥ 0) certain, in place."""
    known = np.flatnonzero(truth >= 0)
    posterior[known] = 0.0
    posterior[known, truth[known]] = 1.0


def expected_skill(answers: Answers, posterior: Floats) -> Floats:
    """Return per worker the mean posterior of what they said (0 answers give the mean over all, or 0.5)."""
    said = posterior.reshape(-1).take(answers.cells()) if len(answers) else np.empty(0)
    size = len(answers.workers)
    count = np.bincount(answers.worker, minlength=size)
    total = np.bincount(answers.worker, said, minlength=size)
    skill: Floats = np.divide(total, count, out=np.full(size, said.mean() if len(said) else 0.5), where=count > 0)
    return skill
