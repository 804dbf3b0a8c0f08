"""Over random pipelines and random edits, the output that jobs brought forward is the one made from scratch."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tilth.errors import Conflict, NothingToCommit
from tilth.execution.datum import Datum

PATHS = ["x1", "x2", "y1", "d/x1", "d/y1", "e/x1", "t.jsonl", "d/u.jsonl"]


def table(numbers: list[int]) -> bytes:
    return b"".join(json.dumps({"id": n // 2, "v": n % 2}).encode() + b"\n" for n in numbers)


files = st.one_of(st.none(), st.sampled_from([b"", b"1", b"2", b"bad"]))
tables = st.one_of(st.none(), st.lists(st.integers(0, 9), max_size=4, unique_by=lambda n: n // 2).map(table))
edit = st.sets(st.sampled_from(PATHS), min_size=1, max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({p: tables if p.endswith("jsonl") else files for p in sorted(chosen)})
)
steps = st.lists(st.tuples(st.sampled_from(["a", "b"]), edit), min_size=1, max_size=6)


def leaves(repos: list[str], template: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    more = {template: "$1"} if template else {}
    plain = st.builds(
        lambda repo, glob, reference: {"repo": repo, "glob": glob, "reference": reference} | more,
        st.sampled_from(repos),
        st.sampled_from(["/", "/*", "/**", "/*/*", "/(?)*", "/**(?)1", "/d/*", "/out/*"]),
        # A reference input's content is left out of identities on purpose, so from scratch may differ.
        st.just(False),
    )
    rows = st.builds(
        lambda repo, key: {"repo": repo, "glob": "/**.jsonl", "rows": True} | ({"key": "id"} if key else {}) | more,
        st.sampled_from(repos),
        st.booleans(),
    )
    return st.one_of(plain, plain, rows)


@st.composite
def inputs(draw: st.DrawFn, repos: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["pfs", "cross", "join", "group", "union"]))
    template = {"join": "join_on", "group": "group_by"}.get(kind)
    count = 1 if kind == "pfs" else draw(st.integers(1, 2))
    members = [{"pfs": draw(leaves(repos, template)) | {"name": f"{kind}{number}"}} for number in range(count)]
    if kind == "join":
        members[0]["pfs"]["outer_join"] = draw(st.booleans())
    return members[0] if kind == "pfs" else {kind: members}


def picky(datum: Datum) -> dict[str, bytes]:
    """Write one file that tells all the datum is; fail on what is bad."""
    seen = []
    for name, source in sorted(datum.inputs.items()):
        seen.append(f"{name}={source.row!r}")
        seen += [f"{file.path}:{file.read_text()}" for file in source.files]
    if any(line.endswith(":bad") for line in seen):
        raise ValueError("bad")
    name = datum.key.replace("/", "-").replace("\n", "+").replace("\t", "#").replace("\\", "!")
    return {f"out/{name}": "\n".join(seen).encode()}


def renamed(node: dict[str, Any]) -> dict[str, Any]:
    [(kind, value)] = node.items()
    if kind != "pfs":
        return {kind: [renamed(child) for child in value]}
    return {"pfs": value | {"repo": "scratch1" if value["repo"] == "p1" else value["repo"]}}


# Not shrunk: each try is two whole workspaces, and what is printed is small enough to read.
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(first=inputs(["a", "b"]), second=inputs(["a", "p1"]), edits=steps)
def test_incremental_output_equals_output_from_scratch(
    make_workshop: Callable[[], Any],
    first: dict[str, Any],
    second: dict[str, Any],
    edits: list[tuple[str, dict[str, bytes | None]]],
) -> None:
    workshop = make_workshop()
    workshop.executor.functions["test:picky"] = picky
    workshop.repo("a", {"x1": b"1", "t.jsonl": table([1, 4])})
    workshop.repo("b", {"x1": b"2"})
    workshop.pipeline("p1", first, function="test:picky", datum_tries=1)
    workshop.pipeline("p2", second, function="test:picky", datum_tries=1)
    for number, (repo, changes) in enumerate(edits):
        with contextlib.suppress(Conflict, NothingToCommit):
            workshop.commit(repo, changes)
        if number % 2:
            workshop.settle()
    workshop.settle()
    workshop.pipeline("scratch1", first, function="test:picky", datum_tries=1, salt="other")
    workshop.pipeline("scratch2", renamed(second), function="test:picky", datum_tries=1, salt="other")
    workshop.settle()
    good = {"success", "unchanged"}
    made, scratch = workshop.job("p1"), workshop.job("scratch1")
    assert (made.state in good) == (scratch.state in good)
    if scratch.state not in good:
        return
    assert workshop.files("p1") == workshop.files("scratch1")
    made, scratch = workshop.job("p2"), workshop.job("scratch2")
    assert (made.state in good) == (scratch.state in good)
    if scratch.state in good:
        assert workshop.files("p2") == workshop.files("scratch2")
        heads = workshop.head("p2"), workshop.head("scratch2")
        assert [head.tree if head else None for head in heads] == [heads[1].tree if heads[1] else None] * 2
