"""`tilth gc`: what nothing reaches, deleted."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, number, safe, size
from tilth.contract.maintenance import GcReport


@click.command(
    "gc",
    cls=Command,
    short_help="Delete what nothing reaches any more, and merge small packs.",
    example="tilth gc\ntilth gc --wait 600",
)
@click.option("--wait", "wait_s", metavar="SECONDS", type=click.FloatRange(0), default=60.0, show_default=True)
@pass_session
def command(session: Session, wait_s: float) -> None:
    """Delete what nothing reaches any more, and merge small packs. Others may read and write meanwhile.

    What is deleted must first be out of reach of everybody who writes now: --wait says for how long to wait for them.
    What is left then goes with the next `tilth gc`. A server (`tilth up`) does this by itself once a day.
    """
    maintenance = session.workspace().maintenance
    with session.progress() as progress:
        report = maintenance.gc(wait_s=wait_s, progress=progress)
    session.show(report, _print)


def _print(report: GcReport) -> None:
    print(f"Deleted {counted(report.records, 'record')}, {size(report.freed)} less on disk.")
    if report.packs_before != report.packs_after:
        print(f"{counted(report.packs_before, 'pack')} became {number(report.packs_after)}.")
    if report.forgotten_results:
        print(f"Forgot {counted(report.forgotten_results, 'cached result')} that no job names.")
    for who in report.waiting:
        print(f"Not all could be deleted yet: {safe(who)} is writing. Run tilth gc again when it has ended.")
    for pack in report.damaged:
        print(f"{safe(pack)}.pack is damaged and was left as it is; run tilth verify.")
