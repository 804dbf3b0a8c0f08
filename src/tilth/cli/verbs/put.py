"""`tilth put`: files, folders, archives, URLs or standard input into a branch, as one commit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.local import existing, files_below
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileSource
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid
from tilth.exchange.watching import watched
from tilth.model.urls import without_secrets

if TYPE_CHECKING:
    from tilth.progress import Progress

_BUCKETS = ("s3://", "gs://", "az://")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be put where, and how."""

    commit: str
    path: str | None
    sources: Sequence[str]
    mirror: bool
    unpack: bool
    private: bool
    message: str

    @property
    def target(self) -> str:
        """The place as a reference."""
        return f"{self.commit}:{self.path}" if self.path else self.commit


@click.command(
    "put",
    cls=Command,
    short_help="Write files, folders, archives or URLs, as one commit.",
    example="tilth put images@main:train ./scans -m 'first scans'\n"
    "echo hello | tilth put notes:hello.txt -\n"
    "tilth put --unpack images:train scans.tar.gz\n"
    "tilth put images:raw/ https://example.org/scans.zip\n"
    "tilth put images:raw s3://bucket/scans\n"
    "tilth put --append notes:log.txt today.txt",
)
@click.argument("target", metavar="REPO[@BRANCH][:PATH]")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--mirror", is_flag=True, help="Also delete what the (one) source folder lacks.")
@click.option("--append", is_flag=True, help="Write the (one) source file behind what PATH holds.")
@click.option("--unpack", is_flag=True, help="Put the files of the source archives (tar, zip) and not the archives.")
@click.option("--by-server", is_flag=True, help="Let the server fetch the (one) URL or prefix; it must allow that.")
@click.option("--allow-private", is_flag=True, help="Also fetch URLs of this machine and of private networks.")
@message_option
@pass_session
def command(
    session: Session,
    target: str,
    sources: tuple[str, ...],
    mirror: bool,
    append: bool,
    unpack: bool,
    by_server: bool,
    allow_private: bool,
    message: str,
) -> None:
    """Write files, folders, archives or URLs, as one commit.

    One file becomes PATH (or lands in PATH/ when that ends with a slash). One folder's content lands below PATH.
    Several sources land below PATH, each under its own name. `-` is standard input. An http(s) URL is read as it comes,
    and goes on where it was when the connection breaks. With --unpack the files of tar and zip archives (of a file, a
    URL or standard input) land below PATH. All objects below an s3://, gs:// or az:// prefix land below PATH; those
    that are as they were the last time, also when that was interrupted, are not fetched again.
    """
    commit, path = split(target)
    if mirror and (len(sources) != 1 or not Path(sources[0]).is_dir()):
        raise Invalid("--mirror needs one source folder.", help="Name one folder, or leave --mirror out.")
    if len(sources) == 1 and _swapped(target, sources[0]):
        raise Invalid(
            f"{target!r} is on this machine and {sources[0]!r} is not: the repo comes first.",
            help=f"Write `tilth put {sources[0]} {target}`.",
        )
    asked = _Asked(commit, path, sources, mirror, unpack, allow_private, message)
    workspace = session.workspace()
    if append:
        done = _append(session, workspace, target, asked)
    elif by_server:
        done = _by_server(session, workspace, target, asked)
    else:
        done = _put(session, workspace, asked)
    session.show(done, lambda done: print(committed(done, commit)))


def _swapped(target: str, source: str) -> bool:
    """Tell whether the words stand the wrong way round: a path of this machine first, what can be a repo behind it."""
    if source == "-" or "://" in source or source.startswith((".", "/", "~")) or os.path.lexists(source):
        return False
    return target.startswith((".", "/", "~")) and os.path.lexists(os.path.expanduser(target))


def _append(session: Session, workspace: Workspace, target: str, asked: _Asked) -> CommitInfo:
    source = asked.sources[0]
    if len(asked.sources) != 1 or asked.mirror or asked.unpack or target.endswith("/"):
        raise Invalid("--append needs one file and its path.", help="Write `tilth put --append REPO:PATH FILE`.")
    with session.progress() as progress:
        if source == "-":
            return workspace.files.append(target, _piped(progress), message=asked.message)
        file = existing(source)
        if not file.is_file():
            raise Invalid(f"{file} is no file.", help="--append takes one file, or - for standard input.")
        with file.open("rb") as stream:
            content = watched(stream, progress, f"Appending {file.name}", file.stat().st_size)
            return workspace.files.append(target, content, message=asked.message)


def _piped(progress: Progress) -> BinaryIO:
    return watched(sys.stdin.buffer, progress, "Reading standard input")


def _by_server(session: Session, workspace: Workspace, target: str, asked: _Asked) -> CommitInfo:
    if len(asked.sources) == 1 and asked.sources[0].lower().startswith(_BUCKETS):
        with session.progress() as progress:
            return workspace.files.put_bucket(
                target.rstrip("/"), asked.sources[0], message=asked.message, by_server=True, progress=progress
            )
    if len(asked.sources) != 1 or not asked.sources[0].lower().startswith(("http://", "https://")):
        raise Invalid("--by-server needs one URL.", help="Leave it out to send from here.")
    return workspace.files.put_url(
        target, asked.sources[0], unpack=asked.unpack, private=asked.private, message=asked.message
    )


def _put(session: Session, workspace: Workspace, asked: _Asked) -> CommitInfo:
    sources = asked.sources
    if "-" in sources:
        if len(sources) > 1 or (not asked.unpack and (not asked.path or asked.path.endswith("/"))):
            raise Invalid(
                "Standard input needs a path of its own.", help="Write `tilth put REPO:PATH -`, with no other source."
            )
        with session.progress() as progress:
            if asked.unpack:
                return workspace.files.put_archive(asked.target, _piped(progress), message=asked.message)
            return workspace.files.put(asked.target, _piped(progress), message=asked.message)
    found = [source if _is_url(source) else existing(source) for source in sources]
    with session.progress() as progress:
        only = found[0] if len(found) == 1 else None
        if isinstance(only, Path) and only.is_dir():
            target = asked.commit if not asked.path else f"{asked.commit}:{asked.path.rstrip('/')}"
            return workspace.files.put_folder(
                target, only, mirror=asked.mirror, message=asked.message, progress=progress
            )
        if isinstance(only, Path) and asked.unpack:
            return workspace.files.put_archive(asked.target, only, message=asked.message, progress=progress)
        if isinstance(only, str) and only.lower().startswith(_BUCKETS):
            return workspace.files.put_bucket(asked.target.rstrip("/"), only, message=asked.message, progress=progress)
        files = _files(found, asked, session.place, progress)
        return workspace.files.put_many(asked.commit, files, message=asked.message, progress=progress)


def _files(
    found: Sequence[str | Path], asked: _Asked, workspace: str, progress: Progress
) -> Iterator[tuple[str, FileSource]]:
    named = asked.path if len(found) == 1 and asked.path and asked.path[-1] != "/" else None
    folder = (asked.path or "").rstrip("/")
    seen: dict[str, str | Path] = {}
    for source in found:
        if isinstance(source, str) and source.lower().startswith(_BUCKETS):
            from tilth.exchange import buckets

            yield from buckets.objects(source, folder)
            continue
        if isinstance(source, str):
            yield from _of_url(source, asked, seen, named, progress)
            continue
        if asked.unpack and source.is_file():
            from tilth.exchange import archives

            yield from archives.unpack(source, into=folder)
            continue
        name = source.name if source.name != ".." and source.name else source.resolve().name
        path = named or _named(source, name, folder, seen)
        if source.is_dir():
            yield from files_below(source, path, leave_out=Path(workspace).resolve())
        else:
            yield path, source


def _of_url(
    url: str, asked: _Asked, seen: dict[str, str | Path], named: str | None, progress: Progress
) -> Iterator[tuple[str, FileSource]]:
    from tilth.exchange import archives, urls

    folder = (asked.path or "").rstrip("/")
    with urls.fetch(url, urls.Fetching(private=asked.private)) as stream:
        content = watched(stream, progress, f"Fetching {without_secrets(url)}", stream.size)
        if asked.unpack:
            yield from archives.unpack(content, into=folder)
            return
        if named is None and not stream.name:
            raise Invalid(f"{without_secrets(url)} names no file.", help="Write the path to put it at.")
        yield named or _named(url, stream.name, folder, seen), content


def _named(source: str | Path, name: str, folder: str, seen: dict[str, str | Path]) -> str:
    if name in seen:
        first, second = (without_secrets(each) if isinstance(each, str) else each for each in (seen[name], source))
        raise Conflict(f"{first} and {second} have the same name.", help="Put them one by one.")
    seen[name] = source
    return f"{folder}/{name}" if folder else name


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://", *_BUCKETS))
