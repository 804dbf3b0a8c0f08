"""Verbs of `tilth dataset`: define one, look at its items, fix labels, undo, save versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Command, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.specs import read_specs
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import committed, number, safe, when
from tilth.contract.commit import CommitInfo
from tilth.contract.datasets import (
    ActInfo,
    DatasetInfo,
    Datasets,
    IntervalInfo,
    ItemInfo,
    MetricsInfo,
    VersionChanges,
    VersionInfo,
)
from tilth.contract.paging import Page
from tilth.errors import Invalid, TilthError
from tilth.model.names import DEFAULT_PROJECT

_WIDEST = 60
_WHERE = click.option("--where", default="", metavar="FILTER", help="Only items that match, as label = 'cat'.")
_MODEL = click.option("--model", default=None, metavar="NAME", help="With this model's predictions.")
_AT = click.option("--at", default=None, metavar="VERSION", help="As a saved version was: its number or commit.")


@click.command("define", cls=Command, example="tilth dataset define cells cells.yaml")
@click.argument("name", metavar="DATASET")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--guess", "reference", default=None, metavar="REPO[@BRANCH][:PATH]", help="Guess it from data instead.")
@click.option("--description", default="", help="What it is.")
@click.option("-m", "--message", default="", help="Why it is changed.")
@pass_session
def define(
    session: Session, name: str, file: str | None, reference: str | None, description: str, message: str
) -> None:
    """Make a dataset, or change what it is made of, from a YAML or JSON file (-: standard input)."""
    if (file is None) == (reference is None):
        raise Invalid("Name the file of the definition, or --guess one.", help="See `tilth dataset guess`.")
    datasets = session.workspace(make=True).datasets
    if reference is not None:
        definition: Mapping[str, Any] = datasets.guess(reference)
    else:
        specs, _ = read_specs(file or "-")
        if len(specs) != 1:
            raise Invalid(f"{file} holds {len(specs)} definitions.", help="A dataset has one.")
        definition = specs[0]
    session.show(datasets.define(name, definition, description=description, message=message), _print_one)


@click.command("guess", cls=Command, example="tilth dataset guess photos@main")
@click.argument("reference", metavar="REPO[@BRANCH][:PATH]")
@pass_session
def guess(session: Session, reference: str) -> None:
    """Print a definition that fits what lies there: change it as you like, then define."""
    found = session.workspace().datasets.guess(reference)
    session.show(found, lambda told: print(json.dumps(told, indent=2, ensure_ascii=False)))


@click.command("list", cls=Command, example="tilth dataset list")
@paging(100)
@pass_session
def list_(session: Session, after: str | None, limit: int) -> None:
    """List datasets. Those that nobody has opened yet are opened to be counted."""
    datasets = session.workspace().datasets
    page = collect(lambda key, count: datasets.list(after=key, limit=count), after=after, limit=limit)
    page = replace(page, items=[_counted(datasets, each) for each in page.items])
    session.show(page, _print_list)
    if note := more(page):
        session.note(note)


@click.command("show", cls=Command, example="tilth dataset show cells")
@click.argument("name", metavar="DATASET")
@pass_session
def show(session: Session, name: str) -> None:
    """Show one dataset: what it is made of, its classes, and how much is labeled."""
    session.show(session.workspace().datasets.get(name), _print_one)


@click.command("items", cls=Command, example="tilth dataset items cells --where \"label = 'round'\" --sort confidence")
@click.argument("name", metavar="DATASET")
@_WHERE
@_MODEL
@_AT
@click.option("--sort", default="", metavar="COLUMN", help="In the order of a column, not of keys.")
@click.option("--descending", is_flag=True, help="Greatest first.")
@paging(100)
@pass_session
def items(
    session: Session,
    name: str,
    where: str,
    model: str | None,
    at: str | None,
    sort: str,
    descending: bool,
    after: str | None,
    limit: int,
) -> None:
    """Print items with labels, predictions and fields."""
    datasets = session.workspace().datasets
    page = collect(
        lambda key, count: datasets.items(
            name, where=where, model=model, at=at, sort=sort, descending=descending, after=key, limit=count
        ),
        after=after,
        limit=limit,
    )
    session.show(page, _print_items)
    if note := more(page):
        session.note(note)


@click.command("metrics", cls=Command, example="tilth dataset metrics cells judge --where 'split = \"test\"'")
@click.argument("name", metavar="DATASET")
@click.argument("model", metavar="MODEL")
@_WHERE
@_AT
@click.option("--threshold", default=0.0, metavar="SHARE", help="Predictions less sure than this count as none.")
@pass_session
def metrics(session: Session, name: str, model: str, where: str, at: str | None, threshold: float) -> None:
    """Score a model on the items, with intervals."""
    found = session.workspace().datasets.metrics(name, model, where=where, at=at, threshold=threshold)
    session.show(found, _print_metrics)


@click.command("fix", cls=Command, example="tilth dataset fix cells round 0042.png --reason 'seen from above'")
@click.argument("name", metavar="DATASET")
@click.argument("label", metavar="LABEL", required=False)
@click.argument("keys", metavar="[ITEM…]", nargs=-1)
@click.option("--where", default=None, metavar="FILTER", help="All items that match.")
@click.option("--expect", default=None, type=int, metavar="COUNT", help="Refuse if another number matches.")
@click.option("--take-back", is_flag=True, help="Take fixes back; then there is no LABEL, and all words are items.")
@_MODEL
@click.option("--reason", default="", help="Why.")
@pass_session
def fix(
    session: Session,
    name: str,
    label: str | None,
    keys: tuple[str, ...],
    where: str | None,
    expect: int | None,
    take_back: bool,
    model: str | None,
    reason: str,
) -> None:
    """Set the label of items for good, or take that back. `tilth dataset undo` undoes it."""
    if take_back:
        keys, label = ((label, *keys) if label is not None else keys), None
    elif label is None:
        raise Invalid("Which label?", help="Write it behind the dataset's name.")
    chosen = [*keys] if keys else None
    act = session.workspace().datasets.fix(
        name, label, keys=chosen, where=where, model=model, expect=expect, reason=reason
    )
    session.show(act, _print_act)


@click.command("mark", cls=Command, example="tilth dataset mark cells ambiguous 0042.png")
@click.argument("name", metavar="DATASET")
@click.argument("mark", metavar="MARK")
@click.argument("keys", metavar="ITEM…", nargs=-1, required=True)
@click.option("--reason", default="", help="Why.")
@pass_session
def mark(session: Session, name: str, mark: str, keys: tuple[str, ...], reason: str) -> None:
    """Mark items: model_wrong, ambiguous, bad_data, …; `none` takes the mark off."""
    value = None if mark == "none" else mark
    session.show(session.workspace().datasets.mark(name, value, [*keys], reason=reason), _print_act)


@click.command("undo", cls=Command, example="tilth dataset undo cells 0190a6e0")
@click.argument("name", metavar="DATASET")
@click.argument("commit", metavar="COMMIT")
@pass_session
def undo(session: Session, name: str, commit: str) -> None:
    """Undo one act and keep later ones."""
    session.show(session.workspace().datasets.undo(name, commit), _print_act)


@click.command("acts", cls=Command, example="tilth dataset acts cells")
@click.argument("name", metavar="DATASET")
@paging(100)
@pass_session
def acts(session: Session, name: str, after: str | None, limit: int) -> None:
    """List what people did to a dataset, newest first."""
    datasets = session.workspace().datasets
    page = collect(lambda key, count: datasets.acts(name, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_acts)
    if note := more(page):
        session.note(note)


@click.command("save", cls=Command, example="tilth dataset save cells -m 'after the review'")
@click.argument("name", metavar="DATASET")
@click.option("-m", "--message", default="", help="What is new in it.")
@pass_session
def save(session: Session, name: str, message: str) -> None:
    """Save the dataset as it is now: a version to train on, `DATASET@versions`."""
    saved = session.workspace().datasets.save_version(name, message)

    def told(commit: CommitInfo) -> None:
        print(committed(commit if commit.changed else None, f"{name}@versions", nothing="Nothing is new since then."))

    session.show(saved, told)


@click.command("versions", cls=Command, example="tilth dataset versions cells")
@click.argument("name", metavar="DATASET")
@paging(100)
@pass_session
def versions(session: Session, name: str, after: str | None, limit: int) -> None:
    """List saved versions, newest first."""
    datasets = session.workspace().datasets
    page = collect(lambda key, count: datasets.versions(name, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_versions)
    if note := more(page):
        session.note(note)


@click.command("changes", cls=Command, example="tilth dataset changes cells 1 2 --what relabeled")
@click.argument("name", metavar="DATASET")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--what", default="", type=click.Choice(["", "added", "removed", "relabeled", "otherwise"]), help="Only these."
)
@paging(100)
@pass_session
def changes(session: Session, name: str, old: str, new: str, what: str, after: str | None, limit: int) -> None:
    """Say which items differ between two saved versions: numbers or commits."""
    found = session.workspace().datasets.version_changes(name, old, new, what=what, after=after, limit=limit)
    session.show(found, _print_changes)
    if note := more(found.items):
        session.note(note)


COMMANDS = (define, guess, list_, show, items, metrics, fix, mark, undo, acts, save, versions, changes)


def _print_changes(found: VersionChanges) -> None:
    print(
        f"Version {found.old.number} → {found.new.number}: {number(found.added)} added, "
        f"{number(found.removed)} removed, {number(found.relabeled)} relabeled, "
        f"{number(found.otherwise)} otherwise changed"
    )
    print_table(
        ["item", "what", "label", "label then"],
        (
            [safe(each.key), each.what, safe(each.new_label or ""), safe(each.old_label or "")]
            for each in found.items.items
        ),
        empty="No item differs.",
    )


def _counted(datasets: Datasets, info: DatasetInfo) -> DatasetInfo:
    """Return a dataset of a list with its counts; a list opens nothing, so they may lack."""
    if info.items is not None or info.problem:
        return info
    try:
        opened = datasets.get(info.name if info.project == DEFAULT_PROJECT else f"{info.project}/{info.name}")
    except TilthError as problem:
        return replace(info, problem=problem.message)
    return replace(info, items=opened.items, labeled=opened.labeled)


def _print_list(page: Page[DatasetInfo]) -> None:
    print_table(
        ["name", "shows", "items#", "labeled#", "versions#", "description"],
        (
            [
                each.name,
                each.media,
                _known(each.items),
                _known(each.labeled),
                number(each.versions),
                each.problem or each.description,
            ]
            for each in page.items
        ),
        empty="There is no dataset yet; `tilth dataset define` makes one.",
    )


def _print_one(info: DatasetInfo) -> None:
    source = info.definition.get("items", {}).get("from", "")
    labels = info.definition.get("labels") or {}
    strays = ", ".join(f"{count:,} of {name}" for name, count in info.unmatched.items())
    print_facts(
        [
            ("name", info.name),
            ("description", info.description),
            ("shows", info.media),
            ("items", f"{_known(info.items)} from {source}"),
            ("labeled", f"{_known(info.labeled)} from {labels.get('from') or labels.get('column') or 'folders'}"),
            ("classes", ", ".join(info.classes[:20]) + (" …" if len(info.classes) > 20 else "")),
            ("belong to no item", strays),
            ("models", ", ".join(info.models)),
            ("versions", number(info.versions)),
            ("commit", info.head),
            ("problem", info.problem),
        ]
    )


def _print_items(page: Page[ItemInfo]) -> None:
    fields = list(dict.fromkeys(name for item in page.items for name in item.fields))
    said = any(item.prediction is not None for item in page.items)
    texts = any(item.media.text is not None for item in page.items)
    columns = ["key", *(["text"] if texts else []), "label", "by", *(["prediction", "confidence#"] if said else [])]
    print_table(
        [*columns, *fields],
        (
            [
                _cell(item.key),
                *([_cell(item.media.text)] if texts else []),
                _cell(item.label),
                item.labeled_by,
                *([_cell(item.prediction), _cell(item.confidence)] if said else []),
                *(_cell(item.fields.get(name)) for name in fields),
            ]
            for item in page.items
        ),
        empty="No item matches.",
    )


def _print_metrics(found: MetricsInfo) -> None:
    print_facts(
        [
            ("items", f"{number(found.n)} of {number(found.matching)} that match"),
            ("accuracy", _interval(found.accuracy)),
            ("macro F1", _interval(found.macro_f1)),
            ("without a label", number(found.unlabeled) if found.unlabeled else ""),
            ("without a prediction", number(found.unpredicted) if found.unpredicted else ""),
            ("below the threshold", number(found.below_threshold) if found.below_threshold else ""),
        ]
    )
    print_table(
        ["class", "items#", "predicted#", "precision", "recall", "F1"],
        (
            [
                each.label,
                number(each.support),
                number(each.predicted),
                _interval(each.precision),
                _interval(each.recall),
                _interval(each.f1),
            ]
            for each in found.classes
        ),
        empty="Nothing to score.",
    )


def _print_act(act: ActInfo) -> None:
    print(f"{safe(act.message)} ({act.commit}).")


def _print_acts(page: Page[ActInfo]) -> None:
    print_table(
        ["commit", "when", "who", "what", "items#", "message"],
        (
            [
                each.commit,
                when(each.at_ms),
                each.by,
                f"{each.kind}, undone" if each.undone else each.kind,
                number(each.count),
                each.message,
            ]
            for each in page.items
        ),
        empty="Nobody did anything yet.",
    )


def _print_versions(page: Page[VersionInfo]) -> None:
    print_table(
        ["version#", "when", "who", "items#", "labeled#", "changed#", "commit", "message"],
        (
            [
                each.number,
                when(each.at_ms),
                each.by,
                number(each.items),
                number(each.labeled),
                number(each.changed),
                each.commit,
                each.message,
            ]
            for each in page.items
        ),
        empty="There is no version yet; `tilth dataset save` makes one.",
    )


def _known(count: int | None) -> str:
    return "?" if count is None else number(count)


def _interval(interval: IntervalInfo) -> str:
    if interval.value is None:
        return ""
    return f"{interval.value:.1%} ({interval.low:.1%} to {interval.high:.1%}, n = {number(interval.n)})"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
