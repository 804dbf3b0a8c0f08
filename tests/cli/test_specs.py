"""Spec files."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest

from tilth.cli.specs import code_of, read_specs
from tilth.errors import Invalid, NotFound


def test_yaml_and_json_give_the_same_spec(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: x\ninput:\n  pfs: {repo: r, glob: /*}\n")
    (tmp_path / "a.json").write_text('{"name": "x", "input": {"pfs": {"repo": "r", "glob": "/*"}}}')
    assert read_specs(str(tmp_path / "a.yaml")) == read_specs(str(tmp_path / "a.json"))


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: x\ninput: [\n")
    with pytest.raises(Invalid, match=r"is not YAML at line \d+"):
        read_specs(str(tmp_path / "a.yaml"))
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(Invalid, match="is not JSON"):
        read_specs(str(tmp_path / "a.json"))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.yaml", "name: x\ninput:\n  pfs: {repo: r}\n  pfs: {repo: s}\n"),
        ("a.yaml", "- name: y\n- {pfs: 1, 'pfs': 2}\n"),
        ("a.json", '{"name": "x", "input": {"pfs": 1, "pfs": 2}}'),
    ],
)
def test_a_key_that_is_there_twice_is_named(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(Invalid, match="the key 'pfs' is there twice"):
        read_specs(str(tmp_path / file))


def test_a_yaml_alias_may_be_used_twice_and_a_merged_key_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, x: 3}\n")
    (spec,), _ = read_specs(str(tmp_path / "a.yaml"))
    assert (spec["b"], spec["c"]) == ({"x": 1, "y": 2}, {"x": 3, "y": 2})


@pytest.mark.parametrize("text", ["name: x\n---\nname: y\n", "- name: x\n- name: y\n"])
def test_one_file_may_hold_several_specs(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert read_specs(str(tmp_path / "a.yaml"))[0] == [{"name": "x"}, {"name": "y"}]


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "name: x\n---\nwords\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(Invalid, match="holds no spec"):
        read_specs(str(tmp_path / "a.yaml"))


def test_yaml_cannot_make_objects(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(Invalid, match="is not YAML"):
        read_specs(str(tmp_path / "a.yaml"))


def test_a_deeply_nested_file_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: " + "[" * 100_000)
    with pytest.raises(Invalid):
        read_specs(str(tmp_path / "a.yaml"))
    (tmp_path / "a.json").write_text("[" * 100_000)
    with pytest.raises(Invalid):
        read_specs(str(tmp_path / "a.json"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        read_specs(str(tmp_path / "nowhere.yaml"))


def test_a_spec_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name: x\n")))
    assert read_specs("-")[0] == [{"name": "x"}]


def test_the_code_folder_is_found_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "step.py").write_text("x = 1\n")
    archive = code_of({"code": "./code"}, tmp_path)
    assert archive is not None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert tar.getnames() == ["step.py"]


def test_a_spec_without_code_has_no_archive(tmp_path: Path) -> None:
    assert code_of({"name": "x"}, tmp_path) is None


@pytest.mark.parametrize("code", ["", "a\0b", 7, ["x"]])
def test_a_code_field_that_is_no_folder_is_refused(tmp_path: Path, code: object) -> None:
    with pytest.raises(Invalid, match="code:"):
        code_of({"code": code}, tmp_path)
