"""What a slot keeps between batches."""

from __future__ import annotations

import errno
import os
import pickle
from functools import partial
from pathlib import Path

import pytest
from batches import functions
from folder_store import open_folder_store

from tilth.execution import linux, slot_loop
from tilth.execution.channel import Channel
from tilth.execution.private_pfs import PrivatePfs
from tilth.execution.slot_loop import SlotLoop
from tilth.storage.store import Store


def test_code_that_could_not_be_protected_is_forgotten_and_unpacked_again(
    folder: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [f"def f(datum): return {number}" for number in range(2)]
    first, second = (functions(store, tmp_path / str(number), each)("f").code for number, each in enumerate(sources))
    assert first is not None
    assert second is not None

    def unmount(path: str) -> None:
        raise OSError(errno.EINVAL, "Invalid argument", path)

    monkeypatch.setattr(linux, "unmount", unmount)
    monkeypatch.setattr(slot_loop, "protect_folder", lambda path: None)
    monkeypatch.setattr(slot_loop, "_CODES_KEPT", 1)
    here, there = Channel.pair()
    with there:
        opening = pickle.dumps(partial(open_folder_store, folder / "store"))
        loop = SlotLoop(here, str(tmp_path), PrivatePfs("namespace", str(tmp_path / "pfs"), "/pfs"), opening, "mark")
        gone = loop._code_folder(first)
        assert os.listdir(loop._code_folder(second)) == ["steps.py"]
        assert not os.path.exists(gone)
        assert os.listdir(loop._code_folder(first)) == ["steps.py"]
        loop._stack.close()
