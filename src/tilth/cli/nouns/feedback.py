"""`tilth feedback`: declared edges by which chosen items go back to a source repo."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun, message_option
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import committed, number, repo_name, safe
from tilth.contract.feedback import FeedbackInfo
from tilth.contract.paging import Page


@click.group("feedback", cls=Noun, short_help="Feedback edges: chosen items go back to a source repo.")
def command() -> None:
    """Feedback edges: by which chosen items go back to a source repo, within a budget."""


@command.command(
    "declare", example="tilth feedback declare more selection@main:next.csv tolabel@main --budget 180 --max-rounds 3"
)
@click.argument("name", metavar="NAME")
@click.argument("source", metavar="REPO@BRANCH[:PATH]")
@click.argument("target", metavar="REPO@BRANCH")
@click.option("--budget", type=click.IntRange(min=1), required=True, metavar="ITEMS", help="Items in all.")
@click.option("--max-rounds", type=click.IntRange(min=1), required=True, metavar="N", help="Times it may fire.")
@click.option("--trigger", default="person", show_default=True, metavar="WHO", help="Who may fire it.")
@pass_session
def declare(session: Session, name: str, source: str, target: str, budget: int, max_rounds: int, trigger: str) -> None:
    """Declare an edge from a selection back to a source repo."""
    edge = session.workspace().feedback.declare(
        name, source, target, trigger=trigger, budget=budget, max_rounds=max_rounds
    )
    session.show(
        edge, lambda edge: print(f"Declared feedback {safe(edge.name)}: {safe(edge.source)} to {safe(edge.target)}.")
    )


@command.command("list", example="tilth feedback list")
@pass_session
def list_(session: Session) -> None:
    """List edges with what is left of their budgets."""
    session.show(session.workspace().feedback.list(), _print)


@command.command("fire", example="tilth feedback fire more -m 'round 2'")
@click.argument("name", metavar="NAME")
@message_option
@pass_session
def fire(session: Session, name: str, message: str) -> None:
    """Send the items that the selection names now into the target, as a commit."""
    done = session.workspace().feedback.fire(name, message=message)
    session.show(
        done,
        lambda done: print(
            committed(done, repo_name(done.repo) if done else "", nothing="The selection is empty; nothing was sent.")
        ),
    )


@command.command("end", example="tilth feedback end more")
@click.argument("name", metavar="NAME")
@pass_session
def end(session: Session, name: str) -> None:
    """End an edge for good: it fires no more, its rounds stay on record."""
    session.show(
        session.workspace().feedback.end(name),
        lambda edge: print(f"Feedback {safe(edge.name)} has {safe(edge.state)}."),
    )


def _print(page: Page[FeedbackInfo]) -> None:
    print_table(
        ("feedback", "state", "from", "to", "fired by", "items#", "rounds#"),
        (
            (
                edge.name,
                edge.state,
                edge.source,
                edge.target,
                edge.trigger,
                f"{number(edge.used)} of {number(edge.budget)}",
                f"{edge.rounds} of {edge.max_rounds}",
            )
            for edge in page.items
        ),
        empty="There are no feedback edges yet.",
    )
