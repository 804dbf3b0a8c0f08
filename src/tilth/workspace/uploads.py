"""Files in parts, into a local workspace. docs/uploads.md tells who may name which chunk, and why."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import Link
from tilth.contract.uploads import ENTRY, UploadFile
from tilth.errors import Conflict, Invalid, Purged
from tilth.model.entry import Entry, FileKind
from tilth.model.ids import CommitId
from tilth.model.names import check_path, check_paths, shown
from tilth.storage.content import CHUNK_MAX, CHUNK_MIN, WHOLE_FILE, content_of_chunks, digests_of, entries_of
from tilth.storage.records import RecordKind
from tilth.versioning import commits, revisions, uploads
from tilth.versioning.backend import Backend
from tilth.versioning.branches import ANY_HEAD
from tilth.versioning.edits import Edits
from tilth.versioning.repos import get_repo
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree, content_of, entry_for
from tilth.workspace.files import entry_from, finished
from tilth.workspace.opened import Opened
from tilth.workspace.record_stream import received

_AT_ONCE = 10_000
_CHUNKS_AT_ONCE = 100_000
_KEEP_BYTES = 64 << 20
_KEEP_CHUNKS = 10_000
_LENGTH = struct.Struct("<I")


class LocalUploads:
    """Files in parts."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def lacking(self, branch: str, files: Iterable[UploadFile]) -> bytes:
        """Return a byte for each chunk: 1 where it is to be put first."""
        place = _Place(self._backend, self._author, _branch(branch))
        answer = bytearray()
        for some in _pages(files):
            answer += bytes(not here for _, _, here in place.look(some))
        return bytes(answer)

    def put(self, branch: str, source: bytes | BinaryIO) -> int:
        """Store chunks. What came whole of a stream that breaks off is kept."""
        asked = _branch(branch)
        commits.read_head(self._backend, asked.full_name, asked.branch)
        repo = get_repo(self._backend, asked.full_name).id
        store = self._backend.store
        count = owed = 0
        fresh: dict[bytes, None] = {}

        def keep() -> None:
            nonlocal owed
            if fresh:
                chunks = b"".join(fresh)
                fresh.clear()
                owed = 0
                store.flush()
                uploads.keep(self._backend.database, self._author, repo, chunks)

        with self._backend.database.read() as conn:
            uploads.check_room(conn, self._author)

        try:
            for kind, digest, data in received(source, (RecordKind.CHUNK,), CHUNK_MAX):
                entry = digest + _LENGTH.pack(len(data))
                count += 1
                if entry in fresh:
                    continue
                store.put(kind, digest, data)
                fresh[entry] = None
                owed += len(data)
                if owed > _KEEP_BYTES or len(fresh) >= _KEEP_CHUNKS:
                    keep()
        finally:
            keep()
        return count

    def commit(
        self,
        branch: str,
        files: Iterable[UploadFile],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
    ) -> CommitInfo:
        """Write files in one commit from chunks that are there."""
        asked = _branch(branch)
        backend = self._backend
        place = _Place(backend, self._author, asked)
        edits = Edits()
        for path in deletes:
            edits.delete(path)
        lacking = 0
        for some in _pages(files):
            if absent := sum(not here for _, _, here in place.look(some)):
                lacking += absent
            if not lacking:
                for file in some:
                    edits.put(self._entry(file))
        if lacking:
            raise Conflict(
                f"{lacking:,} chunks of the upload are not there (any more).",
                help="Ask which are lacking (`uploads.lacking`) and put them; `tilth put` does when it is run again.",
                lacking=lacking,
            )
        done = finished(
            backend,
            lambda: commits.commit_edits(
                backend,
                asked.full_name,
                asked.branch,
                edits,
                author=self._author,
                message=message,
                if_head=CommitId(if_head) if if_head is not None else ANY_HEAD,
            ),
        )
        uploads.committed(backend.database, self._author, place.repo)
        return done

    def _entry(self, file: UploadFile) -> Entry:
        if file.link is not None:
            return entry_from(self._backend, check_path(file.path), Link(file.link))
        _check_cut(file)
        attributes = {"mode": "755"} if file.executable else None
        content = content_of_chunks(self._backend.store, file.chunks)
        return entry_for(check_path(file.path), content, attributes=attributes)


class _Place:
    """A branch that is written to, by one user: which chunks may be named there."""

    def __init__(self, backend: Backend, author: str, asked: Reference) -> None:
        self._backend, self._author = backend, author
        head = commits.read_head(self._backend, asked.full_name, asked.branch).commit
        self._tree = Tree(self._backend.store, head.tree if head is not None else None)
        self.repo = get_repo(self._backend, asked.full_name).id

    def look(self, files: Sequence[UploadFile]) -> Iterator[tuple[UploadFile, bytes, bool]]:
        """Yield for each chunk its file, its entry, and whether it may be named: it is here, and this user's to name.

        What is found stays until the call ends. Raises Invalid for paths, and for chunks, that no file can have.
        """
        check_paths([file.path for file in files])
        named = [(file, entry) for file in files for entry in _entries(file)]
        wanted = {entry for _, entry in named}
        known = uploads.kept(self._backend.database, self._author, self.repo, wanted)
        unknown = wanted - known
        for file in files:
            if unknown and file.link is None:
                unknown -= self._at_head(file.like or file.path)
        present = self._backend.store.present(digests_of(b"".join(entry for _, entry in named)))
        for (file, entry), here in zip(named, present.tolist(), strict=True):
            yield file, entry, here and entry not in unknown

    def _at_head(self, path: str) -> set[bytes]:
        entry = self._tree.stat(path.strip("/"))
        if entry is None or entry.kind is not FileKind.FILE:
            return set()
        try:
            chunks = entries_of(self._backend.store, content_of(entry))
        except Purged:
            return set()
        return {chunks[at : at + ENTRY] for at in range(0, len(chunks), ENTRY)}


def _branch(branch: str) -> Reference:
    asked = revisions.parse(branch)
    if asked.path:
        raise Invalid(f"{branch} names a path.", help="Name the branch; paths stand with the files.")
    return asked


def _pages(files: Iterable[UploadFile]) -> Iterator[list[UploadFile]]:
    """Yield the files in parts of bounded size: each part costs a look at all that the user sent."""
    page: list[UploadFile] = []
    chunks = 0
    for file in files:
        page.append(file)
        chunks += len(file.chunks) // ENTRY
        if len(page) >= _AT_ONCE or chunks >= _CHUNKS_AT_ONCE:
            yield page
            page, chunks = [], 0
    if page:
        yield page


def _entries(file: UploadFile) -> list[bytes]:
    if file.link is not None:
        return []
    entries = [file.chunks[at : at + ENTRY] for at in range(0, len(file.chunks), ENTRY)]
    if not entries or len(entries[-1]) != ENTRY or max(_lengths(file)) > CHUNK_MAX:
        raise _badly_cut(file)
    return entries


def _lengths(file: UploadFile) -> list[int]:
    return [_LENGTH.unpack_from(file.chunks, at - 4)[0] for at in range(ENTRY, len(file.chunks) + 1, ENTRY)]


def _check_cut(file: UploadFile) -> None:
    """Raise Invalid where the store would never have cut a file so. What it cannot see costs only deduplication."""
    lengths = _lengths(file)
    if len(lengths) > 1 and (min(lengths[:-1]) < CHUNK_MIN or not lengths[-1] or sum(lengths) <= WHOLE_FILE):
        raise _badly_cut(file)


def _badly_cut(file: UploadFile) -> Invalid:
    return Invalid(
        f"{shown(file.path)} is not told by chunks as files are cut.",
        help=f"Entries have {ENTRY} bytes; docs/uploads.md tells how files are cut.",
        path=file.path,
    )
