"""Annotations: words about repos, branches, commits and files, outside every seal, found again by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class AnnotationInfo:
    """One word about one thing."""

    repo: str
    kind: str
    """repo, branch, commit or file."""
    subject: str
    """The branch, the commit's id, or the file's path; empty for the repo."""
    digest: str | None
    """For a file: the content that the word is about."""
    key: str
    value: str
    author: str
    at_ms: int


class Annotations(Protocol):
    """Keys and values. `REPO` is the repo, `REPO@BRANCH` the branch, any other revision (`REPO@main~0`) the commit, and
    `REPO[@REVISION]:PATH` the file, as long as its content stays, in whichever commit."""

    def set(self, reference: str, values: Mapping[str, str]) -> Page[AnnotationInfo]:
        """Set keys of a thing and return all it has."""

    def get(self, reference: str) -> Page[AnnotationInfo]:
        """Return what is said about a thing, by key."""

    def remove(self, reference: str, keys: Sequence[str]) -> Page[AnnotationInfo]:
        """Take keys away and return what is left."""

    def find(
        self,
        key: str,
        *,
        value: str | None = None,
        repo: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[AnnotationInfo]:
        """List what has a key (with a value, in a repo)."""
