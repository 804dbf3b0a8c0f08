"""Tags of a local workspace."""

from __future__ import annotations

from tilth.contract.paging import Page
from tilth.contract.tags import TagInfo
from tilth.versioning import revisions, tags
from tilth.versioning.tags import Tag
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of


class LocalTags:
    """Tags of the folder's repos."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def create(self, repo: str, name: str, *, at: str = "main", message: str = "") -> TagInfo:
        """Name a commit for good."""
        commit = revisions.resolve(self._backend, f"{repo}@{at}")
        return tag_info(tags.create_tag(self._backend, repo, name, commit.id, author=self._author, message=message))

    def list(self, repo: str, *, after: str | None = None, limit: int = 100) -> Page[TagInfo]:
        """List the tags of a repo by name."""
        found = tags.list_tags(self._backend, repo, after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, tag_info, lambda tag: tag.name)

    def delete(self, repo: str, name: str) -> None:
        """Forget a tag."""
        tags.delete_tag(self._backend, repo, name)


def tag_info(tag: Tag) -> TagInfo:
    """Return a tag as callers see it."""
    return TagInfo(short_name(tag.repo), tag.name, tag.commit, tag.author, tag.at_ms, tag.message)
