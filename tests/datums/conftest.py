"""Trees of files in a real store, cut again after each edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tilth.datums.cutting import InputState, InputUpdate, update_input
from tilth.datums.inputs import InputSpec, parse_input
from tilth.model.digest import Digest
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.store import Store
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry


class Forest:
    """Source repos whose main branches are edited, and an input that is cut again after each edit."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Store.open(folder, MemoryCatalogue())
        self.roots: dict[tuple[str, str], Digest | None] = {}

    def edit(self, repo: str, edits: Mapping[str, bytes | None]) -> None:
        """Put files, or delete those that are None."""
        place = (f"default/{repo}", "main")
        tree = Tree(self.store, self.roots.get(place))
        ordered = Edits()
        for path, data in edits.items():
            if data is None:
                ordered.delete(path)
        for path, data in edits.items():
            if data is not None:
                ordered.put(write_entry(self.store, path, data))
        self.roots[place] = tree.apply(ordered).root

    def cut(self, spec: InputSpec | object, previous: InputState | None = None) -> InputUpdate:
        """Cut the current trees."""
        parsed = parse_input(spec) if isinstance(spec, dict) else spec
        return update_input(self.store, parsed, self.roots, previous)  # type: ignore[arg-type]

    @staticmethod
    def shown(update: InputUpdate) -> dict[str, bytes]:
        """Return key → content digest of all datums, and check that no key comes twice."""
        found = [(datum.key, bytes(datum.digest)) for datum in update.datums()]
        assert len(dict(found)) == len(found)
        return dict(found)

    @staticmethod
    def apply(known: dict[str, bytes], update: InputUpdate) -> dict[str, bytes]:
        """Return `known` brought forward by the changes, and check that they fit it."""
        result = dict(known)
        seen: set[str] = set()
        for change in update.changes():
            assert change.key not in seen
            seen.add(change.key)
            assert known.get(change.key) == (bytes(change.old.digest) if change.old is not None else None)
            if change.new is None:
                result.pop(change.key)
            else:
                result[change.key] = bytes(change.new.digest)
        return result


@pytest.fixture
def plant(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Forest]:
    """Return what makes a new forest."""
    return lambda: Forest(tmp_path_factory.mktemp("forest"))


@pytest.fixture
def forest(plant: Callable[[], Forest]) -> Forest:
    """Return a new forest."""
    return plant()
