"""Inputs are read as Pachyderm's users write them, and refused by field."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.datums.inputs import Cross, Join, Pfs, Union, branches, input_json, leaves, parse_input
from tilth.errors import Invalid


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


def test_a_pfs_input_takes_its_repo_as_name_and_main_as_branch() -> None:
    assert parse_input(pfs("images")) == Pfs("images", "default/images", "main", "/*")


def test_a_repo_may_name_its_project() -> None:
    spec = parse_input(pfs("shared/images"), project="mine")
    assert isinstance(spec, Pfs)
    assert (spec.repo, spec.name) == ("shared/images", "images")
    other = parse_input(pfs("images"), project="mine")
    assert isinstance(other, Pfs)
    assert other.repo == "mine/images"


def test_inputs_nest_and_are_read_back_from_their_json() -> None:
    written = {
        "cross": [
            {"union": [pfs("a", name="x"), pfs("b", name="x")]},
            {"join": [pfs("c", "/(*)", join_on="$1"), pfs("d", "/*.csv", rows=True, key="id", join_on="${id}")]},
            pfs("m", "/", reference=True),
        ]
    }
    spec = parse_input(written)
    assert isinstance(spec, Cross)
    assert isinstance(spec.inputs[0], Union)
    assert isinstance(spec.inputs[1], Join)
    assert parse_input(input_json(spec)) == spec
    assert [leaf.name for leaf in leaves(spec)] == ["x", "x", "c", "d", "m"]
    assert ("default/m", "main", "reference") in branches(spec)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"pfs": {"repo": "a", "globb": "/*", "glob": "/*"}}, "input.pfs.globb"),
        ({"pfs": {"glob": "/*"}}, "input.pfs.repo"),
        ({"pfs": {"repo": "a"}}, "input.pfs.glob"),
        ({"pfs": {"repo": "a", "glob": "/[x"}}, "'/[x'"),
        ({"pfs": {"repo": "a", "glob": 3}}, "input.pfs.glob"),
        ({"pfs": {"repo": "out", "glob": "/"}}, "input.pfs.name"),
        ({"pfs": {"repo": "../a/b", "glob": "/"}}, "'..'"),
        ({"cross": []}, "input.cross"),
        ({"cross": [pfs("a"), pfs("a")]}, "'a'"),
        ({"join": [pfs("a"), pfs("b")]}, "join_on"),
        ({"join": [{"cross": [pfs("a")]}]}, "input.join[0]"),
        ({"cron": {"spec": "@every 10s"}}, "input.cron"),
        ({"pfs": {"repo": "a", "glob": "/", "lazy": True}}, "input.pfs.lazy"),
        ({"pfs": {"repo": "a", "glob": "/", "key": "id"}}, "input.pfs.key"),
        ({"pfs": {"repo": "a", "glob": "/"}, "cross": [pfs("b")]}, "pfs and cross"),
        ({}, "no input"),
        ("images", "mapping"),
    ],
)
def test_a_wrong_input_is_refused_by_field(written: object, named: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_input(written)
    assert named in caught.value.message


def test_an_unknown_field_suggests_the_nearest() -> None:
    with pytest.raises(Invalid) as caught:
        parse_input({"pfs": {"repo": "a", "glob": "/", "join_onn": "$1"}})
    assert "join_on" in caught.value.help
