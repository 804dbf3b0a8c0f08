"""Write the golden workspace of today's format: `python tests/formats/make.py`.

Run it once for each format, before the next one begins; what it wrote is then never changed again. The test beside it
reads every folder here, so a later format only adds one.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from blake3 import blake3

from tilth.model.commit import Commit, CommitInput, Derivation
from tilth.model.digest import digest_of
from tilth.model.entry import FileKind
from tilth.storage.content import INLINE_LIST, ONE_CHUNK, STORED_LIST
from tilth.versioning.annotations import Kind, Subject, annotate
from tilth.versioning.backend import FORMAT, Backend, open_backend
from tilth.versioning.branches import create_branch, list_branches
from tilth.versioning.commits import commit_edits
from tilth.versioning.drafts import add_to_draft, draft_contents, list_drafts, open_draft
from tilth.versioning.edits import Edits, Put
from tilth.versioning.history import log
from tilth.versioning.merging import merge
from tilth.versioning.releasing import forget
from tilth.versioning.repos import create_repo, get_repo, list_repos
from tilth.versioning.revert import revert
from tilth.versioning.tags import create_tag, list_tags
from tilth.versioning.trees import Tree, write_entry

HERE = Path(__file__).parent
FORGOTTEN = "forgotten"


def fill(backend: Backend) -> None:
    """Write at least one of everything that a workspace keeps of its history."""

    def put(repo: str, files: dict[str, bytes | None], branch: str = "main", **more: Any) -> Commit:
        edits = Edits()
        for path, data in files.items():
            if data is None:
                edits.delete(path)
            else:
                edits.put(write_entry(backend.store, path, data))
        return commit_edits(backend, repo, branch, edits, author="mara", **more)

    create_repo(backend, "raw")
    create_repo(backend, "made")
    first = put("raw", {f"many/{number:05}.txt": b"the same" for number in range(3000)}, message="Many rows")
    with_link = Edits()
    with_link.put(write_entry(backend.store, "link", b"many/00000.txt", kind=FileKind.LINK))
    with_link.put(write_entry(backend.store, "run.sh", b"#!/bin/sh\n", attributes={"mode": "755"}))
    with_link.put(write_entry(backend.store, "päth/ツ.txt", "äöü".encode(), attributes={"content-type": "text/plain"}))
    with_link.put(write_entry(backend.store, "empty", b""))
    second = commit_edits(backend, "raw", "main", with_link, author="mara", message="Every kind of file")
    # Zeros are cut only where a chunk must end, so many chunks are one, and the file here stays small.
    put("raw", {"large": bytes(20 << 20), "larger": bytes(70 << 20)}, message="Chunk lists")
    create_branch(backend, "raw", "side", head=second.id, author="li")
    side = put("raw", {"side": b"1", "many/00007.txt": b"changed"}, "side", message="Aside")
    put("raw", {"many/00100.txt": None}, message="Gone")
    merge(backend, "raw", side, "main", author="li", message="Both")
    undone = put("raw", {"wrong": b"1"}, message="A mistake")
    head = revert(backend, "raw", "main", undone.id, author="mara")
    derivation = Derivation(
        "train", (CommitInput("default/raw", "main", head.id, head.seal),), digest_of(b"recipe"), facts={"rounds": 3}
    )
    made = put("made", {"model": b"weights"}, derivation=derivation)
    gone = put("made", {"secret": b"forget me"}, message=FORGOTTEN)
    put("made", {"secret": None})
    forget(backend, gone.id, author="mara", reason="they asked")
    create_tag(backend, "raw", "v1", first.id, author="mara", message="The first")
    subject = Subject(get_repo(backend, "made"), Kind.COMMIT, made.id)
    annotate(backend, subject, {"quality": "good"}, author="li")
    draft = open_draft(backend, "made", "main", author="li")
    add_to_draft(backend, draft.id, [Put(write_entry(backend.store, "waiting", b"not yet"))])


def describe(backend: Backend, *, drafts: bool = True) -> dict[str, Any]:
    """Return all that must be found again, as JSON; drafts live in the database alone."""
    found: dict[str, Any] = {}
    known: dict[tuple[bytes, int], str] = {}
    for repo in list_repos(backend):
        branches: dict[str, Any] = {}
        for branch in list_branches(backend, repo):
            if branch.head is not None:
                commits = log(backend, repo, branch.name, limit=1000)
                branches[branch.name] = [_commit(backend, commit, known) for commit in commits]
        found[repo.full_name] = {
            "branches": branches,
            "tags": {tag.name: tag.commit for tag in list_tags(backend, repo)},
        }
        if drafts:
            found[repo.full_name]["drafts"] = [
                [edit.entry.path for edit in draft_contents(backend, draft.id) if isinstance(edit, Put)]
                for draft in list_drafts(backend, repo)
            ]
    return found


def _commit(backend: Backend, commit: Commit, known: dict[tuple[bytes, int], str]) -> dict[str, Any]:
    listing = None
    if commit.message != FORGOTTEN:
        hasher = blake3()
        tree = Tree(backend.store, commit.tree)
        layouts = set()
        for entry in tree.walk():
            content = entry.digest, entry.layout
            if content not in known:
                data = tree.read(entry.path)
                known[content] = blake3(data).hexdigest() if entry.size > 8 else data.hex()
            line = [
                entry.path,
                entry.kind.value,
                entry.size,
                entry.digest.hex(),
                dict(entry.attributes),
                known[content],
            ]
            hasher.update(json.dumps(line, sort_keys=True).encode())
            layouts.add(entry.layout)
        listing = {"digest": hasher.hexdigest(), "layouts": sorted(layouts)}
    return {
        "id": commit.id,
        "seal": commit.seal.hex(),
        "tree": commit.tree.hex() if commit.tree is not None else None,
        "parents": list(commit.parents),
        "message": commit.message,
        "author": commit.author,
        "at_ms": commit.at_ms,
        "files": commit.files,
        "size": commit.size,
        "inputs": [used.commit for used in commit.derivation.inputs] if commit.derivation is not None else [],
        "listing": listing,
    }


def main() -> None:
    """Write the folder of today's format, which must not be there yet."""
    target = HERE / str(FORMAT)
    if target.exists():
        sys.exit(f"{target} is there already; what was once released is never written anew.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        with open_backend(folder) as backend:
            fill(backend)
        with open_backend(folder) as backend:
            found = describe(backend)
        newest = found["default/raw"]["branches"]["main"][0]
        assert newest["listing"]["layouts"] == [ONE_CHUNK, INLINE_LIST, STORED_LIST]
        target.mkdir()
        with tarfile.open(target / "workspace.tar.xz", "w:xz") as archive:
            archive.add(folder, "workspace", filter=_plain)
        (target / "expected.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(HERE / "__pycache__", ignore_errors=True)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if member.name.partition("/")[2].split("/")[0] == "scratch" or member.name.endswith(".lock"):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member


if __name__ == "__main__":
    os.umask(0o022)
    main()
