"""`tilth dataset`: tables in commits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Noun, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import number
from tilth.contract.values import Page

_WIDEST = 80


@click.group("dataset", cls=Noun, short_help="Tables in commits.")
def command() -> None:
    """Tables (Parquet, CSV, JSONL) in commits."""


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
