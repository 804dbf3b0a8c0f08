"""Files on their way to a server: cut into chunks here, of which only those travel that the server lacks.

What arrived of an interrupted upload is not sent again, whether this process, the server or the network between them
went away: the next one asks anew which chunks are lacking.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import Executable, FileSource, Link
from tilth.contract.uploads import ENTRY, UploadFile, Uploads, files_of, lines_of
from tilth.errors import Invalid, NotFound, Unavailable
from tilth.model.digest import Digest
from tilth.progress import Progress, silent
from tilth.storage.content import write_content
from tilth.storage.gathering import no_file
from tilth.storage.records import RecordKind, compress, pack_header

T = TypeVar("T")

FEW_BYTES = 4 << 20
FEW_FILES = 1000
PATIENCE_S = 60.0
"""How long a server that went away is waited for."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
_BATCH_BYTES = 16 << 20
_BATCH_CHUNKS = 4096
_SPOOL = 8 << 20
_LENGTH = struct.Struct("<I")


class Upload:
    """One commit in the making on `repo[@branch]`. Add files, then `commit`; use it in a `with` block.

    Memory is bounded however large files are and however many.
    """

    def __init__(self, uploads: Uploads, branch: str, *, progress: Progress = silent) -> None:
        self._uploads, self._branch, self._progress = uploads, branch, progress
        self._lines = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (closed by `__exit__`)
        self._waiting: dict[bytes, bytes] = {}
        self._asked: list[UploadFile] = []
        self._held = 0
        self._path, self._like = "", ""
        self._chunks: list[bytes] = []
        self._unasked = 0
        self._patient = False
        self.sent = 0
        """Bytes of chunks that were sent."""

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *error: object) -> None:
        self._lines.close()

    def add(self, path: str, source: FileSource, *, like: str = "") -> bytes:
        """Send what is lacking of a file, sooner or later; return the entries of its chunks.

        `like` is another path at the branch's head that may have the same bytes.
        """
        if isinstance(source, Path) and source.is_symlink():
            source = Link(str(source.readlink()))
        if isinstance(source, Link):
            self._note(UploadFile(path, link=source.target))
            return b""
        if isinstance(source, Path):
            with _opened(source) as stream:
                return self._add(path, stream, like, executable=bool(source.stat().st_mode & 0o100))
        executable = isinstance(source, Executable)
        return self._add(
            path, source.content if isinstance(source, Executable) else source, like, executable=executable
        )

    def name(self, path: str, chunks: bytes, *, executable: bool = False, like: str = "") -> None:
        """Name a file whose chunks are there (`there` told so)."""
        self._note(UploadFile(path, chunks, executable=executable, like=like))
        self._progress.advance(size_of(chunks))

    def there(self, files: Iterable[UploadFile]) -> Iterator[bool]:
        """Tell for each file whether all of its chunks are on the server."""
        page: list[UploadFile] = []
        count = 0
        for file in files:
            page.append(file)
            count += len(file.chunks) // ENTRY
            if count >= _BATCH_CHUNKS or len(page) >= _BATCH_CHUNKS:
                yield from self._there(page)
                page, count = [], 0
        yield from self._there(page)

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        """Take a chunk of the file that is being added. Lists of chunks are made by the server."""
        if kind is RecordKind.CHUNK:
            entry = digest + _LENGTH.pack(len(data))
            self._chunks.append(entry)
            self._unasked += 1
            if entry not in self._waiting:
                self._waiting[entry] = bytes(data)
                self._held += len(data)
            self._progress.advance(len(data))
            if self._held >= _BATCH_BYTES or len(self._waiting) >= _BATCH_CHUNKS:
                self._ask_for_file()
                self.send()
        return True

    def send(self) -> None:
        """Send those of the chunks at hand that the server lacks."""
        asked, waiting = self._asked, self._waiting
        self._asked, self._waiting, self._held = [], {}, 0
        if not asked:
            return
        mask = self._call(lambda: self._uploads.lacking(self._branch, asked))
        entries = (file.chunks[at : at + ENTRY] for file in asked for at in range(0, len(file.chunks), ENTRY))
        lacking = dict.fromkeys(entry for entry, lacks in zip(entries, mask, strict=True) if lacks)
        if lacking:
            body = b"".join(_record(entry, waiting[entry]) for entry in lacking)
            self._call(lambda: self._uploads.put(self._branch, body))
            self.sent += sum(len(waiting[entry]) for entry in lacking)

    def commit(self, *, deletes: Iterable[str] = (), message: str = "", if_head: str | None = None) -> CommitInfo:
        """Send the rest, and make the commit. Raises Conflict, BranchMoved: what was sent is kept."""
        self.send()
        gone = list(deletes)

        def commit() -> CommitInfo:
            self._lines.seek(0)
            files = (each for each in files_of(cast(BinaryIO, self._lines)) if isinstance(each, UploadFile))
            return self._uploads.commit(self._branch, files, deletes=gone, message=message, if_head=if_head)

        return self._call(commit, again=False)

    def _add(self, path: str, source: bytes | BinaryIO, like: str, *, executable: bool) -> bytes:
        self._path, self._like, self._chunks, self._unasked = path, like, [], 0
        write_content(self, source)
        self._ask_for_file()
        chunks = b"".join(self._chunks)
        self._note(UploadFile(path, chunks, executable=executable, like=like))
        return chunks

    def _ask_for_file(self) -> None:
        """Ask, with the next `send`, for the chunks of the file at hand that were not asked for yet."""
        if self._unasked:
            self._asked.append(UploadFile(self._path, b"".join(self._chunks[-self._unasked :]), like=self._like))
            self._unasked = 0

    def _note(self, file: UploadFile) -> None:
        self._lines.writelines(lines_of((file,)))

    def _call(self, call: Callable[[], T], *, again: bool = True) -> T:
        """Return what a call answers. A server that answered before is waited for when it goes away.

        What may not be repeated (not `again`) is tried again only where it did not reach the server.
        """
        until = time.monotonic() + (PATIENCE_S if self._patient else 0)
        pause = FIRST_PAUSE_S
        while True:
            try:
                found = call()
                self._patient = True
                return found
            except Unavailable as error:
                repeat = error.facts.get("lost") if again else error.facts.get("reached") is False
                if not repeat or time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _there(self, files: list[UploadFile]) -> Iterator[bool]:
        if not files:
            return
        mask = self._call(lambda: self._uploads.lacking(self._branch, files))
        at = 0
        for file in files:
            count = len(file.chunks) // ENTRY
            yield count > 0 and not any(mask[at : at + count])
            at += count


def few(
    files: Iterable[tuple[str, FileSource]],
) -> tuple[list[tuple[str, FileSource]], Iterator[tuple[str, FileSource]] | None]:
    """Return the files while they are few and small enough for one request, and those behind them; None for none."""
    waiting = iter(files)
    found: list[tuple[str, FileSource]] = []
    left = FEW_BYTES
    for path, source in waiting:
        left, source = _fits(source, left)
        found.append((path, source))
        if left < 0 or len(found) > FEW_FILES:
            return [], chain(found, waiting)
    return found, None


def size_of(chunks: bytes) -> int:
    """Return how many bytes chunks have together, by their entries."""
    return sum(_LENGTH.unpack_from(chunks, at - 4)[0] for at in range(ENTRY, len(chunks) + 1, ENTRY))


def _fits(source: FileSource, left: int) -> tuple[int, FileSource]:
    """Return what is left of `left` bytes behind a source (below 0: it does not fit), and what to read it from now."""
    if isinstance(source, Link):
        return left, source
    if isinstance(source, Path):
        try:
            return left - source.lstat().st_size, source
        except OSError:
            return left, source  # reading it will say why
    if isinstance(source, bytes):
        return left - len(source), source
    if isinstance(source, Executable):
        left, content = _fits(source.content, left)
        assert isinstance(content, bytes) or hasattr(content, "read")
        return left, Executable(cast("bytes | BinaryIO", content))
    parts: list[bytes] = []
    while left >= 0 and (piece := source.read(left + 1)):
        parts.append(piece)
        left -= len(piece)
    head = b"".join(parts)
    return left, head if left >= 0 else cast(BinaryIO, io.BufferedReader(_Rest(head, source), 1 << 18))


class _Rest(io.RawIOBase):
    """What was read of a stream already, and the rest of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = memoryview(head), stream

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            size = min(len(self._head), len(target))
            target[:size] = self._head[:size]
            self._head = self._head[size:]
            return size
        piece = self._stream.read(len(target))
        target[: len(piece)] = piece
        return len(piece)


def _record(entry: bytes, data: bytes) -> bytes:
    codec, payload = compress(data)
    head = pack_header(RecordKind.CHUNK, codec, len(data), Digest(entry[:-4]), payload)
    return b"".join((head, payload))


def _opened(file: Path) -> BinaryIO:
    try:
        if not file.is_file():
            raise Invalid(f"{file} is no file.", help="Name a file, or a folder to put all of it.")
        fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe may have taken its place by now
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return os.fdopen(fd, "rb")
        os.close(fd)
        raise no_file(str(file))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", help="Check its name.") from error
    except OSError as error:
        raise Unavailable(f"Cannot read {file}: {error.strerror}.", help="Check its owner and mode.") from error
