"""Bytes behind a file that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from tilth.errors import Invalid
from tilth.model.commit import Commit
from tilth.model.entry import Entry, FileKind
from tilth.model.ids import CommitId
from tilth.model.names import check_path
from tilth.storage.content import append_content, open_content
from tilth.storage.store import Store
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import ANY_HEAD, AnyHead
from tilth.versioning.commits import Head, commit_edits
from tilth.versioning.edits import Edits, Put
from tilth.versioning.repos import RepoName
from tilth.versioning.trees import content_of, write_entry


@in_act
def append(
    backend: Backend,
    repo: RepoName,
    branch: str,
    path: str,
    source: bytes | BinaryIO,
    *,
    author: str,
    message: str = "",
    if_head: CommitId | AnyHead | None = ANY_HEAD,
) -> Commit:
    """Write `source` behind the file at `path` on the branch's head, as one commit; a missing file begins so.

    The file is the same as if it had been written at once. Of the old bytes only the end is read. Raises Invalid for a
    link, and what `commit_edits` raises (NothingToCommit for no bytes).
    """
    check_path(path)
    made: tuple[Entry | None, Entry] | None = None

    def edits(head: Head) -> Edits:
        nonlocal made
        before = head.tree(backend.store).stat(path)
        if made is None:
            made = before, grown(backend.store, path, before, source)
        elif made[0] != before:
            # The head moved, and the source may be a stream that was read: its bytes are the end of what was made.
            with open_content(backend.store, content_of(made[1])) as written:
                written.seek(made[0].size if made[0] is not None else 0)
                made = before, grown(backend.store, path, before, written)
        return Edits([Put(made[1])])

    return commit_edits(backend, repo, branch, edits, author=author, message=message, if_head=if_head)


def grown(store: Store, path: str, before: Entry | None, source: bytes | BinaryIO) -> Entry:
    """Return the entry at `path` with `source` behind what was there. Raises Invalid for a link."""
    if before is None:
        return write_entry(store, path, source)
    if before.kind is not FileKind.FILE:
        raise Invalid(f"{path} is a link; nothing can be appended to it.", help="Append to the file it leads to.")
    content = append_content(store, content_of(before), source)
    return replace(before, size=content.size, digest=content.digest, layout=content.layout, chunks=content.chunks)
