"""`tilth put`: files, folders or standard input into a branch, as one commit."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tilth.cli.grammar import Command, message_option
from tilth.cli.local import existing, files_below
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import committed
from tilth.contract.values import CommitInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid


@click.command(
    "put",
    cls=Command,
    short_help="Write files or folders, as one commit.",
    example="tilth put images@main:train ./scans -m 'first scans'\n"
    "echo hello | tilth put notes:hello.txt -\ntilth put --append notes:log.txt today.txt",
)
@click.argument("target", metavar="REPO[@BRANCH][:PATH]")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--mirror", is_flag=True, help="Also delete what the (one) source folder lacks.")
@click.option("--append", is_flag=True, help="Write the (one) source file behind what PATH holds.")
@message_option
@pass_session
def command(session: Session, target: str, sources: tuple[str, ...], mirror: bool, append: bool, message: str) -> None:
    """Write files or folders, as one commit.

    One file becomes PATH (or lands in PATH/ when that ends with a slash). One folder's content lands below PATH.
    Several sources land below PATH, each under its own name. `-` is standard input.
    """
    commit, path = split(target)
    if mirror and (len(sources) != 1 or not Path(sources[0]).is_dir()):
        raise Invalid("--mirror needs one source folder.", help="Name one folder, or leave --mirror out.")
    if append:
        done = _append(session.workspace(), target, sources, mirror=mirror, message=message)
        session.show(done, lambda done: print(committed(done, commit)))
        return
    session.show(
        _put(session, session.workspace(), commit, path, sources, mirror=mirror, message=message),
        lambda done: print(committed(done, commit)),
    )


def _append(workspace: Workspace, target: str, sources: Sequence[str], *, mirror: bool, message: str) -> CommitInfo:
    if len(sources) != 1 or mirror or target.endswith("/"):
        raise Invalid("--append needs one file and its path.", help="Write `tilth put --append REPO:PATH FILE`.")
    if sources[0] == "-":
        return workspace.files.append(target, sys.stdin.buffer, message=message)
    file = existing(sources[0])
    if not file.is_file():
        raise Invalid(f"{file} is no file.", help="--append takes one file, or - for standard input.")
    with file.open("rb") as source:
        return workspace.files.append(target, source, message=message)


def _put(
    session: Session,
    workspace: Workspace,
    commit: str,
    path: str | None,
    sources: Sequence[str],
    *,
    mirror: bool,
    message: str,
) -> CommitInfo:
    if "-" in sources:
        if len(sources) > 1 or not path or path.endswith("/"):
            raise Invalid(
                "Standard input needs a path of its own.", help="Write `tilth put REPO:PATH -`, with no other source."
            )
        return workspace.files.put(f"{commit}:{path}", sys.stdin.buffer, message=message)
    found = [existing(source) for source in sources]
    with session.progress() as progress:
        if len(found) == 1 and found[0].is_dir():
            target = commit if not path else f"{commit}:{path.rstrip('/')}"
            return workspace.files.put_folder(target, found[0], mirror=mirror, message=message, progress=progress)
        files = (
            [(path, found[0])]
            if len(found) == 1 and path and path[-1] != "/"
            else _below(found, path or "", session.place)
        )
        return workspace.files.put_many(commit, files, message=message, progress=progress)


def _below(sources: Sequence[Path], folder: str, workspace: str) -> Iterator[tuple[str, Path]]:
    folder = folder.rstrip("/")
    seen: dict[str, Path] = {}
    for source in sources:
        name = source.name if source.name != ".." and source.name else source.resolve().name
        if name in seen:
            raise Conflict(f"{seen[name]} and {source} have the same name.", help="Put them one by one.")
        seen[name] = source
        path = f"{folder}/{name}" if folder else name
        if source.is_dir():
            yield from files_below(source, path, leave_out=Path(workspace).resolve())
        else:
            yield path, source
