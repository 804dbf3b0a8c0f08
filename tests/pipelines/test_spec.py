"""Specs are read with Pachyderm's field names and refused by field."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.errors import Invalid
from tilth.pipelines.spec import parse_spec, read_documents

PACHYDERM = """
pipeline: {name: edges}
description: Outlines of images.
transform:
  image: pachyderm/opencv:1.0
  cmd: [python3, /edges.py]
  stdin: [one, two]
  env: {LEVEL: 3, FAST: true}
  accept_return_code: [7]
parallelism_spec: {constant: 4}
datum_timeout: 1m30s
job_timeout: 2h
datum_tries: 5
resource_requests: {memory: 64M}
input:
  pfs: {repo: images, glob: "/*"}
"""


def minimal(**more: Any) -> dict[str, Any]:
    return {
        "pipeline": {"name": "p"},
        "function": "steps:run",
        "input": {"pfs": {"repo": "images", "glob": "/*"}},
        **more,
    }


def test_a_pachyderm_spec_is_read_as_it_is() -> None:
    [document] = read_documents(PACHYDERM)
    spec = parse_spec(document)
    assert spec.kind == "code"
    assert spec.command is not None
    assert spec.command.cmd == ("python3", "/edges.py")
    assert spec.command.stdin == "one\ntwo\n"
    assert spec.env == {"LEVEL": "3", "FAST": "true"}
    assert (spec.datum_timeout_s, spec.job_timeout_s, spec.datum_tries, spec.parallelism) == (90, 7200, 5, 4)
    assert [warning.split()[0] for warning in spec.warnings] == ["resource_requests", "transform.image"]
    assert parse_spec(spec.document) == spec


def test_a_function_pipeline_takes_parameters_and_trains() -> None:
    spec = parse_spec(minimal(parameters={"seeds": 3}, trains=True, code="steps", backlog="newest"))
    assert (spec.kind, spec.parameters, spec.trains, spec.code) == ("function", {"seeds": 3}, True, "steps")
    assert spec.backlog == "newest"


def test_a_labeling_mapping_is_handed_on_as_written() -> None:
    written = minimal(labeling={"config": "<View/>", "anything": {"at": ["all"]}})
    del written["function"]
    spec = parse_spec(written, project="team")
    assert spec.kind == "labeling"
    assert spec.labeling == {"config": "<View/>", "anything": {"at": ["all"]}}
    assert spec.full_name == "team/p"


@pytest.mark.parametrize(
    ("change", "message", "help"),
    [
        ({"datum_triess": 2}, "datum_triess", "'datum_tries'"),
        ({"transform": {"cmd": ["x"], "stdn": []}}, "transform.stdn", "'stdin'"),
        ({"transform": {"cmd": "echo"}, "function": None}, "transform.cmd", ""),
        ({"transform": {"cmd": ["x"]}}, "transform and function", "exactly one"),
        ({"function": None}, "nothing to run", "exactly one"),
        ({"function": None, "fuction": "steps:run"}, "fuction", "'function'"),
        ({"input": {"pfs": {"repo": "images", "globb": "/*"}}}, "input.pfs.globb", "'glob'"),
        ({"function": "no_colon"}, "no_colon", "module:name"),
        ({"input": None}, "input", ""),
        ({"datum_timeout": "soon"}, "datum_timeout", "30s"),
        ({"datum_timeout": -1}, "datum_timeout", "30s"),
        ({"datum_tries": 0}, "datum_tries", "at least 1"),
        ({"datum_tries": 10**20}, "datum_tries", "at most 1000"),
        ({"datum_tries": True}, "datum_tries", ""),
        ({"reprocess_spec": "every"}, "reprocess_spec", "every_job"),
        ({"egress": {"URL": "s3://x"}}, "egress", "later"),
        ({"service": {}}, "service", ""),
        ({"spout": {"service": {}}}, "spout", ""),
        ({"pipeline": {}}, "pipeline.name", ""),
        ({"pipeline": None}, "pipeline is missing", "name"),
        ({"pipeline": {"name": "../x"}}, "'..'", ""),
        ({"pipeline": {"name": "images"}}, "own output", ""),
        ({"parameters": {"a b": 1}}, "'a b'", ""),
        ({"parallelism_spec": {"constant": 0}}, "parallelism_spec.constant", "at least 1"),
        ({"salt": object()}, "not JSON", ""),
        ({"trains": "yes"}, "trains", ""),
    ],
)
def test_a_wrong_spec_is_refused_by_field(change: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_spec(minimal(**change))
    assert message in caught.value.message
    assert help in str(caught.value)


def test_a_join_key_without_a_group_is_warned_about() -> None:
    both = [{"pfs": {"repo": repo, "glob": "/", "join_on": "$1"}} for repo in ("a", "b")]
    assert len(parse_spec(minimal(input={"join": both})).warnings) == 2


def test_broken_yaml_is_refused_by_line() -> None:
    with pytest.raises(Invalid, match="line 2"):
        read_documents("pipeline: {name: p}\n  bad: [")


def test_yaml_makes_no_objects() -> None:
    with pytest.raises(Invalid):
        read_documents("!!python/object/apply:os.system ['true']")
