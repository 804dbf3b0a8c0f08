"""Files over HTTP: one file as a body, many as a tar stream."""

from __future__ import annotations

import builtins
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from tilth.client.told import told
from tilth.client.transport import PIECE, Transport
from tilth.client.uploads import RemoteUploads
from tilth.contract import archive
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import Executable, FileInfo, FileSource, Link
from tilth.contract.files import BucketReport
from tilth.contract.paging import Page
from tilth.errors import BranchMoved, Conflict, Invalid, NotFound
from tilth.model.entry import check_link
from tilth.progress import Progress, silent

if TYPE_CHECKING:
    from tilth.exchange import folders

_REFERENCE = re.compile(r"([^:{]*(?:\{[^}]*\}[^:{]*)?)(?::(.*))?", re.DOTALL)

TRIES = 5
"""How often a folder is compared anew because the branch moved meanwhile."""


class RemoteFiles:
    """Bytes in a server's commits."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def put(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write one file; a large one in parts, so that an interrupted upload goes on."""
        from tilth.exchange import uploading

        branch, path = _split(reference)
        found, rest = uploading.few([(path, source)])
        if rest is not None and path:
            return self._upload(branch, rest, message=message)
        small = cast("bytes", found[0][1]) if rest is None else b""
        return self._call.send("files.put", CommitInfo, small, reference=reference, message=message)

    def put_many(
        self,
        branch: str,
        files: Iterable[tuple[str, FileSource]],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
        progress: Progress = silent,
        like: Mapping[str, str] | None = None,
        size: int | None = None,
    ) -> CommitInfo:
        """Write and delete many files in one commit: few in one request, else in parts.

        Beyond the contract: `like` says where the branch may have a file's bytes already, `size` how many there are.
        """
        from tilth.exchange import uploading

        found, rest = uploading.few(files)
        if rest is not None:
            return self._upload(branch, rest, deletes, message, if_head, progress, like or {}, size)
        progress.begin(f"Sending to {branch}", len(found), "files")
        body = archive.pack(_counted(found, progress), deletes=deletes)
        commit = self._call.send("files.put_many", CommitInfo, body, branch=branch, message=message, if_head=if_head)
        progress.end()
        return commit

    def _upload(
        self,
        branch: str,
        files: Iterable[tuple[str, FileSource]],
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
        progress: Progress = silent,
        like: Mapping[str, str] | None = None,
        size: int | None = None,
    ) -> CommitInfo:
        from tilth.exchange.uploading import Upload

        progress.begin(f"Sending to {branch}", size, "bytes")
        with Upload(RemoteUploads(self._call), branch, progress=progress) as upload:
            for path, source in files:
                upload.add(path, source, like=(like or {}).get(path, ""))
            commit = upload.commit(deletes=deletes, message=message, if_head=if_head)
        progress.end()
        return commit

    def put_folder(
        self, reference: str, folder: Path, *, mirror: bool = False, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write a local folder; `mirror` also deletes what the folder lacks. Only what differs is sent."""
        if not folder.is_dir():
            raise Invalid(f"{folder} is not a folder.", help="Name a folder, or use `put` for one file.")
        branch, top = _split(reference)
        from tilth.exchange import folders
        from tilth.exchange.remembered import cache_folder

        for _ in range(TRIES):
            try:
                return self._put_changed(branch, top, folder, mirror=mirror, message=message, progress=progress)
            except BranchMoved:
                continue  # what was compared with is no longer what is there
        local, places = folders.local_files(folder, top, cache_folder(), progress)
        files = zip(local.paths, places, strict=True)
        return self.put_many(branch, files, deletes=[top] if mirror and top else (), message=message, progress=progress)

    def _put_changed(
        self, branch: str, top: str, folder: Path, *, mirror: bool, message: str, progress: Progress
    ) -> CommitInfo:
        """Send what differs from the branch's head, onto that head. Raises BranchMoved."""
        from tilth.exchange import folders
        from tilth.exchange.remembered import cache_folder

        cache = cache_folder()
        local, places = folders.local_files(folder, top, cache, progress)
        memory = folders.Memory(cache, self._call.url, branch, top)
        head, there = self._head(branch, top, memory, progress)
        fresh = local.differing(there).nonzero()[0].tolist()
        gone = there.without(local).paths if mirror else []
        paths = local.paths
        commit = self.put_many(
            branch,
            [(paths[at], places[at]) for at in fresh],
            deletes=gone,
            message=message,
            if_head=head,
            progress=progress,
            like=local.likes(there, fresh),
            size=sum(places[at].lstat().st_size for at in fresh),
        )
        if head is not None or not commit.parents:
            memory.keep(commit.id, local if mirror else local.over(there))
        return commit

    def _head(
        self, branch: str, top: str, memory: folders.Memory, progress: Progress
    ) -> tuple[str | None, folders.Files]:
        """Return a branch's head and its files below `top`; None while there is no commit."""
        from tilth.exchange import folders

        try:
            head = self._call.get("commits.get", CommitInfo, reference=branch)
        except NotFound:
            return None, folders.files_of(())
        known = memory.at(head.id)
        if known is not None:
            return head.id, known
        pinned = f"{head.repo}@{head.id}"
        progress.begin(f"Comparing with {branch}", head.files if not top else None, "files")
        try:
            found = folders.files_of(_noted(self._walk_all(f"{pinned}:{top}" if top else pinned), progress))
        except NotFound:
            found = folders.files_of(())
        progress.end()
        return head.id, found

    def put_archive(
        self, reference: str, source: bytes | BinaryIO | Path, *, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write the files of an archive. It is unpacked here, so that of a large one only what is lacking is sent."""
        from tilth.exchange import archives

        branch, top = _split(reference)
        packed = io.BytesIO(source) if isinstance(source, bytes) else source
        return self.put_many(branch, archives.unpack(packed, into=top), message=message, progress=progress)

    def put_url(
        self, reference: str, url: str, *, unpack: bool = False, private: bool = False, message: str = ""
    ) -> CommitInfo:
        """Let the server write what a URL answers."""
        return self._call.post(
            "files.put_url", CommitInfo, reference=reference, url=url, unpack=unpack, private=private, message=message
        )

    def put_bucket(
        self, reference: str, url: str, *, message: str = "", by_server: bool = False, progress: Progress = silent
    ) -> CommitInfo:
        """Send the objects below the URL of an object store on, with the credentials of this process."""
        if by_server:
            given = {"reference": reference, "url": url, "message": message}
            return told(self._call, "files.put_bucket", CommitInfo, progress, **given)
        from tilth.exchange import bucket_uploading
        from tilth.exchange.remembered import cache_folder

        branch, top = _split(reference)
        uploads, memory = RemoteUploads(self._call), cache_folder()
        return bucket_uploading.upload(uploads, branch, top, url, memory=memory, message=message, progress=progress)

    def append(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write bytes behind those of a file."""
        return self._call.send("files.append", CommitInfo, pieces(source), reference=reference, message=message)

    def copy(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Put a file or folder of any commit somewhere else."""
        return self._call.post("files.copy", CommitInfo, source=source, target=target, message=message)

    def move(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Move a file or folder."""
        return self._call.post("files.move", CommitInfo, source=source, target=target, message=message)

    def delete(self, reference: str, *, message: str = "") -> CommitInfo:
        """Delete a file or folder."""
        return self._call.post("files.delete", CommitInfo, reference=reference, message=message)

    def stat(self, reference: str) -> FileInfo:
        """Return one file or folder."""
        return self._call.get("files.stat", FileInfo, reference=reference)

    def list(self, reference: str, *, after: str | None = None, limit: int = 1000) -> Page[FileInfo]:
        """List one level of a folder."""
        return self._call.get("files.list", Page[FileInfo], reference=reference, after=after, limit=limit)

    def walk(
        self, reference: str, *, glob: str | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[FileInfo]:
        """List all files below a path, or those that match a glob."""
        return self._call.get("files.walk", Page[FileInfo], reference=reference, glob=glob, after=after, limit=limit)

    def read(self, reference: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Stream the bytes of a file, or a range of them."""
        return self._call.stream("files.read", reference=reference, start=start, stop=stop)

    def thumbnail(self, reference: str, *, size: int = 256) -> bytes:
        """Return a small picture of an image file."""
        return b"".join(self._call.stream("files.thumbnail", reference=reference, size=size))

    def archive(self, reference: str, *, format: str = "tar") -> Iterator[bytes]:
        """Stream a commit, folder or file as an archive."""
        return self._call.stream("files.archive", reference=reference, format=format)

    def get_folder(self, reference: str, destination: Path, *, progress: Progress = silent) -> int:
        """Write a commit, folder or file below `destination`."""
        from tilth.exchange.pieces import Received

        top = _split(reference)[1]
        number = None if top else self._call.get("commits.get", CommitInfo, reference=reference).files
        progress.begin(f"Getting {reference}", number, "files")
        body = io.BufferedReader(Received(self._call.stream("files.archive", reference=reference)), PIECE)
        count = 0
        links: builtins.list[tuple[Path, str]] = []  # made last, so that nothing is written through one
        with archive.reading():
            for path, content in archive.unpack(body).files:
                place = _place(destination, path)
                if isinstance(content, Link):
                    links.append((place, content.target))
                else:
                    _write(place, content)
                count += 1
                progress.advance()
        for place, target in links:
            os.symlink(check_link(str(place), os.fsencode(target)), place)
        progress.end()
        return count

    def get_bucket(
        self, reference: str, url: str, *, by_server: bool = False, progress: Progress = silent
    ) -> BucketReport:
        """Send a commit, folder or file on to an object store, with the credentials of this process."""
        if by_server:
            return told(self._call, "files.get_bucket", BucketReport, progress, reference=reference, url=url)
        from tilth.exchange import bucket_sending
        from tilth.exchange.remembered import cache_folder

        head = self._call.get("commits.get", CommitInfo, reference=reference)
        top = _split(reference)[1]
        pinned = f"{head.repo}@{head.id}"
        return bucket_sending.send(self, pinned, top, url, memory=cache_folder(), progress=progress)

    def _walk_all(self, reference: str) -> Iterator[FileInfo]:
        after: str | None = None
        while True:
            page = self.walk(reference, after=after)
            yield from page.items
            if page.next is None:
                return
            after = page.next


def _split(reference: str) -> tuple[str, str]:
    """Return `[PROJECT/]REPO[@REVISION]` and the path, "" for none; a `:` in the braces of a revision ends nothing."""
    found = _REFERENCE.fullmatch(reference)
    return (found[1], (found[2] or "").strip("/")) if found is not None else (reference, "")


def pieces(source: bytes | BinaryIO) -> bytes | Iterator[bytes]:
    """Return a source as the body of a request."""
    return source if isinstance(source, bytes) else iter(lambda: source.read(PIECE), b"")


def _counted(files: Iterable[tuple[str, FileSource]], progress: Progress) -> Iterator[tuple[str, FileSource]]:
    for path, source in files:
        yield path, source
        progress.advance()


def _noted(infos: Iterable[FileInfo], progress: Progress) -> Iterator[FileInfo]:
    for info in infos:
        yield info
        progress.advance()


def _place(destination: Path, path: str) -> Path:
    """Return where to write below `destination`, with the folders made and nothing else in the way.

    The archive's paths were checked, so only links that lie there could lead out.
    """
    folder = destination
    folder.mkdir(parents=True, exist_ok=True)
    *parents, name = path.split("/")
    for part in parents:
        folder = folder / part
        if folder.is_symlink():
            raise Conflict(f"{folder} is a link; nothing is written through it.", help="Choose an empty folder.")
        folder.mkdir(exist_ok=True)
    place = folder / name
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        raise Conflict(f"{place} is in the way: it is a folder.", help="Move it away, or choose another folder.")
    return place


def _write(place: Path, source: BinaryIO | Executable) -> None:
    content = source.content if isinstance(source, Executable) else source
    assert not isinstance(content, bytes), "archives give streams"
    with place.open("xb") as out:
        while piece := content.read(PIECE):
            out.write(piece)
    if isinstance(source, Executable):
        place.chmod(place.stat().st_mode | 0o111)
