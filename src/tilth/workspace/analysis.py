"""Analysis of datasets in a local workspace: two ordinary pipelines, and questions to what they published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.analysis import (
    AnalysisInfo,
    ColourInfo,
    DuplicateGroup,
    DuplicatesInfo,
    ExplainInfo,
    MapInfo,
    OverInfo,
    SimilarInfo,
    SimilarItem,
)
from tilth.contract.datasets import IntervalInfo, ItemInfo
from tilth.crowd.interval import wilson
from tilth.curation.contrast import Counted, over_represented
from tilth.curation.recipe_specs import VERSIONS, analysis_spec, described, embed_spec, pipeline_name, recipe_code
from tilth.curation.similarity import Ranked, nearest_rows, rank_similar
from tilth.datasets.filters import And, Column, Filter, In, column_text, parse_filter, value_text
from tilth.datasets.overlays import FIXES, RULINGS
from tilth.errors import Conflict, Invalid, NotFound
from tilth.model.commit import Commit
from tilth.model.names import DEFAULT_BRANCH
from tilth.pipelines import queue, registry
from tilth.pipelines.queue import CREATED, RUNNING, Job
from tilth.pipelines.registry import Pipeline
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.repos import Repo, find_repo
from tilth.versioning.trees import Tree
from tilth.workspace import dataset_versions
from tilth.workspace.dataset_sources import DEFINITION, find_dataset
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.datasets import interval_info, item_info, shown_columns
from tilth.workspace.jobinfos import job_info
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit
from tilth.workspace.pipelines import LocalPipelines
from tilth.workspace.repeats import Group, groups_of

if TYPE_CHECKING:
    from tilth.workspace.vectors import Aligned

OWN_FUNCTIONS = "dataset_steps."
MOST_POINTS = 200_000
MOST_NAMES = 40
"""Values of a category that have a colour of their own on the map."""
MOST_KEYS = 20_000
"""Items that one call may name."""
MOST_VALUES = 1000
"""Values of a field up to which it can say what is special about a selection."""
BINS = 10
_NOT_TOLD = frozenset({"key", "media", "x", "y", "duplicate_of", "suggested", "given_label"})
"""Columns that explain nothing: they are names or places, or say what another one says."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the two pipelines as it stands."""

    pipeline: Pipeline | None
    job: Job | None
    head: Commit | None


class LocalAnalysis:
    """Analysis of the folder's datasets."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend

    def start(self, dataset: str) -> AnalysisInfo:
        """Save a version if something changed, make or update the two pipelines, and run them."""
        found = open_view(self._opened, dataset)
        name, document = short_name(found.repo.full_name), found.document
        specs = (embed_spec(name, document), analysis_spec(name, document))
        parts = self._parts(name)
        for part in parts:
            self._check_own(part)
        dataset_versions.save_version(self._opened, dataset, "Saved for the analysis")
        pipelines = LocalPipelines(self._opened)
        for spec in specs:
            pipelines.create_built_in(spec, recipe_code())
        for part, after in zip(parts, self._parts(name), strict=True):
            stuck = after.job is not None and after.job.state in queue.BLOCKING
            same = part.pipeline is not None and after.pipeline is not None and _same(part.pipeline, after.pipeline)
            if stuck and same:
                pipelines.rerun(short_name(after.pipeline.name) if after.pipeline is not None else "")
                break  # what reads it runs again by itself
        return self.state(dataset)

    def state(self, dataset: str) -> AnalysisInfo:
        """Tell how far the analysis is."""
        with self._backend.database.read() as conn:
            repo = find_dataset(conn, dataset)
            newest = _head(conn, repo, VERSIONS)
        name = short_name(repo.full_name)
        embed, analysis = self._parts(name)
        jobs = [job_info(part.job) for part in (embed, analysis) if part.job is not None]
        number = dataset_versions.version_info(newest).number if newest is not None else 0
        used = self._version_of(analysis.head, repo)
        state, reason, stage, done, total = self._told(dataset, repo, embed, analysis, newest, used)
        summary: Mapping[str, Any] = {}
        unreadable = 0
        if analysis.head is not None:
            tree = Tree(self._backend.store, analysis.head.tree)
            summary = json.loads(tree.read("summary.json")) if tree.stat("summary.json") is not None else {}
        if embed.head is not None:
            batches = Tree(self._backend.store, embed.head.tree).batches("unreadable")
            unreadable = sum(batch.num_rows for batch in batches)
        return AnalysisInfo(
            dataset=name,
            state=state,
            reason=reason,
            stage=stage,
            done=done,
            total=total,
            version=dataset_versions.version_info(used).number if used is not None else None,
            newest=number,
            commit=analysis.head.id if analysis.head is not None and used is not None else None,
            jobs=jobs,
            unreadable=unreadable,
            summary=summary,
        )

    def stop(self, dataset: str) -> AnalysisInfo:
        """Stop its runs."""
        with self._backend.database.read() as conn:
            name = short_name(find_dataset(conn, dataset).full_name)
        for part in reversed(self._parts(name)):
            self._check_own(part)
            if part.job is not None and not part.job.ended:
                queue.stop_job(self._backend, part.job.id)
        return self.state(dataset)

    def map(
        self,
        dataset: str,
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        colour: str = "",
        points: int = 50_000,
    ) -> MapInfo:
        """Return the places of matching items, coloured by a column."""
        if not 1 <= points <= MOST_POINTS:
            raise Invalid(f"A map of {points} points cannot be sent.", help=f"Ask for 1 to {MOST_POINTS:,}.")
        found = open_view(self._opened, dataset, model=model, at=at)
        view = found.view
        _need_map(found)
        kind = view.kinds.get(colour) if colour else None
        if colour and kind is None:
            raise Invalid(f"There is no column {colour!r}.", help=f"Columns are {', '.join(view.columns[:50])}.")
        placed: Filter = And((parse_filter(where), parse_filter("x is not missing")))
        matching, everything = view.count(placed), view.count(where)
        table: Any = view.table(placed, columns=["x", "y", *([colour] if colour and colour not in ("x", "y") else [])])
        if len(table) > points:
            chosen = np.sort(np.random.default_rng(0).choice(len(table), points, replace=False))
            table = table.take(pa.array(chosen))
        told, codes, values = _coloured(table, colour, kind)
        return MapInfo(
            matching=matching,
            without=everything - matching,
            keys=table["key"].to_pylist(),
            x=_rounded(table["x"]),
            y=_rounded(table["y"]),
            code=codes,
            value=values,
            colour=told,
        )

    def similar(
        self,
        dataset: str,
        seeds: Sequence[str],
        *,
        accepted: Sequence[str] = (),
        discarded: Sequence[str] = (),
        where: str = "",
        model: str | None = None,
        limit: int = 60,
        diverse: bool = True,
    ) -> SimilarInfo:
        """Find items like some, unlike others, best first."""
        _check_keys([*seeds, *accepted, *discarded])
        found = open_view(self._opened, dataset, model=model)
        aligned = self._aligned(found)
        good = self._rows(aligned, [*seeds, *accepted])
        if not len(good):
            raise Invalid(
                "None of these items can be compared: they could not be read, or came after the analysis.",
                help="Analyse the dataset again, or choose other items.",
            )
        bad = np.setdiff1d(self._rows(aligned, discarded), good)
        candidates = np.zeros(len(aligned.matrix), bool)
        within = aligned.rows[found.view.places(where)] if where.strip() else aligned.rows
        candidates[within[within >= 0]] = True
        ranked = rank_similar(
            aligned.matrix.vectors,
            good.tolist(),
            bad.tolist(),
            candidates=candidates,
            limit=check_limit(limit),
            diverse=diverse,
            rounded=aligned.matrix.rounded,
        )
        candidates[good] = candidates[bad] = False
        decided = len(accepted) + len(discarded)
        return SimilarInfo(
            items=self._shown(found, aligned, ranked),
            by=ranked.by,
            precision=interval_info(wilson(len(accepted), decided)),
            candidates=int(candidates.sum()),
            without=int((within < 0).sum()),
        )

    def neighbours(self, dataset: str, key: str, *, model: str | None = None, limit: int = 12) -> Sequence[SimilarItem]:
        """Return the items nearest to one."""
        found = open_view(self._opened, dataset, model=model)
        aligned = self._aligned(found)
        rows = self._rows(aligned, [key])
        if not len(rows):
            return []
        # Vectors of items that left the dataset are passed over.
        matrix = aligned.matrix
        wide = nearest_rows(matrix.vectors, int(rows[0]), limit=check_limit(limit) + 50, rounded=matrix.rounded)
        here = aligned.places[wide.rows] >= 0
        ranked = Ranked(wide.rows[here][:limit], wide.scores[here][:limit], wide.by)
        return self._shown(found, aligned, ranked)

    def duplicates(self, dataset: str, *, after: str | None = None, limit: int = 50) -> DuplicatesInfo:
        """List groups of near-duplicates: across splits first, then with labels that differ, then the largest."""
        found = open_view(self._opened, dataset)
        view = found.view
        if "duplicate_of" not in view.kinds:
            raise _not_analysed(found)
        groups = self._groups(found)
        start = _place_of(after, [group.keys[0] for group in groups])
        shown = groups[start : start + check_limit(limit)]
        items = self._items(found, [key for group in shown for key in group.keys])
        return DuplicatesInfo(
            groups=[DuplicateGroup([items[key] for key in each.keys], each.splits, each.labels) for each in shown],
            next=shown[-1].keys[0] if start + len(shown) < len(groups) else None,
            total=len(groups),
            across_splits=sum(1 for group in groups if len(group.splits) > 1),
            contradicting=sum(1 for group in groups if len(group.labels) > 1),
        )

    def _groups(self, found: OpenDataset) -> Sequence[Group]:
        """Return all groups, in the order they are shown in. Kept with the view until somebody acts again."""
        known = self._opened.resources.duplicates.get(found.view)
        if known is not None and known[0] == found.state:
            return known[1]
        groups = groups_of(found.view)
        if found.view.acts == found.state:  # else something later lies over it already
            self._opened.resources.duplicates[found.view] = (found.state, groups)
        return groups

    def explain(
        self,
        dataset: str,
        *,
        keys: Sequence[str] | None = None,
        selection: str | None = None,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        limit: int = 20,
    ) -> ExplainInfo:
        """Say what is special about a selection, against the rest of the matching items."""
        if (keys is None) == (selection is None):
            raise Invalid("A selection is either keys or a filter.", help="Give keys, or selection.")
        found = open_view(self._opened, dataset, model=model, at=at)
        view = found.view
        whole = parse_filter(where)
        if keys is not None:
            _check_keys(keys)
            chosen: Filter = In(Column("key"), tuple(dict.fromkeys(keys)))
        else:
            chosen = parse_filter(selection or "")
        inside: Filter = And((whole, chosen))
        selected, total = view.count(inside), view.count(whole)
        told = [name for name in shown_columns(found) if name not in _NOT_TOLD and view.roles.get(name) != "slice"]
        counted, filters = _counted(found, told, inside, whole)
        over = over_represented(counted, selected, total, limit=check_limit(limit))
        errors = _errors(found, inside, whole)
        return ExplainInfo(
            selected=selected,
            rest=total - selected,
            over=[
                OverInfo(
                    each.column,
                    each.value,
                    filters[each.column, each.value],
                    interval_info(each.inside),
                    interval_info(each.outside),
                    each.lift,
                    each.p,
                )
                for each in over
            ],
            looked_at=len(counted),
            errors_inside=errors[0],
            errors_outside=errors[1],
        )

    # Inside

    def _parts(self, name: str) -> tuple[_Part, _Part]:
        return self._part(pipeline_name(name, "embed")), self._part(pipeline_name(name, "analysis"))

    def _part(self, name: str) -> _Part:
        try:
            pipeline = registry.get_pipeline(self._backend, name)
        except NotFound:
            pipeline = None
        jobs = queue.list_jobs(self._backend, pipeline=pipeline.id, limit=1) if pipeline is not None else []
        with self._backend.database.read() as conn:
            try:
                head = _head(conn, find_repo(conn, name), DEFAULT_BRANCH)
            except NotFound:
                head = None
        return _Part(pipeline, jobs[0] if jobs else None, head)

    def _check_own(self, part: _Part) -> None:
        """Refuse to change a pipeline that somebody wrote."""
        if part.pipeline is not None and not str(part.pipeline.document.get("function", "")).startswith(OWN_FUNCTIONS):
            name = short_name(part.pipeline.name)
            raise Conflict(
                f"There is a pipeline {name} that is not of the analysis.",
                help=f"Give that pipeline another name; {name} is where the analysis of the dataset belongs.",
                pipeline=name,
            )

    def _told(
        self, dataset: str, repo: Repo, embed: _Part, analysis: _Part, newest: Commit | None, used: Commit | None
    ) -> tuple[str, str, str, int, int]:
        """Return state, reason, stage, done and total."""
        for part, stage in ((embed, "describing"), (analysis, "analysing")):
            if part.job is not None and part.job.state in (CREATED, RUNNING):
                done = part.job.run + part.job.reused + part.job.failed + part.job.recovered
                return "running", "", stage, done, part.job.total
            if part.pipeline is not None and part.job is None:
                return "running", "", stage, 0, 0  # asked for, and not begun yet
        for part in (embed, analysis):
            if part.job is not None and part.job.state in queue.BLOCKING:
                stopped = part.job.state == queue.STOPPED
                return ("stopped" if stopped else "failed"), job_info(part.job).reason, "", 0, 0
        if used is None:
            views = self._opened.resources.dataset_views
            try:
                with self._backend.database.read() as conn:
                    head = _head(conn, repo, DEFAULT_BRANCH)
                described(views.sources.document(head, DEFINITION) if head is not None else {})
            except Invalid as problem:
                return "impossible", problem.message, "", 0, 0
            return "missing", "", "", 0, 0
        changed = self._changed(repo, newest, used)
        return ("old" if changed else "ready"), changed, "", 0, 0

    def _changed(self, repo: Repo, newest: Commit | None, used: Commit) -> str:
        """Say what changed since the version that was analysed; "" for nothing."""
        if newest is not None and newest.id != used.id:
            return "A newer version was saved."
        store = self._backend.store
        for place in used.derivation.inputs if used.derivation is not None else ():
            with self._backend.database.read() as conn:
                try:
                    head = _head(conn, find_repo(conn, place.repo), place.branch or DEFAULT_BRANCH)
                    before = load_commit(conn, place.commit)
                except NotFound:
                    continue
            if head is None or head.id == before.id or head.tree == before.tree:
                continue
            if head.repo != repo.full_name:
                return f"{short_name(head.repo)} has changed."
            views = self._opened.resources.dataset_views
            old, new = Tree(store, before.tree), Tree(store, head.tree)
            same = all(views.sources.parts(old, path) == views.sources.parts(new, path) for path in (FIXES, RULINGS))
            if not same or old.read(DEFINITION) != new.read(DEFINITION):
                return "Labels were fixed, or the dataset was changed."
        return ""

    def _version_of(self, head: Commit | None, repo: Repo) -> Commit | None:
        """Return the version that the results are of."""
        for place in head.derivation.inputs if head is not None and head.derivation is not None else ():
            if place.branch == VERSIONS:
                with self._backend.database.read() as conn:
                    commit = load_commit(conn, place.commit)
                if commit.repo == repo.full_name:
                    return commit
        return None

    def _aligned(self, found: OpenDataset) -> Aligned:
        embed = self._part(pipeline_name(short_name(found.repo.full_name), "embed"))
        if embed.head is None or embed.head.tree is None or embed.pipeline is None:
            raise _not_analysed(found)
        vectors = self._opened.resources.vectors
        return vectors.align(found, vectors.at(embed.pipeline.output_id, embed.head.tree))

    def _rows(self, aligned: Aligned, keys: Sequence[str]) -> Any:
        """Return the rows of the matrix that keys have; those without one are left out."""
        if not keys:
            return np.empty(0, np.int64)
        named = pa.array(list(dict.fromkeys(keys)), pa.string())
        # The many are looked up among the few: a table of a million keys takes ten times as long to make.
        which: Any = pc.index_in(aligned.keys, named)
        places = np.flatnonzero(which.is_valid().to_numpy(zero_copy_only=False))
        order = np.argsort(which.take(pa.array(places)).to_numpy(), kind="stable")
        rows = aligned.rows[places[order]]
        return rows[rows >= 0]

    def _shown(self, found: OpenDataset, aligned: Aligned, ranked: Ranked) -> list[SimilarItem]:
        places = aligned.places[ranked.rows]
        rows = found.view.at(places, list(shown_columns(found))).to_pylist() if len(places) else []
        items = {row["key"]: item_info(found, row) for row in rows}
        scored = zip(aligned.keys.take(pa.array(places)).to_pylist(), ranked.scores.tolist(), strict=True)
        return [SimilarItem(items[key], score) for key, score in scored if key in items]

    def _items(self, found: OpenDataset, keys: Sequence[str]) -> dict[str, ItemInfo]:
        rows = found.view.among(keys, list(shown_columns(found))).to_pylist() if keys else []
        return {row["key"]: item_info(found, row) for row in rows}


def _same(before: Pipeline, after: Pipeline) -> bool:
    return before.version == after.version


def _head(conn: Any, repo: Repo, branch: str) -> Commit | None:
    try:
        head = find_branch(conn, repo.full_name, branch).head
    except NotFound:
        return None
    return load_commit(conn, head) if head is not None else None


def _not_analysed(found: OpenDataset) -> NotFound:
    return NotFound(f"{found.name} has not been analysed yet.", help="Press Analyse, or `tilth dataset analyse NAME`.")


def _need_map(found: OpenDataset) -> None:
    if "x" not in found.view.kinds or "y" not in found.view.kinds:
        raise _not_analysed(found)


def _check_keys(keys: Sequence[str]) -> None:
    if len(keys) > MOST_KEYS:
        raise Invalid(f"{len(keys):,} items were named.", help=f"Name at most {MOST_KEYS:,}, or use a filter.")


def _place_of(after: str | None, heads: Sequence[str]) -> int:
    if after is None:
        return 0
    try:
        return heads.index(after) + 1
    except ValueError as error:
        raise Invalid(f"{after!r} is not the key of a page.", help="Read the list from its start again.") from error


def _rounded(column: Any) -> list[float]:
    values: list[float] = np.round(column.to_numpy().astype(np.float64), 4).tolist()
    return values


def _coloured(table: pa.Table, colour: str, kind: str | None) -> tuple[ColourInfo, list[int], list[float | None]]:
    """Return what the points are coloured by, and per point its code, or its number."""
    n = len(table)
    if kind is None or kind == "other":
        return ColourInfo(colour, "none", [], [], 0, 0, None, None), [], []
    if kind == "number":
        numbers = np.round(table[colour].cast(pa.float64()).to_numpy(zero_copy_only=False), 5)
        known = np.isfinite(numbers)
        low, high = (float(numbers[known].min()), float(numbers[known].max())) if known.any() else (None, None)
        values = [value if good else None for value, good in zip(numbers.tolist(), known.tolist(), strict=True)]
        return ColourInfo(colour, "number", [], [], 0, int(n - known.sum()), low, high), [], values
    texts: Any = table[colour].cast(pa.string()).combine_chunks()
    encoded: Any = pc.dictionary_encode(texts)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    names: list[str] = encoded.dictionary.to_pylist()
    counts = np.bincount(raw[raw >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda at: (-int(counts[at]), names[at]))
    code_of = np.full(len(names) + 1, -1, np.int64)
    for code, at in enumerate(order):
        code_of[at] = min(code, MOST_NAMES)
    shown = order[:MOST_NAMES]
    codes: list[int] = code_of[raw].tolist()  # −1 takes the last place, which is −1
    return (
        ColourInfo(
            colour,
            "category",
            [names[at] for at in shown],
            [int(counts[at]) for at in shown],
            int(sum(counts[at] for at in order[MOST_NAMES:])),
            int((raw < 0).sum()),
            None,
            None,
        ),
        codes,
        [],
    )


def _counted(
    found: OpenDataset, columns: Sequence[str], inside: Filter, whole: Filter
) -> tuple[list[Counted], dict[tuple[str, str], str]]:
    """Count values of columns in a selection and in all; and the filter of each value."""
    view = found.view
    distinct = view.distinct([name for name in columns if view.kinds[name] == "text"])
    texts = [
        name
        for name in columns
        if view.kinds[name] == "boolean" or (view.kinds[name] == "text" and distinct[name] <= MOST_VALUES)
    ]
    numbers = [name for name in columns if view.kinds[name] == "number"]
    counted: list[Counted] = []
    filters: dict[tuple[str, str], str] = {}
    if texts:
        ours = view.histograms(texts, inside, bins=MOST_VALUES)
        alls = view.histograms(texts, whole, bins=2 * MOST_VALUES)
        for some, every in zip(ours, alls, strict=True):
            in_all = dict(every.values)
            for value, count in some.values:
                if value in in_all:
                    counted.append(Counted(some.column, value, count, in_all[value]))
                    shown = value if view.kinds[some.column] == "boolean" else value_text(value)
                    filters[some.column, value] = f"{column_text(some.column)} = {shown}"
    if numbers:
        ours, alls = view.histograms(numbers, inside, bins=BINS), view.histograms(numbers, whole, bins=BINS)
        for some, every in zip(ours, alls, strict=True):
            known = {(low, high): count for low, high, count in every.bins}
            for number, (low, high, count) in enumerate(some.bins):
                if not count or (low, high) not in known:
                    continue
                value = f"{low:.4g} to {high:.4g}"
                counted.append(Counted(some.column, value, count, known[low, high]))
                name, last = column_text(some.column), number == len(some.bins) - 1
                filters[some.column, value] = f"{name} >= {low!r} and {name} {'<=' if last else '<'} {high!r}"
    return counted, filters


def _errors(found: OpenDataset, inside: Filter, whole: Filter) -> tuple[IntervalInfo | None, IntervalInfo | None]:
    """Return the share of wrong predictions in a selection and in the rest; None without a model."""
    view = found.view
    if "correct" not in view.kinds:
        return None, None

    def counts(where: Filter) -> tuple[int, int]:
        wrong = view.count(And((where, parse_filter("correct = false"))))
        return wrong, wrong + view.count(And((where, parse_filter("correct = true"))))

    ours, alls = counts(inside), counts(whole)
    return interval_info(wilson(*ours)), interval_info(wilson(alls[0] - ours[0], alls[1] - ours[1]))
