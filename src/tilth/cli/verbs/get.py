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
    single = path is not None and workspace.files.stat(reference).kind != "folder"
    if single and path is not None:
        count = _get_file(workspace, reference, _file_target(target, path), force=force)
    else:
        count = _get_folder(session, workspace, reference, target, path or "", force=force)
    session.show(count, lambda number: print(f"Wrote {counted(number, 'file')} to {safe(destination)}."))


def _file_target(target: Path, path: str) -> Path:
    return target / PurePosixPath(path).name if target.is_dir() else target


def _get_file(workspace: Workspace, reference: str, target: Path, *, force: bool) -> int:
    if not force and os.path.lexists(target):
        raise _occupied(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and then moved: a reader never sees half of it, and a stopped transfer leaves no ruin.
    descriptor, name = tempfile.mkstemp(prefix=".tilth-", dir=target.parent)
    beside = Path(name)
    try:
        with open(descriptor, "wb") as file:
            for piece in workspace.files.read(reference):
                file.write(piece)
        beside.chmod(0o666 & ~_mask())
        if force:
            beside.replace(target)
        else:
            try:
                os.link(beside, target)
            except FileExistsError as error:
                raise _occupied(target) from error
    finally:
        beside.unlink(missing_ok=True)
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


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
