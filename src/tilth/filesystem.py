"""`tilth://REPO@REVISION/PATH` for whatever speaks fsspec: pandas, polars, pyarrow, DuckDB, Hugging Face datasets.

`tilth://PROJECT/REPO@REVISION/PATH` names a repo of another project; without `@REVISION` the branch `main` is meant.
The workspace is the storage option `workspace` (a folder or URL, with `token`), else `$TILTH_WORKSPACE` and the folders
upward, as for `tilth.connect`.
"""

from __future__ import annotations

import io
import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple, cast

from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile
from fsspec.transaction import Transaction

from tilth.connection import connect
from tilth.contract.entry import FileInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Invalid, NotFound
from tilth.model.ids import is_id

_SPOOL = 8 << 20
_PAGE = 1000


class _Place(NamedTuple):
    """A path of the file system, taken apart; `root` is the part that names the commit, as it was written."""

    root: str
    repo: str
    revision: str
    path: str

    @property
    def branch(self) -> str:
        return f"{self.repo}@{self.revision}"

    @property
    def reference(self) -> str:
        return f"{self.branch}:{self.path}" if self.path else self.branch


class TilthTransaction(Transaction):  # type: ignore[misc]  # fsspec has no types
    """What is written and removed in a `with fs.transaction:` block: one commit on each branch, in the end, or none."""

    fs: Any

    def __init__(self, fs: TilthFileSystem, **named: Any) -> None:
        super().__init__(fs, **named)
        self.removed: list[_Place] = []

    def complete(self, commit: bool = True) -> None:
        """Commit everything, or forget it."""
        written: list[_Written] = list(self.files)
        removed, self.removed = self.removed, []
        self.files.clear()
        try:
            if commit:
                for branch in dict.fromkeys(place.branch for place in (*removed, *(each.place for each in written))):
                    self.fs.workspace.files.put_many(
                        branch,
                        [(each.place.path, each.content) for each in written if each.place.branch == branch],
                        deletes=[place.path for place in removed if place.branch == branch],
                        message=self.fs.message,
                    )
        finally:
            for each in written:
                each.discard()
            self.fs._intrans = False
            self.fs._transaction = None
            self.fs = None


class TilthFileSystem(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Versions of a workspace as a file system.

    Reading pins a file's commit when it is opened. Writing makes one commit per closed file, or one per
    `with fs.transaction:` block; only branches can be written to. Folders exist because of the files in them.
    """

    protocol = "tilth"
    transaction_type = TilthTransaction
    root_marker = ""

    def __init__(
        self, workspace: str | None = None, token: str | None = None, message: str = "", **options: Any
    ) -> None:
        super().__init__(workspace=workspace, token=token, message=message, **options)
        self.message = message
        self._where = (workspace, token)
        self._opened: tuple[int, Workspace] | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened when it is first asked for, and anew in a forked process."""
        if self._opened is None or self._opened[0] != os.getpid():
            place, token = self._where
            opened = connect(place, token=token)
            self._opened = (os.getpid(), opened)
            weakref.finalize(self, _close, os.getpid(), opened)
        return self._opened[1]

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return os.fspath(path).removeprefix("tilth://").strip("/")

    def unstrip_protocol(self, name: str) -> str:
        """Return a path as a URL."""
        return f"tilth://{self._strip_protocol(name)}"

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """Return name, type, size and, for files, the digest as `checksum`."""
        stripped = self._strip_protocol(path)
        if not stripped:
            return {"name": "", "type": "directory", "size": 0}
        place = self._place(stripped)
        with _found(path):
            if not place.path:
                self.workspace.repos.get(place.repo)
                return {"name": stripped, "type": "directory", "size": 0}
            return self._described(place, self.workspace.files.stat(place.reference))

    def ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        """List one level of a folder, page by page; of the root, the repos."""
        stripped = self._strip_protocol(path)
        if not stripped:
            listed = [{"name": name, "type": "directory", "size": 0} for name in self._repos()]
        else:
            place = self._place(stripped)
            with _found(path):
                listed = [self._described(place, info) for info in self._pages(place, deep=False)]
        return listed if detail else [each["name"] for each in listed]

    def find(
        self, path: str, maxdepth: int | None = None, withdirs: bool = False, detail: bool = False, **options: Any
    ) -> Any:
        """List all files below a path, page by page."""
        stripped = self._strip_protocol(path)
        if maxdepth is not None or withdirs or not stripped:
            return super().find(path, maxdepth=maxdepth, withdirs=withdirs, detail=detail, **options)
        place = self._place(stripped)
        try:
            with _found(path):
                listed = [self._described(place, info) for info in self._pages(place, deep=True)]
        except FileNotFoundError:
            listed = []
        return {each["name"]: each for each in listed} if detail else [each["name"] for each in listed]

    def checksum(self, path: str) -> str:
        """Return a file's digest."""
        return str(self.info(path)["checksum"])

    def ukey(self, path: str) -> str:
        """Return what tells a file's content apart."""
        return self.checksum(path)

    def created(self, path: str) -> datetime:
        """Return when the commit was made."""
        with _found(path):
            commit = self.workspace.commits.get(self._place(self._strip_protocol(path)).branch)
        return datetime.fromtimestamp(commit.at_ms / 1000, UTC)

    modified = created

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **options: Any) -> bytes:
        """Return the bytes of a file, or of a range; negative numbers count from its end."""
        place = self._place(self._strip_protocol(path))
        with _found(path):
            if (start or 0) < 0 or (end or 0) < 0:
                size = self.workspace.files.stat(place.reference).size
                start, end = (max(0, each + size) if each is not None and each < 0 else each for each in (start, end))
            return b"".join(self.workspace.files.read(place.reference, start=start or 0, stop=end))

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        autocommit: bool = True,
        cache_options: Any = None,
        **options: Any,
    ) -> Any:
        place = self._file(path)
        if mode == "rb":
            return TilthFile(self, path, mode, block_size or "default", cache_options=cache_options, **options)
        if mode not in ("wb", "xb", "ab"):
            raise Invalid(f"A file in a version cannot be opened as {mode!r}.", help="Read it, or write it anew.")
        if mode == "xb" and self.exists(path):
            raise FileExistsError(path)
        if mode == "ab" and not autocommit:
            raise Invalid("Nothing is appended within a transaction.", help="Append outside of it, or write it whole.")
        return _Written(self, place, append=mode == "ab", autocommit=autocommit)

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
        """Write a whole file."""
        with self.open(path, "xb" if mode == "create" else "wb") as file:
            file.write(value)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Remove files, or folders with all below them; in a transaction when it ends."""
        for each in [path] if isinstance(path, str) else path:
            place = self._file(each)
            if not recursive and self.isdir(each):
                raise IsADirectoryError(each)
            if self._intrans:
                self.transaction.removed.append(place)
                continue
            with _found(each):
                self.workspace.files.delete(place.reference, message=self.message)

    def _rm(self, path: str) -> None:
        self.rm(path)

    def cp_file(self, path1: str, path2: str, **options: Any) -> None:
        """Copy a file without reading its data; folders there are none to copy."""
        if not self.isdir(path1):
            self.workspace.files.copy(self._file(path1).reference, self._file(path2).reference, message=self.message)

    def mkdir(self, path: str, create_parents: bool = True, **options: Any) -> None:
        """Do nothing: a folder is there once a file is in it."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Do nothing: a folder is there once a file is in it."""

    def rmdir(self, path: str) -> None:
        """Do nothing: a folder goes with its last file."""

    def _file(self, path: str) -> _Place:
        place = self._place(self._strip_protocol(path))
        if not place.path:
            raise IsADirectoryError(path)
        return place

    def _place(self, stripped: str) -> _Place:
        parts = stripped.split("/")
        length = 2 if len(parts) > 1 and "@" not in parts[0] and "@" in parts[1] else 1
        root = "/".join(parts[:length])
        repo, _, revision = root.partition("@")
        return _Place(root, repo, revision or "main", "/".join(parts[length:]))

    def _pinned(self, place: _Place) -> str:
        if is_id(place.revision):
            return place.reference
        return f"{place.repo}@{self.workspace.commits.get(place.branch).id}:{place.path}"

    def _described(self, place: _Place, info: FileInfo) -> dict[str, Any]:
        name = f"{place.root}/{info.path}"
        if info.kind == "folder":
            return {"name": name, "type": "directory", "size": 0}
        return {
            "name": name,
            "type": "link" if info.kind == "link" else "file",
            "size": info.size,
            "checksum": info.digest,
            "attributes": dict(info.attributes),
        }

    def _pages(self, place: _Place, *, deep: bool) -> Iterator[FileInfo]:
        files = self.workspace.files
        after: str | None = None
        while True:
            read = files.walk if deep else files.list
            try:
                page = read(place.reference, after=after, limit=_PAGE)
            except NotFound:
                if place.path or not self._is_empty(place):
                    raise
                return
            yield from page.items
            if page.next is None:
                return
            after = page.next

    def _is_empty(self, place: _Place) -> bool:
        """Tell whether a branch is there and has no commit yet."""
        try:
            return self.workspace.branches.get(place.repo, place.revision).head is None
        except (NotFound, Invalid):
            return False

    def _repos(self) -> Iterator[str]:
        after: str | None = None
        while True:
            page = self.workspace.repos.list(after=after)
            for repo in page.items:
                yield repo.name if repo.project == "default" else f"{repo.project}/{repo.name}@main"
            if page.next is None:
                return
            after = page.next


class TilthFile(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
    """A file of one commit, read by ranges."""

    fs: TilthFileSystem

    def __init__(self, fs: TilthFileSystem, path: str, mode: str, block_size: int | str, **options: Any) -> None:
        place = fs._file(path)
        with _found(path):
            self.reference = fs._pinned(place)
            info = fs._described(place, fs.workspace.files.stat(self.reference))
        if info["type"] == "directory":
            raise IsADirectoryError(path)
        super().__init__(fs, path, mode, block_size, size=info["size"], **options)
        self.details = info

    def _fetch_range(self, start: int, end: int) -> bytes:
        return b"".join(self.fs.workspace.files.read(self.reference, start=start, stop=end))


class _Written(io.BufferedIOBase):
    """A file that is being written: kept aside, and put when it is closed. What fails on the way puts nothing."""

    def __init__(self, fs: TilthFileSystem, place: _Place, *, append: bool, autocommit: bool) -> None:
        self._fs = fs
        self.place = place
        self._append = append
        self._autocommit = autocommit
        self._spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (closed in `discard`)
        self.path = f"{place.root}/{place.path}"

    @property
    def content(self) -> BinaryIO:
        """All that was written."""
        self._spool.seek(0)
        return cast(BinaryIO, self._spool)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._spool.seek(offset, whence)
        return self._spool.tell()

    def tell(self) -> int:
        return self._spool.tell()

    def write(self, data: Any, /) -> int:
        return self._spool.write(data)

    def close(self) -> None:
        if self.closed:
            return
        try:
            if self._autocommit:
                files = self._fs.workspace.files
                write = files.append if self._append else files.put
                write(self.place.reference, self.content, message=self._fs.message)
                self._spool.close()
        finally:
            super().close()

    def commit(self) -> None:
        """Do nothing: the transaction commits all its files at once."""

    def discard(self) -> None:
        """Forget what was written."""
        self._autocommit = False
        self._spool.close()
        super().close()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None and self._autocommit:
            self.discard()
        else:
            self.close()


class _found:
    """Say what is missing as the file systems of Python do."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, NotFound):
            raise FileNotFoundError(f"{self._path}: {error.message}") from error


def _close(pid: int, workspace: Workspace) -> None:
    if pid == os.getpid():
        workspace.close()


__all__: Sequence[str] = ("TilthFile", "TilthFileSystem", "TilthTransaction")
