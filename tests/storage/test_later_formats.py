"""What a later version of the format brings: stepped over where that is safe, refused by name where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from isal.isal_zlib import crc32

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest, digest_of
from tilth.storage.bucket import BucketPlace
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.folder import FolderPlace
from tilth.storage.packs import PACK_HEADER, PackFile, PackWriter
from tilth.storage.places import Place
from tilth.storage.records import Codec, RecordKind, pack_header, unpack
from tilth.storage.store import Store


def write(folder: Path, *records: tuple[int, int, bytes]) -> PackFile:
    folder.mkdir(exist_ok=True)
    writer = PackWriter(folder)
    for kind, codec, data in records:
        writer.append(RecordKind(kind), Codec(codec), len(data), digest_of(data), data)
    writer.write_out()
    writer.close()
    return PackFile(writer.path)


def test_a_kind_that_is_not_known_does_not_end_a_pack(tmp_path: Path) -> None:
    pack = write(tmp_path, (1, 0, b"before"), (200, 0, b"of a later version"), (1, 0, b"behind"))
    found = list(pack.records(0, pack.size()))
    assert [int(header.kind) for _, header, _ in found] == [1, 200, 1]
    assert not found[1][1].kind.known
    assert unpack(found[1][2], "here")[1] == b"of a later version"
    assert [record[52:] for _, _, record in pack.records_of(RecordKind.CHUNK)] == [b"before", b"behind"]


def test_a_codec_that_is_not_known_is_refused_by_name_and_does_not_end_a_pack(tmp_path: Path) -> None:
    pack = write(tmp_path, (1, 9, b"in another way"), (1, 0, b"behind"))
    (_, _, first), (_, _, second) = pack.records(0, pack.size())
    with pytest.raises(Invalid, match="method 9"):
        unpack(first, "here")
    assert unpack(second, "here")[1] == b"behind"


def test_what_a_later_version_puts_into_reserved_bytes_is_passed_over() -> None:
    data = b"some bytes"
    header = bytearray(pack_header(RecordKind.CHUNK, Codec.RAW, len(data), digest_of(data), data))
    header[6:8] = b"\x01\x02"
    header[48:52] = crc32(data, crc32(bytes(header[:48]))).to_bytes(4, "little")
    found, read = unpack(bytes(header) + data, "here")
    assert (found.digest, read) == (Digest(digest_of(data)), data)


@pytest.mark.parametrize(("version", "needs", "message"), [(2, 0, "format 2"), (1, 4, "0x0004")])
def test_a_pack_that_needs_more_is_refused(tmp_path: Path, version: int, needs: int, message: str) -> None:
    pack = write(tmp_path, (1, 0, b"x"))
    later(pack.path, version, needs)
    with pytest.raises(Invalid, match=message):
        pack.check_format()


def test_a_flipped_bit_in_the_first_bytes_is_damage_and_no_later_format(tmp_path: Path) -> None:
    pack = write(tmp_path, (1, 0, b"x"))
    whole = pack.path.read_bytes()
    for at in range(16):
        pack.path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(Corrupt):
            PackFile(pack.path).check_format()


def later(path: Path, version: int, needs: int) -> None:
    """Make a pack one of a later version."""
    head = PACK_HEADER.pack(b"TILTHPCK", version, needs, 0)[:12]
    with path.open("r+b") as file:
        file.write(head + crc32(head).to_bytes(4, "little"))


@pytest.mark.parametrize(("version", "needs"), [(2, 0), (1, 4)])
@pytest.mark.parametrize("remote", [False, True])
def test_a_store_reads_no_pack_of_a_later_version_and_reads_its_neighbours(
    tmp_path: Path, version: int, needs: int, *, remote: bool
) -> None:
    def place(cache: str) -> Place:
        return BucketPlace((tmp_path / "b").as_uri(), tmp_path / cache) if remote else FolderPlace.open(tmp_path / "b")

    catalogue = MemoryCatalogue()
    digests = []
    for data in (b"old", b"new"):
        with Store.open(place("a"), catalogue) as store:
            digests.append(store.put_bytes(RecordKind.CHUNK, data))
    old, new = digests
    with Store.open(place("a"), catalogue) as store:
        pack = next(pack.name for pack, _ in store.in_packs(new))
    (path,) = (tmp_path / "b").rglob(f"{pack}.pack")
    later(path, version, needs)
    with Store.open(place("c"), catalogue) as store:
        for _ in range(2):
            with pytest.raises(Invalid, match="newer Tilth"):
                store.get(new)
        assert store.get(old) == b"old"
        assert [len(found) for _, found in store.in_packs(old + new)] == [1]
