"""Processes that read and write small files for this one, so that other cores have work.

Python runs one thread at a time, and a small file is too short a piece of work to let others run beside it. Such a
process reads into memory shared with its parent, which writes from there to the pack, or writes files from a pack. It
knows nothing of the store and holds nothing, so it may be killed at any moment; it ends by itself when its parent does.
"""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, BinaryIO, cast

from tilth.errors import TilthError, Unavailable
from tilth.storage.disk import read_into
from tilth.storage.gathering import Gathered, Gatherer
from tilth.storage.spreading import Spreader, SpreadFiles

CORES = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
"""How many threads or processes read and write files at once."""

MANY_FILES = 4000
"""From how many files on processes are worth their start."""

_START = "import sys; sys.path[:] = sys.argv[4:]; from tilth.storage.file_process import serve; serve()"


class FileProcess:
    """Gathers and spreads in a process of its own. One thread at a time."""

    def __init__(self, *, room: int = mmap.PAGESIZE, compressed: bool = False) -> None:
        """Start the process, with an area of `room` bytes. Raises OSError where no more processes can be started."""
        fd = _shared_memory(room)
        try:
            self.area = memoryview(mmap.mmap(fd, room))
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(fd), str(room), "zstd" if compressed else "none", *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(fd,),
                process_group=0,  # Ctrl-C is for the parent, whose end is this one's
            )
        finally:
            os.close(fd)
        self._asks = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)

    def gather(self, paths: Sequence[str], sizes: Sequence[int]) -> Gathered:
        """Read files into the area. Raises OSError as a `Gatherer` does, Unavailable where the process is gone."""
        answer = self._ask("gather", paths, sizes)
        assert isinstance(answer, Gathered), "it answers nothing else"
        return answer

    def spread(self, pack: str, files: SpreadFiles) -> list[int]:
        """Write files from the pack in the file `pack` as a `Spreader` does; Unavailable where the process is gone."""
        answer = self._ask("spread", pack, files)
        assert isinstance(answer, list), "it answers nothing else"
        return answer

    def _ask(self, *question: object) -> Any:
        try:
            pickle.dump(question, self._asks, protocol=5)
            self._asks.flush()
            answer = pickle.load(self._answers)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise Unavailable(
                "A process that was reading or writing files has ended before its time "
                f"(status {self._process.wait()}), perhaps for want of memory.",
                help="Try again; nothing half-done was kept.",
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._asks, self._answers):
            with suppress(OSError):  # what was still to be sent to a process that is gone
                pipe.close()


@contextmanager
def file_processes(many: bool, *, room: int = mmap.PAGESIZE, compressed: bool = False) -> Iterator[list[FileProcess]]:
    """Start a process per core, as far as there are others and they may be started, and end them behind the block.

    None where there are not `many` files to be read or written: they must be worth their start.
    """
    processes: list[FileProcess] = []
    try:
        with suppress(OSError):
            for _ in range(CORES if many and CORES > 1 else 0):
                processes.append(FileProcess(room=room, compressed=compressed))
        yield processes
    finally:
        for process in processes:
            process.close()


def serve() -> None:
    """Do what the parent asks for until it closes the pipe or is gone. The process's own main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # nothing here goes round in circles
    fd, room, codec = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    gatherer = Gatherer(memoryview(mmap.mmap(fd, room)), compressed=codec == "zstd")
    acts: dict[str, Callable[..., object]] = {"gather": gatherer.gather, "spread": partial(_spread, Spreader())}
    asks, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            act, *words = pickle.load(asks)
        except EOFError:
            return
        answer: object
        try:
            answer = acts[act](*words)
        except (OSError, TilthError) as error:
            answer = error
        try:
            pickle.dump(answer, answers, protocol=5)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent is gone; flushing again at the end would fail again


def _spread(spreader: Spreader, pack: str, files: SpreadFiles) -> list[int]:
    try:
        fd = os.open(pack, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return list(range(len(files.offsets)))
    try:
        return spreader.spread(partial(read_into, fd), files)
    finally:
        os.close(fd)


def _shared_memory(size: int) -> int:
    """Return a descriptor of memory that two processes may map."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("tilth-files")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    try:
        os.ftruncate(fd, size)
    except BaseException:
        os.close(fd)
        raise
    return fd
