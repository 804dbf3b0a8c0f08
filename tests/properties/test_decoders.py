"""Every decoder against damaged and hostile input: it reads it or refuses it, and never does anything else.

`make test` tries some dozens of inputs for each, always the same; `make soak` some thousands, new ones each time.
"""

from __future__ import annotations

import contextlib
import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.datasets.definition import parse_definition
from tilth.datasets.filters import parse_filter
from tilth.datasets.model_definition import parse_model
from tilth.errors import Corrupt, Invalid, NotFound
from tilth.labeling.config import parse_config
from tilth.labeling.spec import parse_spec as parse_labeling
from tilth.model.canonical import canonical
from tilth.model.commit import Commit, CommitInput, Derivation, commit_from_record, commit_record
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.model.names import check_name, check_path, check_paths
from tilth.pipelines.spec import parse_spec as parse_pipeline
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.content import INLINE_LIST, ONE_CHUNK, STORED_LIST, Content, open_content, read_content
from tilth.storage.nodes import NODE_SCHEMA
from tilth.storage.packs import ENTRY, FOOTER, FOOTER_MAGIC, FOOTER_SIZE, PackFile, PackWriter
from tilth.storage.records import HEADER_SIZE, Codec, RecordKind, digest_of_chunk_list, pack_header, unpack
from tilth.storage.rows import check_rows, decode_rows, encode_rows, row_sizes
from tilth.storage.shards import Shard, prefixes_of, write_shard
from tilth.storage.store import Store
from tilth.versioning.edits import TREE
from tilth.versioning.glob import compile_glob, matching
from tilth.versioning.journal import read_note
from tilth.versioning.revisions import parse, parse_time
from tilth.versioning.trees import Tree

Decode = Callable[[Any], object]
Decoder = tuple[st.SearchStrategy[Any], Decode]


@st.composite
def damaged(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """One of the samples with a few bits flipped, words overwritten, pieces cut out, doubled or swapped."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["flip", "word", "cut", "end", "double", "insert"])):
            case "flip" if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "word":
                word = draw(st.sampled_from([0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40]))
                data[at : at + 4] = struct.pack("<Q", word)[: draw(st.sampled_from([4, 8]))]
            case "cut":
                del data[at : at + draw(st.integers(1, 64))]
            case "end":
                del data[at:]
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 64))]
            case "insert":
                data[at:at] = draw(st.binary(max_size=16))
    return bytes(data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "", "0" * 64, "main", "data", "a@main:x", "a" * 64, "\ud800", "..", "/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def other_json(draw: st.DrawFn, samples: list[Any]) -> Any:
    """One of the samples with some values anywhere in it replaced, taken away, or moved to another place."""
    whole = json.loads(json.dumps(draw(st.sampled_from(samples))))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(whole))
        if not places:
            return draw(JSON)
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "replace", "remove", "move"])):
            case "replace":
                holder[key] = draw(JSON)
            case "remove":
                del holder[key]
            case "move":
                other, there = draw(st.sampled_from(places))
                holder[key] = json.loads(json.dumps(other[there]))
    return whole


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=True).encode(errors="surrogatepass")


# Records and packs.


def record(kind: RecordKind, data: bytes, *, zstd: bool = False) -> bytes:
    payload = zstandard.ZstdCompressor(level=1).compress(data) if zstd else data
    digest = digest_of(data)
    return pack_header(kind, Codec.ZSTD if zstd else Codec.RAW, len(data), digest, payload) + payload


RECORDS = [record(RecordKind.CHUNK, b"abc" * 30), record(RecordKind.BLOB, bytes(5000), zstd=True)]


def whole_again(data: bytes) -> bytes:
    """Make the checksum of a damaged record hold, so that what lies behind it is reached."""
    if len(data) < HEADER_SIZE:
        return data
    head, payload = bytearray(data[: HEADER_SIZE - 4]), data[HEADER_SIZE:]
    head[12:16] = len(payload).to_bytes(4, "little")
    return bytes(head) + zlib.crc32(payload, zlib.crc32(head)).to_bytes(4, "little") + payload


def records_with_checksums() -> Decoder:
    return damaged(RECORDS), lambda data: unpack(whole_again(data), "here")


def pack_bytes(*, sealed: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        writer = PackWriter(Path(folder))
        for number in range(5):
            data = b"%d" % number * 50
            writer.append(RecordKind.CHUNK, Codec.RAW, len(data), digest_of(data), data)
        if sealed:
            writer.seal()
        else:
            writer.write_out()
        writer.close()
        return writer.path.read_bytes()


def read_pack(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pack") as file:
        file.write(data)
        file.flush()
        pack = PackFile(Path(file.name))
        pack.readable_entries()
        for kind in RecordKind:
            for _, _, found in pack.records_of(kind):
                unpack(found, "here")
        pack.directory()
        pack.check_format()


def packs() -> Decoder:
    return damaged([pack_bytes(sealed=True), pack_bytes(sealed=False)]), read_pack


def directories_with_checksums() -> Decoder:
    """The directory says anything, in a record and a footer that hold."""
    body = pack_bytes(sealed=False)
    whole = pack_bytes(sealed=True)
    entries = whole[len(body) + HEADER_SIZE : -FOOTER_SIZE]
    numbers = st.sampled_from([0, 1, 5, 49, len(body), len(whole), 1 << 31, 1 << 63, (1 << 64) - 1])

    def decode(given: tuple[bytes, int | None, int | None]) -> None:
        directory, offset, count = given
        place = struct.pack(
            "<QQ",
            len(body) if offset is None else offset,
            len(directory) // 49 if count is None else count,
        )
        footer = FOOTER.pack(*struct.unpack("<QQ", place), zlib.crc32(place), 0, FOOTER_MAGIC)
        read_pack(body + record(RecordKind.DIRECTORY, directory) + footer)

    return st.tuples(damaged([entries]), st.none() | numbers, st.none() | numbers), decode


def shards() -> Decoder:
    digests = [digest_of(bytes([number])) for number in range(20)]
    entries = [(digest, 16 + 100 * number, 100, 1) for number, digest in enumerate(digests)]
    with tempfile.TemporaryDirectory() as name:
        shard = write_shard(
            Path(name), [(new_id(), np.array(entries[:10], ENTRY)), (new_id(), np.array(entries, ENTRY))]
        )
        sample = (Path(name) / f"{shard}.shard").read_bytes()

    def decode(data: bytes) -> None:
        found = Shard(Path("nowhere"), "x", data)
        prefixes = prefixes_of(b"".join(digests))
        found.find_many(digests, prefixes)
        for digest in digests:
            found.find(digest)
        found.present(np.frombuffer(b"".join(digests), "V32"), prefixes)

    return damaged([sample]), decode


# Tables and files.


def tree_rows(count: int = 3, **columns: list[Any]) -> pa.RecordBatch:
    given = {
        "path": [f"a/{number:03}" for number in range(count)],
        "kind": [0] * count,
        "size": [3] * count,
        "digest": [digest_of(b"abc")] * count,
        "layout": [0] * count,
        "chunks": [b""] * count,
        "attributes": ["", '{"mode":"755"}', ""] * (count // 3),
        **columns,
    }
    return pa.record_batch([pa.array(given[f.name], f.type) for f in TREE.arrow], schema=TREE.arrow)


def node_rows(child: bytes) -> pa.RecordBatch:
    columns = [[b"a/002", b"z"], [b"a/000", b"b"], [child, child], [3, 3]]
    return pa.record_batch(
        [pa.array(values, field.type) for values, field in zip(columns, NODE_SCHEMA, strict=True)], schema=NODE_SCHEMA
    )


ROWS = [
    encode_rows("tree-0", 0, tree_rows()),
    encode_rows("tree-0", 0, tree_rows(999)),
    encode_rows("tree-0", 1, node_rows(digest_of(b"range"))),
]


def rows() -> Decoder:
    def decode(data: bytes) -> None:
        found = decode_rows(data)
        list(found.keys)
        row_sizes(found.batch)
        check_rows(data)
        found.batch.to_pylist()

    return damaged(ROWS), decode


def trees() -> Decoder:
    """A tree whose ranges and nodes are damaged in the store, as an archive of a hostile workspace may bring them."""
    folder = tempfile.TemporaryDirectory()
    store = Store.open(Path(folder.name), MemoryCatalogue())

    def decode(data: bytes) -> None:
        assert folder
        root = digest_of(data)
        store.put(RecordKind.RANGE, root, data)
        tree = Tree(store, root)
        try:
            tree.stat("a/001")
            tree.entries(["a/000", "a/002", "z"])
            list(tree.list("a"))
            list(tree.list())
            list(tree.walk())
            list(tree.glob("a/*1"))
        except NotFound:
            pass

    store.put(RecordKind.RANGE, digest_of(b"range"), ROWS[0])
    wrong = [
        encode_rows("tree-0", 0, tree_rows(kind=[7, 0, 0], attributes=["{", "[]", "1"])),
        encode_rows("tree-0", 0, tree_rows(digest=[None] * 3, attributes=[None] * 3)),
        encode_rows("tree-0", 0, tree_rows(path=["..", "/", ""])),
        encode_rows("tree-0", 0, tree_rows(0)),
        encode_rows("tree-0", 1, node_rows(digest_of(b"range")).slice(0, 0)),
        encode_rows("tree-0", 2, node_rows(digest_of(b"range"))),
        encode_rows("tree-0", 0, node_rows(digest_of(b"range"))),
        encode_rows("tree-0", 1, tree_rows()),
        encode_rows("tree-0", -1, tree_rows()),
    ]
    return damaged([*ROWS, *wrong]) | st.sampled_from(wrong), decode


def contents() -> Decoder:
    """Chunk lists that say anything, inline and stored."""
    folder = tempfile.TemporaryDirectory()
    store = Store.open(Path(folder.name), MemoryCatalogue())
    pieces = [b"a" * 100, b"b" * 200, b""]
    sample = b""
    for piece in pieces:
        store.put(RecordKind.CHUNK, digest_of(piece), piece)
        sample += struct.pack("<32sI", digest_of(piece), len(piece))

    def decode(given: tuple[bytes, int, int]) -> None:
        assert folder
        chunks, size, layout = given
        digest = digest_of_chunk_list(chunks)
        store.put(RecordKind.CHUNK_LIST, digest, chunks)
        content = Content(size, digest, layout, chunks if layout == INLINE_LIST else b"")
        try:
            list(read_content(store, content))
            list(read_content(store, content, 50, 250))
            reader = open_content(store, content)
            reader.seek(150)
            reader.read()
        except NotFound:
            pass

    layouts = st.sampled_from([ONE_CHUNK, INLINE_LIST, STORED_LIST, 3, 255])
    return st.tuples(damaged([sample]), st.sampled_from([0, 1, 300, 301, 1 << 62, -1]), layouts), decode


# History.

COMMIT = commit_record(
    Commit(
        id=CommitId(new_id()),
        change=ChangeId(new_id()),
        repo="default/digits",
        repo_id=RepoId(new_id()),
        tree=digest_of(b"tree"),
        parents=(CommitId(new_id()),),
        parent_seals=(digest_of(b"seal"),),
        derivation=Derivation("train", (CommitInput("default/raw", "main", CommitId(new_id()), digest_of(b"in")),)),
        author="mara",
        at_ms=1,
        message="more",
        files=3,
        size=9,
        seal=Digest(b""),
    )
)
NOTE = canonical({"sequence": 7, "note": new_id(), "event": "repo", "facts": {"id": "x", "deleted_ms": None}})
DEEP = b"[" * 3000


def read_commit(data: bytes) -> None:
    commit = commit_from_record(data)
    commit_record(commit)
    hash((commit.id, commit.seal, commit.parents, commit.repo, commit.message))
    assert commit.files >= 0
    assert commit.size >= 0


def note(data: bytes) -> None:
    found = read_note(data)
    assert isinstance(found.sequence, int)
    assert isinstance(found.event, str)
    assert isinstance(found.facts, dict)


def history(sample: bytes, decode: Decode) -> Decoder:
    return other_json([json.loads(sample)]).map(as_bytes) | damaged([sample]) | st.just(DEEP), decode


# What people write.

DATASETS = [
    {
        "items": {"from": "photos@main:all", "glob": "*.png"},
        "labels": {"from": "labels@main", "key": "id", "label": "class", "match": "name"},
        "fields": [{"from": "facts@main:rows.csv", "key": "id"}],
        "classes": ["cat", "dog"],
        "media": {"from": "photos@main", "column": "path"},
    },
    {"items": {"from": "rows@main:t", "key": "id"}, "task": "classification"},
]
MODELS = [{"dataset": "d", "follows": {"predictions": "eval@main:p", "key": "id", "label": "l", "weights": "w@main"}}]
CONFIG = """<View><Image name="image" value="$image"/><Choices name="choice" toName="image" choice="single">
<Choice value="a" hint="1"/><Choice value="b"/></Choices><RectangleLabels name="box" toName="image">
<Label value="x" background="#fff"/></RectangleLabels></View>"""
LABELING = [
    {
        "labeling": {"input": "photos", "config": CONFIG, "overlap": 3, "prices": {"answer": 1}},
        "pipeline": {"name": "p"},
        "input": {"pfs": {"repo": "photos", "glob": "/*"}},
        "config": CONFIG,
        "overlap": 3,
    }
]
PIPELINES = [
    {
        "pipeline": {"name": "edges"},
        "input": {"cross": [{"pfs": {"repo": "a", "glob": "/*"}}, {"cron": {"name": "t", "spec": "@every 60s"}}]},
        "transform": {"cmd": ["python", "x.py"], "env": {"A": "1"}, "stdin": ["x"]},
        "datum_timeout": "5m",
        "parallelism_spec": {"constant": 2},
    }
]
PIECES = st.lists(
    st.sampled_from(
        [*'*?[]{},!^-/\\.|()"@:~%=<>&;', "**", "/**/", "a", "Z", "0", "é", "\n", "\0", "main", " and ", "or"]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)
TAGS = [
    *("<View>", "</View>", "<Text name='t' value='$t'/>", "<Choices name='c' toName='t'>", "</Choices>", "&lt;"),
    *("<Choice value='a'/>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>"),
    *("\x00", "visibleWhen='region-selected'", "<Style>", "toName=''", "<View " + "a" * 500 + "='1'>"),
]
XML = st.lists(st.sampled_from(TAGS) | st.text(max_size=4), max_size=20).map("".join)


def glob(text: str) -> None:
    matching(pa.array(["a", "a/b", "", "é", "x" * 300]), compile_glob(text))


def path(text: str) -> None:
    try:
        check_path(text)
    except Invalid:
        with pytest.raises(Invalid):
            check_paths(["fine", text])
        raise
    check_paths(["fine", text])


DECODERS: dict[str, Callable[[], Decoder]] = {
    "record": lambda: (damaged(RECORDS), lambda data: unpack(data, "here")),
    "record with its checksum": records_with_checksums,
    "pack": packs,
    "directory with its checksum": directories_with_checksums,
    "shard": shards,
    "rows": rows,
    "tree": trees,
    "content": contents,
    "commit": lambda: history(COMMIT, read_commit),
    "note": lambda: history(NOTE, note),
    "glob": lambda: (PIECES, glob),
    "reference": lambda: (PIECES, parse),
    "time": lambda: (PIECES, parse_time),
    "path": lambda: (PIECES | st.text(max_size=300), path),
    "name": lambda: (PIECES, lambda text: check_name(text, "repo")),
    "dataset": lambda: (other_json(DATASETS) | JSON, parse_definition),
    "filter": lambda: (PIECES, parse_filter),
    "model": lambda: (other_json(MODELS) | JSON, parse_model),
    "labeling config": lambda: (
        XML | damaged([CONFIG.encode()]).map(lambda b: b.decode(errors="replace")),
        parse_config,
    ),
    "labeling": lambda: (other_json(LABELING), parse_labeling),
    "pipeline": lambda: (other_json(PIPELINES) | JSON, parse_pipeline),
}


def test_a_list_that_is_shorter_than_its_file_is_corrupt() -> None:
    with pytest.raises(Corrupt):
        contents()[1]((b"", 300, INLINE_LIST))


@pytest.mark.parametrize("half", [b"\xed\xa0\x80", b"\\ud800", b"\\uD800"])
def test_a_commit_with_half_a_character_is_corrupt(half: bytes) -> None:
    with pytest.raises(Corrupt):
        commit_from_record(COMMIT.replace(b'"author":"mara"', b'"author":"' + half + b'"'))


def test_rows_with_a_column_whose_name_is_no_text_are_corrupt() -> None:
    with pytest.raises(Corrupt):
        decode_rows(ROWS[0].replace(b"chunks", b"\xff\xffunks"))


def test_a_derivation_without_facts_is_corrupt() -> None:
    value = json.loads(COMMIT)
    value["derivation"]["facts"] = None
    with pytest.raises(Corrupt):
        commit_from_record(canonical(value))


@pytest.mark.parametrize("examples", [40, pytest.param(3000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", DECODERS)
def test_any_input_is_read_or_refused(name: str, examples: int) -> None:
    inputs, decode = DECODERS[name]()

    @settings(
        max_examples=examples,
        derandomize=examples < 1000,
        deadline=5000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def check(given: Any) -> None:
        with contextlib.suppress(Corrupt, Invalid):
            decode(given)

    check()
