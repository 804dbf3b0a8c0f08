"""The seam between planning and running: a batch of datums in, outcomes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from tilth.execution.batch import BatchResult, DatumBatch

CANCELLED = "cancelled"
"""The `error` of a batch that was cancelled."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an executor can do.

    `slots` run datums at once; `command_slots` of them run commands. `pfs` tells how a command finds its files:
    `namespace`, every slot has a private `/pfs`; `symlink`, one slot owns the machine's `/pfs`; `variable`, there
    is no `/pfs`, only `$PFS` and `{pfs}`. `note` says in words why it is not better.
    """

    slots: int
    command_slots: int
    pfs: Literal["namespace", "symlink", "variable"]
    note: str = ""
    gpus: int = 0
    labels: tuple[str, ...] = ()
    shared_store: bool = True


class Executor(Protocol):
    """Runs batches of datums, somewhere. One consumer reads `completed`.

    Promises: inputs are read from and outputs written to the store by whoever runs the datum, so no file travels in a
    batch or a result; all that an outcome names is durable when it arrives; a datum may run more than once
    (deduplicate effects by `TILTH_IDEMPOTENCY_KEY`), its outcome arrives once; one datum that kills its
    process is reported as `lost` and the others of its batch still run.
    """

    def capabilities(self) -> Capabilities:
        """Tell what this executor can do; starts it where that is needed to know. Raises Unavailable."""
        ...

    def submit(self, batch: DatumBatch) -> None:
        """Queue a batch and return; the same (id, attempt) again does nothing. Keep a few per slot in flight."""
        ...

    def completed(self, timeout: float | None = None) -> Iterator[BatchResult]:
        """Yield finished batches, in any order: wait up to `timeout` seconds for the first, then take what is ready.

        Ends at once when nothing is in flight. None waits without limit.
        """
        ...

    def cancel(self, batch_id: str) -> None:
        """Stop all attempts of a batch, its running processes too; its result says `cancelled`. Unknown ids: no-op."""
        ...

    def close(self, drain: bool = False) -> None:
        """End the executor: with `drain` finish what is queued, else stop it. Leaves no process behind."""
        ...
