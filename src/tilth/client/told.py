"""Acts of a server that take their time and tell how far they are."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

from tilth.client.transport import Transport, revive
from tilth.errors import Unavailable
from tilth.progress import Progress

T = TypeVar("T")


def told(call: Transport, operation: str, result: type[T], progress: Progress, /, **body: Any) -> T:
    """Act, pass on what the server tells of its progress, and return its result."""
    for line in call.lines(operation, **body):
        if "result" in line:
            return TypeAdapter(result).validate_python(line["result"])
        if "error" in line:
            error = line["error"]
            raise revive(error["code"], error["message"], error["help"], error["facts"])
        if "begin" in line:
            progress.begin(line["begin"], line["total"], line["unit"])
        elif "advance" in line:
            progress.advance(line["advance"])
        elif "end" in line:
            progress.end()
    raise Unavailable("The server stopped before it was done.", help="Try again: what it did is kept.")
