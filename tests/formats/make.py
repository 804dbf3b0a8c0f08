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

from tilth.errors import Purged
from tilth.model.commit import Commit, CommitInput, Derivation
from tilth.model.digest import digest_of
from tilth.storage.content import INLINE_LIST, ONE_CHUNK, STORED_LIST
from tilth.storage.packs import PackFile
from tilth.storage.records import Codec, RecordKind, unpack
from tilth.storage.rows import decode_rows
from tilth.versioning.annotations import Kind, Subject, annotate, remove
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, delete_branch, list_branches, protect
from tilth.versioning.commits import commit_edits, get_commit
from tilth.versioning.drafts import add_to_draft, draft_contents, list_drafts, open_draft
from tilth.versioning.edits import Edits, Put
from tilth.versioning.feedback import declare, fire
from tilth.versioning.following import Trigger
from tilth.versioning.garbage import Kept, collect
from tilth.versioning.history import log
from tilth.versioning.marker import FORMAT
from tilth.versioning.marking import CommitRoots
from tilth.versioning.merging import merge
from tilth.versioning.purging import contents_at, purge
from tilth.versioning.releasing import forget
from tilth.versioning.repos import create_repo, delete_repo, get_repo, list_repos, set_held_out
from tilth.versioning.revert import revert
from tilth.versioning.tags import create_tag, delete_tag, list_tags
from tilth.versioning.trees import Tree, write_entry, write_link
from tilth.versioning.triggers import follow

HERE = Path(__file__).parent
FORGOTTEN = "forgotten"
PURGED = "purged"
SEGMENT = "a long name of one folder among many that lie in each other " * 4
ODD = (
    "names/ leading and trailing ",
    "names/-rf",
    "names/back\\slash",
    "names/Case",
    "names/case",
    "names/colon:star*question?",
    "names/e\u0301",  # the same to the eye as the next, other bytes
    "names/\u00e9",
    "names/emoji-\U0001f33e",
    "names/" + "n" * 255,
)


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
    first = put("raw", {f"many/{number:05}.txt": b"the same" for number in range(1500)}, message="Many rows")
    with_link = Edits()
    with_link.put(write_link(backend.store, "link", "many/00000.txt"))
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
    annotate(backend, subject, {"quality": "good", "seen": "twice"}, author="li")
    remove(backend, subject, ["seen"])
    draft = open_draft(backend, "made", "main", author="li")
    add_to_draft(backend, draft.id, [Put(write_entry(backend.store, "waiting", b"not yet"))])
    put("raw", {path: path.encode() for path in ODD}, message="Odd names")
    # Rows of 4 KB each: a table of three levels with few of them.
    create_repo(backend, "deep", description="Long paths")
    folder = "/".join([SEGMENT] * 15)
    put("deep", {f"{folder}/{number:04}": b"%d" % (number % 7) for number in range(1500)}, message="Three levels")
    put("deep", {f"{folder}/0700": b"changed", f"{folder}/0800": None, "top": b"1"}, message="Two of many")
    rules(backend)
    put("made", {"person.txt": b"the name of somebody", "kept.txt": b"nobody"}, message=PURGED)
    with_person = list_branches(backend, "made")[0].head
    assert with_person is not None
    content = contents_at(backend, get_commit(backend, with_person), "person.txt")
    purge(backend, content, repo="default/made", author="mara", reason="they asked")


def rules(backend: Backend) -> None:
    """Write what the journal tells besides repos, commits and heads: each kind of note, and its end."""
    create_repo(backend, "lab/held", description="Never trained on")
    set_held_out(backend, "lab/held")
    create_repo(backend, "gone")
    edits = Edits()
    edits.put(write_entry(backend.store, "x", b"1"))
    commit_edits(backend, "gone", "main", edits, author="li")
    delete_repo(backend, "gone")
    head = list_branches(backend, "deep")[0].head
    assert head is not None
    for name in ("copy", "dead"):
        create_branch(backend, "deep", name, head=head, author="li")
    delete_branch(backend, "deep", "dead")
    protect(backend, "deep", "main", ["owner"], author="mara")
    create_branch(backend, "deep", "follower", author="li")
    follow(backend, "deep", "follower", Trigger(source="copy", commits=2), author="li")
    for name in ("v1", "dead"):
        create_tag(backend, "deep", name, head, author="li")
    delete_tag(backend, "deep", "dead")
    declare(backend, "back", source=("raw", "main"), target=("made", "main"), budget=5, max_rounds=2, by="mara")
    sent = Edits()
    sent.put(write_entry(backend.store, "fed/back", b"1"))
    fire(backend, "back", sent, items=1, by="mara")


def leave_open(folder: Path) -> None:
    """Commit in a process that then dies, so that one pack has neither directory nor footer."""
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        return
    backend = open_backend(folder)
    edits = Edits()
    edits.put(write_entry(backend.store, "last", b"of a process that died"))
    commit_edits(backend, "raw", "side", edits, author="li", message="The last one")
    backend.store.put_bytes(RecordKind.BLOB, b"a recipe, a log or a manifest")
    backend.store.flush()
    backend.settle()
    os._exit(0)


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
                try:
                    data = tree.read(entry.path)
                    known[content] = blake3(data).hexdigest() if entry.size > 8 else data.hex()
                except Purged:
                    known[content] = "purged"
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
            collect(backend, Kept([CommitRoots()], []), share=0.0)
        leave_open(folder)
        sealed = shutil.copytree(folder, Path(name) / "read")
        with open_backend(sealed) as backend:  # opening it would seal what lies open
            found = describe(backend)
        newest = found["default/raw"]["branches"]["main"][0]
        assert newest["listing"]["layouts"] == [ONE_CHUNK, INLINE_LIST, STORED_LIST]
        _check_whole(folder)
        target.mkdir()
        with tarfile.open(target / "workspace.tar.xz", "w:xz") as archive:
            archive.add(folder, "workspace", filter=_plain)
        (target / "expected.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(HERE / "__pycache__", ignore_errors=True)


def _check_whole(folder: Path) -> None:
    """Check that there is every kind of record and codec, a table of three levels, and a pack without directory."""
    kinds, codecs, levels, sealed = set(), set(), set(), set()
    for path in (folder / "packs").iterdir():
        pack = PackFile(path)
        sealed.add(pack.directory() is not None)
        for _, header, record in pack.records(0, pack.size()):
            kinds.add(header.kind)
            codecs.add(header.codec)
            if header.kind in (RecordKind.RANGE, RecordKind.NODE):
                levels.add(decode_rows(unpack(record, path.name)[1]).level)
    assert (kinds, codecs) == (set(RecordKind), set(Codec))
    assert (levels, sealed) == ({0, 1, 2}, {True, False})


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
