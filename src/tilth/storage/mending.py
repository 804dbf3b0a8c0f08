"""Mending a store: packs that dead processes left open, packs that the catalogue lost, and the index."""

from __future__ import annotations

from contextlib import suppress

from tilth.errors import Conflict, Unavailable
from tilth.storage.catalogue import PackCatalogue
from tilth.storage.places import Place
from tilth.storage.shards import merge_shards, write_shard

SHARDS_PER_LEVEL = 8


def adopt_orphans(place: Place, catalogue: PackCatalogue) -> None:
    """Seal packs whose process died: acknowledged records stay, the torn tail goes.

    Where the disk is too full for that they stay open, and are read as other open packs are.
    """
    with suppress(Unavailable):
        for entry in catalogue.live().open:
            with place.claim_pack(entry.pack) as pack:
                if pack is None:
                    continue
                # Asked again under the lock: the writer may have gone on, or sealed it, before it ended.
                open_now = {state.pack: state.length for state in catalogue.live().open}
                acknowledged = open_now.get(entry.pack)
                if acknowledged is None or pack.size() < acknowledged:
                    continue
                entries, length = pack.seal(acknowledged)
                shard = write_shard(place.shard_folder, [(entry.pack, entries)])
                place.keep_shard(shard)
                catalogue.sealed(entry.pack, length, shard)


def recover_packs(place: Place, catalogue: PackCatalogue) -> int:
    """Register every pack in the place that the catalogue does not know and no process writes; return how many.

    Damaged packs count up to their first bad CRC.
    """
    known = {state.pack for state in catalogue.packs()}
    count = 0
    for name in place.packs():
        if name in known:
            continue
        with place.claim_pack(name) as pack:
            if pack is None:
                continue
            pack.check_format()
            entries, length = pack.seal(None)
            shard = write_shard(place.shard_folder, [(name, entries)])
            place.keep_shard(shard)
            catalogue.added(name, length, shard)
        count += 1
    merge_levels(place, catalogue)
    return count


def merge_levels(place: Place, catalogue: PackCatalogue) -> None:
    """Merge the shards of any level that has gathered eight, so that a lookup asks few.

    Where the disk is too full for that, lookups only stay slower.
    """
    with suppress(Unavailable):
        while _merge_crowded(place, catalogue):
            pass


def _merge_crowded(place: Place, catalogue: PackCatalogue) -> bool:
    levels: dict[int, list[str]] = {}
    for entry in catalogue.live().shards:
        levels.setdefault(entry.level, []).append(entry.shard)
    crowded = [level for level, names in levels.items() if len(names) >= SHARDS_PER_LEVEL]
    if not crowded:
        return False
    level = min(crowded)
    try:
        merged = merge_shards(place.shard_folder, [place.open_shard(name) for name in levels[level]])
    except FileNotFoundError:
        return True  # another process merged them; the next list names their heir
    place.keep_shard(merged)
    try:
        catalogue.merge_shards(levels[level], merged, level + 1)
    except Conflict:
        place.delete_shard(merged)
        return True
    for name in levels[level]:
        place.delete_shard(name)
    return True


def rebuild_index(place: Place, catalogue: PackCatalogue) -> int:
    """Make the index of a store anew from its sealed packs, replacing all live shards; return how many packs.

    For lost or damaged shards. Reads directories only, and whole packs where a directory is damaged. Where another
    process changed the index meanwhile, nothing is done: it is newer than this one.
    """
    parts = []
    for state in catalogue.packs():
        if not state.sealed:
            continue
        try:
            pack = place.open_pack(state.pack)
            pack.check_format()
        except FileNotFoundError:
            continue
        entries = pack.directory()
        parts.append((state.pack, pack.readable_entries() if entries is None else entries))
    old = catalogue.live().shards
    if not parts or not old:
        return 0
    shard = write_shard(place.shard_folder, parts)
    place.keep_shard(shard)
    try:
        catalogue.merge_shards([entry.shard for entry in old], shard, max(entry.level for entry in old))
    except Conflict:
        place.delete_shard(shard)
        return 0
    for entry in old:
        place.delete_shard(entry.shard)
    return len(parts)


def drop_dead_shards(place: Place, catalogue: PackCatalogue) -> None:
    """Delete shards that the catalogue does not know. Only while no other process writes."""
    live = {entry.shard for entry in catalogue.live().shards}
    for name in place.shards():
        if name not in live:
            place.delete_shard(name)
