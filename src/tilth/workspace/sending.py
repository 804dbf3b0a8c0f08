"""Sending items of a dataset to people: chosen items go into a labeling pipeline's inbox, and its labels come back.

A pipeline made here reads an inbox of its own, PIPELINE-inbox, that a feedback edge from the dataset fills: the commit
that hands items over names the dataset's commit and that of the items. Files are put by their content, which copies no
data, under the item's key; rows are added to items.jsonl. So a label's key is the item's, and the dataset takes the
pipeline's labels as its newest source.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import xxhash

from tilth.contract.datasets import MediaInfo
from tilth.contract.sending import SendInfo, SendPlan
from tilth.curation.slices import Round, file_of
from tilth.datasets.exports.subject import plain
from tilth.datums.globs import compile_glob
from tilth.datums.inputs import Pfs
from tilth.errors import Conflict, Invalid, NotFound, NothingToCommit
from tilth.labeling.questions import config_for
from tilth.labeling.spec import LabelingSpec
from tilth.labeling.spec import parse_spec as parse_labeling
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Commit, CommitInput, InputKind
from tilth.model.entry import Entry
from tilth.model.names import DEFAULT_BRANCH, check_name, check_path
from tilth.pipelines import registry
from tilth.pipelines.spec import PipelineSpec, parse_spec
from tilth.versioning import branches, feedback, releasing, repos
from tilth.versioning.commits import get_commit
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, content_of, entry_for, write_entry
from tilth.workspace.dataset_acts import commit_act
from tilth.workspace.dataset_sources import DEFINITION
from tilth.workspace.dataset_views import open_view
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.pipelines import LocalPipelines
from tilth.workspace.slices import check_expected, now_ms, read_slice

ROWS = "items.jsonl"
KEY = "key"
MOST = 200_000
"""Items that can be sent at once."""
EDGE_ITEMS, EDGE_ROUNDS = 2**31 - 1, 2**31 - 1
"""The edge is for the record. What people may be asked is bounded by the pipeline's own budget."""

FORM = {
    "name": str,
    "question": str,
    "task": str,
    "classes": list,
    "multiple": bool,
    "guidelines": str,
    "overlap": (int, dict),
    "price": (int, float),
    "budget": (int, float),
    "known": list,
    "known_every": int,
}
"""The fields of the short form of a new labeling pipeline, with their types. Only the name is needed."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where items go: the pipeline's one input, and what it asks."""

    pipeline: str
    """PROJECT/NAME."""
    place: Pfs
    spec: LabelingSpec
    edge: str
    document: Mapping[str, Json] | None = None
    """The spec of a pipeline that is still to be made."""
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """One item to send: as a file, or as a row of values."""

    key: str
    file: Entry | None = None
    row: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What putting the chosen items into the inbox takes."""

    edits: Edits
    new: int
    already: int


def plan(
    opened: Opened,
    name: str,
    *,
    keys: Iterable[str],
    where: str,
    model: str | None,
    slice: str,
    pipeline: str | None,
    new: Mapping[str, Any] | None,
) -> SendPlan:
    """Say what sending would do. Cost: O(items sent), and for rows one reading of the inbox."""
    return _Sending(opened, name, keys, where, model, slice, pipeline, new).plan()


def send(
    opened: Opened,
    name: str,
    *,
    keys: Iterable[str],
    where: str,
    model: str | None,
    slice: str,
    pipeline: str | None,
    new: Mapping[str, Any] | None,
    expect: int | None,
    message: str,
) -> SendInfo:
    """Send items to people. The same call again hands nothing over and buys nothing."""
    sending = _Sending(opened, name, keys, where, model, slice, pipeline, new)
    if expect is not None:
        check_expected(expect, len(sending.keys))
    return sending.send(message)


class _Sending:
    """One sending, worked out."""

    def __init__(
        self,
        opened: Opened,
        name: str,
        keys: Iterable[str],
        where: str,
        model: str | None,
        slice: str,
        pipeline: str | None,
        new: Mapping[str, Any] | None,
    ) -> None:
        self._opened, self._backend = opened, opened.backend
        self.dataset = open_view(opened, name, model=model)
        self.slice = slice
        self.keys = self._keys([*keys], where)
        if (pipeline is None) == (new is None):
            raise Invalid("Say one pipeline to send to.", help="Name a labeling pipeline, or fill in a new one.")
        self.target = self._existing(pipeline) if pipeline is not None else self._new(new or {})

    def plan(self) -> SendPlan:
        """Return what sending would do."""
        target, spec = self.target, self.target.spec
        handover = self._handover()
        least, most = (handover.new * each for each in (spec.overlap.minimum, spec.overlap.maximum))
        price = spec.price_micros / 1e6
        mixed = spec.golden.every / (spec.golden.every - 1) if spec.golden is not None else 1.0
        limit = spec.budget.micros
        left = max(limit / 1e6 - target.spent, 0.0) if limit is not None else None
        cost = [round(count * price * mixed, 6) for count in (least, most)]
        warnings = []
        if handover.already:
            warnings.append(
                f"{handover.already:,} of them lie there already as they are: they are not asked or bought again. "
                "For a second look send them to a new labeling pipeline."
            )
        if left is not None and cost[0] > left:
            warnings.append(f"The pipeline may spend {left:.2f} more, which is not enough for all.")
        return SendPlan(
            pipeline=short_name(target.pipeline),
            makes_pipeline=target.document is not None,
            inbox=f"{short_name(target.place.repo)}@{target.place.branch}",
            items=len(self.keys),
            new=handover.new,
            already=handover.already,
            answers=[least, most],
            cost=cost,
            budget_left=left,
            config=spec.config.text,
            warnings=warnings,
            currency=spec.currency,
        )

    def send(self, message: str) -> SendInfo:
        """Make what is missing, hand the items over, and write down that it was done."""
        target = self.target
        told = self.plan()
        if target.document is not None:
            self._make(target)
        handover = self._handover()
        commit = self._hand_over(handover, message or self._message(handover))
        act = self._note(told, handover, commit)
        return SendInfo(
            replace(told, new=handover.new, already=handover.already), commit.id if commit is not None else None, act
        )

    # Inside

    def _keys(self, keys: list[str], where: str) -> list[str]:
        view = self.dataset.view
        if self.slice:
            where = f"`slice.{self.slice}`" + " = true" + (f" and ({where})" if where else "")
        if keys and where:
            raise Invalid("Items are named or match a filter, not both.", help="Leave one out.")
        if not keys and not where:
            raise Invalid("No items are chosen.", help="Name items, or give a filter.")
        if keys:
            wanted = list(dict.fromkeys(keys))
            found = view.among(wanted, columns=["key"])["key"].to_pylist()
            lost = set(wanted).difference(found)
            if lost:
                raise NotFound(
                    f"{self.dataset.name} has no item {sorted(lost)[0]!r}"
                    + (f" (and {len(lost) - 1:,} more)." if len(lost) > 1 else "."),
                    help="Look again: items may have gone.",
                )
        else:
            found = view.keys(where).to_pylist()
        if not found:
            raise Invalid("No item matches.", help="Use another filter.")
        if len(found) > MOST:
            raise Invalid(f"{len(found):,} items are too many at once.", help=f"Send up to {MOST:,}.")
        return [str(key) for key in found]

    def _existing(self, name: str) -> Target:
        found = registry.get_pipeline(self._backend, full_name(name))
        parsed = found.parsed
        if found.kind != "labeling" or not isinstance(parsed, PipelineSpec) or parsed.labeling is None:
            raise Invalid(f"{name} is no labeling pipeline.", help="`tilth labeling list` shows them.")
        if not isinstance(parsed.input, Pfs):
            raise Invalid(f"{name} combines several inputs.", help="Send to a pipeline that reads one repo.")
        spent = self._opened.resources.desk.progress(found.name).spent_micros / 1e6
        return Target(found.name, parsed.input, parse_labeling(parsed.labeling), self._edge(found.name), spent=spent)

    def _new(self, form: Mapping[str, Any]) -> Target:
        for field, value in form.items():
            if field not in FORM:
                raise Invalid(f"The form has no field {field!r}.", help=f"Fields are {', '.join(FORM)}.")
            kind = FORM[field]
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):  # type: ignore[arg-type]
                raise Invalid(f"The field {field} has a value of the wrong kind.", help="Look at the form.")
        if not form.get("name"):
            raise Invalid("The new labeling pipeline needs a name.", help="Name it after what is asked.")
        short = check_name(str(form["name"]), "pipeline")
        name = f"{self.dataset.repo.project}/{short}"
        document = self._document(form, short)
        parsed = parse_spec(document, project=self.dataset.repo.project)
        assert isinstance(parsed.input, Pfs)
        assert parsed.labeling is not None
        return Target(name, parsed.input, parse_labeling(parsed.labeling), self._edge(name), document)

    def _document(self, form: Mapping[str, Any], name: str) -> Mapping[str, Json]:
        media = self.dataset.definition.media.kind
        classes = [str(each) for each in form.get("classes", self.dataset.view.classes)]
        config = config_for(
            media,
            str(form.get("task", "classification")),
            classes,
            question=str(form.get("question", "")),
            multiple=bool(form.get("multiple", False)),
        )
        labeling: dict[str, Any] = {"config": config, "guidelines": {"text": str(form.get("guidelines", ""))}}
        for field in ("overlap", "price"):
            if field in form:
                labeling[field] = form[field]
        if "budget" in form:
            labeling["budget"] = form["budget"]
        if form.get("known"):
            labeling["golden"] = {
                "answers": [self._known(each) for each in form["known"]],
                "every": form.get("known_every", 5),
            }
        inbox = f"{name}-inbox"
        check_name(inbox, "repo")
        pfs: dict[str, Any] = {"repo": inbox, "name": "item"}
        if self._by_rows:
            pfs |= {"glob": f"/{ROWS}", "rows": True, "key": KEY}
        else:
            pfs["glob"] = "/**.*" if any("/" in key for key in self.keys) else "/*"
        return {
            "pipeline": {"name": name, "project": self.dataset.repo.project},
            "description": f"Items of the dataset {self.dataset.name}, sent to people.",
            "input": {"pfs": pfs},
            "labeling": labeling,
        }

    def _known(self, given: object) -> dict[str, Json]:
        if not isinstance(given, Mapping) or set(given) != {"key", "label"}:
            raise Invalid("A known answer is an item's key and its label.", help='Write {"key": ..., "label": ...}.')
        key, label = str(given["key"]), given["label"]
        if not self._by_rows:
            if key not in set(self.keys):
                self.keys.append(key)
            return {"path": key, "label": label}
        (chosen,) = self._chosen([key])
        return {"data": dict(chosen.row or {}), "label": label}

    @property
    def _by_rows(self) -> bool:
        """Whether items go as rows: where what is shown is text in a table."""
        definition = self.dataset.definition
        return definition.items.key is not None and definition.media.kind in ("text", "none")

    def _edge(self, pipeline: str) -> str:
        whole = f"{self.dataset.repo.name}-to-{pipeline.partition('/')[2]}"
        return whole if len(whole) <= 63 else f"{whole[:50]}-{xxhash.xxh3_64_hexdigest(whole.encode())[:12]}"

    def _make(self, target: Target) -> None:
        assert target.document is not None
        try:
            repos.create_repo(
                self._backend,
                target.place.repo,
                description=f"Items of {self.dataset.name} that people are asked about.",
            )
        except Conflict:
            if branches.get_branch(self._backend, target.place.repo, target.place.branch).head is not None:
                raise
        LocalPipelines(self._opened).create(target.document)

    def _handover(self) -> Handover:
        target, place = self.target, self.target.place
        source = self.dataset.source("items")
        if (
            target.document is None
            and source is not None
            and self._is_source(source.reference.full_name, source.branch)
        ):
            return self._all_there()
        tree, made_here = self._inbox()
        if place.rows:
            return self._rows(tree)
        if self._by_rows:
            raise Invalid(
                f"{short_name(target.pipeline)} shows files, and these items are rows of a table.",
                help="Send them to a new labeling pipeline.",
            )
        glob = compile_glob(place.glob)
        edits, already = Edits(), 0
        for chosen in self._chosen(self.keys):
            entry = chosen.file
            assert entry is not None
            if not glob.matches(entry.path):
                raise Invalid(
                    f"{short_name(target.pipeline)} reads {place.glob}, which {entry.path} does not match.",
                    help="Send these items to a new labeling pipeline.",
                    path=entry.path,
                )
            there = tree.stat(entry.path)
            if there is not None and there.digest == entry.digest:
                already += 1
                continue
            if there is not None and not made_here:
                raise Conflict(
                    f"{short_name(place.repo)} has another file {entry.path}.",
                    help="Send these items to a new labeling pipeline.",
                    path=entry.path,
                )
            edits.put(entry)
        return Handover(edits, len(self.keys) - already, already)

    def _rows(self, tree: Tree) -> Handover:
        place = self.target.place
        path = place.glob.lstrip("/")
        if (
            not self._by_rows
            or not path.endswith(".jsonl")
            or place.key is None
            or any(sign in path for sign in "*?[{(")
        ):
            raise Invalid(
                f"{short_name(self.target.pipeline)} does not read rows of one JSON lines file with a key.",
                help="Send these items to a new labeling pipeline.",
            )
        lines: dict[str, bytes] = {}
        for line in tree.read(path).splitlines() if tree.stat(path) is not None else ():
            if line.strip():
                lines[str(json.loads(line).get(place.key))] = line
        before = dict(lines)
        for chosen in self._chosen(self.keys):
            row = {place.key: chosen.key, **(chosen.row or {})}
            lines[chosen.key] = json.dumps(row, ensure_ascii=False, sort_keys=True).encode()
        new = sum(1 for key in self.keys if before.get(key) != lines[key])
        edits = Edits()
        if new:
            edits.put(write_entry(self._backend.store, path, b"".join(line + b"\n" for line in lines.values())))
        return Handover(edits, new, len(self.keys) - new)

    def _all_there(self) -> Handover:
        """The pipeline asks about everything that the dataset's items come from: see that these are among it."""
        glob = compile_glob(self.target.place.glob)
        if not self.target.place.rows:
            lost = [key for key in self.keys if not glob.matches(key)]
            if lost:
                name = short_name(self.target.pipeline)
                raise Invalid(
                    f"{name} reads {self.target.place.glob}, which {lost[0]} does not match.",
                    help="Send these items to a new labeling pipeline.",
                    path=lost[0],
                )
        return Handover(Edits(), 0, len(self.keys))

    def _is_source(self, repo: str, branch: str) -> bool:
        return (self.target.place.repo, self.target.place.branch) == (repo, branch)

    def _inbox(self) -> tuple[Tree, bool]:
        """Return what lies in the inbox now, and whether this dataset put it there."""
        place = self.target.place
        try:
            branch = branches.get_branch(self._backend, place.repo, place.branch)
        except NotFound:
            return Tree(self._backend.store), True
        if branch.owner is not None:
            raise Invalid(
                f"{short_name(self.target.pipeline)} reads {short_name(place.repo)}, which {branch.owner} makes.",
                help="Send these items to a new labeling pipeline.",
            )
        tree = get_commit(self._backend, branch.head).tree if branch.head is not None else None
        return Tree(self._backend.store, tree), self._declared() is not None

    def _declared(self) -> str | None:
        try:
            edge = feedback.get_edge(self._backend, self.target.edge)
        except NotFound:
            return None
        same = (edge.source, edge.target) == (self.dataset.repo.full_name, self.target.place.repo)
        return edge.name if same else None

    def _chosen(self, keys: Sequence[str]) -> list[Chosen]:
        """Return the items as they go: files by content, rows by what they show."""
        dataset, view = self.dataset, self.dataset.view
        rows = view.among(list(keys), columns=list(self._columns()))
        found = []
        trees: dict[str, Tree] = {}
        for row in rows.to_pylist():
            key = str(row["key"])
            shown = dataset.media(row)
            if self._by_rows:
                values = {name: plain(value) for name, value in row.items() if name != "key" and value is not None}
                values[dataset.definition.media.kind] = shown.text
                found.append(Chosen(key, row=values))
            else:
                found.append(Chosen(key, file=self._file(key, shown, trees)))
        return found

    def _columns(self) -> Iterable[str]:
        """The columns that a row takes along: what it shows, and what the pipeline's page names."""
        yield self.dataset.media_column
        target = getattr(self, "target", None)
        if target is not None and self._by_rows:
            known = set(self.dataset.view.columns)
            yield from (name for name in target.spec.config.mentions if name in known)

    def _file(self, key: str, shown: MediaInfo, trees: dict[str, Tree]) -> Entry:
        if shown.reference is None:
            raise Invalid(f"Item {key} shows no file.", help="Leave it out.", key=key)
        place, _, path = shown.reference.partition(":")
        if place not in trees:
            trees[place] = Tree(self._backend.store, releasing.readable(self._backend, place).tree)
        entry = trees[place].need(path)
        attributes = dict(entry.attributes)
        guessed = attributes.get("content-type") or mimetypes.guess_type(path)[0]
        if guessed and key != path:
            attributes["content-type"] = guessed
        return entry_for(check_path(key), content_of(entry), kind=entry.kind, attributes=attributes)

    def _hand_over(self, handover: Handover, message: str) -> Commit | None:
        if not len(handover.edits):
            return None
        target = self.target
        if self._declared() is None:
            feedback.declare(
                self._backend,
                target.edge,
                source=(self.dataset.repo.full_name, DEFAULT_BRANCH),
                target=(target.place.repo, target.place.branch),
                budget=EDGE_ITEMS,
                max_rounds=EDGE_ROUNDS,
                by=self._opened.author,
            )
        items = {each.commit.id: each for each in self.dataset.sources if each.role in ("items", "media")}
        copied = [
            CommitInput(each.commit.repo, each.branch, each.commit.id, each.commit.seal, InputKind.COPY)
            for each in items.values()
        ]
        try:
            return feedback.fire(
                self._backend,
                target.edge,
                handover.edits,
                items=handover.new,
                by=self._opened.author,
                at=self.dataset.head.id,
                copied=copied,
                message=message,
                facts={"dataset": self.dataset.name, "slice": self.slice},
            )
        except NothingToCommit:
            return None

    def _note(self, told: SendPlan, handover: Handover, commit: Commit | None) -> str | None:
        """Write on the dataset that it was done: the slice's round, and the pipeline as newest source of labels."""
        sent = Round(
            told.pipeline,
            self._opened.author,
            now_ms(),
            len(self.keys),
            handover.new,
            commit.id if commit is not None else None,
        )

        def edits(tree: Tree) -> Edits:
            found = Edits()
            before = json.loads(tree.read(DEFINITION))
            after = with_labels(before, f"{told.pipeline}@main:labels", told.pipeline)
            if after != before:
                found.put(write_entry(self._backend.store, DEFINITION, canonical(after)))
            if self.slice and handover.new:
                noted = read_slice(tree, self.dataset.name, self.slice).sent(sent)
                found.put(write_entry(self._backend.store, file_of(self.slice), noted.to_bytes()))
            return found

        facts: dict[str, Json] = {"slice": self.slice, "pipeline": told.pipeline}
        try:
            return commit_act(
                self._opened,
                self.dataset.repo,
                "slice",
                handover.new,
                edits,
                message=self._message(handover),
                facts=facts,
            ).id
        except NothingToCommit:
            return None

    def _message(self, handover: Handover) -> str:
        of = f" of slice {self.slice}" if self.slice else ""
        items = "1 item" if handover.new == 1 else f"{handover.new:,} items"
        return f"Send {items}{of} to {short_name(self.target.pipeline)}"


def with_labels(document: Mapping[str, Any], source: str, pipeline: str) -> dict[str, Any]:
    """Return a definition that takes a pipeline's labels before all others; itself where it does already."""
    given = document.get("labels")
    before = list(given) if isinstance(given, list) else [given] if given is not None else []
    if any(isinstance(each, Mapping) and each.get("pipeline") == pipeline for each in before):
        return dict(document)
    newest = {"from": source, "key": "key", "column": "label", "match": "path", "pipeline": pipeline}
    return {**document, "labels": [newest, *before] if before else newest}
