"""How a failure ends an invocation: what happened, what helps, and the exit code of its class."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence

import click

from tilth.cli.wording import safe
from tilth.errors import Denied, Invalid, NotFound, TilthError, Unavailable

DEBUG_VARIABLE = "TILTH_DEBUG"
INTERRUPTED = 130
PIPE_CLOSED = 141
_OF_DEFAULT = re.compile(r"(?<![\w./:'\"-])default/(?=[\w.-]+(?![\w./-]*/))")


class Unexpected(TilthError):
    """Something that nobody thought of: a defect."""

    code = "unexpected"
    exit_code = 70


def report(error: BaseException, *, as_json: bool, words: Sequence[str] = ()) -> int:
    """Print the failure of an invocation with these words on stderr and return the exit code."""
    if os.environ.get(DEBUG_VARIABLE) and not isinstance(error, click.ClickException):
        traceback.print_exception(error)
    known = _known(error)
    if known is None:
        kind = type(error).__name__
        known = Unexpected(
            f"Tilth failed unexpectedly: {kind}: {error}",
            help=f"This is a defect of Tilth. Set {DEBUG_VARIABLE}=1 to see the trace, and report it with that.",
            kind=kind,
        )
    _print(known, words, as_json=as_json)
    return known.exit_code


def interrupted(*, as_json: bool) -> int:
    """Say that the user stopped it, and return the exit code."""
    if not as_json:
        print("Stopped. What was acknowledged is kept.", file=sys.stderr)
    return INTERRUPTED


def pipe_closed() -> int:
    """Leave quietly when the reader of our output went away, and return the exit code."""
    # Python flushes stdout once more at exit, which would fail again and print.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    return PIPE_CLOSED


def _known(error: BaseException) -> TilthError | None:
    if isinstance(error, TilthError):
        return error
    if isinstance(error, click.UsageError):
        words = error.ctx.command_path if error.ctx else "tilth"
        return Invalid(error.format_message(), help=f"See `{words} --help`.")
    if isinstance(error, click.ClickException):
        return Invalid(error.format_message())
    if isinstance(error, OSError) and error.errno is not None:
        return _of_system(error)
    return None


def _of_system(error: OSError) -> TilthError:
    what = f"{error.strerror}: {error.filename}" if error.filename else f"{error.strerror}"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NotFound(f"{what}.", help="Check the path.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Denied(f"{what}.", help="Check the permissions of that file and its folder.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(f"{what}.", help="Free some space and try again; nothing acknowledged is lost.")
    return Unavailable(f"{what}.", help="Try again; set TILTH_DEBUG=1 to see where it happened.")


def _print(error: TilthError, words: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        from tilth.cli.documents import plain

        facts = {"error": error.code, "message": error.message, "help": error.help, "facts": plain(error.facts)}
        print(json.dumps(facts, ensure_ascii=False), file=sys.stderr)
        return
    print(f"Error: {safe(_without_project(error.message, error, words))}", file=sys.stderr)
    if error.help:
        print(safe(_without_project(error.help, error, words)), file=sys.stderr)


def _without_project(text: str, error: TilthError, words: Sequence[str]) -> str:
    """Return `text` with repos as people write them: without the default project, where nobody named that.

    What may be a path is left as it is: what was typed, what is quoted, and what goes on with another slash.
    """
    if any("default/" in word for word in words) or str(error.facts.get("path", "")).startswith("default/"):
        return text
    return _OF_DEFAULT.sub("", text)
