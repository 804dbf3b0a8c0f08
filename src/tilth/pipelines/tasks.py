"""Tasks: datums as the executor takes them, with the files of their members found in the trees."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tilth.datums.cutting import Place
from tilth.datums.datum import Datum, Member
from tilth.execution.batch import DatumTask, InputFile, TaskInput
from tilth.model.canonical import Json
from tilth.model.digest import Digest
from tilth.storage.content import Content
from tilth.storage.store import Store
from tilth.versioning.trees import Tree

_KEPT_FOLDERS = 64


@dataclass(frozen=True, slots=True)
class Work:
    """One datum to run. `content` is its digest, `identity` that with the recipe."""

    datum: Datum
    content: Digest
    identity: Digest


class TaskMaker:
    """Makes tasks for the datums of one job. `env` goes to every task, and the commit of each input besides."""

    def __init__(
        self,
        store: Store,
        trees: Mapping[Place, Digest | None],
        commits: Mapping[Place, str],
        env: Mapping[str, str],
        *,
        grouped: bool,
    ) -> None:
        self._trees = {place: Tree(store, root) for place, root in trees.items()}
        self._commits = commits
        self._env = env
        self._key_variable = "GROUP_BY" if grouped else "JOIN_ON"
        self._folders: OrderedDict[tuple[Place, str], tuple[InputFile, ...]] = OrderedDict()

    def make(self, work: Sequence[Work]) -> list[DatumTask]:
        """Return the tasks of `work`, in its order. Cost: one lookup per tree for all files, a scan per folder."""
        files = self._files_of(work)
        return [self._task(each, files) for each in work]

    def _files_of(self, work: Sequence[Work]) -> dict[tuple[Place, str], InputFile]:
        wanted: dict[Place, set[str]] = {}
        for each in work:
            for member in each.datum.members:
                if member.row is None and member.path:
                    wanted.setdefault((member.repo, member.branch), set()).add(member.path)
        found: dict[tuple[Place, str], InputFile] = {}
        for place, paths in wanted.items():
            rows = self._trees[place].table.get_many(paths)
            for file in _input_files(rows.to_pylist()):
                found[(place, file.path)] = file
        return found

    def _task(self, work: Work, files: Mapping[tuple[Place, str], InputFile]) -> DatumTask:
        datum = work.datum
        env = dict(self._env)
        env["PACH_DATUM_ID"] = env["TILTH_DATUM_ID"] = work.content.hex()
        inputs: dict[str, list[InputFile]] = {}
        rows: dict[str, list[Json]] = {}
        for member in datum.members:
            place = (member.repo, member.branch)
            env[f"{member.input}_COMMIT"] = self._commits.get(place, "")
            if member.join_key is not None:
                env[f"PACH_DATUM_{member.input}_{self._key_variable}"] = member.join_key
            mine = inputs.setdefault(member.input, [])
            if member.row is not None:
                rows.setdefault(member.input, []).append(json.loads(member.row))
            elif (place, member.path) in files:
                mine.append(files[(place, member.path)])
            else:
                mine.extend(self._folder(place, member))
        made = []
        for name, found in inputs.items():
            values = rows.get(name, [])
            # A group may hold several rows of one input; they come as a list.
            row: Json = values if len(values) > 1 else values[0] if values else None
            made.append(TaskInput(name, tuple(sorted(found, key=_path)), row))
        return DatumTask(datum.key, work.identity, tuple(made), env)

    def _folder(self, place: Place, member: Member) -> tuple[InputFile, ...]:
        name = (place, member.path)
        if name not in self._folders:
            rows = [row for batch in self._trees[place].batches(member.path) for row in batch.to_pylist()]
            self._folders[name] = tuple(_input_files(rows))
            if len(self._folders) > _KEPT_FOLDERS:
                self._folders.popitem(last=False)
        self._folders.move_to_end(name)
        return self._folders[name]


def _path(file: InputFile) -> str:
    return file.path


def _input_files(rows: Sequence[Mapping[str, object]]) -> list[InputFile]:
    files = []
    for row in rows:
        content = Content(int(row["size"]), Digest(row["digest"]), int(row["layout"]), row["chunks"])  # type: ignore
        mode = int(json.loads(str(row["attributes"])).get("mode", "644"), 8) if row["attributes"] else 0o644
        files.append(InputFile(str(row["path"]), content, mode))
    return files
