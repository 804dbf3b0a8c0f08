"""`tilth dataset`: datasets, and tables in commits."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Noun, paging
from tilth.cli.nouns import dataset_analysis, dataset_items
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import counted, number, safe
from tilth.cli.wording import size as bytes_of
from tilth.contract.paging import Page
from tilth.contract.sending import SendInfo, SendPlan
from tilth.errors import Conflict, Invalid
from tilth.model.names import check_path

_WIDEST = 80


@click.group("dataset", cls=Noun, short_help="Datasets, and tables in commits.")
def command() -> None:
    """Datasets: items with labels and predictions; and tables (Parquet, CSV, JSONL) in commits."""


for each in (*dataset_items.COMMANDS, *dataset_analysis.COMMANDS):
    command.add_command(each)


@command.command(
    "rows", example='tilth dataset rows labels@main:labels.csv --where "confidence < 0.7" --columns key,label'
)
@click.argument("reference", metavar="REPO[@REVISION]:PATH")
@click.option("--where", default="", metavar="SQL", help="A condition on the columns.")
@click.option("--columns", default="", metavar="A,B,…", help="Only these columns.")
@paging(100)
@pass_session
def rows(session: Session, reference: str, where: str, columns: str, after: str | None, limit: int) -> None:
    """Print rows of a table: one file, or a folder of parts."""
    datasets = session.workspace().datasets
    names = [name.strip() for name in columns.split(",") if name.strip()]
    page = collect(
        lambda key, count: datasets.rows(reference, where=where, columns=names, after=key, limit=count),
        after=after,
        limit=limit,
    )
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("count", example="tilth dataset count labels@main:labels.csv --where \"label = '7'\"")
@click.argument("reference", metavar="REPO[@REVISION]:PATH")
@click.option("--where", default="", metavar="SQL", help="A condition on the columns.")
@pass_session
def count(session: Session, reference: str, where: str) -> None:
    """Count the rows that match."""
    session.show(session.workspace().datasets.count(reference, where=where), print)


@command.command(
    "export", example="tilth dataset export cells ./cells --format huggingface --where \"split = 'train'\""
)
@click.argument("name", metavar="DATASET")
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    default="csv",
    show_default=True,
    metavar="FORMAT",
    help="csv, jsonl, parquet, coco, yolo, huggingface or imagefolder.",
)
@click.option("--where", default="", metavar="FILTER", help="Only items that match.")
@click.option("--model", default=None, metavar="NAME", help="With this model's predictions.")
@click.option("--at", default=None, metavar="VERSION", help="As a saved version was.")
@click.option("--media/--no-media", default=True, show_default=True, help="Bring the files, or name them by reference.")
@click.option(
    "--spreadsheet-safe/--verbatim",
    default=True,
    show_default=True,
    help="In CSV, put an apostrophe before text that a spreadsheet would run.",
)
@pass_session
def export(
    session: Session,
    name: str,
    destination: Path,
    kind: str,
    where: str,
    model: str | None,
    at: str | None,
    media: bool,
    spreadsheet_safe: bool,
) -> None:
    """Write items for other programs: into a new or empty folder, or (DEST.zip) as one archive."""
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise Conflict(f"{destination} exists already.", help="Name a new or empty folder, or a new .zip file.")
    pieces = session.workspace().datasets.export(
        name, format=kind, where=where, model=model, at=at, media=media, spreadsheet_safe=spreadsheet_safe
    )
    destination.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with session.progress() as progress, tempfile.NamedTemporaryFile(dir=destination.parent, suffix=".part") as part:
        progress.begin(f"Exporting {name}", unit="bytes")
        for piece in pieces:
            part.write(piece)
            size += len(piece)
            progress.advance(len(piece))
        progress.end()
        part.flush()
        if destination.suffix.lower() == ".zip":
            os.link(part.name, destination)
            files = 1
        else:
            files = _unpack(Path(part.name), destination)
    told = {"dataset": name, "format": kind, "destination": str(destination), "files": files, "bytes": size}
    session.show(told, lambda told: print(f"{safe(destination)}: {counted(files, 'file')}, {bytes_of(size)}."))


@command.command("send", example="tilth dataset send cells --where 'suspect > 0.9' --to second-look")
@click.argument("name", metavar="DATASET")
@click.argument("keys", metavar="[ITEM…]", nargs=-1)
@click.option("--where", default="", metavar="FILTER", help="The items that match.")
@click.option("--slice", "of", default="", metavar="SLICE", help="The items of a slice.")
@click.option("--model", default=None, metavar="NAME", help="Whose predictions the filter is about.")
@click.option("--to", "pipeline", default=None, metavar="PIPELINE", help="A labeling pipeline that there is.")
@click.option(
    "--new", "form", default=None, metavar="JSON", help="A new one: name, question, classes, overlap, price, …"
)
@click.option("--plan", is_flag=True, help="Only say what it would do and cost.")
@pass_session
def send(
    session: Session,
    name: str,
    keys: tuple[str, ...],
    where: str,
    of: str,
    model: str | None,
    pipeline: str | None,
    form: str | None,
    plan: bool,
) -> None:
    """Send items to people; their labels become the dataset's newest. What lies there already is not asked again."""
    try:
        new = json.loads(form) if form is not None else None
    except ValueError as error:
        raise Invalid(f"--new is not JSON: {error}", help='Write {"name": "again", "overlap": 3}.') from error
    datasets = session.workspace().datasets
    if plan:
        session.show(
            datasets.plan_send(name, keys=keys, where=where, slice=of, model=model, pipeline=pipeline, new=new),
            _print_plan,
        )
        return
    sent = datasets.send(name, keys=keys, where=where, slice=of, model=model, pipeline=pipeline, new=new)
    session.show(sent, _print_sent)


def _unpack(archive: Path, destination: Path) -> int:
    destination.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive) as read:
        members = read.infolist()
        for member in members:
            place = destination / check_path(member.filename)
            place.parent.mkdir(parents=True, exist_ok=True)
            with read.open(member) as content, place.open("xb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
    return len(members)


def _print_plan(plan: SendPlan) -> None:
    least, most = plan.answers
    low, high = plan.cost
    answers = counted(most, "answer") if least == most else f"{number(least)} to {counted(most, 'answer')}"
    cost = f"{high:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
    made = " (to be made)" if plan.makes_pipeline else ""
    print(f"{counted(plan.new, 'new item')} of {number(plan.items)} to {safe(plan.pipeline)}{made}: {answers}, {cost}.")
    for warning in plan.warnings:
        print(safe(warning))


def _print_sent(sent: SendInfo) -> None:
    plan = sent.plan
    if sent.commit is None:
        print(f"Nothing new: {safe(plan.pipeline)} has them all already. Nothing is bought twice.")
    else:
        print(f"Sent {counted(plan.new, 'item')} to {safe(plan.pipeline)}: {safe(plan.inbox)} is now {sent.commit}.")


def _print(page: Page[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in page.items for name in row))
    print_table(
        names, ([_cell(row.get(name)) for name in names] for row in page.items), empty=f"{number(0)} rows match."
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
