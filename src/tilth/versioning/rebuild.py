"""Make the database anew from the store: every repo, branch, commit and head, from objects alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Insert, Table, insert, select

from tilth.errors import Conflict, NotFound, TilthError
from tilth.metadata import counters, feed
from tilth.metadata.schema.branches import branch_inputs, branches, moves
from tilth.metadata.schema.feedback import feedback_edges, feedback_rounds
from tilth.metadata.schema.garbage import purged
from tilth.metadata.schema.projects import branch_bases, project_branches
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import annotation_rows, protections, released, triggers
from tilth.metadata.schema.tags import tags
from tilth.model.commit import Commit, commit_from_record
from tilth.model.ids import CommitId
from tilth.progress import Progress, silent
from tilth.storage.mending import drop_dead_shards
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.versioning import journal, tombstones
from tilth.versioning.annotations import from_note
from tilth.versioning.backend import DATABASE_FILE, Backend, has_database, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import index_commit
from tilth.versioning.repos import REPO_GONE
from tilth.versioning.settings import SETTINGS_FILE, new_settings
from tilth.versioning.touches import Touched, measure
from tilth.versioning.verify import Problem, verify

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was recovered. `missing` are commits that history names and the store no longer has; `problems` are all
    that verification finds wrong with what is there, damaged packs first."""

    packs: int
    repos: int
    branches: int
    commits: int
    moves: int
    missing: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def rebuild(folder: Path, *, progress: Progress = silent) -> Rebuilt:
    """Make the workspace database of `folder` anew from its packs, and verify what came of it.

    Recovers repos (with their held-out marks), branches, tags, inputs, commits, the log of head moves, and feedback
    edges with what they spent. Not in the store, and so not recovered: users, jobs, drafts, tasks and answers that were
    not published. Moves that no process had yet made durable there (see `Backend.settle`) are lost. Damage does not
    stop it: what can be read is recovered, and `problems` names the rest. Cost: reads every pack, then what `verify`
    does.
    Raises Conflict when there is a database, NotFound when there are no packs.
    """
    if has_database(folder):
        raise Conflict(
            f"{folder} has a database.", help=f"Move {DATABASE_FILE} (and its -wal and -shm) away first, then rebuild."
        )
    if not (folder / "packs").is_dir() and not (folder / SETTINGS_FILE).is_file() and new_settings().storage is None:
        raise NotFound(f"{folder} has no packs to rebuild from.", help="Name the folder of a workspace.")
    try:
        with open_backend(folder, rebuilding=True) as backend:
            with backend.database.read() as conn:
                if conn.execute(select(repos.c.id).limit(1)).first() is not None:
                    raise Conflict(
                        f"{backend.database.name} has a history already.", help="Name an empty schema to rebuild into."
                    )
            return _rebuild(backend, progress)
    except BaseException:
        # Half a database would pass for a whole one.
        for end in ("", "-wal", "-shm"):
            (folder / f"{DATABASE_FILE}{end}").unlink(missing_ok=True)
        raise


def _rebuild(backend: Backend, progress: Progress) -> Rebuilt:
    packs = backend.store.recover()
    drop_dead_shards(backend.store.place, SqlCatalogue(backend.database))
    progress.begin("read history", None, "records")
    notes: list[journal.Note] = []
    for _, record in backend.store.records(RecordKind.HEADS):
        notes.append(journal.read_note(record))
        progress.advance()
    found: dict[CommitId, Commit] = {}
    for _, record in backend.store.records(RecordKind.COMMIT):
        commit = commit_from_record(record)
        found[commit.id] = commit
        progress.advance()
    progress.end()
    notes.sort(key=lambda note: note.sequence)
    with backend.database.transaction() as conn:
        done = _replay(conn, notes, found, packs, backend.store)
    return replace(done, problems=tuple(verify(backend, progress=progress).problems))


def _replay(
    conn: Connection, notes: Sequence[journal.Note], found: Mapping[CommitId, Commit], packs: int, store: Store
) -> Rebuilt:
    repo_rows: dict[str, Facts] = {}
    branch_rows: dict[tuple[str, str], Facts] = {}
    edge_rows: dict[str, Facts] = {}
    round_rows: dict[tuple[str, int], Facts] = {}
    tag_rows: dict[tuple[str, str], Facts] = {}
    rules: dict[Table, dict[tuple[str, str], Facts | None]] = {protections: {}, triggers: {}}
    release_rows: dict[str, Facts] = {}
    stones: dict[str, Facts] = {}
    remarks: dict[tuple[str, bytes, str], Facts | None] = {}
    project_rows: dict[str, Facts] = {}
    base_rows: dict[tuple[str, str], Facts] = {}
    move_rows: dict[int, Facts] = {}
    heads: dict[tuple[str, str], str | None] = {}
    stored: dict[str, int] = {}
    for note in notes:
        facts = note.facts
        match note.event:
            case "repo":
                repo_rows[facts["id"]] = facts
                if facts["deleted_ms"] is not None:
                    for place in [place for place in branch_rows if place[0] == facts["id"]]:
                        del branch_rows[place]
                        heads.pop(place, None)
                    for place in [place for place in tag_rows if place[0] == facts["id"]]:
                        del tag_rows[place]
                    for id, edge in edge_rows.items():
                        if facts["id"] in (edge["from_repo"], edge["to_repo"]) and edge["ended"] is None:
                            edge_rows[id] = {**edge, "ended": REPO_GONE}
            case "branch":
                branch_rows[facts["repo"], facts["name"]] = facts
            case "branch.deleted":
                branch_rows.pop((facts["repo"], facts["name"]), None)
                heads.pop((facts["repo"], facts["name"]), None)
                for ruled in rules.values():
                    ruled.pop((facts["repo"], facts["name"]), None)
            case "move":
                move_rows[facts["position"]] = facts
                heads[facts["repo"], facts["branch"]] = facts["new"]
                if facts.get("stored") is not None:
                    stored[facts["new"]] = facts["stored"]
            case "tag":
                tag_rows[facts["repo"], facts["name"]] = facts
            case "tag.deleted":
                tag_rows.pop((facts["repo"], facts["name"]), None)
            case "protection":
                rules[protections][facts["repo"], facts["branch"]] = facts if facts["roles"] is not None else None
            case "trigger":
                rules[triggers][facts["repo"], facts["branch"]] = facts if facts["source"] is not None else None
            case "released":
                release_rows[facts["commit"]] = facts
            case "purged":
                stones[facts["digest"]] = facts
            case "purge.lifted":
                stones.pop(facts["digest"], None)
            case "annotation":
                remark = from_note(facts)
                key = remark["repo"], remark["place"], remark["key"]
                remarks[key] = remark if remark["value"] is not None else None
            case "project":
                project_rows[facts["name"]] = facts
            case "base":
                base_rows[facts["repo"], facts["branch"]] = facts
            case "edge":
                edge_rows[facts["id"]] = facts
            case "round":
                round_rows[facts["edge"], facts["round"]] = facts
    for row in repo_rows.values():
        conn.execute(_insert(repos, row))
    named = [move[side] for move in move_rows.values() for side in ("old", "new") if move[side] is not None]
    named += [tag["commit"] for tag in tag_rows.values()]
    order, missing = _history(found, named)
    indexed = {commit.id for commit in order}
    for commit in order:
        index_commit(conn, commit, _touched(store, commit, found), stored=stored.get(commit.id))
    for place, row in branch_rows.items():
        head = heads.get(place)
        conn.execute(
            insert(branches).values(
                **{name: row[name] for name in ("repo", "name", "owner", "trains", "created_ms")},
                head=head if head in indexed else None,
            )
        )
    for (repo, name), row in branch_rows.items():
        for position, (input_repo, input_branch, kind) in enumerate(row["inputs"]):
            if (input_repo, input_branch) in branch_rows:
                conn.execute(
                    insert(branch_inputs).values(
                        repo=repo,
                        branch=name,
                        position=position,
                        input_repo=input_repo,
                        input_branch=input_branch,
                        kind=kind,
                    )
                )
    for row in move_rows.values():
        known = {side: row[side] if row[side] in indexed else None for side in ("old", "new")}
        conn.execute(_insert(moves, {**row, **known}))
    for row in tag_rows.values():
        if row["commit"] in indexed:
            conn.execute(_insert(tags, row))
    for table, found_rows in rules.items():
        for place, rule in found_rows.items():
            if rule is not None and {place, (place[0], rule.get("source", place[1]))} <= branch_rows.keys():
                conn.execute(_insert(table, rule))
    for row in project_rows.values():
        if row["origin"] is not None:
            conn.execute(_insert(project_branches, row))
    for place, row in base_rows.items():
        whole = all(row[side] is None or row[side] in indexed for side in ("ours", "theirs"))
        if place in branch_rows and row["origin_repo"] in repo_rows and whole:
            conn.execute(_insert(branch_bases, row))
    for row in release_rows.values():
        if row["commit"] in indexed:
            conn.execute(_insert(released, row))
    for stone in stones.values():
        blobs = {name: bytes.fromhex(stone[name]) for name in ("digest", "parts")}
        conn.execute(_insert(purged, {**stone, **blobs}))
    counters.raise_to(conn, tombstones.COUNTER, 1)
    for said in remarks.values():
        if said is not None:
            conn.execute(_insert(annotation_rows, said))
    for row in edge_rows.values():
        conn.execute(_insert(feedback_edges, row))
    for row in round_rows.values():
        commit_id = row["commit"] if row["commit"] in indexed else None
        conn.execute(_insert(feedback_rounds, {**row, "commit": commit_id}))
    counters.raise_to(conn, feed.COUNTER, max(move_rows, default=0))
    counters.raise_to(conn, journal.COUNTER, max((note.sequence for note in notes), default=0))
    alive = sum(1 for row in repo_rows.values() if row["deleted_ms"] is None)
    return Rebuilt(packs, alive, len(branch_rows), len(order), len(move_rows), missing)


def _insert(table: Table, facts: Facts) -> Insert:
    """Insert what a note says, but for facts that a later version wrote and this one has no column for."""
    return insert(table).values(**{name: value for name, value in facts.items() if name in table.c})


def _touched(store: Store, commit: Commit, found: Mapping[CommitId, Commit]) -> Touched:
    try:
        return measure(store, found[commit.parents[0]] if commit.parents else None, commit.tree)
    except TilthError:
        return Touched(commit.files, commit.size, None)  # its tree is damaged, and verification names it


def _history(found: Mapping[CommitId, Commit], named: Sequence[str]) -> tuple[list[Commit], tuple[str, ...]]:
    """Return all commits that `named` ones reach, each behind what it names, and the ids that are missing.

    Records of commits that lost a race for their branch are in the store too; no head named them, so they stay out.
    A commit whose past is incomplete is left out and named.
    """
    state: dict[str, bool] = {}  # id → complete
    order: list[Commit] = []
    missing: list[str] = []
    for start in named:
        stack = [(start, False)]
        while stack:
            id, expanded = stack.pop()
            if id in state:
                continue
            commit = found.get(CommitId(id))
            if commit is None:
                state[id] = False
                missing.append(id)
                continue
            used = commit.derivation.inputs if commit.derivation is not None else ()
            before = [*commit.parents, *(each.commit for each in used)]
            if not expanded:
                stack.append((id, True))
                stack.extend((each, False) for each in before if each not in state)
                continue
            state[id] = all(state[each] for each in before)
            if state[id]:
                order.append(commit)
            else:
                missing.append(id)
    return order, tuple(missing)
