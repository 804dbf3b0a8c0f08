"""`tilth slice`: named sets of a dataset's items with a purpose, a state and an owner."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from tilth.cli.grammar import Noun, paging
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import counted, number, safe, safe_lines, short, when
from tilth.contract.paging import Page
from tilth.contract.slices import SliceAct, SliceInfo

_KEYS = click.argument("keys", metavar="ITEM…", nargs=-1, required=True)


@click.group("slice", cls=Noun, short_help="Slices: named sets of a dataset's items.")
def command() -> None:
    """Slices: named sets of a dataset's items with a type, a state and an owner."""


@command.command("create", example="tilth slice create cells blurry --type 'bad data' --where \"sharpness < 0.2\"")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@click.argument("keys", metavar="[ITEM…]", nargs=-1)
@click.option("--type", "kind", default="bucket", show_default=True, help="What it is for.")
@click.option("--where", default="", metavar="FILTER", help="The items that match now.")
@click.option("--live", is_flag=True, help="Follow the filter: what matches is in it, at any time.")
@click.option("--model", default=None, metavar="NAME", help="Whose predictions the filter is about.")
@click.option("--owner", default="", metavar="USER", help="Who takes care of it.")
@click.option("--note", default="", metavar="TEXT", help="What it is about.")
@pass_session
def create(
    session: Session,
    dataset: str,
    name: str,
    keys: tuple[str, ...],
    kind: str,
    where: str,
    live: bool,
    model: str | None,
    owner: str,
    note: str,
) -> None:
    """Make a slice of the items named (`-`: one per line of stdin), or of those that match a filter."""
    done = session.workspace().slices.create(
        dataset,
        name,
        type=kind,
        note=note,
        owner=owner,
        keys=_named(keys),
        where=where,
        model=model,
        live=live,
    )
    session.show(done, _print_act)


@command.command("list", example="tilth slice list cells --state triage")
@click.argument("dataset", metavar="DATASET")
@click.option("--state", default="", metavar="STATE", help="Only those in this state.")
@paging(100)
@pass_session
def list_(session: Session, dataset: str, state: str, after: str | None, limit: int) -> None:
    """List the slices of a dataset."""
    slices = session.workspace().slices
    page = collect(
        lambda key, count: slices.list(dataset, state=state, after=key, limit=count), after=after, limit=limit
    )
    session.show(page, _print)
    if note := more(page):
        session.note(note)


@command.command("show", example="tilth slice show cells blurry")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@pass_session
def show(session: Session, dataset: str, name: str) -> None:
    """Show a slice with what was said about it."""
    session.show(session.workspace().slices.get(dataset, name), _print_one)


@command.command("items", example="tilth slice items cells blurry")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@paging(100)
@pass_session
def items(session: Session, dataset: str, name: str, after: str | None, limit: int) -> None:
    """List the items of a slice with their status."""
    slices = session.workspace().slices
    page = collect(lambda key, count: slices.items(dataset, name, after=key, limit=count), after=after, limit=limit)
    session.show(
        page,
        lambda page: print_table(
            ("item", "status", "by", "when"),
            ((each.key, each.status, each.by, when(each.at_ms)) for each in page.items),
            empty="Nothing is noted about single items.",
        ),
    )
    if note := more(page):
        session.note(note)


@command.command("update", example="tilth slice update cells blurry --state 'in progress' --owner maria")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@click.option("--type", "kind", default=None, help="What it is for.")
@click.option("--state", default=None, metavar="STATE", help="triage, in progress, in review, resolved or cancelled.")
@click.option("--owner", default=None, metavar="USER", help="Who takes care of it.")
@click.option("--note", default=None, metavar="TEXT", help="What it is about.")
@click.option("--where", default=None, metavar="FILTER", help="The filter that a live slice follows.")
@pass_session
def update(
    session: Session,
    dataset: str,
    name: str,
    kind: str | None,
    state: str | None,
    owner: str | None,
    note: str | None,
    where: str | None,
) -> None:
    """Change a slice's state, owner, note, type or filter."""
    done = session.workspace().slices.update(dataset, name, type=kind, state=state, owner=owner, note=note, where=where)
    session.show(done, _print_act)


@command.command("add", example="tilth slice add cells blurry scan7.png scan9.png")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@_KEYS
@pass_session
def add(session: Session, dataset: str, name: str, keys: tuple[str, ...]) -> None:
    """Add items (`-`: one per line of stdin)."""
    session.show(session.workspace().slices.set_items(dataset, name, add=_named(keys)), _print_act)


@command.command("remove", example="tilth slice remove cells blurry scan7.png")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@_KEYS
@pass_session
def remove(session: Session, dataset: str, name: str, keys: tuple[str, ...]) -> None:
    """Take items out (`-`: one per line of stdin)."""
    session.show(session.workspace().slices.set_items(dataset, name, remove=_named(keys)), _print_act)


@command.command("mark", example="tilth slice mark cells blurry done scan7.png")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@click.argument("status", metavar="STATUS")
@_KEYS
@pass_session
def mark(session: Session, dataset: str, name: str, status: str, keys: tuple[str, ...]) -> None:
    """Give items a status: open, done, or 'set aside'."""
    session.show(session.workspace().slices.set_items(dataset, name, keys=_named(keys), status=status), _print_act)


@command.command("comment", example="tilth slice comment cells blurry 'The night shift of March.'")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@click.argument("text", metavar="TEXT")
@click.option("--item", default="", metavar="ITEM", help="The item that it is about.")
@pass_session
def comment(session: Session, dataset: str, name: str, text: str, item: str) -> None:
    """Say something about a slice, or about one of its items."""
    session.show(session.workspace().slices.comment(dataset, name, text, key=item), _print_act)


@command.command("delete", example="tilth slice delete cells blurry")
@click.argument("dataset", metavar="DATASET")
@click.argument("name", metavar="NAME")
@pass_session
def delete(session: Session, dataset: str, name: str) -> None:
    """Delete a slice; its items stay where they are."""
    session.show(session.workspace().slices.delete(dataset, name), _print_act)


def _named(keys: Iterable[str]) -> list[str]:
    names: list[str] = []
    for key in keys:
        names += [line for line in sys.stdin.read().splitlines() if line] if key == "-" else [key]
    return names


def _size(info: SliceInfo) -> str:
    return "live" if info.items is None else number(info.items)


def _print(page: Page[SliceInfo]) -> None:
    print_table(
        ("slice", "type", "state", "owner", "items#", "done#", "changed"),
        (
            (
                info.name,
                info.type,
                info.state,
                info.owner or "-",
                _size(info),
                number(info.statuses.get("done", 0)),
                when(info.changed_ms),
            )
            for info in page.items
        ),
        empty="There are no slices yet. Make one with `tilth slice create`.",
    )


def _print_one(info: SliceInfo) -> None:
    print(f"{safe(info.name)} of {safe(info.dataset)}: {info.type}, {info.state}, owner {safe(info.owner or 'nobody')}")
    if info.note:
        print(safe_lines(info.note))
    if info.where:
        print(f"{'follows' if info.live else 'was made of'} {safe(info.where)}")
    if info.items is not None:
        print(", ".join([counted(info.items, "item"), *(f"{number(n)} {name}" for name, n in info.statuses.items())]))
    for sent in info.rounds:
        print(f"{when(sent.at_ms)}: {safe(sent.by)} sent {counted(sent.items, 'item')} to {safe(sent.pipeline)}")
    for each in info.comments:
        about = f" about {safe(each.key)}" if each.key else ""
        print(f"{when(each.at_ms)}, {safe(each.by)}{about}: {safe(each.text)}")


def _print_act(done: SliceAct) -> None:
    if done.commit is None:
        print("Nothing changed.")
        return
    if done.slice is None:
        print("Deleted; the items stay where they are.")
    else:
        info = done.slice
        size = "live" if info.items is None else counted(info.items, "item")
        print(f"Slice {safe(info.name)}: {info.state}, {size}.")
    print(f"Saved as {short(done.commit)}.")
