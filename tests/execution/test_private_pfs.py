"""The ways to get a /pfs. Each runs in a process of its own, because a namespace cannot be left again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tilth.execution.private_pfs import open_private_pfs

HEAD = """
import os, sys
from tilth.execution import linux
from tilth.execution.private_pfs import open_private_pfs, release_private_pfs
folder = sys.argv[1]
"""


def python(source: str, folder: Path, *prefix: str) -> str:
    done = subprocess.run(
        [*prefix, sys.executable, "-c", HEAD + source, str(folder)], capture_output=True, text=True, timeout=60, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ENTER = """
pfs = open_private_pfs(folder, may_link=False)
print(pfs.kind, pfs.seen)
if pfs.kind == "namespace":
    open("/pfs/file", "w").write("x")
    print(os.path.exists(folder + "/pfs/file"), os.getuid(), os.path.ismount("/pfs"), os.getcwd())
"""


def test_a_namespace_shows_the_folder_as_pfs_and_the_machine_sees_nothing(tmp_path: Path) -> None:
    before = sorted(os.listdir("/"))
    told = python(ENTER, tmp_path).splitlines()
    if told[0] != "namespace /pfs":
        pytest.skip("this machine gives no mount namespace")
    assert told[1] == f"True {os.getuid()} True /"
    assert sorted(os.listdir("/")) == before


@pytest.mark.skipif(not shutil.which("setpriv") or os.getuid() != 0, reason="needs root to become a normal user")
def test_a_normal_user_gets_one_through_a_user_namespace(tmp_path: Path) -> None:
    folder = Path("/tmp") / f"tilth-test-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    try:
        told = python(ENTER, folder, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups").splitlines()
    finally:
        shutil.rmtree(folder)
    if told[0] != "namespace /pfs":
        pytest.skip("this machine gives normal users no namespace")
    assert told[1] == "True 65534 True /"


# In a root of its own a test may take /pfs away and make it a link, whatever the machine has.
OWN_ROOT = """
pfs = open_private_pfs(folder, may_link=False)
if pfs.kind != "namespace":
    print("none")
    sys.exit()
linux.unmount("/pfs")
os.rmdir("/pfs")
one, two = folder + "/one", folder + "/two"
os.mkdir(one), os.mkdir(two)
def claim(slot):
    return open_private_pfs(slot, may_unshare=False, may_link=True)
"""


def test_one_slot_at_a_time_owns_the_link(tmp_path: Path) -> None:
    source = """
first = claim(one)
second = claim(two)
print(first.kind, first.seen, os.readlink("/pfs") == one + "/pfs")
print(second.kind, second.seen == two + "/pfs", "no link" in second.note)
release_private_pfs(second)
print(os.path.lexists("/pfs"))
release_private_pfs(first)
print(os.path.lexists("/pfs"))
"""
    told = python(OWN_ROOT + source, tmp_path).splitlines()
    if told == ["none"]:
        pytest.skip("this machine gives no mount namespace to try it in")
    assert told == ["symlink /pfs True", "variable True True", "True", "False"]


def test_a_link_left_by_a_dead_slot_is_taken_over_and_a_strangers_is_not(tmp_path: Path) -> None:
    source = """
if os.fork() == 0:
    claim(one)
    os._exit(0)
os.wait()
print(os.readlink("/pfs") == one + "/pfs", claim(two).kind, os.readlink("/pfs") == two + "/pfs")
os.unlink("/pfs")
os.symlink("/etc", "/pfs")
print(claim(one).kind, os.readlink("/pfs"))
os.unlink("/pfs")
os.mkdir("/pfs")
print(claim(one).kind)
"""
    told = python(OWN_ROOT + source, tmp_path).splitlines()
    if told == ["none"]:
        pytest.skip("this machine gives no mount namespace to try it in")
    assert told == ["True symlink True", "variable /etc", "variable"]


def test_without_both_only_the_variable_is_left(tmp_path: Path) -> None:
    pfs = open_private_pfs(str(tmp_path), may_unshare=False, may_link=False)
    assert (pfs.kind, pfs.seen) == ("variable", str(tmp_path / "pfs"))
