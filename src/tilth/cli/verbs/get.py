"""`tilth get`: a commit, folder or file onto this machine, as files, an archive or bytes on standard output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import click

from tilth.cli.grammar import Command
from tilth.cli.local import beside, local_path, occupied, write_beside
from tilth.cli.pages import stream
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.streams import write_out
from tilth.cli.wording import counted, safe, size
from tilth.contract.entry import FileInfo
from tilth.contract.files import BucketReport
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid
from tilth.model.entry import check_link
from tilth.model.urls import without_secrets

_BUCKETS = ("s3://", "gs://", "az://")
_OTHER_ARCHIVES = frozenset(
    (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".tbz", ".tbz2", ".txz", ".lz4", ".lzma", ".cab")
)


@click.command(
    "get",
    cls=Command,
    short_help="Write a commit, folder or file to this machine.",
    example="tilth get images@main:train ./train\ntilth get images@v1 images.tar.gz\n"
    "tilth get images@v1:train s3://bucket/train\n"
    "tilth get images:train - | tar tf -\ntilth get --start 0 --stop 1000 logs:big.txt head.txt",
)
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.argument("destination", metavar="DEST")
@click.option("-f", "--force", is_flag=True, help="Overwrite files that are there.")
@click.option("--start", type=click.IntRange(min=0), default=0, metavar="BYTE", help="Of a file: the first byte.")
@click.option("--stop", type=click.IntRange(min=0), default=None, metavar="BYTE", help="Of a file: where to stop.")
@click.option("--by-server", is_flag=True, help="Let the server write to the object store; it must allow that.")
@pass_session
def command(
    session: Session, reference: str, destination: str, force: bool, start: int, stop: int | None, by_server: bool
) -> None:
    """Write a commit, folder or file to this machine.

    A commit or folder lands below DEST; a file becomes DEST, or lands in it when DEST is a folder. Files that are
    there already are never overwritten without --force: then nothing is written at all. A commit or folder whose DEST
    ends with .tar, .tar.gz, .tgz, .tar.zst or .zip becomes that archive. With `-` as DEST a file's bytes go to standard
    output, a commit or folder as tar. A DEST of s3://, gs:// or az:// is a place in an object store: only what is not
    there or differs is sent, and an interrupted run goes on.
    """
    workspace = session.workspace()
    path = split(reference).path
    file = workspace.files.stat(reference) if path is not None else None
    is_file = file is not None and file.kind != "folder"
    if (start or stop is not None) and not is_file:
        raise Invalid(f"{reference} is no file.", help="--start and --stop choose bytes of one file.")
    if destination == "-":
        if is_file:
            write_out(workspace.files.read(reference, start=start, stop=stop))
        else:
            write_out(workspace.files.archive(reference))
        return
    if destination.lower().startswith(_BUCKETS):
        if start or stop is not None:
            raise Invalid("A part of a file cannot become an object.", help="Get it as a file first.")
        _get_bucket(session, workspace, reference, destination, by_server=by_server)
        return
    if by_server:
        raise Invalid("--by-server is for object stores.", help="Leave it out, or name an s3://, gs:// or az:// URL.")
    target = local_path(destination)
    if file is not None and is_file:
        part = (start, stop)
        count = _get_file(session, workspace, reference, file, _file_target(target, file.path), part, force=force)
    elif (form := _archive_form(target)) is not None:
        count = _get_archive(session, workspace, reference, target, form, force=force)
    else:
        count = _get_folder(session, workspace, reference, target, path or "", force=force)
    session.show(count, lambda number: print(f"Wrote {counted(number, 'file')} to {safe(destination)}."))


def _get_bucket(session: Session, workspace: Workspace, reference: str, url: str, *, by_server: bool) -> None:
    with session.progress() as progress:
        done = workspace.files.get_bucket(reference, url, by_server=by_server, progress=progress)
    if done.links:
        named = ", ".join(safe(link) for link in done.links[:3]) + (", …" if len(done.links) > 3 else "")
        session.note(f"Left out {counted(len(done.links), 'link')}, which an object store cannot hold: {named}.")
    session.show(done, lambda done: print(_sent(done, url)))


def _sent(done: BucketReport, url: str) -> str:
    there = done.files - done.sent
    if not done.sent:
        return f"Nothing was sent: {safe(without_secrets(url))} has all of {counted(done.files, 'file')}."
    kept = f"; {there:,} were there already" if there else ""
    return f"Sent {counted(done.sent, 'file')} ({size(done.size)}) to {safe(without_secrets(url))}{kept}."


def _archive_form(target: Path) -> str | None:
    if target.is_dir() or not target.suffix:
        return None
    from tilth.exchange.packing import format_of

    form = format_of(target.name)
    if form is None and target.suffix.lower() in _OTHER_ARCHIVES:
        raise Invalid(
            f"Tilth writes no {target.suffix} archives.",
            help="Let DEST end with .tar, .tar.gz, .tgz, .tar.zst or .zip; for a folder of that name, make it first.",
        )
    return form


def _get_archive(
    session: Session, workspace: Workspace, reference: str, target: Path, form: str, *, force: bool
) -> int:
    def write(stream: BinaryIO) -> None:
        pieces = iter(workspace.files.archive(reference, format=form))
        first = next(pieces, b"")  # a reference to nothing fails here, before there is progress to tell
        with session.progress() as progress:
            progress.begin(f"Packing {reference}", unit="bytes")
            for piece in chain((first,), pieces):
                stream.write(piece)
                progress.advance(len(piece))
            progress.end()

    write_beside(target, write, force=force)
    return 1


def _file_target(target: Path, path: str) -> Path:
    return target / PurePosixPath(path).name if target.is_dir() else target


def _get_file(
    session: Session,
    workspace: Workspace,
    reference: str,
    file: FileInfo,
    target: Path,
    part: tuple[int, int | None],
    *,
    force: bool,
) -> int:
    if file.kind == "link":
        _link_beside(target, os.fsdecode(b"".join(workspace.files.read(reference))), force=force)
        return 1
    start, stop = part

    def write(stream: BinaryIO) -> None:
        end = file.size if stop is None else min(stop, file.size)
        with session.progress() as progress:
            progress.begin(f"Getting {reference}", max(0, end - start), "bytes")
            for piece in workspace.files.read(reference, start=start, stop=stop):
                stream.write(piece)
                progress.advance(len(piece))
            progress.end()

    write_beside(
        target,
        write,
        mode=0o777 if file.attributes.get("mode") == "755" else 0o666,
        force=force,
    )
    return 1


def _link_beside(target: Path, text: str, *, force: bool) -> None:
    with beside(target, force=force) as fresh:
        os.symlink(check_link(str(target), os.fsencode(text)), fresh)


def _get_folder(session: Session, workspace: Workspace, reference: str, target: Path, path: str, *, force: bool) -> int:
    if target.exists() and not target.is_dir():
        raise Conflict(f"{target} is a file.", help="Name a folder to write to.")
    if not force and target.exists() and any(target.iterdir()):
        for file in _files(workspace, reference):
            below = PurePosixPath(file.path).relative_to(path) if path else PurePosixPath(file.path)
            if os.path.lexists(target / below):
                raise occupied(target / below)
    with session.progress() as progress:
        return workspace.files.get_folder(reference, target, progress=progress)


def _files(workspace: Workspace, reference: str) -> Iterator[FileInfo]:
    return stream(lambda after, limit: workspace.files.walk(reference, after=after, limit=limit))
