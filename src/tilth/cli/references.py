"""`[PROJECT/]REPO[@REVISION][:PATH]`, as far as the command line itself must take it apart."""

from __future__ import annotations

from typing import NamedTuple

from tilth.errors import Invalid


class Split(NamedTuple):
    """A reference in two parts."""

    commit: str
    """`REPO[@REVISION]`."""
    path: str | None

    @property
    def repo(self) -> str:
        """The repo alone."""
        return self.commit.partition("@")[0]

    @property
    def revision(self) -> str | None:
        """The revision alone, or None."""
        return self.commit.partition("@")[2] or None


def split(reference: str) -> Split:
    """Split a reference at the `:` before its path; a `:` within `@{…}` belongs to the revision."""
    depth = 0
    for place, character in enumerate(reference):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif character == ":" and depth <= 0:
            return _checked(reference, reference[:place], reference[place + 1 :] or None)
    return _checked(reference, reference, None)


def _checked(reference: str, commit: str, path: str | None) -> Split:
    if not commit.partition("@")[0]:
        raise Invalid(
            f"{reference!r} names no repo.", help="Write it as REPO[@REVISION][:PATH], like images@main:train."
        )
    return Split(commit, path)
