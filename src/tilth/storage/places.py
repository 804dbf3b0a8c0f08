"""Places: where packs and index shards lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tilth.storage.packs import Entries, Pack, PackWriter
from tilth.storage.shards import Shard


class ClaimedPack(Protocol):
    """A pack that no living process writes, held so that nobody else seals it meanwhile."""

    def seal(self, acknowledged: int | None) -> tuple[Entries, int]:
        """Make it a sealed pack, durably, and return directory and final length.

        With `acknowledged`, exactly that many bytes are kept. Without it, all records up to the first bad CRC are.
        """

    def size(self) -> int:
        """Return its size in bytes."""

    def check_format(self) -> None:
        """Raise Corrupt where this is no pack, Invalid where a newer Tilth wrote it."""


class Place(Protocol):
    """Where the packs and shards of one store lie. Thread-safe; shared by any number of processes.

    New packs and shards are written to local files first and count as nothing until they are kept. No listing is ever
    asked for what exists: the catalogue tells that. Listings serve maintenance and recovery only.
    """

    name: str
    """What people call it: a folder's path or a URL without secrets."""

    appends: bool
    """Whether an acknowledged pack may still grow. Where not, every acknowledgement closes the pack."""

    shard_folder: Path
    """The local folder that new shards are written to."""

    def begin_pack(self) -> PackWriter:
        """Begin a new pack in a local file."""

    def hand_over(self, writer: PackWriter, shard: str) -> None:
        """Take on a sealed pack and its shard early, so that keeping them waits less. May do nothing, or wait."""

    def keep_pack(self, writer: PackWriter) -> None:
        """Make everything written out durable, and the pack findable by its name. Raises Unavailable."""

    def let_go_of_pack(self, writer: PackWriter) -> None:
        """Take note that the catalogue names a pack that was kept: it will not be kept again."""

    def open_pack(self, name: str) -> Pack:
        """Open a pack to read from. Raises FileNotFoundError, at the latest when it is first read."""

    def forget_pack(self, name: str) -> None:
        """Drop what is kept locally of a pack, which proved damaged; the next reader fetches it anew."""

    def claim_pack(self, name: str) -> AbstractContextManager[ClaimedPack | None]:
        """Hold a pack whose writer has died; None while a writer lives or where there is no such pack."""

    def delete_pack(self, name: str) -> None:
        """Delete a pack; nothing happens when it is gone. Readers that have it open may read on."""

    def packs(self) -> Iterable[str]:
        """List the packs that ever held anything, oldest first. For maintenance."""

    def leftovers(self, known: Collection[str]) -> Iterable[str]:
        """List packs, however short, that are not among `known`. For maintenance."""

    def keep_shard(self, name: str) -> None:
        """Make a written shard durable and findable. Raises Unavailable."""

    def open_shard(self, name: str) -> Shard:
        """Open a shard. Raises FileNotFoundError where it was merged away, Corrupt where it is damaged."""

    def delete_shard(self, name: str) -> None:
        """Delete a shard; nothing happens when it is gone."""

    def shards(self) -> Iterable[str]:
        """List all shards. For maintenance."""

    def close(self) -> None:
        """Let go of what this process holds."""
