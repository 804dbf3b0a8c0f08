"""What a slot keeps between batches."""

from __future__ import annotations

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


def test_a_code_folder_in_which_a_worker_stands_is_kept(
    folder: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [
        functions(store, tmp_path / str(number), f"def f(datum): return {number}")("f").code for number in range(3)
    ]
    store.flush()
    busy = {codes[0]}

    def unmount(path: str) -> None:
        if any(code.hex()[:32] in path for code in busy):
            raise OSError(16, "Device or resource busy", path)

    monkeypatch.setattr(linux, "unmount", unmount)
    monkeypatch.setattr(slot_loop, "protect_folder", lambda path: None)
    monkeypatch.setattr(slot_loop, "_CODES_KEPT", 1)
    here, there = Channel.pair()
    with there:
        opening = pickle.dumps(partial(open_folder_store, folder / "store"))
        pfs = PrivatePfs("namespace", str(tmp_path / "pfs"), "/pfs")
        loop = SlotLoop(here, str(tmp_path), pfs, opening, "mark")
        first = loop._code_folder(codes[0])
        second = loop._code_folder(codes[1])
        assert os.path.isdir(first)
        busy.clear()
        assert loop._code_folder(codes[0]) == first
        third = loop._code_folder(codes[2])
        assert [os.path.isdir(each) for each in (first, second, third)] == [False, False, True]
        assert os.listdir(loop._code_folder(codes[0]))
        loop._stack.close()
