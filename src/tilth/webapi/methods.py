"""Routes made from the contract: one per facet method, with its signature as the request and its result as the answer.

Reads take their arguments from the query, writes from a JSON object; both answer JSON. So a new method of the contract
becomes a route by one line in the table of operations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any, get_args, get_type_hints

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, create_model
from starlette.concurrency import run_in_threadpool

from tilth.contract.workspace import facet_types
from tilth.model.names import check_path
from tilth.webapi.answers import json_answer
from tilth.webapi.guard import add, workspace_of
from tilth.webapi.operations import OPERATIONS

MAX_LIMIT = 1000
_FACETS = facet_types()
_EMPTY = inspect.Parameter.empty


def add_methods(router: APIRouter) -> None:
    """Add a route for every operation that moves JSON only."""
    for name, operation in OPERATIONS.items():
        if not operation.special:
            _add(router, name, reads=operation.method == "GET")


def _add(router: APIRouter, name: str, *, reads: bool) -> None:
    facet, _, method = name.partition(".")
    promise = getattr(_FACETS[facet], method)
    hints = get_type_hints(promise)
    parameters = [
        (parameter, _wire_type(parameter.name, hints[parameter.name]))
        for parameter in list(inspect.signature(promise).parameters.values())[1:]
    ]
    result = hints["return"]
    names = [parameter.name for parameter, _ in parameters]
    positional = [p.name for p, _ in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]

    def call(request: Request, arguments: dict[str, Any]) -> Response:
        check_arguments(arguments)
        act = getattr(getattr(workspace_of(request), facet), method)
        ordered = [arguments.pop(argument) for argument in positional]
        return json_answer(result, act(*ordered, **arguments))

    endpoint: Callable[..., Any]
    if reads:

        def read(request: Request, **arguments: Any) -> Response:
            return call(request, arguments)

        endpoint = read
        wire = [
            inspect.Parameter(
                parameter.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=_default(parameter, kind),
                annotation=Annotated[kind, Query()],
            )
            for parameter, kind in parameters
        ]
    else:
        model = _body_model(name, parameters)

        async def write(request: Request, body: BaseModel) -> Response:
            arguments = {argument: getattr(body, _field(argument)) for argument in names}
            return await run_in_threadpool(partial(call, request, arguments))

        endpoint = write
        wire = [
            inspect.Parameter("body", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[model, Body()]),
        ]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    setattr(endpoint, "__signature__", inspect.Signature([request, *wire]))  # noqa: B010 (how FastAPI learns them)
    summary, _, _ = (promise.__doc__ or "").strip().partition("\n")
    add(
        router,
        name,
        endpoint,
        response_model=None,
        summary=summary,
        responses={200: {"model": result, "description": "The result."}},
    )


def check_arguments(arguments: dict[str, Any]) -> None:
    """Refuse paths that leave a repo, wherever they stand in a request. Raises Invalid."""
    for name in ("reference", "old", "new", "source", "target", "branch", "into"):
        value = arguments.get(name)
        if isinstance(value, str):
            check_reference(value)
    for name in ("path", "glob"):
        value = arguments.get(name)
        if isinstance(value, str) and value.strip("/"):
            check_path(value.strip("/"))


def check_reference(reference: str) -> str:
    """Return `reference` if its path stays in the repo. Raises Invalid."""
    _, colon, path = reference.partition(":")
    if colon and path.strip("/"):
        check_path(path.rstrip("/"))
    return reference


def _body_model(name: str, parameters: list[tuple[inspect.Parameter, Any]]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        _field(parameter.name): (
            kind,
            Field(
                ... if parameter.default is _EMPTY else _plain(parameter.default),
                alias=parameter.name,
            ),
        )
        for parameter, kind in parameters
    }
    title = "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
    return create_model(f"{title}Request", __config__=ConfigDict(extra="forbid"), **fields)


def _field(argument: str) -> str:
    return f"{argument}_"  # a field may not be called like a method of BaseModel (`schema`, `copy`, ...)


def _wire_type(name: str, kind: Any) -> Any:
    if kind == Iterable[str]:
        return list[str]
    if kind == bytes | None:
        return Base64Bytes | None
    if name == "limit":
        return Annotated[int, Field(ge=1, le=MAX_LIMIT)]
    return kind


def _default(parameter: inspect.Parameter, kind: Any) -> Any:
    if parameter.default is _EMPTY:
        return None if type(None) in get_args(kind) else _EMPTY  # a query cannot say "null": it leaves it out
    return _plain(parameter.default)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
