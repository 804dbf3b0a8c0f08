"""Files of a local workspace."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from tilth.config import BUCKETS_VARIABLE, FETCH_ANY, FETCH_PUBLIC, FETCH_VARIABLE, allowed_bucket, fetching_allowed
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import Executable, FileInfo, FileSource, Link
from tilth.contract.files import BucketReport
from tilth.contract.paging import Page
from tilth.contract.principal import FOLDER
from tilth.errors import Conflict, Denied, Invalid, NotFound, NothingToCommit
from tilth.model.commit import Commit
from tilth.model.entry import Entry
from tilth.model.ids import CommitId, is_id
from tilth.model.names import DEFAULT_BRANCH
from tilth.model.urls import without_secrets
from tilth.progress import Progress, silent
from tilth.storage.content import read_content
from tilth.versioning import appending, checkout, commits, copying, ingest, releasing, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import ANY_HEAD
from tilth.versioning.edits import Edits, Put
from tilth.versioning.glob import literal_prefix
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree, content_of, write_entry, write_link
from tilth.workspace.infos import commit_info, file_info
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of

PINNED_S = 2.0


class LocalFiles:
    """Bytes in the folder's commits."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._store = opened.backend.store
        self._author = opened.author
        self._principal = opened.principal
        self._pinned: tuple[Reference, Tree, float] | None = None

    def put(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write one file."""
        asked, path = _with_path(reference)
        self._writable(asked)
        edits = Edits([Put(entry_from(self._backend, path, source))])
        return self._commit(asked, edits, message)

    def put_many(
        self,
        branch: str,
        files: Iterable[tuple[str, FileSource]],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
        progress: Progress = silent,
    ) -> CommitInfo:
        """Write and delete many files in one commit."""
        asked = revisions.parse(branch)
        if asked.path:
            raise Invalid(f"{branch} names a path.", help="Name the branch; paths stand with the files.")
        self._writable(asked)
        edits = Edits()
        for path in deletes:
            edits.delete(path)
        progress.begin(f"Writing to {branch}", unit="files")
        for path, source in files:
            edits.put(entry_from(self._backend, path, source, progress))
            progress.advance()
        progress.end()
        return self._commit(asked, edits, message, if_head)

    def put_folder(
        self, reference: str, folder: Path, *, mirror: bool = False, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write a local folder; only files that changed since the last time are read."""
        asked = revisions.parse(reference)
        self._writable(asked)
        edits = ingest.ingest_folder(self._backend, folder, into=asked.path or "", mirror=mirror, progress=progress)
        return self._commit(asked, edits, message)

    def put_archive(
        self, reference: str, source: bytes | BinaryIO | Path, *, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write the files of an archive."""
        from tilth.exchange import archives

        asked = revisions.parse(reference)
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        found = archives.unpack(stream, into=asked.path or "")
        return self.put_many(_branch_of(asked), found, message=message, progress=progress)

    def put_url(
        self, reference: str, url: str, *, unpack: bool = False, private: bool = False, message: str = ""
    ) -> CommitInfo:
        """Write what a URL answers."""
        from tilth.exchange import archives, urls

        asked = revisions.parse(reference)
        self._writable(asked)
        self._check_fetch(private)
        with urls.fetch(url, urls.Fetching(private=private)) as stream:
            content = cast(BinaryIO, io.BufferedReader(stream, 1 << 20))
            if unpack:
                return self.put_many(
                    _branch_of(asked), archives.unpack(content, into=asked.path or ""), message=message
                )
            path = asked.path or ""
            if not path or reference.endswith("/"):
                if not stream.name:
                    raise Invalid(f"{without_secrets(url)} names no file.", help="Write the path to put it at.")
                path = f"{path.rstrip('/')}/{stream.name}".lstrip("/")
            return self.put(f"{_branch_of(asked)}:{path}", content, message=message)

    def _check_fetch(self, private: bool) -> None:
        """Raise Denied where this process fetches nothing for the caller; who holds the folder itself may."""
        allowed = fetching_allowed()
        if self._principal.origin != FOLDER and (not allowed or (private and allowed != FETCH_ANY)):
            raise Denied(
                "This server does not fetch private addresses." if allowed else "This server fetches no URLs.",
                help="Fetch it yourself (`tilth put` does, without --by-server), or start the server with "
                f"{FETCH_VARIABLE}={FETCH_ANY if allowed else FETCH_PUBLIC}.",
            )

    def put_bucket(
        self, reference: str, url: str, *, message: str = "", by_server: bool = False, progress: Progress = silent
    ) -> CommitInfo:
        """Write all objects below the URL of an object store; those of the last time are not fetched again."""
        from tilth.workspace.bucket_files import fetched_edits

        asked = revisions.parse(reference)
        self._writable(asked)
        url = self._reachable(url)
        with self._backend.act():  # what is found to be here stays until the commit names it
            edits = fetched_edits(self._backend, url, asked.path or "", progress)
            return self._commit(asked, edits, message)

    def append(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write bytes behind those of a file."""
        asked, path = _with_path(reference)
        self._writable(asked)
        return self._done(
            lambda: appending.append(
                self._backend, asked.full_name, asked.branch, path, source, author=self._author, message=message
            )
        )

    def copy(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Put a file or folder of any commit somewhere else, without its data."""
        asked, onto = revisions.parse(source), revisions.parse(target)
        self._writable(onto)
        commit = revisions.resolve(self._backend, asked)
        return self._done(
            lambda: copying.copy(
                self._backend,
                commit,
                asked.path or "",
                (onto.full_name, onto.branch),
                onto.path or "",
                into=target.endswith("/"),
                named=asked.revision or DEFAULT_BRANCH,
                author=self._author,
                message=message,
            )
        )

    def move(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Move a file or folder, without its data."""
        asked, path = _with_path(source)
        onto = revisions.parse(target)
        for place in (asked, onto):
            self._writable(place)
        return self._done(
            lambda: copying.move(
                self._backend,
                (asked.full_name, asked.branch),
                path,
                (onto.full_name, onto.branch),
                onto.path or "",
                into=target.endswith("/"),
                author=self._author,
                message=message,
            )[0]
        )

    def delete(self, reference: str, *, message: str = "") -> CommitInfo:
        """Delete a file or folder. Raises NotFound when there is none."""
        asked, path = _with_path(reference)
        tree = self._tree(commits.read_head(self._backend, asked.full_name, asked.branch).commit)
        if tree.stat(path) is None and not tree.is_folder(path):
            raise _missing(reference, path)
        edits = Edits()
        edits.delete(path)
        return self._commit(asked, edits, message)

    def stat(self, reference: str) -> FileInfo:
        """Return one file or folder."""
        tree, path = self._at(reference)
        if not path:
            return FileInfo("", "folder", 0)
        entry = tree.stat(path)
        if entry is not None:
            return file_info(entry)
        if tree.is_folder(path):
            return FileInfo(path, "folder", 0)
        raise _missing(reference, path)

    def list(self, reference: str, *, after: str | None = None, limit: int = 1000) -> Page[FileInfo]:
        """List one level of a folder; a file lists as itself."""
        tree, path = self._at(reference)
        if path:
            entry = tree.stat(path)
            if entry is not None:
                return Page([file_info(entry)] if after is None else [])
            if not tree.is_folder(path):
                raise _missing(reference, path)
        found = tree.list(path, after, check_limit(limit) + 1)
        return page_of(found, limit, file_info, lambda each: each.path)

    def walk(
        self, reference: str, *, glob: str | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[FileInfo]:
        """List all files below a path, or those of them that match a glob relative to it."""
        tree, path = self._at(reference)
        if glob is None:
            found = tree.walk(path, after, check_limit(limit) + 1)
        else:
            found = tree.glob(_below(path, glob), after)
        return page_of(found, limit, file_info, lambda each: each.path)

    def read(self, reference: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Stream the bytes of a file, or a range of them. Whether it is there is known at once."""
        tree, path = self._at(reference)
        if not path:
            raise Invalid(f"{reference} names no file.", help="Write REPO[@REVISION]:PATH.")
        entry = tree.need(path)
        if start < 0 or (stop is not None and stop < 0):
            raise Invalid("A range starts at 0 or later.", help="Count from the start of the file.")
        return read_content(self._store, content_of(entry), start, stop)

    def thumbnail(self, reference: str, *, size: int = 256) -> bytes:
        """Return a small picture of an image file."""
        from tilth.workspace.thumbnails import thumbnail_of

        tree, path = self._at(reference)
        return thumbnail_of(self._opened, tree.need(path), size)

    def archive(self, reference: str, *, format: str = "tar") -> Iterator[bytes]:
        """Stream a commit, folder or file as an archive."""
        from tilth.exchange import packing

        asked = revisions.parse(reference)
        commit = releasing.readable(self._backend, asked)
        return packing.packed(self, f"{asked.full_name}@{commit.id}", asked.path or "", format)

    def get_folder(self, reference: str, destination: Path, *, progress: Progress = silent) -> int:
        """Write a commit, folder or file below `destination`."""
        tree, path = self._at(reference)
        if path and tree.stat(path) is None and not tree.is_folder(path):
            raise _missing(reference, path)
        return checkout.checkout(tree, destination, prefix=path, progress=progress)

    def get_bucket(
        self, reference: str, url: str, *, by_server: bool = False, progress: Progress = silent
    ) -> BucketReport:
        """Write a commit, folder or file below the URL of an object store; only what is not there or differs."""
        from tilth.exchange import bucket_sending

        asked = revisions.parse(reference)
        commit = releasing.readable(self._backend, asked)
        pinned = f"{asked.full_name}@{commit.id}"
        memory, url = self._backend.scratch, self._reachable(url)
        return bucket_sending.send(self, pinned, asked.path or "", url, memory=memory, progress=progress)

    def _reachable(self, url: str) -> str:
        """Return the URL by which this process reaches a place in an object store for the caller.

        Who holds the folder itself uses their own credentials. Through a server others would use those of the server:
        they get only where who runs it says. Raises Denied.
        """
        if self._principal.origin == FOLDER:
            return url
        allowed = allowed_bucket(url)
        if allowed is None:
            raise Denied(
                f"This server does not reach {without_secrets(url)} for its callers.",
                help="Transfer it from your own machine (`tilth` does, without --by-server), or ask who runs the "
                f"server to name it in {BUCKETS_VARIABLE}.",
            )
        return allowed

    def _at(self, reference: str) -> tuple[Tree, str]:
        asked = revisions.parse(reference)
        place = replace(asked, path=None)
        pinned = self._pinned
        if pinned is not None and pinned[0] == place and time.monotonic() < pinned[2]:
            return pinned[1], asked.path or ""
        commit = releasing.readable(self._backend, asked)
        tree = self._tree(commit)
        if asked.revision is not None and is_id(asked.revision):
            # Who reads a whole commit file by file names it every time; it does not change.
            self._pinned = (place, tree, time.monotonic() + PINNED_S)
        return tree, asked.path or ""

    def _tree(self, commit: Commit | None) -> Tree:
        return Tree(self._store, commit.tree if commit is not None else None)

    def _writable(self, asked: Reference) -> None:
        """Refuse a branch that one may not write to before anything is stored for it."""
        commits.read_head(self._backend, asked.full_name, asked.branch)

    def _commit(self, asked: Reference, edits: Edits, message: str, if_head: str | None = None) -> CommitInfo:
        return self._done(
            lambda: commits.commit_edits(
                self._backend,
                asked.full_name,
                asked.branch,
                edits,
                author=self._author,
                message=message,
                if_head=CommitId(if_head) if if_head is not None else ANY_HEAD,
            )
        )

    def _done(self, act: Callable[[], Commit]) -> CommitInfo:
        return finished(self._backend, act)


def finished(backend: Backend, act: Callable[[], Commit]) -> CommitInfo:
    """Return the commit that `act` makes, or the head that was there when it changes nothing."""
    try:
        commit = act()
    except NothingToCommit as error:
        head = error.facts.get("head")
        if not isinstance(head, str):
            raise  # the branch is empty and stays so: there is no commit to return
        return commit_info(commits.get_commit(backend, CommitId(head)), changed=False)
    return commit_info(commit)


def _branch_of(asked: Reference) -> str:
    return f"{asked.full_name}@{asked.branch}"


def entry_from(backend: Backend, path: str, source: FileSource, progress: Progress = silent) -> Entry:
    """Store what can be written and return its entry at `path`; durable after the store's next flush."""
    if isinstance(source, Link):
        return write_link(backend.store, path, source.target)
    if isinstance(source, Executable):
        return write_entry(backend.store, path, source.content, attributes={"mode": "755"})
    if isinstance(source, Path):
        put = next(iter(ingest.ingest_file(backend, source, path, progress=progress)))
        assert isinstance(put, Put), "one file is one put"
        return put.entry
    return write_entry(backend.store, path, source)


def _with_path(reference: str) -> tuple[Reference, str]:
    asked = revisions.parse(reference)
    if not asked.path:
        raise Invalid(f"{reference} names no path.", help="Write REPO[@BRANCH]:PATH.", reference=reference)
    return asked, asked.path


def _below(path: str, glob: str) -> str:
    if path and literal_prefix(path) != path:
        raise Conflict(
            f"{path!r} holds characters that mean something in a glob.",
            help="Walk it without a glob, or glob from above.",
        )
    return f"{path}/{glob.lstrip('/')}" if path else glob


def _missing(reference: str, path: str) -> NotFound:
    return NotFound(
        f"There is no {path} in {reference.partition(':')[0]}.", help="`tilth ls` shows what is there.", path=path
    )
