"""`tilth get`: a commit, folder or file onto this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click

from tilth.cli.grammar import Command
from tilth.cli.local import local_path
from tilth.cli.pages import stream
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe
from tilth.contract.values import FileInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict


@click.command(
    "get",
    cls=Command,
    short_help="Write a commit, folder or file to this machine.",
    example="tilth get images@main:train ./train",
)
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.argument("destination", metavar="DEST")
@click.option("-f", "--force", is_flag=True, help="Overwrite files that are there.")
@pass_session
def command(session: Session, reference: str, destination: str, force: bool) -> None:
    """Write a commit, folder or file to this machine.

    A commit or folder lands below DEST; a file becomes DEST, or lands in it when DEST is a folder. Files that are
    there already are never overwritten without --force: then nothing is written at all.
    """
    target = local_path(destination)
    workspace = session.workspace()
    path = split(reference).path
    file = workspace.files.stat(reference) if path is not None else None
    if file is not None and file.kind != "folder":
        count = _get_file(workspace, reference, file, _file_target(target, file.path), force=force)
    else:
        count = _get_folder(session, workspace, reference, target, path or "", force=force)
    session.show(count, lambda number: print(f"Wrote {counted(number, 'file')} to {safe(destination)}."))


def _file_target(target: Path, path: str) -> Path:
    return target / PurePosixPath(path).name if target.is_dir() else target


def _get_file(workspace: Workspace, reference: str, file: FileInfo, target: Path, *, force: bool) -> int:
    if not force and os.path.lexists(target):
        raise _occupied(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Made beside and then moved: a reader never sees half of it, and a stopped transfer leaves no ruin.
    with tempfile.TemporaryDirectory(prefix=".tilth-", dir=target.parent) as beside:
        fresh = Path(beside, "file")
        if file.kind == "link":
            fresh.symlink_to(os.fsdecode(b"".join(workspace.files.read(reference))))
        else:
            mode = 0o777 if file.attributes.get("mode") == "755" else 0o666
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                stream.writelines(workspace.files.read(reference))
        if force:
            fresh.replace(target)
        else:
            try:
                os.link(fresh, target, follow_symlinks=False)
            except FileExistsError as error:
                raise _occupied(target) from error
    return 1


def _get_folder(session: Session, workspace: Workspace, reference: str, target: Path, path: str, *, force: bool) -> int:
    if target.exists() and not target.is_dir():
        raise Conflict(f"{target} is a file.", help="Name a folder to write to.")
    if not force and target.exists() and any(target.iterdir()):
        for file in _files(workspace, reference):
            below = PurePosixPath(file.path).relative_to(path) if path else PurePosixPath(file.path)
            if os.path.lexists(target / below):
                raise _occupied(target / below)
    with session.progress() as progress:
        return workspace.files.get_folder(reference, target, progress=progress)


def _files(workspace: Workspace, reference: str) -> Iterator[FileInfo]:
    return stream(lambda after, limit: workspace.files.walk(reference, after=after, limit=limit))


def _occupied(target: Path) -> Conflict:
    return Conflict(
        f"{target} is there already.", help="Nothing was written. Add --force to overwrite.", path=str(target)
    )
