"""Annotations of a local workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilth.contract.annotations import AnnotationInfo
from tilth.contract.paging import Page
from tilth.versioning import annotations as words
from tilth.versioning import repos, revisions
from tilth.versioning.annotations import Annotation, Kind, Subject
from tilth.versioning.branches import list_branches
from tilth.versioning.trees import Tree
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of


class LocalAnnotations:
    """Words about what is in the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def set(self, reference: str, values: Mapping[str, str]) -> Page[AnnotationInfo]:
        """Set keys of a thing."""
        words.annotate(self._backend, self._subject(reference), values, author=self._author)
        return self.get(reference)

    def get(self, reference: str) -> Page[AnnotationInfo]:
        """Return what is said about a thing, by key."""
        return Page([_info(each) for each in words.annotations_of(self._backend, self._subject(reference))])

    def remove(self, reference: str, keys: Sequence[str]) -> Page[AnnotationInfo]:
        """Take keys away."""
        words.remove(self._backend, self._subject(reference), keys)
        return self.get(reference)

    def find(
        self,
        key: str,
        *,
        value: str | None = None,
        repo: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[AnnotationInfo]:
        """List what has a key."""
        home = repos.get_repo(self._backend, repo) if repo is not None else None
        found = words.find(self._backend, key, value=value, repo=home, after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, _info, lambda each: each.position)

    def _subject(self, reference: str) -> Subject:
        asked = revisions.parse(reference)
        home = repos.get_repo(self._backend, asked.full_name)
        if asked.path:
            commit = revisions.resolve(self._backend, asked)
            return Subject(home, Kind.FILE, asked.path, Tree(self._backend.store, commit.tree).need(asked.path).digest)
        if asked.revision is None:
            return Subject(home, Kind.REPO)
        if any(branch.name == asked.revision for branch in list_branches(self._backend, home)):
            return Subject(home, Kind.BRANCH, asked.revision)
        return Subject(home, Kind.COMMIT, revisions.resolve(self._backend, asked).id)


def _info(found: Annotation) -> AnnotationInfo:
    return AnnotationInfo(
        short_name(found.repo),
        found.kind.value,
        found.subject,
        found.digest.hex() if found.digest is not None else None,
        found.key,
        found.value,
        found.author,
        found.at_ms,
    )
