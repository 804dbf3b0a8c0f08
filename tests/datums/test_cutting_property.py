"""A cut brought forward over any edits equals a cut from scratch: equal roots, equal datums."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.errors import Conflict

REPOS = ("a", "b")
PATHS = ["x1", "x2", "y1", "d/x1", "d/y1", "d/e/x1", "e/x1", "e", "t1.jsonl", "d/t2.jsonl"]
GLOBS = ["/", "/*", "/**", "/*/*", "/(?)*", "/d/*", "/{x,y}*", "/!(d)", "/**(?)1"]


def table(numbers: list[int]) -> bytes:
    return b"".join(json.dumps({"id": n // 3, "v": n % 3, "j": n % 2}).encode() + b"\n" for n in numbers)


files = st.one_of(st.none(), st.sampled_from([b"", b"1", b"2"]))
tables = st.one_of(st.none(), st.lists(st.integers(0, 14), max_size=5, unique_by=lambda n: n // 3).map(table))
edit = st.dictionaries(st.sampled_from(PATHS), st.none(), max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({p: tables if p.endswith("jsonl") else files for p in chosen})
)
edits = st.tuples(st.sampled_from(REPOS), edit)

leaf = st.builds(
    lambda repo, glob, reference: {"repo": repo, "glob": glob, "reference": reference},
    st.sampled_from(REPOS),
    st.sampled_from(GLOBS),
    st.booleans(),
)
rows = st.builds(
    lambda repo, glob, key: {"repo": repo, "glob": glob, "rows": True} | ({"key": "id"} if key else {}),
    st.sampled_from(REPOS),
    st.sampled_from(["/*.jsonl", "/**.jsonl"]),
    st.booleans(),
)


@st.composite
def inputs(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    kind = draw(st.sampled_from(["pfs", "pfs", "cross", "join", "union", "group"] if depth else ["pfs"]))
    if kind == "pfs":
        return {"pfs": draw(st.one_of(leaf, rows))}
    if kind in ("cross", "union"):
        return {kind: [draw(inputs(depth - 1)) for _ in range(draw(st.integers(1, 3)))]}
    members = []
    for _ in range(draw(st.integers(1, 3))):
        member = draw(st.one_of(leaf, rows))
        template = draw(st.sampled_from(["$1", "k", "${j}"] if "rows" in member else ["$1", "k"]))
        members.append({"pfs": member | {"join_on" if kind == "join" else "group_by": template}})
        if kind == "join":
            members[-1]["pfs"]["outer_join"] = draw(st.booleans())
    return {kind: members}


def named(node: dict[str, Any], counter: list[int]) -> dict[str, Any]:
    """Give every pfs input its own name."""
    [(kind, value)] = node.items()
    if kind == "pfs":
        counter[0] += 1
        return {"pfs": value | {"name": f"i{counter[0]}"}}
    return {kind: [named(child, counter) for child in value]}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=inputs().map(lambda node: named(node, [0])), steps=st.lists(st.lists(edits, max_size=3), max_size=5))
def test_a_cut_brought_forward_equals_one_from_scratch(
    plant: Callable[[], Any], spec: dict[str, Any], steps: list[list[tuple[str, dict[str, bytes | None]]]]
) -> None:
    forest = plant()
    state, known = None, {}
    for step in steps:
        for repo, changes in step:
            with contextlib.suppress(Conflict):  # a file and a folder of one name
                forest.edit(repo, changes)
        forward, scratch = forest.cut(spec, state), forest.cut(spec)
        assert forward.state == scratch.state
        known = forest.apply(known, forward)
        assert known == forest.shown(forward) == forest.shown(scratch)
        assert forest.apply({}, scratch) == known
        state = forward.state
