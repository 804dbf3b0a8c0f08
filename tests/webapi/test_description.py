"""The published description of the web API."""

from __future__ import annotations

import json
from pathlib import Path

from tilth.webapi.app import description
from tilth.webapi.operations import OPERATIONS, path_of

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_published_description_is_current() -> None:
    assert PUBLISHED.read_text() == description(), "run: python -m tilth.webapi > docs/openapi.json"


def test_every_operation_is_described_with_its_result_and_who_may_call_it() -> None:
    described = json.loads(description())["paths"]
    for name, operation in OPERATIONS.items():
        told = described[path_of(name)][operation.method.lower()]
        assert told["operationId"] == name
        assert told["summary"]
        assert told["x-roles"] == sorted(operation.grant)
        assert told["responses"]["200"]["content"]
        assert told["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody")
