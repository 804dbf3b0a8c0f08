"""`tilth model`: versions of models, what changed between two, tests, promotion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tilth.cli.grammar import Noun, message_option, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import number, safe, when
from tilth.contract.datasets import IntervalInfo
from tilth.contract.models import (
    GroupChange,
    JoinInfo,
    ModelComparison,
    ModelInfo,
    ModelVersionInfo,
    PromotionInfo,
    TestBoard,
    TrainInfo,
)
from tilth.contract.paging import Page
from tilth.errors import Invalid

FAILED = 1
"""The exit code of `test` when a version does not pass all required tests."""


@click.group("model", cls=Noun, short_help="Models: versions, comparisons, tests, promotion.")
def command() -> None:
    """Models: their versions, what changed between two, tests, and which one is in production."""


@command.command(
    "register",
    example="tilth model register birds --dataset birds --follow eval@main:predictions.parquet --match stem",
)
@click.argument("name", metavar="MODEL")
@click.option("--dataset", required=True, metavar="NAME", help="Its labels judge the model.")
@click.option("--follow", "follow", metavar="REPO@BRANCH:PATH", help="Predictions of a pipeline; else you upload them.")
@click.option("--key", default="key", show_default=True, metavar="COLUMN", help="The column that names the item.")
@click.option("--label", default="prediction", show_default=True, metavar="COLUMN", help="What it predicts.")
@click.option("--confidence", default="confidence", show_default=True, metavar="COLUMN", help="How sure it is.")
@click.option("--match", type=click.Choice(["path", "name", "stem"]), default="path", show_default=True)
@click.option("--weights", metavar="REPO@BRANCH", help="Where the model itself is; `production` moves there.")
@click.option("--description", default="", metavar="TEXT")
@pass_session
def register(
    session: Session,
    name: str,
    dataset: str,
    follow: str | None,
    key: str,
    label: str,
    confidence: str,
    match: str,
    weights: str | None,
    description: str,
) -> None:
    """Make a model, or change what it follows."""
    definition: dict[str, Any] = {"dataset": dataset}
    if follow:
        definition["follows"] = {
            "predictions": follow, "key": key, "label": label, "confidence": confidence, "match": match
        }  # fmt: skip
        if weights:
            definition["follows"]["weights"] = weights
    made = session.workspace().models.register(name, definition, description=description)
    session.show(made, lambda model: print(f"Model {safe(model.name)} has {number(model.versions)} versions."))


@command.command("list", example="tilth model list")
@paging(100)
@pass_session
def list_(session: Session, after: str | None, limit: int) -> None:
    """List models with their newest version."""
    models = session.workspace().models
    page = collect(lambda key, count: models.list(after=key, limit=count, recent=1), after=after, limit=limit)
    session.show(page, _print_models)
    if note := more(page):
        session.note(note)


@command.command("show", example="tilth model show birds")
@click.argument("name", metavar="MODEL")
@paging(20)
@pass_session
def show(session: Session, name: str, after: str | None, limit: int) -> None:
    """Show a model's versions, newest first."""
    models = session.workspace().models
    page = collect(lambda key, count: models.versions(name, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_versions)
    if note := more(page):
        session.note(note)


@command.command("upload", example="tilth model upload birds predictions.csv --save -m 'From my own training'")
@click.argument("name", metavar="MODEL")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="COLUMN", help="The column that names the item; guessed otherwise.")
@click.option("--label", metavar="COLUMN", help="The column of the prediction; guessed otherwise.")
@click.option("--confidence", metavar="COLUMN", help="The column of the confidence; guessed otherwise.")
@click.option("--match", type=click.Choice(["path", "name", "stem"]), help="How keys join; guessed otherwise.")
@click.option("--save", is_flag=True, help="Keep them as a new version; without it only the report is shown.")
@click.option("--drop-bad", is_flag=True, help="Leave out rows that cannot be kept.")
@message_option
@pass_session
def upload(
    session: Session,
    name: str,
    file: Path,
    key: str | None,
    label: str | None,
    confidence: str | None,
    match: str | None,
    save: bool,
    drop_bad: bool,
    message: str,
) -> None:
    """Report how a file of predictions joins the dataset; with --save, keep it as a new version."""
    given = {"key": key, "label": label, "confidence": confidence, "match": match}
    mapping = {column: value for column, value in given.items() if value is not None}
    found = session.workspace().models.upload(
        name, file.read_bytes(), file=file.name, mapping=mapping, save=save, drop_bad=drop_bad, message=message
    )
    session.show(found, _print_join)


@command.command("compare", example="tilth model compare birds@8 birds@9 --where \"split = 'test'\"")
@click.argument("first", metavar="MODEL[@VERSION]")
@click.argument("second", metavar="MODEL[@VERSION]")
@click.option("--dataset", default="", metavar="NAME", help="Judge by this dataset's labels.")
@click.option("--where", default="", metavar="FILTER", help="Only items that match.")
@click.option("--at", metavar="VERSION", help="The labels of this version of the dataset.")
@pass_session
def compare(session: Session, first: str, second: str, dataset: str, where: str, at: str | None) -> None:
    """Show what the second version fixed and broke, per class and slice, and why they differ."""
    found = session.workspace().models.compare(first, second, dataset=dataset, where=where, at=at)
    session.show(found, _print_comparison)


@command.command("set-test", example='tilth model set-test birds no-regress \'{"not_worse_than": "production"}\'')
@click.argument("name", metavar="MODEL")
@click.argument("test", metavar="TEST")
@click.argument("definition", metavar="JSON")
@message_option
@pass_session
def set_test(session: Session, name: str, test: str, definition: str, message: str) -> None:
    """Make or change a test: a metric on some items that must hold before promotion."""
    try:
        told = json.loads(definition)
    except ValueError as problem:
        raise Invalid(
            f"The test is not JSON: {problem}", help='Write {"metric": "accuracy", "at_least": 0.9}.'
        ) from None
    act = session.workspace().models.set_test(name, test, told, message=message)
    session.show(act, lambda act: print(f"{safe(act.message)} (commit {act.commit[:12]})"))


@command.command("remove-test", example="tilth model remove-test birds no-regress")
@click.argument("name", metavar="MODEL")
@click.argument("test", metavar="TEST")
@message_option
@pass_session
def remove_test(session: Session, name: str, test: str, message: str) -> None:
    """Remove a test."""
    act = session.workspace().models.remove_test(name, test, message=message)
    session.show(act, lambda act: print(f"{safe(act.message)} (commit {act.commit[:12]})"))


@command.command("test", example="tilth model test birds@9")
@click.argument("name", metavar="MODEL[@VERSION]")
@pass_session
@click.pass_context
def test(ctx: click.Context, session: Session, name: str) -> None:
    """Run a model's tests; exits with 1 unless all required ones pass."""
    model, _, version = name.partition("@")
    board = session.workspace().models.board(model, version=version or None, limit=1)
    session.show(board, _print_board)
    if any(board.passed[str(each.number)] < board.needed for each in board.versions):
        ctx.exit(FAILED)


@command.command("promote", example="tilth model promote birds@9 --reason 'Better on owls'")
@click.argument("name", metavar="MODEL@VERSION")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the commit.")
@pass_session
def promote(session: Session, name: str, reason: str) -> None:
    """Put a version in production, if its required tests pass; an earlier one to roll back."""
    model, _, version = name.partition("@")
    if not version:
        raise Invalid("Which version to promote is not said.", help="Write MODEL@VERSION, like birds@9.")
    done = session.workspace().models.promote(model, version, reason=reason)
    session.show(
        done,
        lambda done: print(f"Version {done.number} of {safe(done.model)} is in production at {safe(done.deployed)}."),
    )


@command.command("train", example="tilth model train birds && tilth run")
@click.argument("name", metavar="DATASET_OR_MODEL")
@pass_session
def train(session: Session, name: str) -> None:
    """Train on a dataset by the built-in recipe, or make a model anew by the pipeline that it follows."""
    session.show(session.workspace().models.train(name), _print_training)


@command.command("promotions", example="tilth model promotions birds")
@click.argument("name", metavar="MODEL")
@paging(20)
@pass_session
def promotions(session: Session, name: str, after: str | None, limit: int) -> None:
    """List what was promoted, newest first."""
    models = session.workspace().models
    page = collect(lambda key, count: models.promotions(name, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_promotions)
    if note := more(page):
        session.note(note)


def share(interval: IntervalInfo, *, signed: bool = False) -> str:
    """Return an interval in percent, with its sample size."""
    if interval.value is None:
        return f"none (n={number(interval.n)})"
    sign = "+" if signed else ""
    return f"{interval.value:{sign}.1%} ({interval.low:{sign}.1%} to {interval.high:{sign}.1%}, n={number(interval.n)})"


def _print_models(page: Page[ModelInfo]) -> None:
    print_table(
        ("model", "versions#", "accuracy", "dataset", "in production", "tests#"),
        (
            (
                model.name,
                number(model.versions),
                model.problem or (share(model.recent[0].accuracy) if model.recent else ""),
                model.dataset,
                f"version {model.promoted.number}" if model.promoted else "",
                number(model.tests),
            )
            for model in page.items
        ),
        empty="There are no models yet.",
    )


def _print_versions(page: Page[ModelVersionInfo]) -> None:
    print_table(
        ("version#", "when", "accuracy", "macro f1", "made from", "by", "message"),
        (
            (
                f"{each.number}{' *' if each.promoted else ''}",
                when(each.at_ms),
                each.problem or share(each.accuracy),
                share(each.macro_f1),
                ", ".join(f"{source.repo}@{source.number or source.commit[:8]}" for source in each.data[:3]),
                each.by,
                each.message,
            )
            for each in page.items
        ),
        empty="This model has no version yet.",
    )


def _print_join(found: JoinInfo) -> None:
    mapping = found.mapping
    print_facts(
        [
            ("key", f"{mapping.key} (by {mapping.match})"),
            ("prediction", mapping.label or ", ".join(mapping.probabilities.values())),
            ("confidence", mapping.confidence + (f" / {mapping.scale:g}" if mapping.scale != 1 else "")),
            ("rows", number(found.rows)),
            ("items matched", f"{number(found.matched)} of {number(found.items)}"),
            ("accuracy", share(found.accuracy)),
            ("rows of no item", _few(found.unmatched_rows.count, found.unmatched_rows.examples)),
            ("items without", _few(found.unmatched_items.count, found.unmatched_items.examples)),
            ("contradictory", _few(found.contradictory.count, found.contradictory.examples)),
            ("out of range", _few(found.out_of_range.count, found.out_of_range.examples)),
            ("without value", number(found.missing) if found.missing else ""),
            ("unknown classes", ", ".join(f"{name} ({count})" for name, count in found.unknown_classes.items())),
            ("problem", found.problem),
            ("saved", found.commit.id if found.commit else ""),
        ]
    )


def _few(count: int, examples: Any) -> str:
    return f"{number(count)}: {', '.join(examples)}" if count else ""


def _print_comparison(found: ModelComparison) -> None:
    first, second = found.first, found.second
    names = [f"{safe(each.model)} version {each.number}" for each in (first, second)]
    print(f"{' -> '.join(names)} on {found.n:,} items")
    change = found.accuracy
    print(f"accuracy {share(change.first)} -> {share(change.second)}")
    print(f"difference {share(change.difference, signed=True)}: {change.verdict}")
    print(f"fixed {found.fixed:,}, broken {found.broken:,}, still wrong {found.still_wrong:,}")
    _print_groups("slice", found.slices)
    _print_groups("class", found.classes)
    for reason in found.why:
        print(f"why: {safe(reason.words)}")


def _print_groups(what: str, groups: Any) -> None:
    rows: list[GroupChange] = list(groups)
    if rows:
        print_table(
            (what, "items#", "fixed#", "broken#", "difference", ""),
            (
                (
                    each.name,
                    number(each.n),
                    number(each.fixed),
                    number(each.broken),
                    share(each.accuracy.difference, signed=True),
                    each.accuracy.verdict,
                )
                for each in rows
            ),
            empty="",
        )


def _print_board(board: TestBoard) -> None:
    words = {test.name: test.words for test in board.tests}
    required = {test.name: test.required for test in board.tests}
    print_table(
        ("test", "version#", "state", "value", "asks for"),
        (
            (
                result.test + ("" if required[result.test] else " (optional)"),
                str(result.version),
                result.state,
                result.problem or share(result.value),
                words[result.test],
            )
            for result in board.results
        ),
        empty="This model has no tests, or no version.",
    )
    for each in board.versions:
        if board.needed:
            print(f"Version {each.number} passes {board.passed[str(each.number)]} of {board.needed} required tests.")


def _print_training(done: TrainInfo) -> None:
    if done.version is not None:
        changed = f"{done.added:,} items added, {done.removed:,} removed, {done.relabeled:,} relabeled"
        if done.first:
            changed = f"{done.added:,} items, for the first time"
        print(f"Training on version {done.version} of {safe(done.dataset)}: {changed}.")
    print(f"Pipeline {safe(done.pipeline)} makes the next version of the model {safe(done.model)}.")


def _print_promotions(page: Page[PromotionInfo]) -> None:
    print_table(
        ("version#", "when", "by", "deployed", "reason"),
        (
            (str(each.number), when(each.at_ms), each.by, f"{each.deployed} {each.deployed_commit[:12]}", each.reason)
            for each in page.items
        ),
        empty="No version was promoted yet.",
    )
