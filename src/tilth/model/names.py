"""Names and paths: what may name a thing. Hostile until proven otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tilth.errors import Invalid
from tilth.model.ids import is_id

NAME_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,63}")
DEFAULT_PROJECT = "default"
DEFAULT_BRANCH = "main"
MAX_PATH_BYTES = 4096
MAX_SEGMENT_BYTES = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TOLD = 80
_SURELY_SHORT = MAX_SEGMENT_BYTES // 4
_BAD_SEGMENTS = (b"//", b"/./", b"/../")
# Control characters, and the first byte of what is not UTF-8 (which also begins a few scripts: those are looked at one
# by one).
_BAD_BYTES = bytes([*range(0x20), 0x7F, 0xED])


def check_name(name: str, what: str) -> str:
    """Return `name` if it may name a `what` (repo, branch, pipeline, ...). Raises Invalid."""
    if not NAME_PATTERN.fullmatch(name):
        raise Invalid(
            f"{shown(name)} cannot name a {what}.",
            help="Use 1 to 63 letters, digits, '-' or '_'.",
            name=name[:MAX_PATH_BYTES],
        )
    if is_id(name):
        raise Invalid(f"{name!r} cannot name a {what}: it looks like an id.", help="Choose another name.", name=name)
    return name


def check_path(path: str) -> str:
    """Return `path` if it may be a path in a repo. Raises Invalid.

    Any UTF-8 is allowed except NUL and control characters, and empty, `.` and `..` segments; a path starts at the root
    of the repo by itself, so one that begins with a slash is refused rather than guessed at.
    """
    problem = _path_problem(path)
    if problem:
        raise Invalid(
            f"{shown(path)} is not a path in a repo: {problem}.",
            help="Rename it and try again.",
            path=path[:MAX_PATH_BYTES],
        )
    return path


def shown(text: str) -> str:
    """Return what somebody sent, quoted for a message: not more of it than a reader needs to know it again."""
    return repr(text) if len(text) <= MAX_SEGMENT_BYTES else f"{text[:_TOLD]!r}… ({len(text):,} characters)"


def check_paths(paths: Sequence[str]) -> None:
    """Raise Invalid for the first that `check_path` refuses; a fraction of its cost where all are good."""
    if not paths:
        return
    # Slashes around every path, so that whatever is wrong with a segment can be looked for in all of them at once.
    text = f"/{'/ /'.join(paths)}/".encode(errors="surrogatepass") if max(map(len, paths)) <= _SURELY_SHORT else b"//"
    good = not any(mark in text for mark in _BAD_SEGMENTS) and len(text.translate(None, _BAD_BYTES)) == len(text)
    if not good:
        for path in paths:
            check_path(path)


def _path_problem(path: str) -> str | None:
    if not path:
        return "it is empty"
    if path.startswith("/"):
        return "it is absolute"
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "it is not valid UTF-8"
    if len(encoded) > MAX_PATH_BYTES:
        return f"it is longer than {MAX_PATH_BYTES} bytes"
    if _CONTROL.search(path):
        return "it holds a control character"
    for segment in path.split("/"):
        if segment in ("", ".", ".."):
            return f"it has the segment {segment!r}"
        if 4 * len(segment) > MAX_SEGMENT_BYTES and len(segment.encode()) > MAX_SEGMENT_BYTES:
            return f"a segment is longer than {MAX_SEGMENT_BYTES} bytes"
    return None
