"""Calls over HTTP: encoding, errors as the classes they were, and patience with a network that fails."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

import httpx
from pydantic import TypeAdapter

from tilth.errors import Invalid, TilthError, Unauthenticated, Unavailable
from tilth.model.urls import without_secrets

T = TypeVar("T")

TRIES = 5
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
CONNECT_S = 5.0
READ_S = 60.0
PIECE = 1 << 20

Parameter = str | int | float | bool | None | list[str]


class Transport:
    """One server and one credential. Safe to use from many threads.

    A call that did not reach the server is tried again; one whose answer was lost is tried again only when repeating
    it is safe. Waits between tries double, with jitter, up to two seconds.
    """

    def __init__(
        self, url: str, token: str | None, *, tries: int = TRIES, wire: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self._tries = tries
        try:
            host = httpx.URL(self.url).host
        except httpx.InvalidURL as error:
            raise Invalid(f"{without_secrets(url)} is not a URL: {error}", help="Write http://HOST:PORT.") from error
        if not host:
            raise Invalid(f"{without_secrets(url)} names no host.", help="Write http://HOST:PORT.")
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers=headers,
            transport=wire,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=10.0),
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, operation: str, result: type[T], /, **parameters: Parameter) -> T:
        """Read; safe to repeat."""
        return _decode(result, self._answer("GET", operation, again=True, params=_query(parameters)))

    def post(self, operation: str, result: type[T], /, *, again: bool = False, **body: Any) -> T:
        """Act; `again` says that repeating the call is safe."""
        return _decode(result, self._answer("POST", operation, again=again, json=body))

    def post_or_none(self, operation: str, result: type[T], /, *, again: bool = False, **body: Any) -> T | None:
        """Act, with a result that may be nothing."""
        return _decode_optional(result, self._answer("POST", operation, again=again, json=body))

    def act(self, operation: str, /, *, again: bool = False, **body: Any) -> None:
        """Act, without a result."""
        self._answer("POST", operation, again=again, json=body)

    def send(
        self,
        operation: str,
        result: type[T],
        content: bytes | Iterable[bytes],
        /,
        *,
        again: bool = False,
        **parameters: Parameter,
    ) -> T:
        """Send bytes. Not repeated once sending has begun, unless `again` says that this is safe."""
        answer = self._answer(
            "POST",
            operation,
            again=again,
            connect_only=not isinstance(content, bytes),
            params=_query(parameters),
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            timeout=None,
        )
        return _decode(result, answer)

    def stream(self, operation: str, /, **parameters: Parameter) -> Iterator[bytes]:
        """Receive bytes in pieces. The connection is given back when the iterator ends or is closed."""
        with self._streamed("GET", operation, params=_query(parameters)) as answer:
            yield from answer.iter_bytes(PIECE)

    def receive(self, operation: str, /, **body: Any) -> Iterator[bytes]:
        """Ask by a body, and receive bytes in pieces."""
        with self._streamed("POST", operation, json=body, timeout=None) as answer:
            yield from answer.iter_bytes(PIECE)

    def exchange(self, operation: str, content: bytes, /, **parameters: Parameter) -> bytes:
        """Send bytes and receive bytes; safe to repeat."""
        answer = self._answer(
            "POST",
            operation,
            again=True,
            params=_query(parameters),
            content=content,
            headers={"Content-Type": "application/octet-stream"},
        )
        return answer.content

    def lines(self, operation: str, /, **body: Any) -> Iterator[dict[str, Any]]:
        """Act, and receive lines of JSON."""
        with self._streamed("POST", operation, json=body, timeout=None) as answer:
            for line in answer.iter_lines():
                yield json.loads(line)

    @contextmanager
    def _streamed(self, method: str, operation: str, **request: Any) -> Iterator[httpx.Response]:
        answer = self._patiently(
            lambda: self._http.send(self._http.build_request(method, _path(operation), **request), stream=True),
            again=method == "GET",
        )
        try:
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            yield answer
        except httpx.TransportError as error:
            raise Unavailable(
                f"The connection to {without_secrets(self.url)} broke in the middle of an answer.", help="Try again."
            ) from error
        finally:
            answer.close()

    def _answer(
        self, method: str, operation: str, *, again: bool, connect_only: bool = False, **request: Any
    ) -> httpx.Response:
        answer = self._patiently(
            lambda: self._http.request(method, _path(operation), **request), again=again, once=connect_only
        )
        if answer.is_error:
            raise error_of(answer)
        return answer

    def _patiently(self, call: Callable[[], httpx.Response], *, again: bool, once: bool = False) -> httpx.Response:
        pause = FIRST_PAUSE_S
        for left in reversed(range(self._tries)):
            try:
                return call()
            except httpx.ConnectError as error:
                if once or not left:
                    raise Unavailable(
                        f"No Tilth server answers at {without_secrets(self.url)}.",
                        help="Start one with `tilth up`, or check the address.",
                        lost=True,
                        reached=False,
                    ) from error
            except (httpx.TimeoutException, httpx.TransportError) as error:
                if not again or not left:
                    raise Unavailable(
                        f"The connection to {without_secrets(self.url)} broke before the answer came "
                        f"({type(error).__name__}).",
                        help="The server may or may not have done it; look before you repeat it.",
                        lost=True,
                    ) from error
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE_S)
        raise AssertionError("the last try returns or raises")


def error_of(answer: httpx.Response) -> TilthError:
    """Return the error that an answer tells, as the class that was raised on the other side."""
    try:
        told = answer.json()
        code, message = str(told["code"]), str(told["message"])
        help_, facts = str(told.get("help", "")), dict(told.get("facts", {}))
    except (ValueError, KeyError, TypeError):
        return Unavailable(
            f"{answer.request.url} answered {answer.status_code} and not as a Tilth server does.",
            help="Check the address, and what stands between.",
        )
    return revive(code, message, help_, facts)


def revive(code: str, message: str, help: str, facts: dict[str, Any]) -> TilthError:
    """Return the error of class `code` with the given words."""
    kind = _classes().get(code, TilthError)
    error = kind.__new__(kind)
    TilthError.__init__(error, message, help=help, **facts)
    if kind is Unauthenticated and not help:
        error.help = "Set TILTH_TOKEN, or ask an owner for a token."
    return error


def _classes() -> dict[str, type[TilthError]]:
    found: dict[str, type[TilthError]] = {}
    waiting = [TilthError]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return found


def _path(operation: str) -> str:
    facet, _, method = operation.partition(".")
    return f"{facet}/{method.replace('_', '-')}"


def _query(parameters: dict[str, Parameter]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def _decode(kind: type[T], answer: httpx.Response) -> T:
    result: T = _adapter(cast(Hashable, kind)).validate_json(answer.content)
    return result


def _decode_optional(kind: type[T], answer: httpx.Response) -> T | None:
    return None if answer.content == b"null" else _decode(kind, answer)


@lru_cache(maxsize=256)
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))
