"""Read a workspace of format 1 without Tilth: `python tests/formats/reader.py FOLDER`.

Written from docs/formats/repository.md alone; imports nothing of Tilth. Prints, as JSON, every commit that a branch or
tag reaches and every file in it with the BLAKE3 of its bytes. Checks every checksum and digest on the way.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import zstandard
from blake3 import blake3

CHUNK, CHUNK_LIST, RANGE, NODE, COMMIT, BLOB, DIRECTORY, HEADS = range(1, 9)
PLAIN = {CHUNK, COMMIT, BLOB, DIRECTORY, HEADS}


class Workspace:
    """The records of a folder, and what they say."""

    def __init__(self, folder: Path) -> None:
        first, *rest = (folder / "format").read_text().splitlines()
        name, number = first.split(" ")
        if name != "tilth" or int(number) > 1:
            raise SystemExit(f"{folder} has format {number}, this program reads 1")
        for line in rest:
            if line.startswith("needs "):
                raise SystemExit(f"{folder} {line}, which this program does not know")
        self.packs = {path.name: path.read_bytes() for path in sorted((folder / "packs").glob("*.pack"))}
        self.places: dict[bytes, tuple[str, int]] = {}
        self.kinds: dict[int, list[bytes]] = {}
        for pack, data in self.packs.items():
            if len(data) < 16:
                continue
            check_head(pack, data)
            for offset in offsets(data):
                kind, digest = data[offset + 4], data[offset + 16 : offset + 48]
                if digest not in self.places:
                    self.places[digest] = (pack, offset)
                    self.kinds.setdefault(kind, []).append(digest)

    def record(self, digest: bytes) -> bytes:
        """Return the raw bytes of a record, checked."""
        pack, offset = self.places[digest]
        data = self.packs[pack]
        magic, kind, codec, _, raw, stored, named, crc = struct.unpack_from("<4sBBHII32sI", data, offset)
        payload = data[offset + 52 : offset + 52 + stored]
        assert magic == b"TREC"
        assert named == digest
        assert crc == zlib.crc32(payload, zlib.crc32(data[offset : offset + 48]))
        if codec == 1:
            payload = zstandard.ZstdDecompressor().decompress(payload)
        elif codec != 0:
            raise SystemExit(f"a record has codec {codec}, which this program does not know")
        assert len(payload) == raw
        if kind in PLAIN:
            assert digest == blake3(payload).digest()
        elif kind == CHUNK_LIST:
            assert digest == blake3(payload, derive_key_context="tilth 2026 chunk list").digest()
        elif kind in (RANGE, NODE):
            assert digest == rows_digest(payload)
        return payload

    def notes(self) -> list[dict[str, Any]]:
        """Return the notes of the journal in order."""
        found = [json.loads(self.record(digest)) for digest in self.kinds.get(HEADS, [])]
        return sorted(found, key=lambda note: note["sequence"])

    def commits(self) -> dict[str, dict[str, Any]]:
        """Return every commit record by id, with its seal."""
        found = {}
        for digest in self.kinds.get(COMMIT, []):
            commit = json.loads(self.record(digest))
            assert commit["format"] in (0, 1)
            found[commit["id"]] = {**commit, "seal": digest.hex()}
        return found

    def rows(self, root: bytes) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table in the order of their keys."""
        batch, table, level = rows_of(self.record(root))
        assert table == "tree-0"
        if level == 0:
            yield from batch.to_pylist()
            return
        for entry in batch.to_pylist():
            child, _, below = rows_of(self.record(entry["digest"]))
            assert below == level - 1
            last = child.column(0)[child.num_rows - 1].as_py()
            assert (last.encode() if isinstance(last, str) else last) == entry["last"]
            yield from self.rows(entry["digest"])

    def content(self, row: dict[str, Any]) -> bytes:
        """Return the bytes of a file."""
        if row["layout"] == 0:
            chunks = [(row["digest"], row["size"])]
        else:
            listed = row["chunks"] if row["layout"] == 1 else self.record(row["digest"])
            assert blake3(listed, derive_key_context="tilth 2026 chunk list").digest() == row["digest"]
            chunks = list(struct.iter_unpack("<32sI", listed))
        data = b"".join(self.record(digest) for digest, _ in chunks)
        assert [length for _, length in chunks] == [len(self.record(digest)) for digest, _ in chunks]
        assert len(data) == row["size"]
        return data


def check_head(pack: str, data: bytes) -> None:
    """Refuse what is no pack, or one of a later format."""
    magic, version, needs, crc = struct.unpack_from("<8sHHI", data)
    assert magic == b"TILTHPCK", pack
    assert version <= 1, f"{pack} has format {version}"
    assert needs == 0, f"{pack} needs features {needs:#x}"
    assert crc == zlib.crc32(data[:12]) or data[8:16] == bytes(8), pack


def offsets(data: bytes) -> Iterator[int]:
    """Yield where the records of a pack begin: by its directory, or up to the first that does not hold."""
    place, count, crc, _, magic = struct.unpack("<QQII8s", data[-32:]) if len(data) >= 48 else (0, 0, 0, 0, b"")
    if magic == b"TILTHEND" and crc == zlib.crc32(data[-32:-16]) and data[place + 4] == DIRECTORY:
        body = data[place + 52 : len(data) - 32]
        head = zlib.crc32(data[place : place + 48])
        if len(body) == 49 * count and zlib.crc32(body, head) == int.from_bytes(
            data[place + 48 : place + 52], "little"
        ):
            yield from (offset for _, offset, _, _ in struct.iter_unpack("<32sQQB", body))
            return
    at = 16
    while at + 52 <= len(data) and data[at : at + 4] == b"TREC":
        stored, crc = struct.unpack_from("<12xI32xI", data, at)
        payload = data[at + 52 : at + 52 + stored]
        if len(payload) < stored or crc != zlib.crc32(payload, zlib.crc32(data[at : at + 48])):
            return
        yield at
        at += 52 + stored


def rows_of(raw: bytes) -> tuple[pa.RecordBatch, str, int]:
    """Return the rows of a range or node, its table and level."""
    reader = pa.ipc.open_stream(raw)
    batch = reader.read_next_batch()
    facts = reader.schema.metadata
    return batch, facts[b"tilth.table"].decode(), int(facts[b"tilth.level"])


def rows_digest(raw: bytes) -> bytes:
    """Return the logical digest of stored rows, for the types that trees and nodes have."""
    batch, table, level = rows_of(raw)
    hasher = blake3(derive_key_context="tilth 2026 table rows")
    name = table.encode()
    hasher.update(struct.pack("<I", len(name)) + name + struct.pack("<IQI", level, batch.num_rows, batch.num_columns))
    for column in batch.columns:
        values = column.to_pylist()
        valid = [value for value in values if value is not None]
        hasher.update(b"\0" if len(valid) == len(values) else b"\1" + bitmap(value is not None for value in values))
        if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
            texts = [value.encode() if isinstance(value, str) else value for value in valid]
            hasher.update(b"".join(len(text).to_bytes(4, "little") for text in texts))
            hasher.update(b"".join(texts))
        elif pa.types.is_fixed_size_binary(column.type):
            hasher.update(b"".join(valid))
        else:
            width = column.type.bit_width // 8
            hasher.update(b"".join(value.to_bytes(width, "little", signed=value < 0) for value in valid))
    return hasher.digest()


def bitmap(bits: Any) -> bytes:
    """Return bits packed, the least significant first."""
    found = list(bits)
    return bytes(sum(bit << i for i, bit in enumerate(found[at : at + 8])) for at in range(0, len(found), 8))


def read(folder: Path) -> dict[str, Any]:
    """Return repos by name: branches and tags, and every commit that they reach with its files."""
    workspace = Workspace(folder)
    repos: dict[str, dict[str, Any]] = {}
    heads: dict[tuple[str, str], str | None] = {}
    tags: dict[tuple[str, str], str] = {}
    released, purged = set(), set()
    for note in workspace.notes():
        facts = note["facts"]
        match note["event"]:
            case "repo":
                repos[facts["id"]] = facts
                if facts["deleted_ms"] is not None:
                    heads = {place: head for place, head in heads.items() if place[0] != facts["id"]}
                    tags = {place: commit for place, commit in tags.items() if place[0] != facts["id"]}
            case "branch":
                heads.setdefault((facts["repo"], facts["name"]), None)
            case "branch.deleted":
                heads.pop((facts["repo"], facts["name"]), None)
            case "move":
                heads[facts["repo"], facts["branch"]] = facts["new"]
            case "tag":
                tags[facts["repo"], facts["name"]] = facts["commit"]
            case "tag.deleted":
                tags.pop((facts["repo"], facts["name"]), None)
            case "released":
                released.add(facts["commit"])
            case "purged":
                purged.add(facts["digest"])
            case "purge.lifted":
                purged.discard(facts["digest"])
    commits = workspace.commits()
    hashes: dict[bytes, str] = {}
    found: dict[str, Any] = {}
    for id, repo in repos.items():
        if repo["deleted_ms"] is not None:
            continue
        mine = {name: head for (home, name), head in heads.items() if home == id}
        named = {name: commit for (home, name), commit in tags.items() if home == id}
        told: dict[str, Any] = {}
        todo = [head for head in (*mine.values(), *named.values()) if head is not None]
        while todo:
            commit = commits[todo.pop()]
            if commit["id"] in told:
                continue
            for parent in commit["parents"]:
                assert commits[parent["commit"]]["seal"] == parent["seal"]
                todo.append(parent["commit"])
            files = None
            if commit["id"] not in released:
                files = []
                rows = workspace.rows(bytes.fromhex(commit["tree"])) if commit["tree"] is not None else ()
                for row in rows:
                    if row["digest"].hex() in purged:
                        hashes[row["digest"]] = "purged"
                    elif row["digest"] not in hashes:
                        hashes[row["digest"]] = blake3(workspace.content(row)).hexdigest()
                    attributes = json.loads(row["attributes"]) if row["attributes"] else {}
                    kind = ("file", "link")[row["kind"]]
                    files.append([row["path"], kind, row["size"], attributes, hashes[row["digest"]]])
                assert len(files) == commit["files"]
                assert sum(file[2] for file in files) == commit["size"]
            told[commit["id"]] = {"seal": commit["seal"], "message": commit["message"], "files": files}
        found[f"{repo['project']}/{repo['name']}"] = {"branches": mine, "tags": named, "commits": told}
    return found


if __name__ == "__main__":
    json.dump(read(Path(sys.argv[1])), sys.stdout, indent=1)
