"""`tilth dataset analyse|similar|duplicates`: what the items of a dataset look like together."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import counted, number, safe
from tilth.contract.analysis import AnalysisInfo, DuplicatesInfo, SimilarInfo


@click.command("analyse", cls=Command, example="tilth dataset analyse birds")
@click.argument("name", metavar="DATASET")
@click.option("--start/--state", default=True, help="Run it (the default), or only tell how far it is.")
@pass_session
def analyse(session: Session, name: str, start: bool) -> None:
    """Describe all items, lay them out as a map, find near-duplicates and doubtful labels.

    Saves a version if something changed, and runs two ordinary pipelines, DATASET-embed and DATASET-analysis.
    This waits until all work of the workspace is done.
    """
    workspace = session.workspace()
    info = workspace.analysis.start(name) if start else workspace.analysis.state(name)
    if start:
        with session.progress() as progress:
            workspace.maintenance.run(progress=progress)
        info = workspace.analysis.state(name)
    session.show(info, _print_state)


@click.command("similar", cls=Command, example="tilth dataset similar birds in/7.png in/9.png --not in/8.png")
@click.argument("name", metavar="DATASET")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--not", "discarded", metavar="KEY", multiple=True, help="An item that is not wanted; may be repeated.")
@click.option("--where", default="", help="Only among items that match this filter.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@pass_session
def similar(
    session: Session, name: str, keys: tuple[str, ...], discarded: tuple[str, ...], where: str, limit: int
) -> None:
    """Print the items that are most like KEY..., best first."""
    found = session.workspace().analysis.similar(name, list(keys), discarded=list(discarded), where=where, limit=limit)
    session.show(found, _print_similar)


@click.command("duplicates", cls=Command, example="tilth dataset duplicates birds")
@click.argument("name", metavar="DATASET")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@pass_session
def duplicates(session: Session, name: str, limit: int) -> None:
    """Print groups of items that show nearly the same: across splits first, then those whose labels differ."""
    session.show(session.workspace().analysis.duplicates(name, limit=limit), _print_duplicates)


def _print_state(info: AnalysisInfo) -> None:
    of = f" of version {info.version}" if info.version is not None else ""
    why = f": {safe(info.reason)}" if info.reason else ""
    print(f"The analysis{of} of {safe(info.dataset)} is {info.state}{why}")
    if info.commit is not None:
        told = info.summary
        suspects, repeats = int(told.get("suspects", 0)), int(told.get("near_duplicates", 0))
        print(f"{counted(suspects, 'doubtful label')}, {counted(repeats, 'near-duplicate')}.")
    if info.unreadable:
        print(f"{counted(info.unreadable, 'item')} could not be read: see unreadable/ in {safe(info.dataset)}-embed.")


def _print_similar(found: SimilarInfo) -> None:
    rows = ([safe(each.item.key), safe(each.item.label or ""), f"{each.score:.3f}"] for each in found.items)
    print_table(["key", "label", "likeness"], rows, empty="Nothing else can be compared.")


def _print_duplicates(found: DuplicatesInfo) -> None:
    rows = (
        [str(len(group.items)), safe(", ".join(group.splits)), safe(", ".join(group.labels)), safe(keys)]
        for group in found.groups
        for keys in [" ".join(item.key for item in group.items[:4])]
    )
    print_table(["items", "splits", "labels", "keys"], rows, empty=f"{number(0)} near-duplicates.")


COMMANDS = (analyse, similar, duplicates)
