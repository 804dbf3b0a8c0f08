"""Pages of a list, put together up to a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from tilth.contract.paging import Page

T = TypeVar("T")

PAGE = 1000


def collect(fetch: Callable[[str | None, int], Page[T]], *, after: str | None, limit: int) -> Page[T]:
    """Return up to `limit` items (0: all) as one page."""
    items: list[T] = []
    while True:
        want = min(PAGE, limit - len(items)) if limit else PAGE
        page = fetch(after, want)
        items.extend(page.items)
        after = page.next
        if after is None or (limit and len(items) >= limit):
            return Page(items, after)


def stream(fetch: Callable[[str | None, int], Page[T]], *, after: str | None = None) -> Iterator[T]:
    """Yield all items; holds one page in memory."""
    while True:
        page = fetch(after, PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


def more(page: Page[T]) -> str | None:
    """Say how to read on, or None on the last page."""
    return None if page.next is None else f"There is more: add --after '{page.next}', or a higher --limit."
