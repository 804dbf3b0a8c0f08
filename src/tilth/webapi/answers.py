"""Results as JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter

JSON = "application/json"


def json_answer(kind: Any, value: Any) -> Response:
    """Return `value`, which is of the type `kind`, as a JSON answer."""
    return Response(_adapter(kind).dump_json(value), media_type=JSON)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
