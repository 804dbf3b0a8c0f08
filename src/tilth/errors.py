"""Errors, by what the caller would do about them.

Every error says what happened, names the thing, and says what helps. Doors translate the class to an exit
code or an HTTP status; nothing else about the error changes on the way.
"""

from __future__ import annotations


class TilthError(Exception):
    """Base of all errors that Tilth raises on purpose.

    `message` says what happened and names the thing; `help` says what to do about it; `facts` are the same
    facts for programs (JSON values only).
    """

    code = "error"
    status = 500
    exit_code = 1

    def __init__(self, message: str, *, help: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message}\n{self.help}" if self.help else self.message


class Invalid(TilthError):
    """The request itself is wrong; the same request will always fail."""

    code = "invalid"
    status = 422
    exit_code = 2


class NotFound(TilthError):
    """The named thing does not exist (or may not be seen)."""

    code = "not_found"
    status = 404
    exit_code = 3


class Conflict(TilthError):
    """The request was right for a state that no longer holds; look again and decide."""

    code = "conflict"
    status = 409
    exit_code = 4


class Denied(TilthError):
    """The caller may not do this."""

    code = "denied"
    status = 403
    exit_code = 5


class Unauthenticated(Denied):
    """No valid credential came with the request."""

    code = "unauthenticated"
    status = 401


class Unavailable(TilthError):
    """A resource is missing for now (disk, lock, network); the same request may succeed later."""

    code = "unavailable"
    status = 503
    exit_code = 6


class Corrupt(TilthError):
    """Stored bytes are not what was stored."""

    code = "corrupt"
    status = 500
    exit_code = 7


class Failed(TilthError):
    """The user's own code or job failed."""

    code = "failed"
    status = 500
    exit_code = 8


class BranchMoved(Conflict):
    """The branch head is not the commit that the caller expected."""

    code = "branch_moved"

    def __init__(self, branch: str, *, expected: str | None, found: str | None) -> None:
        super().__init__(
            f"Branch {branch} has moved: expected head {expected or 'none'}, found {found or 'none'}.",
            help="Look at what changed (tilth diff) and try again on the new head.",
            branch=branch,
            expected=expected,
            found=found,
        )


class NothingToCommit(Conflict):
    """The write would change nothing; `facts["head"]` is the commit that holds it already (None: there is none)."""

    code = "nothing_to_commit"


class HeldOut(Denied):
    """A held-out repo is upstream of something that a model would be trained on."""

    code = "held_out"


class Fenced(Conflict):
    """The lease under which this was done has been taken by another process."""

    code = "fenced"


class SessionLost(Unavailable):
    """The process was not heard of for so long that what it was about to record may have been collected."""

    code = "session_lost"


class Moving(Unavailable):
    """The workspace is being moved, or was moved, to another place: it can be read here, not written."""

    code = "moving"


class Purged(TilthError):
    """The bytes were taken away for good, on purpose; the message says by whom, when and why."""

    code = "purged"
    status = 410
    exit_code = 9


ERRORS: dict[str, type[TilthError]] = {
    kind.code: kind
    for kind in (
        Invalid,
        NotFound,
        Conflict,
        Denied,
        Unauthenticated,
        Unavailable,
        Corrupt,
        Failed,
        HeldOut,
        Fenced,
        NothingToCommit,
        SessionLost,
        Moving,
        Purged,
    )
}
"""Error classes by their wire code, so that a remote error is raised as the class it was."""
