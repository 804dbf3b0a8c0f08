"""Kept views: the views of datasets that were asked last, brought forward when people's labels change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tilth.datasets.assembling import Assembly
from tilth.workspace.label_following import FollowingLabels

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView

ON_DISK = 20_000
"""Items from which on a view is kept as a file, too."""
KEPT = 12
KEPT_BYTES = 2 << 30
"""Views kept in memory, and about how much of it; the one last opened is kept always."""


@dataclass(slots=True)
class _Kept:
    view: ItemView
    weight: int
    """About how many bytes it has."""
    following: FollowingLabels | None
    """The labels that it shows, if those of later publications can be brought into it."""


class KeptViews:
    """Views by the digest of all that they were made from. Thread-safe; `gone` is told of views that are let go of."""

    def __init__(self, folder: Path, gone: Callable[[ItemView], None]) -> None:
        self._folder = folder
        self._gone = gone
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._making: dict[bytes, threading.Lock] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Let go of all views."""
        with self._lock:
            self._kept.clear()

    def get(
        self,
        key: bytes,
        make: Callable[[], Assembly],
        *,
        following: FollowingLabels | None = None,
        position: int = -1,
    ) -> ItemView | None:
        """Return the view of a key: the one that is open, one with earlier labels brought forward, or one made.

        `position` is the moment (a place in the feed) that the key is of. None where the view shows a later one by now:
        then ask with the key of the present. Costs what changed in the labels, or reading the file or the sources.
        """
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                found = self._found(key, following)
                if found is not None and following is None:
                    return found.view
                if found is not None and following is not None:
                    with found.view.laying:
                        if found.view.position > position:
                            return None
                        if self._forward(found, following, position):
                            self._hold(key, found)
                            return found.view
                kept = self._opened_or_made(key, make, following)
                if following is not None:
                    kept.view.position = position  # before anybody sees it: what is asked of an earlier moment waits
                self._hold(key, kept)
                return kept.view
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _found(self, key: bytes, following: FollowingLabels | None) -> _Kept | None:
        """Return the view of a key, or the one that differs from it in labels of people only."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if following is None:
                return None
            return next((each for each in self._kept.values() if _is_of(each, following.basis)), None)

    def _forward(self, kept: _Kept, following: FollowingLabels, position: int) -> bool:
        """Bring labels into a view that others may be asking, as acts are laid over it; False where that is no use."""
        from tilth.datasets.view_files import ViewFiles

        view, before, acts = kept.view, kept.following, kept.view.acts
        if before is None:
            return False
        if before.parts != following.parts:
            view.acts = None
            if not following.into(view, before, ViewFiles(self._folder).changes):
                view.acts = acts
                return False
        kept.following, view.position = following, position
        return True

    def _hold(self, key: bytes, kept: _Kept) -> None:
        with self._lock:
            if kept.following is not None:  # the view before is nobody's present any more, or is this one
                for old in [name for name, each in self._kept.items() if _is_of(each, kept.following.basis)]:
                    before = self._kept.pop(old)
                    if before is not kept:
                        self._gone(before.view)
            self._kept[key] = kept
            while len(self._kept) > 1 and (
                len(self._kept) > KEPT or sum(each.weight for each in self._kept.values()) > KEPT_BYTES
            ):
                _, old_one = self._kept.popitem(last=False)  # closed when its last question is answered
                self._gone(old_one.view)

    def _opened_or_made(self, key: bytes, make: Callable[[], Assembly], following: FollowingLabels | None) -> _Kept:
        """Open a large view from its file, which is written first where there is none."""
        import duckdb

        from tilth.datasets.items import ItemView
        from tilth.datasets.view_files import ViewFiles

        files = ViewFiles(self._folder)
        con = files.open(key)
        if con is not None:
            return _Kept(ItemView.reopened(con), files.size(key), following)
        brought = following.bring(files) if following is not None else None
        if brought is not None:
            return _Kept(*brought, following)
        assembly = make()
        if len(assembly.items) >= ON_DISK:
            with suppress(OSError, duckdb.Error):  # a full disk is no reason to fail: then it is kept in memory
                files.make(key, lambda con: ItemView(assembly, con).keep())
                if following is not None:
                    following.note(files, key)
                con = files.open(key)
            if con is not None:
                return _Kept(ItemView.reopened(con), files.size(key), following)
        weight = assembly.items.nbytes + sum(each.table.nbytes for each in assembly.joined)
        return _Kept(ItemView(assembly), weight, following)


def _is_of(kept: _Kept, basis: bytes) -> bool:
    return kept.following is not None and kept.following.basis == basis
