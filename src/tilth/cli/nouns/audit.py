"""`tilth audit`: who did what, and what was refused to whom."""

from __future__ import annotations

import sys

import click

from tilth.cli.grammar import Noun
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import when
from tilth.contract.audit import AuditEntry
from tilth.contract.paging import Page


@click.group("audit", cls=Noun, short_help="Who did what, and what was refused.")
def command() -> None:
    """The audit trail: every act through a door, and every one that was refused. `tilth verify` checks its chain."""


@command.command("list", example="tilth audit list --user maria")
@click.option("--user", default="", metavar="NAME", help="Only what this user did.")
@click.option("--operation", default="", metavar="NAME", help="Only this operation; `access.` means all of `access`.")
@click.option("--object", "about", default="", metavar="NAME", help="Only on what begins like this.")
@click.option("--outcome", default="", type=click.Choice(["", "ok", "denied", "failed"]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
@pass_session
def list_(session: Session, user: str, operation: str, about: str, outcome: str, limit: int) -> None:
    """List the newest entries."""
    found = session.workspace().audit.list(user=user, operation=operation, object=about, outcome=outcome, limit=limit)
    session.show(found, _print)


@command.command("export", example="tilth audit export > trail.csv")
@click.option("--user", default="", metavar="NAME", help="Only what this user did.")
@pass_session
def export(session: Session, user: str) -> None:
    """Write all entries as CSV, oldest first."""
    for piece in session.workspace().audit.export(user=user):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _print(page: Page[AuditEntry]) -> None:
    print_table(
        ("time", "user", "operation", "on", "outcome", "from"),
        (
            (
                when(each.at_ms),
                each.user or "-",
                each.operation,
                each.object or "-",
                each.outcome if each.outcome == "ok" else f"{each.outcome}: {each.detail}",
                each.origin or "-",
            )
            for each in page.items
        ),
        empty="Nothing was done yet.",
    )
