"""A slot process: runs one datum at a time for a LocalExecutor.

    python -m tilth.execution.slot FD

The executor speaks with it over the socket FD and is told by the end of that stream, or by its own death, to
leave; either way the slot takes everything it started with it.
"""

from __future__ import annotations

import os
import sys

from tilth.execution import linux
from tilth.execution.channel import Channel, Closed
from tilth.execution.private_pfs import open_private_pfs, release_private_pfs


def main() -> None:
    """Make the private view, say hello, serve."""
    channel = Channel.inherited(int(sys.argv[1]))
    os.umask(0o022)
    linux.adopt_orphans()
    name, paths, folder, may_unshare, may_link, mark, opening = channel.receive()
    assert name == "setup"
    sys.path[:] = paths
    pfs = open_private_pfs(folder, may_unshare=may_unshare, may_link=may_link)
    try:
        # Imported only now: numpy and Arrow start threads when imported, and a namespace belongs to one thread.
        from tilth.execution.slot_loop import SlotLoop

        channel.send("hello", pfs.kind, pfs.note)
        SlotLoop(channel, folder, pfs, opening, mark).serve()
    except Closed:
        pass
    finally:
        release_private_pfs(pfs)


if __name__ == "__main__":
    main()
