"""Opening a workspace folder."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tilth.errors import Invalid, NotFound, Unavailable
from tilth.model.digest import digest_of
from tilth.versioning.backend import file_system_of, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.repos import create_repo, list_repos


def test_a_new_workspace_has_its_layout_and_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "workspace"
    with open_backend(folder) as backend:
        create_repo(backend, "digits")
    assert (folder / "format").read_text() == "tilth 1\n"
    assert {"tilth.db", "packs", "index", "scratch", "format"} <= {path.name for path in folder.iterdir()}
    with open_backend(folder, create=False) as backend:
        assert [repo.full_name for repo in list_repos(backend)] == ["default/digits"]


def test_a_missing_workspace_is_only_made_when_asked(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no workspace"):
        open_backend(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    (tmp_path / "w" / "format").write_text("tilth 7\n")
    with pytest.raises(Invalid, match="format 7"):
        open_backend(tmp_path / "w")


def test_a_feature_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    marker = tmp_path / "w" / "format"
    marker.write_text("tilth 1\nmade by a later version\n")
    open_backend(tmp_path / "w").close()
    marker.write_text("tilth 1\nneeds encryption\n")
    with pytest.raises(Invalid, match="encryption"):
        open_backend(tmp_path / "w")


def test_a_workspace_of_format_0_becomes_one_of_format_1(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    (tmp_path / "w" / "format").write_text("tilth 0\n")
    open_backend(tmp_path / "w").close()
    assert (tmp_path / "w" / "format").read_text() == "tilth 1\n"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(Invalid, match=r"thesis\.tex"):
        open_backend(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.tex"]


def test_a_workspace_whose_making_was_killed_is_made_at_the_next_try(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "packs").mkdir()
    (folder / "format.4711").write_text("til")
    open_backend(folder).close()
    assert (folder / "format").read_text() == "tilth 1\n"


def test_the_innermost_mount_tells_the_file_system() -> None:
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/share nfs4 rw 0 0\n/dev/sdb1 /mnt/share/local\\040disk xfs rw 0 0\n"
    )
    assert file_system_of(Path("/home/mara"), mounts) == "ext4"
    assert file_system_of(Path("/mnt/share/team"), mounts) == "nfs4"
    assert file_system_of(Path("/mnt/shared"), mounts) == "ext4"
    assert file_system_of(Path("/mnt/share/local disk/w"), mounts) == "xfs"


def test_opening_is_picklable_for_worker_processes(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    again = pickle.loads(pickle.dumps(partial(open_backend, tmp_path / "w")))
    again().close()


def test_opening_an_existing_workspace_loads_no_migration_code(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    code = (
        "import sys, pathlib\n"
        "from tilth.versioning.backend import open_backend\n"
        f"open_backend(pathlib.Path({str(tmp_path / 'w')!r})).close()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_who_only_asks_the_database_loads_neither_arrow_nor_numpy(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        create_repo(backend, "digits")
    code = (
        "import sys, pathlib\n"
        "from tilth.versioning.backend import open_backend\n"
        "from tilth.versioning.repos import list_repos\n"
        f"with open_backend(pathlib.Path({str(tmp_path / 'w')!r})) as backend:\n"
        "    assert len(list_repos(backend)) == 1\n"
        "sys.exit(bool({'pyarrow', 'numpy', 'sqlalchemy.dialects.postgresql'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_store_can_first_be_used_inside_a_transaction_even_after_a_crash(tmp_path: Path) -> None:
    code = (
        "import os, pathlib\n"
        "from tilth.storage.records import RecordKind\n"
        "from tilth.versioning.backend import open_backend\n"
        f"backend = open_backend(pathlib.Path({str(tmp_path / 'w')!r}))\n"
        "backend.store.put_bytes(RecordKind.BLOB, b'x')\n"
        "backend.store.flush()\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with open_backend(tmp_path / "w") as backend:
        with backend.database.transaction():
            assert backend.store.get(digest_of(b"x")) == b"x"
        assert [state.sealed for state in SqlCatalogue(backend.database).packs()] == [False]
    with open_backend(tmp_path / "w") as backend:
        assert backend.store.get(digest_of(b"x")) == b"x"
        assert [state.sealed for state in SqlCatalogue(backend.database).packs()] == [True]


def test_a_closed_workspace_opens_no_store(tmp_path: Path) -> None:
    open_backend(tmp_path / "w").close()
    backend = open_backend(tmp_path / "w")
    backend.close()
    with pytest.raises(Unavailable, match="is closed"):
        _ = backend.store
