"""Models of a local workspace."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from tilth.contract.datasets import ActInfo
from tilth.contract.models import (
    ComparedItem,
    JoinInfo,
    ModelComparison,
    ModelInfo,
    ModelTestInfo,
    ModelVersionInfo,
    PromotionInfo,
    TestBoard,
    TestResult,
    TrainInfo,
    UploadMapping,
)
from tilth.contract.paging import Page
from tilth.curation import compare as comparing
from tilth.curation import uploads
from tilth.curation.alignment import NONE, Aligned
from tilth.curation.model_tests import ModelTest, judge, parse_test
from tilth.datasets.model_definition import DEFINITION, UPLOADS, parse_model
from tilth.datasets.parts import build_parts
from tilth.datasets.tables import is_table, read_table
from tilth.errors import Conflict, Invalid, NotFound, NothingToCommit, TilthError
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.model.names import check_name
from tilth.versioning import branches, commits, history, releasing, repos, revisions
from tilth.versioning.edits import Edits
from tilth.versioning.repos import MODEL
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace import dataset_views
from tilth.workspace.datasets import plain
from tilth.workspace.lineage import quoted_text
from tilth.workspace.model_infos import (
    MAX_GROUPS,
    NOTHING,
    change_info,
    chosen_mapping,
    difference_info,
    group_change,
    join_info,
    label_grid,
    no_join,
    number_or_none,
    promotion_info,
    slice_rules,
    upload_column,
    words_of,
)
from tilth.workspace.model_lineage import origins, reasons, source_versions
from tilth.workspace.model_repos import (
    PRODUCTION,
    PROMOTED,
    TESTS,
    ModelRepo,
    ModelVersion,
    find_version,
    load_model,
    read_json,
    split_version,
    write_json,
)
from tilth.workspace.model_scores import VersionScore, Yardstick, interval_info, label_texts
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of, position_of

MAX_UPLOAD = 256 << 20
"""Bytes of an uploaded file of predictions."""
MAX_TESTS = 200


class LocalModels:
    """Models of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._versions = opened.resources.model_versions
        self._yardsticks = opened.resources.yardsticks

    # What there is

    def register(self, name: str, definition: Mapping[str, Any], *, description: str = "") -> ModelInfo:
        """Make a model, or change its definition."""
        parsed = parse_model(definition)
        dataset_views.open_view(self._opened, parsed.dataset)
        for place in filter(None, (parsed.follows.source if parsed.follows else None, parsed.weights)):
            named = revisions.parse(place)
            branches.get_branch(self._backend, named.full_name, named.branch)
        try:
            repo = repos.get_repo(self._backend, name)
        except NotFound:
            repo = repos.create_repo(self._backend, name, description=description, kind=MODEL)
        if repo.kind != MODEL:
            raise Conflict(
                f"The repo {short_name(repo.full_name)} is there already and is no model.",
                help="Choose another name for the model.",
                repo=repo.full_name,
            )
        write_json(self._opened, repo.full_name, DEFINITION, parsed.to_json(), f"Define the model {name}")
        return self.get(name)

    def get(self, name: str) -> ModelInfo:
        """Return one model."""
        return self._info(name, recent=12)

    def list(self, *, after: str | None = None, limit: int = 100, recent: int = 8) -> Page[ModelInfo]:
        """List models by name."""
        found = repos.list_repos(self._backend, kind=MODEL, after=after, limit=check_limit(limit) + 1)
        return page_of(
            found,
            limit,
            lambda repo: self._info(short_name(repo.full_name), recent=recent),
            lambda repo: repo.full_name,
        )

    def versions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[ModelVersionInfo]:
        """List the versions of a model, newest first."""
        model = load_model(self._backend, name)
        known = self._versions.of(model)
        stop = position_of(after)
        stop = len(known) + 1 if stop is None else min(stop, len(known) + 1)
        numbers = range(stop - 1, max(0, stop - 1 - check_limit(limit)), -1)
        found = [self._version(model, number, known[number - 1]) for number in numbers]
        return Page(self._tell_versions(model, found), str(numbers[-1]) if numbers and numbers[-1] > 1 else None)

    # Uploads

    def upload(
        self,
        name: str,
        content: bytes | None = None,
        *,
        file: str = "",
        reference: str = "",
        mapping: Mapping[str, Any] | None = None,
        save: bool = False,
        drop_bad: bool = False,
        message: str = "",
    ) -> JoinInfo:
        """Report how predictions join the model's dataset; with `save`, keep them."""
        model = load_model(self._backend, name)
        if model.definition.follows is not None:
            raise Conflict(
                f"The model {model.name} follows {model.definition.follows.source}; its predictions come from there.",
                help="Register a model of its own for uploads.",
            )
        table = self._uploaded(content, file, reference)
        yardstick = self._yardstick(model.definition.dataset)
        chosen = chosen_mapping(mapping or {}, uploads.guess(table, yardstick.keys, yardstick.labels.names))
        columns = [upload_column(table, column) for column in table.schema.names]
        told = UploadMapping(
            chosen.key, chosen.label, chosen.confidence, dict(chosen.probabilities), chosen.match, chosen.scale
        )
        try:
            report, kept = uploads.report(table, chosen, yardstick.keys, label_texts(yardstick.labels))
        except Invalid as problem:
            if save:
                raise
            return no_join(columns, told, len(table), len(yardstick), problem.message)
        refused = ""
        if not report.matched:
            examples = ", ".join(report.unmatched_items.examples[:2])
            refused = f"No row is of any item of {model.definition.dataset}, whose keys look like {examples}."
        elif report.bad_rows and not drop_bad:
            refused = f"{report.bad_rows:,} of {report.rows:,} rows cannot be kept."
        commit = None
        if save:
            if refused:
                raise Invalid(refused, help="Correct the file or the columns, or leave such rows out (drop_bad).")
            commit = self._save(model, kept, message or f"Predictions of {report.matched:,} items")
        return join_info(report, columns, told, refused, commit)

    def _uploaded(self, content: bytes | None, file: str, reference: str) -> pa.Table:
        if (content is None) == (not reference):
            raise Invalid("An upload is a file, or a reference to one.", help="Give one of the two.")
        if content is None:
            asked = revisions.parse(reference)
            tree = Tree(self._backend.store, releasing.readable(self._backend, asked).tree)
            path = asked.path or ""
            files = [entry.path for entry in tree.walk(path) if entry.path == path or is_table(entry.path)]
            return read_table(tree.read, files)
        if len(content) > MAX_UPLOAD:
            raise Invalid(
                f"The file has {len(content) >> 20} MB; {MAX_UPLOAD >> 20} are the most.",
                help="Put it into a repo and name it by reference.",
            )
        given = content
        return read_table(lambda path: given, [file])

    def _save(self, model: ModelRepo, kept: pa.Table, message: str) -> Commit:
        tree = Tree(self._backend.store, model.head.tree)
        parts = build_parts(kept, key="key")
        edits = Edits()
        for entry in tree.walk(UPLOADS):
            if entry.path.removeprefix(f"{UPLOADS}/") not in parts:
                edits.delete(entry.path)
        for path, data in parts.items():
            edits.put(write_entry(self._backend.store, f"{UPLOADS}/{path}", io.BytesIO(data)))
        try:
            # Onto the head that was read: parts of two uploads at once must not mix.
            return commits.commit_edits(
                self._backend,
                model.repo.full_name,
                "main",
                edits,
                author=self._opened.author,
                message=message,
                if_head=model.head.id,
            )
        except NothingToCommit as same:
            raise Conflict(
                f"These are the predictions that {model.name} has already.",
                help="There is nothing to save.",
                model=model.name,
            ) from same

    # Comparing

    def compare(
        self,
        first: str,
        second: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        second_at: str | None = None,
    ) -> ModelComparison:
        """Compare two versions."""
        one, two = self._named(first), self._named(second)
        dataset = dataset or two.model.definition.dataset
        opened = dataset_views.open_view(self._opened, dataset, at=at)
        yardstick = self._yardsticks.of(opened)
        left, right = self._aligned(yardstick, one), self._aligned(yardstick, two)
        others = None
        if second_at is not None and second_at != at:
            others = yardstick.labels_for(self._yardstick(dataset, second_at))
        pair = yardstick.pair(left, right, second_labels=others)
        among = opened.view.matching(where)
        found = comparing.compare(pair, among, most_classes=MAX_GROUPS)
        slices = [
            group_change(comparing.group(name, pair, among & opened.view.matching(rule)), rule)
            for name, rule in slice_rules(opened.view.kinds)
        ]
        labeled = among & (pair.first_label != NONE) & (pair.second_label != NONE)
        return ModelComparison(
            first=self._tell_versions(one.model, [one])[0],
            second=self._tell_versions(two.model, [two])[0],
            dataset=dataset,
            where=where,
            matching=int(among.sum()),
            n=found.n,
            unlabeled=int(among.sum() - labeled.sum()),
            unpredicted=int(labeled.sum()) - found.n,
            fixed=found.fixed,
            broken=found.broken,
            still_wrong=found.still_wrong,
            accuracy=change_info(found.accuracy),
            macro_f1=change_info(found.macro_f1) if found.macro_f1 is not None else None,
            classes=[group_change(each, f"label = {quoted_text(each.name)}") for each in found.classes],
            slices=slices,
            grid=label_grid(pair, among) if others is not None else {},
            why=reasons(self._backend, one.commit, two.commit),
        )

    def compared(
        self,
        first: str,
        second: str,
        outcome: str,
        *,
        dataset: str = "",
        where: str = "",
        at: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[ComparedItem]:
        """List the items with an outcome, worst first."""
        start = position_of(after) or 0
        one, two = self._named(first), self._named(second)
        dataset = dataset or two.model.definition.dataset
        opened = dataset_views.open_view(self._opened, dataset, at=at)
        yardstick = self._yardsticks.of(opened)
        left, right = self._aligned(yardstick, one), self._aligned(yardstick, two)
        pair = yardstick.pair(left, right)
        confidence = left.confidence.astype(np.float64), right.confidence.astype(np.float64)
        among = opened.view.matching(where) if where.strip() else None
        places = comparing.worst_first(pair, outcome, confidence, among)
        some = places[start : start + check_limit(limit)]
        keys = yardstick.keys.take(pa.array(some)).to_pylist()
        rows = {row["key"]: row for row in opened.view.among(keys).to_pylist()} if keys else {}
        fields = [name for name, role in opened.view.roles.items() if role == "field"]
        found = [
            ComparedItem(
                key=key,
                media=opened.media(rows[key]),
                label=pair.names[pair.first_label[place]],
                first=pair.names[pair.first[place]],
                first_confidence=number_or_none(left.confidence[place]),
                second=pair.names[pair.second[place]],
                second_confidence=number_or_none(right.confidence[place]),
                mark=rows[key].get("mark"),
                fields={name: plain(rows[key].get(name)) for name in fields},
            )
            for key, place in zip(keys, some, strict=True)
        ]
        return Page(found, str(start + len(some)) if start + len(some) < len(places) else None)

    # Tests and promotion

    def set_test(self, name: str, test: str, definition: Mapping[str, Any], *, message: str = "") -> ActInfo:
        """Make or change a test of a model."""
        model = load_model(self._backend, name)
        check_name(test, "model test")
        parsed = parse_test(definition)
        opened = dataset_views.open_view(self._opened, parsed.dataset or model.definition.dataset)
        opened.view.count(parsed.where)
        if parsed.not_worse_than and parsed.not_worse_than != PRODUCTION:
            find_version(self._versions, self._backend, model, parsed.not_worse_than)
        words = message or f"Test {test}: {words_of(parsed)}"
        commit = write_json(self._opened, model.repo.full_name, f"{TESTS}/{test}.json", parsed.to_json(), words)
        return _act(commit)

    def remove_test(self, name: str, test: str, *, message: str = "") -> ActInfo:
        """Remove a test."""
        model = load_model(self._backend, name)
        path = f"{TESTS}/{check_name(test, 'model test')}.json"
        if read_json(self._backend, model.head, path) is None:
            raise NotFound(f"The model {model.name} has no test {test}.", help="`tilth model test` shows its tests.")
        edits = Edits()
        edits.delete(path)
        return _act(self._commit(model.repo.full_name, edits, message or f"Remove the test {test}"))

    def board(self, name: str, *, version: str | None = None, limit: int = 5) -> TestBoard:
        """Run all tests of a model on one version, or on the newest ones."""
        model = load_model(self._backend, name)
        known = self._versions.of(model)
        if version is not None:
            shown = [find_version(self._versions, self._backend, model, version)]
        else:
            numbers = range(len(known), max(0, len(known) - check_limit(limit)), -1)
            shown = [self._version(model, number, known[number - 1]) for number in numbers]
        tests = self._tests(model)
        results = [self._run(test, info.name, each) for each in shown for info, test in tests]
        required = {info.name for info, _ in tests if info.required}
        return TestBoard(
            tests=[info for info, _ in tests],
            versions=self._tell_versions(model, shown),
            results=results,
            needed=len(required),
            passed={
                str(each.number): sum(
                    result.version == each.number and result.test in required and result.state == "pass"
                    for result in results
                )
                for each in shown
            },
        )

    def promote(self, name: str, version: str, *, reason: str = "") -> PromotionInfo:
        """Put a version in production, if its required tests pass."""
        model = load_model(self._backend, name)
        chosen = find_version(self._versions, self._backend, model, version)
        tests = [(info, self._run(test, info.name, chosen)) for info, test in self._tests(model) if info.required]
        failed = [(info, result) for info, result in tests if result.state != "pass"]
        if failed:
            told = "; ".join(f"{info.name}: {result.state} ({info.words})" for info, result in failed)
            raise Conflict(
                f"Version {chosen.number} of {model.name} passes {len(tests) - len(failed)} of {len(tests)} required "
                f"tests: {told}.",
                help="Improve the model, or change a test; both are recorded.",
                model=model.name,
                failed=[info.name for info, _ in failed],
            )
        weights = self._weights(chosen)
        told_tests = [
            {"name": info.name, "state": result.state, "value": result.value.value, "n": result.value.n}
            for info, result in tests
        ]
        deployed = f"{short_name(weights.repo)}@{PRODUCTION}"
        promoted: dict[str, Any] = {
            "version": chosen.commit.id,
            "number": chosen.number,
            "by": self._opened.author,
            "at_ms": time.time_ns() // 1_000_000,
            "reason": reason,
            "deployed": deployed,
            "deployed_commit": weights.id,
            "tests": told_tests,
        }
        edits = Edits()
        self._put_json(edits, PROMOTED, promoted)

        def deploy(conn: Connection, commit: Commit) -> None:
            home = repos.find_repo(conn, weights.repo)
            try:
                head = branches.find_branch(conn, home, PRODUCTION).head
            except NotFound:
                head = branches.insert_branch(conn, home, PRODUCTION, author=self._opened.author).head
            if head != weights.id:
                branches.move_head(
                    conn,
                    home,
                    PRODUCTION,
                    old=head,
                    new=weights.id,
                    change=commit.change,
                    author=self._opened.author,
                    message=f"Version {chosen.number} of {model.name}",
                )

        message = f"Promote version {chosen.number}" + (f": {reason}" if reason else "")
        commit = commits.commit_edits(
            self._backend,
            model.repo.full_name,
            "main",
            edits,
            author=self._opened.author,
            message=message,
            also=deploy,
        )
        return promotion_info(model, promoted, commit)

    def promotions(self, name: str, *, after: str | None = None, limit: int = 20) -> Page[PromotionInfo]:
        """List what was promoted, newest first."""
        model = load_model(self._backend, name)
        found = history.log(
            self._backend,
            model.repo,
            model.head.id,
            after=CommitId(after) if after else None,
            limit=check_limit(limit) + 1,
            path=PROMOTED,
        )
        shown = [(commit, read_json(self._backend, commit, PROMOTED)) for commit in found[:limit]]
        items = [promotion_info(model, told, commit) for commit, told in shown if told is not None]
        return Page(items, found[limit - 1].id if len(found) > limit else None)

    def train(self, name: str) -> TrainInfo:
        """Train the built-in model of a dataset, or make a model anew by the pipeline that it follows."""
        from tilth.workspace.training import train

        return train(self._opened, name)

    # Inside

    def _info(self, name: str, *, recent: int) -> ModelInfo:
        repo = repos.get_repo(self._backend, name)
        try:
            model = load_model(self._backend, name)
        except Invalid as problem:
            return ModelInfo(
                name=repo.name,
                project=repo.project,
                description=repo.description,
                definition={},
                dataset="",
                follows="",
                versions=0,
                recent=(),
                promoted=None,
                tests=0,
                head="",
                problem=problem.message,
            )
        known = self._versions.of(model)
        numbers = range(len(known), max(0, len(known) - min(recent, 100)), -1)
        versions = [self._version(model, number, known[number - 1]) for number in numbers]
        promoted = read_json(self._backend, model.head, PROMOTED)
        tests = Tree(self._backend.store, model.head.tree).walk(TESTS, limit=MAX_TESTS)
        return ModelInfo(
            name=repo.name,
            project=repo.project,
            description=repo.description,
            definition=model.definition.to_json(),
            dataset=model.definition.dataset,
            follows=model.definition.follows.source if model.definition.follows else "",
            versions=len(known),
            recent=self._tell_versions(model, versions),
            promoted=promotion_info(model, promoted, self._promoting(model)) if promoted is not None else None,
            tests=sum(1 for _ in tests),
            head=model.head.id,
        )

    def _promoting(self, model: ModelRepo) -> Commit:
        return history.log(self._backend, model.repo, model.head.id, limit=1, path=PROMOTED)[0]

    def _version(self, model: ModelRepo, number: int, commit: CommitId) -> ModelVersion:
        return ModelVersion(model, number, commits.get_commit(self._backend, commit))

    def _named(self, reference: str) -> ModelVersion:
        name, version = split_version(reference)
        return find_version(self._versions, self._backend, load_model(self._backend, name), version)

    def _yardstick(self, dataset: str, at: str | None = None) -> Yardstick:
        return self._yardsticks.of(dataset_views.open_view(self._opened, dataset, at=at))

    def _aligned(self, yardstick: Yardstick, version: ModelVersion) -> Aligned:
        return yardstick.aligned(self._backend, version.commit, version.model.predictions)

    def _tell_versions(self, model: ModelRepo, versions: Sequence[ModelVersion]) -> Sequence[ModelVersionInfo]:
        """Return versions as they cross a door, judged by what the model's dataset says now."""
        promoted = read_json(self._backend, model.head, PROMOTED)
        told = []
        for each, (scored, trouble) in zip(versions, self._scored(model, versions), strict=True):
            derivation = each.commit.derivation
            recipe = derivation.recipe if derivation is not None else None
            told.append(
                ModelVersionInfo(
                    model=model.name,
                    number=each.number,
                    commit=each.commit.id,
                    at_ms=each.commit.at_ms,
                    by=each.commit.author,
                    message=each.commit.message,
                    recipe=recipe.hex() if recipe is not None else "",
                    data=source_versions(self._backend, each.commit),
                    accuracy=interval_info(scored.accuracy),
                    macro_f1=interval_info(scored.macro_f1),
                    predictions=scored.predictions,
                    promoted=promoted is not None and promoted.get("version") == each.commit.id,
                    problem=trouble,
                )
            )
        return told

    def _scored(self, model: ModelRepo, versions: Sequence[ModelVersion]) -> Sequence[tuple[VersionScore, str]]:
        """Return how good versions are, or what hinders telling. Opens the dataset only for those not yet judged."""
        dataset, predictions = model.definition.dataset, model.predictions
        unknown = VersionScore(0, NOTHING, NOTHING)
        if not versions:
            return []
        try:
            moment = self._opened.resources.dataset_views.moment(dataset)
            known = {each.number: self._yardsticks.remembered(moment, each.commit, predictions) for each in versions}
            if None in known.values():
                opened = dataset_views.open_view(self._opened, dataset)
                moment = dataset_views.moment_of(opened)
                yardstick = self._yardsticks.of(opened)
        except TilthError as problem:
            return [(unknown, problem.message)] * len(versions)
        told = []
        for each in versions:
            score, trouble = known[each.number], ""
            if score is None:
                try:
                    score = yardstick.score(self._backend, each.commit, predictions)
                    self._yardsticks.remember(moment, each.commit, predictions, score)
                except TilthError as problem:
                    score, trouble = unknown, problem.message
            told.append((score, trouble))
        return told

    def _tests(self, model: ModelRepo) -> Sequence[tuple[ModelTestInfo, ModelTest]]:
        tree = Tree(self._backend.store, model.head.tree)
        found = []
        for entry in tree.walk(TESTS, limit=MAX_TESTS):
            test = parse_test(read_json(self._backend, model.head, entry.path) or {})
            changed = history.log(self._backend, model.repo, model.head.id, limit=1, path=entry.path)[0]
            name = entry.path.removeprefix(f"{TESTS}/").removesuffix(".json")
            info = ModelTestInfo(name, test.to_json(), test.required, words_of(test), changed.author, changed.at_ms)
            found.append((info, test))
        return found

    def _run(self, test: ModelTest, name: str, version: ModelVersion) -> TestResult:
        """Run one test on one version; what hinders it is told, not raised, so that one test cannot hide the others."""
        try:
            opened = dataset_views.open_view(self._opened, test.dataset or version.model.definition.dataset)
            yardstick = self._yardsticks.of(opened)
            second = self._aligned(yardstick, version)
            first = self._baseline(test, version)
            pair = yardstick.pair(self._aligned(yardstick, first) if first is not None else second, second)
            found = judge(test, pair, opened.view.matching(test.where), has_baseline=first is not None)
        except TilthError as problem:
            return TestResult(name, version.number, "broken", interval_info(NOTHING), None, False, problem.message)
        return TestResult(
            name,
            version.number,
            found.state.replace("_", " "),
            interval_info(found.value),
            difference_info(found.difference) if found.difference is not None else None,
            found.clear,
        )

    def _baseline(self, test: ModelTest, version: ModelVersion) -> ModelVersion | None:
        """Return the version that a test compares with; None where nothing was promoted yet."""
        if not test.not_worse_than:
            return None
        try:
            return find_version(self._versions, self._backend, version.model, test.not_worse_than)
        except NotFound:
            if test.not_worse_than != PRODUCTION:
                raise
            return None

    def _weights(self, version: ModelVersion) -> Commit:
        """Return the commit that is deployed with a version: that of its weights, where they are known."""
        weights = version.model.definition.weights
        if weights is None:
            return version.commit
        place = revisions.parse(weights)
        if version.commit.repo == place.full_name:
            return version.commit
        found = origins(self._backend, version.commit).get((place.full_name, place.branch))
        if found is None:
            raise Conflict(
                f"Version {version.number} of {version.model.name} was not made from {weights}.",
                help="Correct `weights` in the model's definition.",
                model=version.model.name,
            )
        return found.commit

    def _put_json(self, edits: Edits, path: str, told: Mapping[str, Any]) -> None:
        data = json.dumps(told, indent=1, ensure_ascii=False).encode()
        edits.put(write_entry(self._backend.store, path, io.BytesIO(data)))

    def _commit(self, repo: str, edits: Edits, message: str) -> Commit:
        return commits.commit_edits(self._backend, repo, "main", edits, author=self._opened.author, message=message)


def _act(commit: Commit) -> ActInfo:
    return ActInfo(commit.id, "test", 1, commit.author, commit.at_ms, commit.message, True)
