"""Contract values as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy
import pytest

from tilth.cli.documents import plain, print_document
from tilth.contract.entry import FileInfo
from tilth.contract.paging import Page


def test_a_contract_value_is_printed_field_for_field(capsys: pytest.CaptureFixture[str]) -> None:
    print_document(Page([FileInfo(path="a", kind="file", size=3, digest="00")], next="a"))
    assert json.loads(capsys.readouterr().out) == {
        "items": [{"path": "a", "kind": "file", "size": 3, "digest": "00", "attributes": {}}],
        "next": "a",
    }


def test_what_json_lacks_is_given_the_nearest_form() -> None:
    given = {
        "nan": float("nan"),
        "bytes": b"\xff",
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "count": numpy.int64(3),
        "vector": numpy.array([1.0, float("inf")]),
        "pair": (1, "two"),
    }
    assert plain(given) == {
        "nan": None,
        "bytes": "/w==",
        "at": "2026-01-02T00:00:00+00:00",
        "count": 3,
        "vector": [1.0, None],
        "pair": [1, "two"],
    }


def test_a_document_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_document({"a": [1, 2]})
    assert capsys.readouterr().out == '{"a": [1, 2]}\n'
