"""Loading known answers: from a table file in a repo, or from the spec itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from tilth.datums.rows import Row, read_rows
from tilth.errors import Invalid
from tilth.labeling.content import ANSWER_PREFIX, TaskContent, Unshowable, content_of_files, content_of_row
from tilth.labeling.identity import TaskNames
from tilth.labeling.ledger.intake import KnownItem
from tilth.labeling.results import meaning_of, result_for, validate_result
from tilth.labeling.spec import Golden, LabelingSpec
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Commit
from tilth.model.names import DEFAULT_BRANCH
from tilth.storage.content import Content, read_content
from tilth.storage.store import Store
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.trees import Tree


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of a repo (PROJECT/REPO), and a path in it."""

    repo: str
    branch: str
    path: str = ""


def place_of(text: str, project: str) -> Place:
    """Read `[PROJECT/]REPO[@BRANCH][:PATH]`."""
    at, _, path = text.partition(":")
    repo, _, branch = at.partition("@")
    return Place(repo if "/" in repo else f"{project}/{repo}", branch or DEFAULT_BRANCH, path.lstrip("/"))


def known_places(spec: LabelingSpec, project: str) -> list[Place]:
    """Return the branches that hold known answers and their items, beside the pipeline's input."""
    golden = spec.golden
    named = [golden.source, golden.items] if golden else []
    return [place_of(text, project) for text in named if text]


MOST_TOLD = 20
"""Rows that do not fit and are told one by one."""


class Waiting(Exception):
    """Why the known answers are not there yet, in plain words."""


def head_of(conn: Connection, repo: str, branch: str) -> Commit | None:
    """Return the head commit of a branch. Raises NotFound for no such repo or branch."""
    head = find_branch(conn, repo, branch).head
    return load_commit(conn, head) if head is not None else None


def load_known(
    store: Store,
    spec: LabelingSpec,
    *,
    names: TaskNames,
    epoch: str,
    input_name: str,
    input_place: Place,
    head: Callable[[str, str], Commit | None],
) -> list[KnownItem]:
    """Return the known-answer tasks. Raises Waiting, or Invalid for a row that does not fit."""
    golden = spec.golden
    if golden is None:
        return []
    project = names.pipeline.partition("/")[0]
    items = place_of(golden.items, project) if golden.items else None
    schema = spec.config.digest
    found: dict[str, KnownItem] = {}
    for where, path, data, answer in _rows(store, golden, project, head):
        if path is not None:
            place = items or (place_of(golden.source, project) if golden.source else input_place)
            content = _file_content(store, spec, place, path, input_name, where, head)
        else:
            try:
                content = content_of_row(spec.config, data)
            except Unshowable as why:
                raise Invalid(f"{where} cannot be shown: {why}.", help="Name the columns in golden.columns.") from None
        try:
            result = result_for(spec.config, answer)
            validate_result(spec.config, result, content.data)
        except Invalid as error:
            raise Invalid(f"{where} does not fit the labeling config. {error.message}", help=error.help) from None
        task = names.own(content.task_id(names.identity, schema, epoch))
        known = KnownItem(task, content.to_text(), canonical(result).decode(), meaning_of(spec.config, result))
        if task in found and found[task].meaning != known.meaning:
            raise Invalid(f"{where} gives one item two known answers.", help="Keep one row for each item.")
        found[task] = known
    if not found:
        raise Waiting("there are no known answers in it")
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Fitting:
    """How the rows of a table of known answers fit: all, those that do, and of the others the first, in words."""

    rows: int
    fit: int
    problems: list[str]


def check_known(
    store: Store, spec: LabelingSpec, *, project: str, head: Callable[[str, str], Commit | None]
) -> Fitting | None:
    """Look at every row of the table of known answers, with no item's bytes; None for a spec that names no table.

    Costs a seek in the items' tree for each row.
    """
    golden = spec.golden
    if golden is None or golden.source is None:
        return None
    items = place_of(golden.items or golden.source, project)
    commit = head(items.repo, items.branch)
    tree = Tree(store, commit.tree) if commit is not None else None
    rows, problems, said = 0, list[str](), dict[str, str]()
    wrong = 0
    try:
        for row, name in _table(store, golden.source, project, head):
            rows += 1
            where = f"{name}, line {row.line}"
            try:
                _, path, data, answer = _read(golden, row, where)
                if path is not None and (tree is None or tree.stat(path) is None):
                    raise Invalid(f"{where}: {items.repo.removeprefix(f'{project}/')} has no file {path}.")
                result = result_for(spec.config, answer)
                validate_result(spec.config, result, data if path is None else {})
                meaning, item = meaning_of(spec.config, result), path or canonical(dict(data)).decode()
                if said.setdefault(item, meaning) != meaning:
                    raise Invalid(f"{where} gives one item a second answer.")
            except Invalid as error:
                wrong += 1
                if len(problems) < MOST_TOLD:
                    problems.append(error.message if error.message.startswith(where) else f"{where}: {error.message}")
    except Waiting as why:
        return Fitting(rows, 0, [str(why)])
    return Fitting(rows, rows - wrong, problems)


def _rows(
    store: Store, golden: Golden, project: str, head: Callable[[str, str], Commit | None]
) -> Iterator[tuple[str, str | None, Mapping[str, Json], Json]]:
    """Yield (where it stands, path or None, data, answer) of each known answer."""
    if golden.source is None:
        for position, known in enumerate(golden.answers):
            yield f"labeling.golden.answers[{position}]", known.path, known.data or {}, known.answer
        return
    for row, name in _table(store, golden.source, project, head):
        yield _read(golden, row, f"{name}, line {row.line}")


def _table(
    store: Store, source: str, project: str, head: Callable[[str, str], Commit | None]
) -> Iterator[tuple[Row, str]]:
    """Yield the rows of the table of known answers, each with the table's name."""
    place = place_of(source, project)
    commit = head(place.repo, place.branch)
    if commit is None:
        raise Waiting(f"{place.repo}@{place.branch} has no commit yet")
    tree = Tree(store, commit.tree)
    if tree.stat(place.path) is None:
        raise Waiting(f"{place.repo}@{place.branch} has no file {place.path}")
    with tree.open(place.path) as stream:
        for row in read_rows(stream, place.path, None):
            yield row, place.path


def _read(golden: Golden, row: Row, where: str) -> tuple[str, str | None, Mapping[str, Json], Json]:
    """Return (where it stands, path or None, data, answer) of a row."""
    column = _answer_column(golden, row.values, where)
    answer = row.values[column]
    path_column = golden.path or ("path" if golden.items else None)
    if path_column is not None:
        path = row.values.get(path_column)
        if not isinstance(path, str) or not path:
            raise Invalid(f"{where} has no path in column {path_column!r}.", help="Name the item's file.")
        return where, path, {}, answer
    if golden.columns:
        return where, None, {name: row.values.get(source) for name, source in golden.columns.items()}, answer
    return where, None, {name: value for name, value in row.values.items() if name != column}, answer


def _answer_column(golden: Golden, values: Mapping[str, Json], where: str) -> str:
    if golden.answer in values:
        return golden.answer
    marked = [name for name in values if name.startswith(ANSWER_PREFIX)]
    if len(marked) == 1 and golden.answer == "label":
        return marked[0]
    raise Invalid(
        f"{where} has no column {golden.answer!r} with the known answer.",
        help=f"Set golden.answer to one of {', '.join(list(values)[:20])}.",
    )


def _file_content(
    store: Store,
    spec: LabelingSpec,
    place: Place,
    path: str,
    input_name: str,
    where: str,
    head: Callable[[str, str], Commit | None],
) -> TaskContent:
    commit = head(place.repo, place.branch)
    entry = Tree(store, commit.tree).stat(path) if commit is not None else None
    if entry is None:
        raise Waiting(f"{place.repo}@{place.branch} has no file {path} (named in {where})")
    try:
        return content_of_files(spec.config, {input_name: entry}, reader(store))
    except Unshowable as why:
        raise Invalid(f"{path} (named in {where}) cannot be shown: {why}.", help="Name another item.") from None


def reader(store: Store) -> Callable[[Content], bytes]:
    """Return a function that reads a whole content."""

    def read(content: Content) -> bytes:
        return b"".join(read_content(store, content))

    return read
