"""Answers: who said what about which task, in three columns of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tilth.errors import Invalid

Codes: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]
Known: TypeAlias = "Mapping[str, str] | Codes"
"""Known labels: task → label, or per task the code of its label, −1 where none is known."""
Column: TypeAlias = "Sequence[str] | Sequence[int] | NDArray[Any] | pa.Array[Any] | pa.ChunkedArray[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """N answers as parallel int32 columns of codes into three vocabularies.

    Rows are ordered by (task, worker, label), and the task and worker vocabularies by their values (text by its bytes,
    numbers by size), so equal sets of answers give equal values whatever order they came in. `labels` keeps the order
    it was given (or is sorted): the lowest label code wins ties. A worker who answers a task twice counts twice.
    """

    task: Codes
    worker: Codes
    label: Codes
    tasks: tuple[str, ...]
    workers: tuple[str, ...]
    labels: tuple[str, ...]
    _votes: list[Floats] = field(default_factory=list, init=False, repr=False)
    """The votes, once they were counted: every method begins with them."""

    def __post_init__(self) -> None:
        size = len(self.task)
        for name, codes, vocabulary in (
            ("task", self.task, self.tasks),
            ("worker", self.worker, self.workers),
            ("label", self.label, self.labels),
        ):
            if codes.dtype != np.int32 or codes.ndim != 1 or len(codes) != size:
                raise Invalid(
                    f"Column {name!r} of answers is not {size} int32 codes.",
                    help="Build answers with Answers.of or Answers.from_arrow.",
                )
            if size and not (codes.min() >= 0 and codes.max() < len(vocabulary)):
                raise Invalid(
                    f"Column {name!r} of answers has a code outside its vocabulary of {len(vocabulary)}.",
                    help="Build answers with Answers.of or Answers.from_arrow.",
                )
            if len(set(vocabulary)) != len(vocabulary):
                raise Invalid(f"The vocabulary of {name!r} names something twice.", help="Name each thing once.")

        if self.tasks and not self.labels:
            raise Invalid("There are tasks but no classes to choose from.", help="Name the classes in `labels`.")

    def __len__(self) -> int:
        return len(self.task)

    @classmethod
    def of(
        cls,
        task: Column,
        worker: Column,
        label: Column,
        *,
        labels: Sequence[str] | None = None,
        tasks: Sequence[str] | None = None,
    ) -> Answers:
        """Build answers from three columns of equal length; values are taken as text.

        `labels` fixes the classes and their order, `tasks` the tasks to rule on (those without answers too). Raises
        Invalid for unequal lengths, a missing value, or a value outside a given vocabulary. Cost: one sort.
        """
        if not len(task) == len(worker) == len(label):
            raise Invalid(
                f"Answers need three columns of one length, got {len(task)} tasks, {len(worker)} workers and "
                f"{len(label)} labels.",
                help="Give one task, worker and label per answer.",
            )
        task_codes, task_names = _encode("task", task, None if tasks is None else tuple(sorted(set(tasks))))
        worker_codes, worker_names = _encode("worker", worker, None)
        label_codes, label_names = _encode("label", label, None if labels is None else tuple(labels))
        # One combined key sorts faster than three (and the codes fit for any data that fits in memory).
        width = max(len(worker_names), 1) * max(len(label_names), 1)
        key = (task_codes.astype(np.int64) * max(len(worker_names), 1) + worker_codes) * max(
            len(label_names), 1
        ) + label_codes
        assert len(task_names) * width < 2**62
        key.sort()
        rest = key % width
        return cls(
            (key // width).astype(np.int32),
            (rest // max(len(label_names), 1)).astype(np.int32),
            (rest % max(len(label_names), 1)).astype(np.int32),
            task_names,
            worker_names,
            label_names,
        )

    @classmethod
    def from_arrow(
        cls,
        table: pa.Table | pa.RecordBatch,
        *,
        task: str = "task",
        worker: str = "worker",
        label: str = "label",
        labels: Sequence[str] | None = None,
        tasks: Sequence[str] | None = None,
    ) -> Answers:
        """Build answers from three named columns of an Arrow table. Raises Invalid as `of` does."""
        for name in (task, worker, label):
            if name not in table.schema.names:
                raise Invalid(
                    f"The table has no column {name!r}.", help=f"Its columns are {', '.join(table.schema.names)}."
                )
        return cls.of(table[task], table[worker], table[label], labels=labels, tasks=tasks)

    def votes(self, weights: Floats | None = None) -> Floats:
        """Return the tasks × classes matrix of vote counts, or of summed weights (one weight per answer).

        Counts are kept and not to be written to. Cost O(answers + tasks · classes), of counts once.
        """
        if weights is None:
            if not self._votes:
                counted = self._summed(np.ones(len(self)))
                counted.setflags(write=False)
                self._votes.append(counted)
            return self._votes[0]
        return self._summed(weights)

    def _summed(self, weights: Floats) -> Floats:
        shape = (len(self.tasks), len(self.labels))
        # Weights of 1, too, give floats at once: turning counts into them takes ten times as long.
        counts = np.bincount(self.cells(), weights, minlength=shape[0] * shape[1])
        return counts.astype(np.float64, copy=False).reshape(shape)

    def cells(self) -> NDArray[np.int64]:
        """Return of each answer the place of its task and label in a flat tasks × classes matrix."""
        return self.task.astype(np.int64) * len(self.labels) + self.label

    def truth_codes(self, known: Known | None) -> Codes:
        """Return per task the code of its known label, or −1; tasks that nobody was asked about are left out.

        Codes are taken as they are. Raises Invalid for a known label that is not one of the classes.
        """
        if isinstance(known, np.ndarray):
            if known.shape != (len(self.tasks),):
                raise Invalid("Known labels as codes are one per task.", help="Use -1 where none is known.")
            return known.astype(np.int32)
        truth = np.full(len(self.tasks), -1, np.int32)
        if not known:
            return truth
        code = {name: number for number, name in enumerate(self.labels)}
        for position, name in enumerate(self.tasks):
            label = known.get(name)
            if label is None:
                continue
            if label not in code:
                raise Invalid(
                    f"The known answer {label!r} of task {name!r} is not one of the labels.",
                    help=f"The labels are {', '.join(self.labels)}.",
                )
            truth[position] = code[label]
        return truth

    def select(self, rows: NDArray[np.bool_]) -> Answers:
        """Return the answers where `rows` is true, with the same vocabularies (so codes stay comparable)."""
        return Answers(self.task[rows], self.worker[rows], self.label[rows], self.tasks, self.workers, self.labels)


def _distinct(values: Any) -> tuple[Any, Codes]:
    """Return the distinct values in order, as text, and which of them each value is."""
    if pa.types.is_integer(values.type) and len(values):
        numbers = values.to_numpy(zero_copy_only=False)
        low, span = int(numbers.min()), int(numbers.max()) - int(numbers.min()) + 1
        if span <= 4 * len(numbers) + 1024:
            # Numbers that lie close together need no hashing and no sort: mark those that occur, and count along.
            offset = (numbers - low).astype(np.int64)
            occurs = np.zeros(span, bool)
            occurs[offset] = True
            rank = np.cumsum(occurs, dtype=np.int32) - np.int32(1)
            return pa.array(np.flatnonzero(occurs) + low).cast(pa.string()), rank[offset]
    encoded: Any = values.dictionary_encode()
    order: Any = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(order), np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    codes: Codes = rank[encoded.indices.to_numpy(zero_copy_only=False)] if len(rank) else np.empty(0, np.int32)
    return encoded.dictionary.take(order).cast(pa.string()), codes


def _encode(name: str, column: Column, vocabulary: tuple[str, ...] | None) -> tuple[Codes, tuple[str, ...]]:
    """Turn a column into codes of `vocabulary`, or of its own sorted values."""
    values: Any = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if values.null_count:
        raise Invalid(f"Column {name!r} of answers has {values.null_count} missing values.", help="Drop these answers.")
    words, codes = _distinct(values)
    if vocabulary is None:
        return codes, tuple(words.to_pylist())
    else:
        place: Any = pc.index_in(words, value_set=pa.array(vocabulary, pa.string()))
        if place.null_count:
            strange = words.filter(pc.is_null(place))[0].as_py()
            raise Invalid(
                f"{strange!r} in column {name!r} of answers is not one of the {len(vocabulary)} that were named.",
                help=f"They are {', '.join(vocabulary[:10])}{', …' if len(vocabulary) > 10 else ''}.",
            )
        rank = place.to_numpy(zero_copy_only=False).astype(np.int32)
    return (rank[codes] if len(rank) else codes), vocabulary
