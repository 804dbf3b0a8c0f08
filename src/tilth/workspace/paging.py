"""Pages of lists that are read one item further than asked, to know whether there is more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from tilth.contract.paging import Page
from tilth.errors import Invalid

S = TypeVar("S")
T = TypeVar("T")

MAX_LIMIT = 1000


def page_of(found: Iterable[S], limit: int, tell: Callable[[S], T], key: Callable[[S], str]) -> Page[T]:
    """Return up to `limit` of `found` (which should hold one more if there is more), and the key to read on from."""
    some = list(islice(found, check_limit(limit) + 1))
    shown = some[:limit]
    return Page([tell(each) for each in shown], key(shown[-1]) if len(some) > limit else None)


def check_limit(limit: int) -> int:
    """Return `limit` if a page may be so long. Raises Invalid."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"A page of {limit} is not possible.", help=f"Ask for 1 to {MAX_LIMIT} at once.", limit=limit)
    return limit


def position_of(after: str | None) -> int | None:
    """Return the position in a page key. Raises Invalid when it is none."""
    if after is None:
        return None
    if not after.isdecimal() or len(after) > 18:
        raise Invalid(f"{after!r} is not the key of a page.", help="Pass the `next` of the page before.", after=after)
    return int(after)
