"""A process that gathers small files, so that reading, hashing and compressing them takes no turn of this one's.

Python runs one thread at a time, and a small file is too short a piece of work to let others run beside it. The process
reads into memory shared with its parent, which writes from there to the pack. It knows nothing of the store and holds
nothing, so it may be killed at any moment; it ends by itself when its parent does.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, cast

from tilth.errors import Unavailable
from tilth.storage.gathering import Gathered, Gatherer

_START = "import sys; sys.path[:] = sys.argv[4:]; from tilth.storage.gathering_process import serve; serve()"


class GatheringProcess:
    """Gathers as a `Gatherer` does, in a process of its own. One thread at a time."""

    def __init__(self, room: int, *, compressed: bool) -> None:
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
        try:
            pickle.dump((paths, sizes), self._asks, protocol=5)
            self._asks.flush()
            answer = pickle.load(self._answers)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise Unavailable(
                "A process that was reading files has ended before its time "
                f"(status {self._process.wait()}), perhaps for want of memory.",
                help="Try again; nothing half-read was kept.",
            ) from error
        if isinstance(answer, OSError):
            raise answer
        assert isinstance(answer, Gathered), "it answers nothing else"
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._asks, self._answers):
            with suppress(OSError):  # what was still to be sent to a process that is gone
                pipe.close()


def serve() -> None:
    """Gather what the parent asks for until it closes the pipe or is gone. The process's own main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fd, room, codec = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    gatherer = Gatherer(memoryview(mmap.mmap(fd, room)), compressed=codec == "zstd")
    asks, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            paths, sizes = pickle.load(asks)
        except EOFError:
            return
        answer: Gathered | OSError
        try:
            answer = gatherer.gather(paths, sizes)
        except OSError as error:
            answer = error
        try:
            pickle.dump(answer, answers, protocol=5)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent is gone; flushing again at the end would fail again


def _shared_memory(size: int) -> int:
    """Return a descriptor of memory that two processes may map."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("tilth-gathering")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    try:
        os.ftruncate(fd, size)
    except BaseException:
        os.close(fd)
        raise
    return fd
