"""Marks on records: which of all records in a store something reaches. 17 bytes of memory per record."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]

LIVE = 1
"""The record is reached. Other bits say what else was followed from it, so that nothing is followed twice."""


class Marks:
    """A byte of marks for each record of a store, found by the first 16 bytes of its digest.

    What the store gained since (and what it does not hold) is kept in a set, which stays as small as that.
    """

    def __init__(self, digests: Iterable[bytes | memoryview]) -> None:
        """Take the digests of all records, 32 bytes each, in parts of any size and order."""
        parts = [_halves(part) for part in digests]
        high = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, np.uint64)
        low = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, np.uint64)
        del parts
        order = np.argsort(high, kind="stable")
        high, low = high[order], low[order]
        if len(high) > 1 and (high[1:] == high[:-1]).any():
            order = np.lexsort((low, high))
            high, low = high[order], low[order]
            fresh = np.concatenate([[True], (high[1:] != high[:-1]) | (low[1:] != low[:-1])])
            high, low = high[fresh], low[fresh]
        self._high, self._low = high, low
        self._bits = np.zeros(len(high), np.uint8)
        self._others: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._high)

    def mark(self, digests: bytes | memoryview, bit: int = LIVE) -> list[bytes]:
        """Mark records (32 bytes each) as live and with `bit`; return those that did not have the bit, each once."""
        if not len(digests):
            return []
        view = memoryview(digests)
        rows = self.rows(view)
        known = rows >= 0
        fresh: list[bytes] = []
        found, first = np.unique(rows[known], return_index=True)
        if len(found):
            new = self._bits[found] & bit == 0
            self._bits[found[new]] |= np.uint8(bit | LIVE)
            places = np.flatnonzero(known)[first[new]]
            fresh = [bytes(view[at * 32 : at * 32 + 32]) for at in np.sort(places).tolist()]
        for at in np.flatnonzero(~known).tolist():
            digest = bytes(view[at * 32 : at * 32 + 32])
            bits = self._others.get(digest, 0)
            if not bits & bit:
                self._others[digest] = bits | bit | LIVE
                fresh.append(digest)
        return fresh

    def keep(self, digests: bytes | memoryview) -> None:
        """Mark records as live where nothing is followed from them. Cheaper than `mark`."""
        rows = self.rows(memoryview(digests))
        self._bits[rows[rows >= 0]] |= np.uint8(LIVE)

    def live(self, digests: bytes | memoryview) -> npt.NDArray[np.bool_]:
        """Tell for each record (32 bytes each) whether it is marked."""
        view = memoryview(digests)
        rows = self.rows(view)
        marked = np.zeros(len(rows), np.bool_)
        known = rows >= 0
        marked[known] = self._bits[rows[known]] & LIVE != 0
        for at in np.flatnonzero(~known).tolist():
            marked[at] = bytes(view[at * 32 : at * 32 + 32]) in self._others
        return marked

    def clear(self) -> None:
        """Take all marks away."""
        self._bits[:] = 0
        self._others.clear()

    def marked(self) -> npt.NDArray[np.bool_]:
        """Tell for each record that these marks began with, by row, whether it is marked."""
        marked: npt.NDArray[np.bool_] = self._bits & LIVE != 0
        return marked

    def dead(self, digests: bytes | memoryview) -> npt.NDArray[np.bool_]:
        """Tell for each record (32 bytes each) whether it is one that these marks began with and nothing reached."""
        rows = self.rows(memoryview(digests))
        found = np.zeros(len(rows), np.bool_)
        known = rows >= 0
        found[known] = self._bits[rows[known]] & LIVE == 0
        return found

    def rows(self, digests: memoryview) -> npt.NDArray[np.int64]:
        """Return the row of each digest (32 bytes each), -1 for a record that these marks did not begin with."""
        high, low = _halves(digests)
        rows = np.searchsorted(self._high, high).astype(np.int64)
        found = np.full(len(rows), -1, np.int64)
        looking = np.arange(len(rows))
        while len(looking):
            at = rows[looking]
            inside = at < len(self._high)
            looking, at = looking[inside], at[inside]
            same = self._high[at] == high[looking]
            looking, at = looking[same], at[same]
            match = self._low[at] == low[looking]
            found[looking[match]] = at[match]
            looking = looking[~match]
            rows[looking] += 1
        return found


def _halves(digests: bytes | memoryview) -> tuple[Bits, Bits]:
    words = np.frombuffer(digests, ">u8").reshape(-1, 4)
    return words[:, 0].astype(np.uint64), words[:, 1].astype(np.uint64)
