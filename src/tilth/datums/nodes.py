"""The nodes of an input, evaluated over two states at once: what is there now, and what changed.

A node yields *pairs* (key, members before, members now), None where the datum is not there. `pairs` are all datums of
either state, `changes` those that differ. Every node finds its changes from those of its children and seeks only
what they touch; none promises an order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol, TypeAlias

from tilth.datums.datum import Member, unescape_key
from tilth.datums.leaves import Leaf, member_of
from tilth.storage.tables import Table, diff_tables

SMALL = 10_000
"""A child with up to this many items is kept in memory while a product goes over it again and again."""

Members: TypeAlias = tuple[Member, ...]
Pair: TypeAlias = tuple[str, Members | None, Members | None]


class Node(Protocol):
    """One node of an input."""

    def pairs(self) -> Iterator[Pair]:
        """Yield every datum of either state. Cost: O(datums)."""

    def changes(self) -> Iterator[Pair]:
        """Yield the datums that differ. Cost: O(affected datums + log n)."""


@dataclass(slots=True)
class LeafNode:
    """The items of one pfs input; with `within`, only those with that join key (`old` and `new` are indexes then)."""

    leaf: Leaf
    old: Table
    new: Table
    within: str | None = None
    _kept: list[Pair] | None = field(default=None, init=False)

    def pairs(self) -> Iterator[Pair]:
        """Yield every item."""
        if self._kept is not None:
            return iter(self._kept)
        if self.within is None and len(self.old) + len(self.new) <= 2 * SMALL:
            self._kept = list(self._scan())
            return iter(self._kept)
        return self._scan()

    def _scan(self) -> Iterator[Pair]:
        start, stop = self._range()
        for key, old, new in _merged(self.old, self.new, start, stop):
            yield self._pair(key, old, new)

    def changes(self) -> Iterator[Pair]:
        """Yield the items that differ."""
        start, stop = self._range()
        for key, old, new in diff_tables(self.old, self.new, start, stop):
            yield self._pair(
                str(key),
                (old["digest"], old["row"]) if old is not None else None,
                (new["digest"], new["row"]) if new is not None else None,
            )

    def present(self) -> tuple[bool, bool]:
        """Tell whether there is any item before, and now."""
        start, stop = self._range()
        return _any(self.old, start, stop), _any(self.new, start, stop)

    def keyed(self) -> Iterator[tuple[str, Pair]]:
        """Yield (join key, pair) in order of the join keys. For indexes."""
        for key, old, new in _merged(self.old, self.new, None, None):
            yield key.partition("\t")[0], self._pair(key, old, new, indexed=True)

    def changed_keys(self) -> Iterator[str]:
        """Yield the join keys under which anything differs. For indexes."""
        for key, _, _ in diff_tables(self.old, self.new):
            yield str(key).partition("\t")[0]

    def _range(self) -> tuple[str | None, str | None]:
        return (None, None) if self.within is None else (f"{self.within}\t", f"{self.within}\n")

    def _pair(self, key: str, old: _Content | None, new: _Content | None, *, indexed: bool | None = None) -> Pair:
        join_key: str | None = None
        if indexed or self.within is not None:
            escaped, _, key = key.partition("\t")
            join_key = unescape_key(escaped)
        before = (member_of(self.leaf, key, *old, join_key),) if old is not None else None
        now = before if new == old else (member_of(self.leaf, key, *new, join_key),) if new is not None else None
        return f"{self.leaf.label}:{key}", before, now


@dataclass(slots=True)
class CrossNode:
    """Every combination of one datum of each child."""

    children: Sequence[Node]

    def pairs(self) -> Iterator[Pair]:
        """Yield every combination."""
        return _product([(place, child.pairs) for place, child in enumerate(self.children)])

    def changes(self) -> Iterator[Pair]:
        """Yield the combinations in which a child's datum differs: each once, by the first such child."""
        for place, child in enumerate(self.children):
            # The changes come first, so that without any nothing else is read.
            factors: list[_Factor] = [(place, child.changes)]
            factors += [(n, _unchanged(self.children[n])) for n in range(place)]
            factors += [(n, self.children[n].pairs) for n in range(place + 1, len(self.children))]
            yield from _product(factors)


@dataclass(slots=True)
class UnionNode:
    """The datums of each child."""

    children: Sequence[Node]

    def pairs(self) -> Iterator[Pair]:
        """Yield those of the first child, then of the next."""
        for child in self.children:
            yield from child.pairs()

    def changes(self) -> Iterator[Pair]:
        """Yield the changes of the first child, then of the next."""
        for child in self.children:
            yield from child.changes()


@dataclass(slots=True)
class _ListNode:
    """Items under one join key, in memory."""

    leaf: Leaf
    found: list[Pair] = field(default_factory=list)

    def pairs(self) -> Iterator[Pair]:
        return iter(self.found)

    def changes(self) -> Iterator[Pair]:
        return (pair for pair in self.found if pair[1] != pair[2])

    def present(self) -> tuple[bool, bool]:
        return any(pair[1] is not None for pair in self.found), any(pair[2] is not None for pair in self.found)


_Keyed: TypeAlias = LeafNode | _ListNode


@dataclass(slots=True)
class _KeyedNode(ABC):
    """What join and group share: children are indexes, and datums arise under one key at a time."""

    children: Sequence[LeafNode]

    def pairs(self) -> Iterator[Pair]:
        """Yield every datum, in one merge over the indexes."""
        for key, nodes in self._all_keys():
            yield from self._under(key, nodes, changes=False)

    def changes(self) -> Iterator[Pair]:
        """Yield the datums under keys where anything differs; seeks each such key, or reads on where they are many."""
        changed = dict.fromkeys(key for child in self.children for key in child.changed_keys())
        if len(changed) * 20 > max(len(child.old) + len(child.new) for child in self.children):
            for key, lists in self._all_keys():
                if key in changed:
                    yield from self._under(key, lists, changes=True)
            return
        for key in changed:
            nodes = [LeafNode(child.leaf, child.old, child.new, within=key) for child in self.children]
            yield from self._under(key, nodes, changes=True)

    def _all_keys(self) -> Iterator[tuple[str, Sequence[_Keyed]]]:
        def numbered(place: int, child: LeafNode) -> Iterator[tuple[str, int, Pair]]:
            return ((key, place, pair) for key, pair in child.keyed())

        streams = [numbered(place, child) for place, child in enumerate(self.children)]
        for key, found in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
            lists = [_ListNode(child.leaf) for child in self.children]
            for _, place, pair in found:
                lists[place].found.append(pair)
            yield key, lists

    @abstractmethod
    def _under(self, key: str, nodes: Sequence[_Keyed], *, changes: bool) -> Iterator[Pair]:
        """Yield the datums under one key; only the changed ones when `changes`."""


class JoinNode(_KeyedNode):
    """Under each key that all children have, the combinations; else those of the children with an outer join."""

    def _under(self, key: str, nodes: Sequence[_Keyed], *, changes: bool) -> Iterator[Pair]:
        present = [node.present() for node in nodes]
        before = _taking_part(nodes, [old for old, _ in present])
        now = _taking_part(nodes, [new for _, new in present])
        if len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True)):
            cross = CrossNode(before)
            yield from cross.changes() if changes else cross.pairs()
            return
        # Other children take part, so every combination is another one.
        for name, old, _ in CrossNode(before).pairs():
            if old is not None:
                yield name, old, None
        for name, _, new in CrossNode(now).pairs():
            if new is not None:
                yield name, None, new


class GroupNode(_KeyedNode):
    """One datum per key, holding all items of all children under it."""

    def _under(self, key: str, nodes: Sequence[_Keyed], *, changes: bool) -> Iterator[Pair]:
        old: list[Member] = []
        new: list[Member] = []
        for node in nodes:
            for _, before, now in node.pairs():
                old.extend(before or ())
                new.extend(now or ())
        if not changes or old != new:
            name = "+".join(dict.fromkeys(node.leaf.label for node in nodes))
            yield f"{name}:\t{key}", tuple(old) or None, tuple(new) or None


_Factor: TypeAlias = tuple[int, Callable[[], Iterator[Pair]]]


def _taking_part(nodes: Sequence[_Keyed], present: Sequence[bool]) -> list[_Keyed]:
    if all(present):
        return list(nodes)
    return [node for node, there in zip(nodes, present, strict=True) if there and node.leaf.pfs.outer_join]


def _unchanged(node: Node) -> Callable[[], Iterator[Pair]]:
    return lambda: (pair for pair in node.pairs() if pair[1] is pair[2] or pair[1] == pair[2])


def _product(factors: Sequence[_Factor]) -> Iterator[Pair]:
    """Yield the combinations of the factors' pairs, joined by place; the first factor is the outermost loop."""
    if not factors:
        return
    chosen: list[Pair] = [("", None, None)] * len(factors)

    def loop(at: int) -> Iterator[Pair]:
        if at == len(factors):
            old = _joined([before for _, before, _ in chosen])
            new = _joined([now for _, _, now in chosen])
            if old is not None or new is not None:
                yield "\n".join(key for key, _, _ in chosen), old, new
            return
        place, pairs = factors[at]
        for pair in pairs():
            chosen[place] = pair
            yield from loop(at + 1)

    yield from loop(0)


def _joined(parts: Sequence[Members | None]) -> Members | None:
    joined: list[Member] = []
    for part in parts:
        if part is None:
            return None
        joined.extend(part)
    return tuple(joined)


_Content: TypeAlias = tuple[bytes, bytes | None]


def _merged(
    old: Table, new: Table, start: str | None, stop: str | None
) -> Iterator[tuple[str, _Content | None, _Content | None]]:
    """Yield (key, old, new) of the rows of either table, in key order."""
    if old.root == new.root:
        for key, content in _rows(new, start, stop):
            yield key, content, content
        return
    left, right = _rows(old, start, stop), _rows(new, start, stop)
    before, now = next(left, None), next(right, None)
    while before is not None or now is not None:
        if now is None or (before is not None and before[0] < now[0]):
            assert before is not None
            yield before[0], before[1], None
            before = next(left, None)
        elif before is None or now[0] < before[0]:
            yield now[0], None, now[1]
            now = next(right, None)
        else:
            yield now[0], before[1], now[1]
            before, now = next(left, None), next(right, None)


def _rows(table: Table, start: str | None, stop: str | None) -> Iterator[tuple[str, _Content]]:
    for batch in table.scan(start, stop):
        keys, digests, rows = (list[Any](column.to_pylist()) for column in batch.columns)
        for key, digest, row in zip(keys, digests, rows, strict=True):
            yield key, (digest, row)


def _any(table: Table, start: str | None, stop: str | None) -> bool:
    return any(batch.num_rows for batch in table.scan(start, stop))
