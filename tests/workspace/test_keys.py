"""S3 keys: pairs whose secret is kept nowhere."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.contract.principal import Principal, Role
from tilth.contract.workspace import Workspace
from tilth.errors import Corrupt, Denied, NotFound
from tilth.versioning.backend import open_backend
from tilth.workspace import keys
from tilth.workspace.local import open as open_local


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with open_local(folder) as workspace:
        yield workspace


def _secret(folder: Path, key: str) -> tuple[str, str] | None:
    with open_backend(folder) as backend:
        return keys.secret_of(backend.database, folder, key)


def test_a_door_finds_user_and_secret_until_the_key_is_revoked(workspace: Workspace, folder: Path) -> None:
    made, other = workspace.keys.create("owner"), workspace.keys.create("owner")
    assert len(made.id) == 20
    assert len(made.secret) == 40
    assert made.secret != other.secret
    assert _secret(folder, made.id) == ("owner", made.secret)
    assert [each.secret for each in workspace.keys.list().items] == ["", ""]
    workspace.keys.revoke(made.id)
    assert _secret(folder, made.id) is None
    assert _secret(folder, other.id) is not None
    with pytest.raises(NotFound):
        workspace.keys.revoke(made.id)


def test_the_secret_is_not_in_the_folder_and_its_key_is_for_the_owner_of_the_machine_only(
    workspace: Workspace, folder: Path
) -> None:
    made = workspace.keys.create("owner")
    workspace.repos.create("r")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(made.secret.encode() in path.read_bytes() for path in files)
    assert stat.S_IMODE((folder / keys.KEY_FILE).stat().st_mode) == 0o600
    assert not list(folder.glob(f"{keys.KEY_FILE}.*"))


def test_a_key_goes_with_its_user_and_while_it_is_switched_off(workspace: Workspace, folder: Path) -> None:
    workspace.access.create_user("ann", "writer")
    made = workspace.keys.create("ann")
    workspace.access.change_user("ann", disabled=True)
    assert _secret(folder, made.id) is None
    workspace.access.change_user("ann", disabled=False)
    assert _secret(folder, made.id) is not None
    workspace.access.remove_user("ann")
    assert _secret(folder, made.id) is None


def test_others_than_owners_have_their_own_keys_only(workspace: Workspace, folder: Path) -> None:
    workspace.access.create_user("ann", "reader")
    theirs = workspace.keys.create("owner")
    with open_local(folder, principal=Principal("ann", Role.READER, "w")) as ann:
        with pytest.raises(Denied):
            ann.keys.create("owner")
        mine = ann.keys.create("ann")
        assert [each.id for each in ann.keys.list().items] == [mine.id]
        with pytest.raises(NotFound):
            ann.keys.revoke(theirs.id)
        ann.keys.revoke(mine.id)


def test_a_damaged_key_file_is_told(workspace: Workspace, folder: Path) -> None:
    workspace.keys.create("owner")
    (folder / keys.KEY_FILE).write_bytes(b"short")
    with pytest.raises(Corrupt):
        workspace.keys.create("owner")
