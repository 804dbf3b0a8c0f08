"""News as it happens: server-sent events from the feed, so that nothing in the console needs a reload.

One reader per process looks at the feed, however many listen. A listener that comes back names the last position that
it saw (`Last-Event-ID`) and misses nothing; one that is too far behind, or too slow, is told to read everything anew.

Labelers hear no position and nothing of answers: a task that is settled makes news where a known answer makes none, so
whoever submits and listens would tell the two apart. They are told to look again at every beat, news or not.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tilth.contract.maintenance import EventInfo, StatusInfo
from tilth.contract.principal import Principal, Role
from tilth.errors import Denied, TilthError, Unavailable
from tilth.webapi.guard import Door, credential, origin_of
from tilth.webapi.operations import READ, READ_LABELS

PATH = "/api/v1/events"
LOOK_S = 0.2
BEAT_S = 15.0
"""How often a listener hears that all is well, and its credential is looked at again."""
MOST_WAITING = 2_000
"""How many messages wait for a slow listener before it has to come back."""
MOST_BEHIND = 5_000
MOST_LISTENERS = 2_000
MOST_OF_ONE = 200
"""How many connections one user may listen on, so that none can take those of all."""
PAGE = 1_000
ACCESS = "access.changed"
LOOK_AGAIN = "labeling.beat"
"""What labelers are told at every beat."""
_ABOUT_LABELS = ("answer.", "label", "worker", "task")

_log = logging.getLogger(__name__)

Read = Callable[[int], tuple[Sequence[EventInfo], StatusInfo]]
"""Return the news behind a position, at most PAGE, and the state of the workspace."""


@dataclass(eq=False, slots=True)
class Listener:
    """One open connection."""

    principal: Principal
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    check: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False

    def tell(self, message: bytes | None) -> None:
        """Hand a message over; a listener that does not keep up is let go, and comes back by itself."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.lost = True


class Broadcast:
    """Reads the feed while anybody listens, and tells each what it may know. Lives on one event loop."""

    def __init__(self, read: Read, ending: Callable[[], bool] = lambda: False) -> None:
        self.ending = ending
        self._read = read
        self._listeners: set[Listener] = set()
        self._position: int | None = None
        self._status: StatusInfo | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def join(self, principal: Principal, after: int | None) -> tuple[Listener, list[bytes]]:
        """Begin to listen behind a position (None: from now on); returns the listener and what it missed."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise Unavailable("Too many listen already.", help="Close some pages, or ask now and then instead.")
        if sum(each.principal.name == principal.name for each in self._listeners) >= MOST_OF_ONE:
            raise Unavailable(
                f"{principal.name} listens {MOST_OF_ONE} times already.", help="Close some pages, or ask now and then."
            )
        async with self._starting:
            if self._reading is None or self._reading.done():
                _, status = await run_in_threadpool(self._read, 1 << 62)
                self._status, self._position = status, status.position
                self._reading = asyncio.create_task(self._look())
        assert self._position is not None
        listener = Listener(principal)
        self._listeners.add(listener)
        until = self._position
        try:
            missed = await self._missed(principal, after, until)
        except BaseException:
            self.leave(listener)
            raise
        if self._status is not None and principal.role in READ_LABELS:
            missed.append(_message("status", asdict(self._status), until))
        else:
            missed.append(_message("beat", {}, until if _is_told_positions(principal) else None))
        return listener, missed

    def leave(self, listener: Listener) -> None:
        """Listen no more."""
        self._listeners.discard(listener)

    async def _missed(self, principal: Principal, after: int | None, until: int) -> list[bytes]:
        if not _is_told_positions(principal):
            return [_message("reset", {})] if after is not None else []
        if after is None or after == until:
            return []
        if not until - MOST_BEHIND <= after < until:
            return [_message("reset", {}, until)]
        found: list[bytes] = []
        while after < until:
            events, _ = await run_in_threadpool(self._read, after)
            if not events or events[0].position != after + 1:
                return [_message("reset", {}, until)]  # the feed forgets what is old
            for event in events:
                if event.position <= until and (told := _told(principal, event)) is not None:
                    found.append(told)
            after = events[-1].position
        return found

    async def _look(self) -> None:
        beaten = asyncio.get_running_loop().time()
        while self._listeners:
            if self.ending():
                for listener in self._listeners:
                    listener.tell(None)
                return
            assert self._position is not None
            try:
                events, status = await run_in_threadpool(self._read, self._position)
            except TilthError as error:
                _log.warning("%s", error)
                await asyncio.sleep(BEAT_S)
                continue
            beat = asyncio.get_running_loop().time() - beaten > BEAT_S
            changed = _facts(status) != _facts(self._status)
            self._status = status
            if events:
                self._position = events[-1].position
            if beat:
                beaten = asyncio.get_running_loop().time()
            self._tell(events, status if changed or beat else None, beat=beat)
            await asyncio.sleep(LOOK_S if len(events) < PAGE else 0)

    def _tell(self, events: Sequence[EventInfo], status: StatusInfo | None, *, beat: bool) -> None:
        assert self._position is not None
        open_to_readers = [_news(event) for event in events]
        state = _message("status", asdict(status), self._position) if status is not None else None
        pulse = _message("beat", {}, self._position)
        look_again = _message("news", {"kind": LOOK_AGAIN, "facts": {}})
        changed = {event.facts.get("user") for event in events if event.kind == ACCESS}
        for listener in list(self._listeners):
            if beat or listener.principal.name in changed:
                listener.check.set()
            if listener.principal.role in READ:
                for message in open_to_readers:
                    listener.tell(message)
            else:
                for event in events:
                    if (told := _told(listener.principal, event)) is not None:
                        listener.tell(told)
            if state is not None and listener.principal.role in READ_LABELS:
                listener.tell(state)
            elif beat:
                listener.tell(pulse if _is_told_positions(listener.principal) else look_again)
            elif listener.check.is_set():
                listener.tell(b": look again\n\n")


def add_news(router: APIRouter) -> None:
    """Add the route that tells news as it happens."""

    @router.get(PATH, include_in_schema=False)
    async def events(request: Request, after: int | None = None) -> StreamingResponse:
        door: Door = request.app.state.door
        broadcast: Broadcast | None = request.app.state.broadcast
        principal = door.keeper.authenticate(credential(request), origin_of(request))
        if broadcast is None or broadcast.ending():
            raise Unavailable("No news are told here.", help="Ask `maintenance.events` now and then instead.")
        seen = request.headers.get("last-event-id", "")
        behind = int(seen) if seen.isdecimal() and len(seen) < 18 else after
        listener, missed = await broadcast.join(principal, behind)
        return StreamingResponse(
            _stream(request, door, broadcast, listener, missed),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"},
        )


async def _stream(
    request: Request, door: Door, broadcast: Broadcast, listener: Listener, missed: list[bytes]
) -> AsyncIterator[bytes]:
    try:
        yield b"retry: 2000\n\n" + b"".join(missed)
        while not listener.lost:
            message = await listener.waiting.get()
            if message is None:
                return
            if listener.check.is_set():
                listener.check.clear()
                # Who lost its rights since hears nothing more; who has others now comes back with them.
                with suppress(Denied):
                    now = door.keeper.authenticate(credential(request), origin_of(request))
                    if now == listener.principal:
                        yield message
                        continue
                return
            parts = [message]
            while not listener.waiting.empty() and not listener.check.is_set():
                more = listener.waiting.get_nowait()
                if more is None:
                    yield b"".join(parts)
                    return
                parts.append(more)
            yield b"".join(parts)
    finally:
        broadcast.leave(listener)


def _told(principal: Principal, event: EventInfo) -> bytes | None:
    """Return what a caller may know of an event: readers all, others only that something of theirs is new."""
    if principal.role in READ:
        return _news(event)
    if event.kind == ACCESS:
        mine = event.facts.get("user") == principal.name
        position = event.position if _is_told_positions(principal) else None
        return _message("news", {"kind": event.kind, "facts": event.facts}, position) if mine else None
    if not _is_told_positions(principal):
        return None
    pipeline = event.facts.get("pipeline")
    mine = event.kind.startswith(_ABOUT_LABELS) and isinstance(pipeline, str) and principal.may_label(pipeline)
    return _message("news", {"kind": event.kind, "facts": {"pipeline": pipeline}}, event.position) if mine else None


def _news(event: EventInfo) -> bytes:
    return _message("news", asdict(event), event.position)


def _is_told_positions(principal: Principal) -> bool:
    return principal.role is not Role.LABELER


def _message(kind: str, facts: dict[str, object], position: int | None = None) -> bytes:
    named = f"id: {position}\n" if position is not None else ""
    return f"{named}event: {kind}\ndata: {json.dumps(facts)}\n\n".encode()


def _facts(status: StatusInfo | None) -> tuple[object, ...]:
    if status is None:
        return ()
    return status.quiet, status.coordinator, status.waiting, status.running
