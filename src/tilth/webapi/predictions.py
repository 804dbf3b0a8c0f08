"""The route that takes uploaded predictions."""

from __future__ import annotations

import io
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from tilth.contract.models import JoinInfo
from tilth.errors import Invalid
from tilth.webapi.answers import json_answer
from tilth.webapi.bodies import with_body
from tilth.webapi.guard import add, workspace_of
from tilth.webapi.methods import check_reference


def add_predictions(router: APIRouter) -> None:
    """Add the route."""
    add(
        router,
        "models.upload",
        upload,
        body="application/octet-stream",
        summary="Report how predictions (the body, or a file by reference) join a model's dataset, or save them.",
        responses={200: {"model": JoinInfo, "description": "The result."}},
    )


async def upload(
    request: Request,
    name: str,
    file: str = "",
    reference: str = "",
    mapping: str = "",
    save: bool = False,
    drop_bad: bool = False,
    message: str = "",
) -> Response:
    """Report how predictions join; `mapping` is a JSON object."""
    if reference:
        check_reference(reference)
    chosen = _mapping(mapping)
    models = workspace_of(request).models

    def act(body: io.BufferedReader) -> JoinInfo:
        content = body.read()
        return models.upload(
            name,
            None if reference else content,
            file=file,
            reference=reference,
            mapping=chosen,
            save=save,
            drop_bad=drop_bad,
            message=message,
        )

    return json_answer(JoinInfo, await with_body(request, act))


def _mapping(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Invalid(f"The mapping is not JSON: {problem}", help='Write {"key": "id", "label": "said"}.') from problem
    if not isinstance(told, dict):
        raise Invalid("The mapping is not a JSON object.", help='Write {"key": "id", "label": "said"}.')
    return told
