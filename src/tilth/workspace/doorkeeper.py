"""Who may enter through a network door: tokens, sessions and invites, with what is written down about them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from tilth.contract.access import InviteInfo, JoinedInfo
from tilth.contract.principal import Principal
from tilth.errors import TilthError, Unauthenticated, Unavailable
from tilth.metadata.database import Database
from tilth.workspace import access_ledger, audit_ledger, invites
from tilth.workspace.audit_ledger import Act
from tilth.workspace.limits import REFUSALS_PER_MINUTE, Limit

TRIES_PER_MINUTE = 30
"""How often one address may show what opens nothing, or join, before it has to wait."""
USES_KEPT_EVERY_S = 60.0

_log = logging.getLogger(__name__)


class Doorkeeper:
    """What a door asks about those who knock. Thread-safe; one per process."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._tries = Limit(TRIES_PER_MINUTE, clock)
        self.refusals = Limit(REFUSALS_PER_MINUTE, clock)
        self._clock = clock
        self._used: dict[str, int] = {}
        self._kept = clock()
        self._using = threading.Lock()

    def authenticate(self, token: str, origin: str) -> Principal:
        """Return whom a token names. Raises Unauthenticated. Called on the event loop: one indexed read."""
        principal = access_ledger.authenticate(self._database, token, origin=origin)
        with self._using:
            self._used[principal.token] = access_ledger.now_ms()
        return principal

    def open_session(self, token: str, *, note: str, origin: str) -> str:
        """Trade a token for a session of its own. Raises Unauthenticated, and Unavailable for who guesses too often."""
        self._check_tries(origin)
        try:
            principal = access_ledger.authenticate(self._database, token, origin=origin)
            session = access_ledger.open_session(self._database, principal, note=note)
        except Unauthenticated:
            self._tries.take(origin)
            self.refused(None, "session.open", origin)
            raise
        self._record(Act(principal.name, principal.token, "session.open", "", "ok", "", origin))
        return session

    def end_session(self, session: str) -> None:
        """End a browser's session."""
        access_ledger.end_session(self._database, session)

    def look(self, invite: str, *, origin: str) -> InviteInfo:
        """Return what a link opens. Raises NotFound, and Conflict that says why it opens nothing any more."""
        self._check_tries(origin)
        try:
            return invites.look(self._database, invite)
        except TilthError:
            self._tries.take(origin)
            raise

    def join(self, invite: str, display: str, *, note: str, origin: str) -> tuple[JoinedInfo, str]:
        """Make a user by an invite; returns it and its session."""
        self._check_tries(origin)
        try:
            return invites.join(self._database, invite, display, note=note, origin=origin)
        except TilthError as error:
            self._tries.take(origin)
            self._record(Act("", "", "access.join", "", "failed", error.code, origin))
            raise

    def refused(self, principal: Principal | None, operation: str, origin: str) -> None:
        """Write down that a call was refused."""
        user, token = (principal.name, principal.token) if principal is not None else ("", "")
        if (detail := self.refusals.told(user or origin, "denied")) is not None:
            self._record(Act(user, token, operation, "", "denied", detail, origin))

    def keep_uses(self) -> None:
        """Keep when tokens were last used, once a minute; cheap to call often."""
        with self._using:
            if not self._used or self._clock() - self._kept < USES_KEPT_EVERY_S:
                return
            used, self._used, self._kept = self._used, {}, self._clock()
        access_ledger.note_uses(self._database, used)

    def _check_tries(self, origin: str) -> None:
        if self._tries.left(origin) <= 0:
            raise Unavailable("Too many tries from this address.", help="Wait a minute, then try again.")

    def _record(self, act: Act) -> None:
        try:
            audit_ledger.record(self._database, act)
        except Unavailable:
            # A refusal stays one where the disk is full.
            _log.warning("the audit trail could not be written: %s %s %s", act.user, act.operation, act.outcome)
