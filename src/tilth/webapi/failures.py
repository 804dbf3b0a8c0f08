"""Errors as HTTP answers: `{code, message, help, facts}` with the status of the class."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tilth.errors import Invalid, NotFound, TilthError, Unauthenticated

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error as it crosses the door."""

    code: str
    message: str
    help: str
    facts: Mapping[str, Any]


def answer_of(error: TilthError) -> JSONResponse:
    """Return the answer that tells `error`."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    return JSONResponse(body_of(error), error.status, {"Cache-Control": "no-store", **headers})


def body_of(error: TilthError) -> dict[str, object]:
    """Return the wire form of `error`."""
    facts = {key: value if _is_plain(value) else str(value) for key, value in error.facts.items()}
    return {"code": error.code, "message": error.message, "help": error.help, "facts": facts}


def unknown(error: Exception) -> TilthError:
    """Return what a caller may know of an error that nobody foresaw: nothing of its insides."""
    _log.error("request failed", exc_info=error)
    return TilthError("The server failed at this request.", help="Its log says more; please report it.")


def install(app: FastAPI) -> None:
    """Make `app` answer all errors in one form."""

    @app.exception_handler(TilthError)
    async def known(request: Request, error: TilthError) -> JSONResponse:
        return answer_of(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"where": ".".join(str(part) for part in problem["loc"]), "what": problem["msg"]}
            for problem in error.errors()[:20]
        ]
        said = "; ".join(f"{problem['where']}: {problem['what']}" for problem in problems[:3])
        help = "/openapi.json describes it."
        if problems[0]["where"] == "body" and "json" not in request.headers.get("content-type", ""):
            help = "Send a JSON object with the header `Content-Type: application/json`. " + help
        return answer_of(Invalid(f"The request is malformed: {said}", help=help, problems=problems))

    @app.exception_handler(UnicodeError)
    async def unencodable(request: Request, error: UnicodeError) -> JSONResponse:
        return answer_of(Invalid("The request holds text that is not valid UTF-8.", help="Encode it as UTF-8."))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return answer_of(
                NotFound(f"There is no {request.url.path} here.", help="/openapi.json lists what there is.")
            )
        kind = Invalid(str(error.detail))
        return JSONResponse(body_of(kind), error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        return answer_of(unknown(error))


def _is_plain(value: object) -> bool:
    if value is None or isinstance(value, bool | int | float | str):
        return True
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in value.items())
    return isinstance(value, list | tuple) and all(_is_plain(inner) for inner in value)
