"""Bringing a repo from one workspace to another: only records that the other lacks travel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilth.contract.transfers import RepoRefs, TakenOver
from tilth.contract.workspace import Workspace
from tilth.errors import NotFound, Unavailable
from tilth.progress import Progress, silent
from tilth.storage.records import HEADER_SIZE, MAGIC

ENTRY = 33
_AT_ONCE = 4096
_BATCH = 16 << 20
_SOME = 1000
_STORED = 12
"""Where a record's header says how long it is."""


def mirror(
    source: Workspace, target: Workspace, repo: str, *, name: str = "", force: bool = False, progress: Progress = silent
) -> TakenOver:
    """Make `repo` of `target` (under `name`, else its own) what it is in `source`: commits, branches, tags.

    What arrived of an interrupted transfer is not sent again. Heads move forward only, unless `force`; branches that
    the source has no more stay. Cost: what is new; memory for a bit per record. Raises Conflict, Denied.
    """
    refs = source.transfers.refs(repo)
    wanted = list(dict.fromkeys([*refs.commits, *(each.commit for each in refs.released)]))
    lacking = [each for page in _pages(wanted) for each in target.transfers.lacking(page)]
    if lacking:
        _send(source, target, repo, lacking, _common(source, target, refs, name, lacking), progress)
    return target.transfers.take_over(refs, name=name, force=force)


def _common(source: Workspace, target: Workspace, refs: RepoRefs, name: str, lacking: Sequence[str]) -> list[str]:
    """Return commits that both sides have, as near to the newest as is known without asking for history."""
    known = set(lacking)
    both = [each for each in refs.commits if each not in known]
    try:
        there = target.transfers.refs(name or f"{refs.project}/{refs.name}")
    except NotFound:
        return both
    if there.id == refs.id:
        missing = {each for page in _pages(there.commits) for each in source.transfers.lacking(page)}
        both += [each for each in there.commits if each not in missing and each not in both]
    return both


def _send(
    source: Workspace, target: Workspace, repo: str, commits: Sequence[str], have: Sequence[str], progress: Progress
) -> None:
    bits, count = _lacked(target, source.transfers.outline(repo, commits, have), progress)
    if not count:
        return
    progress.begin(f"Sending {repo}", count, "records")
    for batch, number in _batches(source.transfers.records(repo, commits, have, bits)):
        target.transfers.put_records(batch)
        progress.advance(number)
    progress.end()


def _lacked(target: Workspace, outline: Iterator[bytes], progress: Progress) -> tuple[bytes, int]:
    """Return a bit for each entry of an outline, set where the target lacks its record, and how many are."""
    progress.begin("Comparing", unit="records")
    bits = bytearray()
    at = count = 0
    for entries in _regrouped(outline, ENTRY * _AT_ONCE):
        mask = target.transfers.missing(entries)
        bits.extend(bytes(len(mask) // 8 + 2))
        for missing in mask:
            if missing:
                bits[at >> 3] |= 1 << (at & 7)
                count += 1
            at += 1
        progress.advance(len(mask))
    progress.end()
    return bytes(bits[: (at + 7) // 8]), count


def _regrouped(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Join and cut pieces to whole groups of entries."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _batches(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Gather a stream of records into batches of whole records, each with how many it holds."""
    records = WholeRecords()
    for piece in pieces:
        records.feed(piece)
        if records.end >= _BATCH:
            yield records.take()
    if records.end:
        yield records.take()
    if records.held:
        raise Unavailable("The stream of records ended in the middle of one.", help="Try again.")


class WholeRecords:
    """Cuts a stream at the ends of records. `held[:end]` are the `count` whole ones that were fed and not yet taken."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.end = 0
        self.count = 0

    def feed(self, piece: bytes) -> None:
        """Take more of the stream."""
        self.held += piece
        while self.end + HEADER_SIZE <= len(self.held) and self.held.startswith(MAGIC, self.end):
            stored = int.from_bytes(self.held[self.end + _STORED : self.end + _STORED + 4], "little")
            if self.end + HEADER_SIZE + stored > len(self.held):
                return
            self.end += HEADER_SIZE + stored
            self.count += 1

    def take(self) -> tuple[bytes, int]:
        """Return the whole records, and how many they are."""
        batch, count = bytes(self.held[: self.end]), self.count
        del self.held[: self.end]
        self.end = self.count = 0
        return batch, count


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _SOME):
        yield ids[start : start + _SOME]
