"""Bytes in commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileInfo, FileSource
from tilth.contract.paging import Page
from tilth.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class BucketReport:
    """What writing a version to an object store came to: `sent` of `files` objects, the others were there."""

    files: int
    sent: int
    size: int
    """Bytes that were sent."""
    links: Sequence[str] = ()
    """Paths of symbolic links: they were left out, an object store has none."""


class Files(Protocol):
    """Bytes in commits. Each writing call makes one commit, or changes nothing."""

    def put(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write one file at `repo[@branch]:path`."""

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
        """Write and delete many files in one commit on `repo[@branch]`; deletes (files or folders) come first."""

    def put_folder(
        self, reference: str, folder: Path, *, mirror: bool = False, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write a local folder under `repo[@branch][:path]`; `mirror` also deletes what the folder lacks."""

    def put_archive(
        self, reference: str, source: bytes | BinaryIO | Path, *, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write the files of an archive (tar, also compressed, or zip) under `repo[@branch][:path]`.

        Raises Invalid that names the member which leaves the archive, is a device, or makes it too large.
        """

    def put_url(
        self, reference: str, url: str, *, unpack: bool = False, private: bool = False, message: str = ""
    ) -> CommitInfo:
        """Write what an http(s) URL answers; with `unpack` the files of the archive that it is.

        Who holds the workspace fetches it: of a remote one the server, which raises Denied unless it was started to
        allow that. `private` asks for addresses of its own machine and networks too. A path that ends with a slash, or
        none, gets the name that the URL has.
        """

    def put_bucket(
        self, reference: str, url: str, *, message: str = "", by_server: bool = False, progress: Progress = silent
    ) -> CommitInfo:
        """Write all objects below an s3://, gs:// or az:// URL under `repo[@branch][:path]`.

        The credentials are the caller's. An object whose ETag and size are those of the last time is not fetched again,
        also when that was interrupted. Cost: a listing, and the reading of what is new. `by_server` lets a server do it
        with its own credentials; it raises Denied unless its `TILTH_BUCKETS` names that place.
        """

    def append(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write `source` behind what the file at `repo[@branch]:path` holds; a missing file begins so."""

    def copy(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Put what is at `source` (any `repo[@revision][:path]`) at `target` (`repo[@branch][:path]`), as one commit.

        A file becomes the target's path, or lands in it when that ends with a slash; a folder's content lands below it.
        No data is read, between repos neither.
        """

    def move(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Move a file or folder like `copy` and return the target's commit.

        Between two branches it is one commit on each, of one change, both or none.
        """

    def delete(self, reference: str, *, message: str = "") -> CommitInfo:
        """Delete a file or folder."""

    def stat(self, reference: str) -> FileInfo:
        """Return one file or folder."""

    def list(self, reference: str, *, after: str | None = None, limit: int = 1000) -> Page[FileInfo]:
        """List one level of a folder."""

    def walk(
        self, reference: str, *, glob: str | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[FileInfo]:
        """List all files below a path, or those that match a glob, by path."""

    def read(self, reference: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Stream the bytes of a file, or a range of them."""

    def thumbnail(self, reference: str, *, size: int = 256) -> bytes:
        """Return a small picture of an image file, at most `size` pixels on a side, as PNG or JPEG.

        Raises Invalid for a file that is no picture, or too large to be shown.
        """

    def archive(self, reference: str, *, format: str = "tar") -> Iterator[bytes]:
        """Stream a commit, folder or file as `tar`, `tgz`, `tzst` or `zip`, with paths relative to it."""

    def get_folder(self, reference: str, destination: Path, *, progress: Progress = silent) -> int:
        """Write a commit, folder or file below `destination`; returns the number of files."""

    def get_bucket(
        self, reference: str, url: str, *, by_server: bool = False, progress: Progress = silent
    ) -> BucketReport:
        """Write a commit, folder or file below an s3://, gs:// or az:// URL, with the caller's credentials.

        Only what is not there or differs is sent; a file becomes the object `url`, or lands below it where that ends
        with a slash. Links are left out, and what else lies there stays. `by_server` as for `put_bucket`.
        """
