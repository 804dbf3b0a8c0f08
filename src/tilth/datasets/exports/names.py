"""File names in an archive: what a key may become on any system, never outside the folder, never two the same."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable

import numpy as np
import xxhash

MAX_SEGMENT = 120
MAX_NAME = 400
"""Characters of a name; longer ones are cut and marked."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Names:
    """Names for many keys. Keeps eight bytes per key, and words only of those that clash."""

    def __init__(self, keys: Iterable[tuple[str, str]], *, by_stem: bool = False) -> None:
        """`keys` are all (key, suffix) that will be asked for.

        Two names clash that differ in case or accents' spelling only, or where one is the other's folder; with
        `by_stem` also those that differ in their endings only.
        """
        self._by_stem = by_stem
        files, folders = array("Q"), array("Q")
        last = ""
        for key, suffix in keys:
            name, _ = cleaned(key, suffix)
            files.append(self._mark(name))
            folder = name.rpartition("/")[0]
            if folder and folder != last:
                last = folder
                while folder:
                    folders.append(_hash(folder))
                    folder = folder.rpartition("/")[0]
        marks = np.sort(np.frombuffer(files, np.uint64)) if files else np.empty(0, np.uint64)
        twice = marks[1:][marks[1:] == marks[:-1]]
        inside = np.intersect1d(np.frombuffer(folders, np.uint64), marks) if folders else marks[:0]
        self._clashing = {int(mark) for mark in np.concatenate([twice, inside])}

    def of(self, key: str, suffix: str) -> str:
        """Return the file name of a key: itself where that is a fine name, else made fine and marked with a hash."""
        name, changed = cleaned(key, suffix)
        if not changed and self._mark(name) not in self._clashing:
            return name
        stem, ending = _parted(name)
        return f"{stem}~{xxhash.xxh3_64_hexdigest(key.encode(errors='surrogatepass'))[:12]}{ending}"

    def _mark(self, name: str) -> int:
        return _hash(_parted(name)[0] if self._by_stem else name)


def cleaned(key: str, suffix: str) -> tuple[str, bool]:
    """Return a key as a relative path that every system can hold, and whether it had to be changed.

    `suffix` (".png") is added where the key does not end in it.
    """
    given = key if suffix and key.lower().endswith(suffix.lower()) else key + suffix
    segments = [_segment(part) for part in given.split("/") if part not in ("", ".", "..")]
    name = "/".join(segments)
    if name in ("", suffix):
        name = f"item{suffix}"
    if len(name) > MAX_NAME:
        name = f"{segments[0][:40]}/{_shortened(segments[-1], 80)}"
    return name, name != given


def folders(names: Iterable[str]) -> dict[str, str]:
    """Return a folder name of its own for each of some words."""
    plain = {name: segment(name) for name in names}
    marks = Counter(_hash(folder) for folder in plain.values())
    return {
        name: folder if marks[_hash(folder)] == 1 else f"{folder}~{xxhash.xxh3_64_hexdigest(name.encode())[:12]}"
        for name, folder in plain.items()
    }


def segment(text: str) -> str:
    """Return text as one folder name."""
    name = _segment(text.replace("/", "_").strip())
    return name if name not in ("", ".", "..") else "_"


def _segment(text: str) -> str:
    name = _FORBIDDEN.sub("_", text)
    name = re.sub(r"[. ]+$", "_", name)
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name, MAX_SEGMENT)


def _shortened(name: str, longest: int) -> str:
    if len(name.encode()) <= 2 * longest and len(name) <= longest:
        return name
    stem, ending = _parted(name)
    room = max(longest - len(ending), 8)
    while len(stem.encode()) > 2 * room or len(stem) > room:
        stem = stem[:-1]
    return stem + ending


def _parted(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending (".png"; at most ten characters)."""
    head, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    if not dot or not stem or len(ending) > 9:
        return name, ""
    return f"{head}{slash}{stem}", f".{ending}"


def _hash(name: str) -> int:
    # Case-insensitive systems and those that spell accents apart see these as one file.
    return xxhash.xxh3_64_intdigest(unicodedata.normalize("NFC", name).casefold().encode(errors="surrogatepass"))
