"""Cutting: from the trees that an input reads to its datums, and from what changed in them to the datums that did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tilth.datums.datum import Datum, DatumChange
from tilth.datums.inputs import Cross, Group, InputSpec, Join, Pfs, input_json, leaves
from tilth.datums.leaves import INDEX, ITEMS, Leaf, LeafState, advance_leaf
from tilth.datums.nodes import CrossNode, GroupNode, JoinNode, LeafNode, Node, UnionNode
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_from_hex, digest_of
from tilth.storage.store import Store
from tilth.storage.tables import Table

Place = tuple[str, str]
"""(PROJECT/REPO, branch)."""


@dataclass(frozen=True, slots=True)
class InputState:
    """How an input was cut: its spec, the trees, and the tables that came of them. Stored as JSON with each job."""

    spec: Digest
    trees: Mapping[Place, Digest | None]
    leaves: tuple[LeafState, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the state as JSON."""
        return {
            "spec": self.spec.hex(),
            "trees": [[repo, branch, _hex(root)] for (repo, branch), root in sorted(self.trees.items())],
            "leaves": [[_hex(leaf.items), _hex(leaf.index)] for leaf in self.leaves],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> InputState:
        """Read what to_json wrote."""
        return cls(
            digest_from_hex(value["spec"]),
            {(repo, branch): _digest(root) for repo, branch, root in value["trees"]},
            tuple(LeafState(_digest(items), _digest(index)) for items, index in value["leaves"]),
        )

    def roots(self) -> list[Digest]:
        """Return the roots of all tables of this cut."""
        return [root for leaf in self.leaves for root in (leaf.items, leaf.index) if root is not None]


@dataclass(frozen=True, slots=True)
class InputUpdate:
    """A cut brought forward: its new state, and both states' datums by need."""

    state: InputState
    node: Node

    def changes(self) -> Iterator[DatumChange]:
        """Yield the datums that differ between the previous state and this one, in no promised order.

        Cost: O(affected datums + log n).
        """
        for key, old, new in self.node.changes():
            yield DatumChange(
                key, Datum(key, old) if old is not None else None, Datum(key, new) if new is not None else None
            )

    def datums(self) -> Iterator[Datum]:
        """Yield all datums of this state, in no promised order. Cost: O(datums)."""
        for key, _, new in self.node.pairs():
            if new is not None:
                yield Datum(key, new)


def spec_digest(spec: InputSpec) -> Digest:
    """Return the digest of what decides the cut; with another spec a cut starts from nothing."""
    return digest_of(canonical(input_json(spec)))


def update_input(
    store: Store, spec: InputSpec, trees: Mapping[Place, Digest | None], previous: InputState | None = None
) -> InputUpdate:
    """Cut `trees` (the root of each branch's tree; None: empty) by `spec`, given how it was cut before.

    With a `previous` of another spec, or none, everything counts as new. Tables are in the store, durable after its
    next flush. Raises Invalid for a broken table file, naming repo, file and line.
    Cost: O(changed paths × log n), and changed table files.
    """
    digest = spec_digest(spec)
    if previous is None or previous.spec != digest:
        previous = InputState(digest, {}, tuple(LeafState() for _ in leaves(spec)))
    placed = _leaves(spec)
    states: list[LeafState] = []
    for leaf, before in zip(placed, previous.leaves, strict=True):
        place = (leaf.pfs.repo, leaf.pfs.branch)
        states.append(advance_leaf(store, leaf, previous.trees.get(place), trees.get(place), before))
    wanted = {(leaf.pfs.repo, leaf.pfs.branch): trees.get((leaf.pfs.repo, leaf.pfs.branch)) for leaf in placed}
    state = InputState(digest, wanted, tuple(states))
    node = _node(spec, iter(list(zip(placed, previous.leaves, states, strict=True))), store)
    return InputUpdate(state, node)


def _leaves(spec: InputSpec) -> list[Leaf]:
    """Return the leaves in the order written, each with a label that no other has."""
    found = list(leaves(spec))
    counts = Counter(pfs.name for pfs in found)
    templates = _templates(spec)
    return [
        Leaf(pfs, pfs.name if counts[pfs.name] == 1 else f"{pfs.name}~{number}", template)
        for number, (pfs, template) in enumerate(zip(found, templates, strict=True), 1)
    ]


def _templates(spec: InputSpec) -> list[str | None]:
    if isinstance(spec, Pfs):
        return [None]
    if isinstance(spec, Join):
        return [pfs.join_on for pfs in spec.inputs]
    if isinstance(spec, Group):
        return [pfs.group_by for pfs in spec.inputs]
    return [template for child in spec.inputs for template in _templates(child)]


def _node(spec: InputSpec, placed: Iterator[tuple[Leaf, LeafState, LeafState]], store: Store) -> Node:
    if isinstance(spec, Pfs):
        leaf, old, new = next(placed)
        return LeafNode(leaf, Table(store, ITEMS, old.items), Table(store, ITEMS, new.items))
    if isinstance(spec, Join | Group):
        indexes = [
            LeafNode(leaf, Table(store, INDEX, old.index), Table(store, INDEX, new.index))
            for leaf, old, new in (next(placed) for _ in spec.inputs)
        ]
        return JoinNode(indexes) if isinstance(spec, Join) else GroupNode(indexes)
    children: Sequence[Node] = [_node(child, placed, store) for child in spec.inputs]
    return CrossNode(children) if isinstance(spec, Cross) else UnionNode(children)


def _hex(digest: Digest | None) -> str | None:
    return digest.hex() if digest is not None else None


def _digest(text: str | None) -> Digest | None:
    return digest_from_hex(text) if text is not None else None
