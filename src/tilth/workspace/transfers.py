"""Whole repos in and out of a local workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sqlalchemy import select

from tilth.contract.transfers import BranchRef, ReleasedRef, RepoRefs, TagRef, TakenOver
from tilth.errors import Invalid
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.rules import released
from tilth.model.digest import Digest, digest_from_hex
from tilth.model.ids import CommitId, RepoId
from tilth.storage.records import RecordKind
from tilth.versioning import takeover
from tilth.versioning.branches import list_branches
from tilth.versioning.commits import get_commit
from tilth.versioning.outline import ENTRY, entries, lacking, outline
from tilth.versioning.pinning import pin
from tilth.versioning.repos import MAX_DESCRIPTION, Repo, get_repo
from tilth.versioning.tags import list_tags
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.record_stream import received

_KINDS = frozenset({RecordKind.CHUNK, RecordKind.CHUNK_LIST, RecordKind.RANGE, RecordKind.NODE, RecordKind.COMMIT})
_TAGS = 1000
_LARGEST = 64 << 20
"""The largest record that is taken: chunks have at most 8 MB, and chunk lists of petabytes come close to this."""


class LocalTransfers:
    """Repos of the folder as records."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def refs(self, repo: str) -> RepoRefs:
        """Return what a repo names now."""
        home = get_repo(self._backend, repo)
        found = list_branches(self._backend, home)
        return RepoRefs(
            id=home.id,
            project=home.project,
            name=home.name,
            description=home.description,
            held_out=home.held_out,
            kind=home.kind,
            created_ms=home.created_ms,
            branches=tuple(BranchRef(each.name, each.head or "", self._seal(each.head)) for each in found),
            tags=tuple(self._tags(home)),
            released=self._released(home),
        )

    def lacking(self, commits: Sequence[str]) -> Sequence[str]:
        """Return those of the given commits that are not here."""
        with self._backend.database.read() as conn:
            return lacking(conn, commits)

    def outline(self, repo: str, commits: Sequence[str], have: Sequence[str]) -> Iterator[bytes]:
        """Stream the entries of all records that `commits` reach and `have` do not."""
        return entries(outline(self._backend, get_repo(self._backend, repo).id, commits, have))

    def records(self, repo: str, commits: Sequence[str], have: Sequence[str], wanted: bytes) -> Iterator[bytes]:
        """Stream the records that are wanted of an outline."""
        found = outline(self._backend, get_repo(self._backend, repo).id, commits, have)
        end = 8 * len(wanted)
        for at, (_, digest) in enumerate(found):
            if at >= end:
                return
            if wanted[at >> 3] >> (at & 7) & 1:
                yield self._backend.store.record(digest)

    def missing(self, entries: bytes) -> bytes:
        """Return a byte for each entry of an outline: 1 where its record is not here."""
        if len(entries) % ENTRY:
            raise Invalid("This is no part of an outline.", help=f"Its entries have {ENTRY} bytes each.")
        digests = [Digest(entries[at + 1 : at + ENTRY]) for at in range(0, len(entries), ENTRY)]
        return bytes(not here for here in self._backend.store.has_many(digests))

    def put_records(self, source: bytes | BinaryIO) -> int:
        """Store records; durable when this returns."""
        put: list[Digest] = []
        for kind, digest, data in received(source, _KINDS, _LARGEST):
            self._backend.store.put(kind, digest, data)
            put.append(digest)
        self._backend.store.flush()
        pin(self._backend.database, put, "transfer")  # until it is taken over, nothing else names it
        return len(put)

    def take_over(self, refs: RepoRefs, *, name: str = "", force: bool = False) -> TakenOver:
        """Make the repo here what `refs` say."""
        repo = Repo(
            RepoId(refs.id),
            refs.project,
            refs.name,
            refs.description[:MAX_DESCRIPTION],
            refs.held_out,
            refs.created_ms,
            refs.kind,
        )
        done = takeover.take_over(
            self._backend,
            repo,
            [
                takeover.Named(each.name, CommitId(each.head), digest_from_hex(each.seal))
                if each.head
                else takeover.Named(each.name, None, None)
                for each in refs.branches
            ],
            [
                takeover.NamedTag(
                    tag.name, CommitId(tag.commit), digest_from_hex(tag.seal), tag.author, tag.at_ms, tag.message
                )
                for tag in refs.tags
            ],
            [takeover.Released(CommitId(e.commit), e.how, e.author, e.at_ms, e.reason) for e in refs.released],
            author=self._author,
            force=force,
            name=name,
        )
        return TakenOver(short_name(done.repo.full_name), done.commits, done.moved, done.tags)

    def _seal(self, commit: CommitId | None) -> str:
        return get_commit(self._backend, commit).seal.hex() if commit is not None else ""

    def _tags(self, home: Repo) -> Iterator[TagRef]:
        after: str | None = None
        while page := list_tags(self._backend, home, after=after, limit=_TAGS):
            for tag in page:
                yield TagRef(tag.name, tag.commit, self._seal(tag.commit), tag.author, tag.at_ms, tag.message)
            after = page[-1].name

    def _released(self, home: Repo) -> tuple[ReleasedRef, ...]:
        query = select(released).join(commits, commits.c.id == released.c.commit).where(commits.c.repo == home.id)
        with self._backend.database.read() as conn:
            rows = conn.execute(query.order_by(released.c.commit)).all()
        return tuple(ReleasedRef(row.commit, row.how, row.author, row.at_ms, row.reason) for row in rows)
