"""`tilth purge`: bytes taken away for good."""

from __future__ import annotations

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size
from tilth.contract.maintenance import PurgeReport
from tilth.errors import Invalid


@click.command(
    "purge",
    cls=Command,
    short_help="Take the bytes of a file away for good.",
    example='tilth purge images:faces/0001.png --reason "The person asked us to"\ntilth purge --allow DIGEST',
)
@click.argument("reference", metavar="[REPO[@REVISION]:PATH]", required=False)
@click.option("--reason", help="Why; everybody who reads the file is told.")
@click.option("--everywhere", is_flag=True, help="Also where other paths and repos hold the same bytes.")
@click.option("--history", is_flag=True, help="Every version that the path had in any commit of the repo.")
@click.option("--allow", metavar="DIGEST", help="Instead, let bytes that were purged be put again.")
@click.option("--wait", "wait_s", metavar="SECONDS", type=click.FloatRange(0), default=60.0, show_default=True)
@pass_session
def command(
    session: Session,
    reference: str | None,
    reason: str | None,
    everywhere: bool,
    history: bool,
    allow: str | None,
    wait_s: float,
) -> None:
    """Take the bytes of a file (or of all files below a folder) away for good, from every commit and from disk.

    Commits, seals and lineage stay; whoever reads the file is told who purged it, when and why. The same bytes are not
    taken again. What was derived from them is listed and stays. --wait says for how long to wait for those who write
    now before the bytes are deleted.
    """
    maintenance = session.workspace().maintenance
    if allow is not None:
        if reference is not None:
            raise Invalid("--allow takes a digest alone.", help="Leave the path out.")
        maintenance.allow(allow)
        session.note("These bytes may be put again.")
        return
    if reference is None or reason is None:
        raise Invalid("Name what to purge, and say why with --reason.", help="tilth purge REPO:PATH --reason TEXT")
    with session.progress() as progress:
        report = maintenance.purge(
            reference, reason=reason, everywhere=everywhere, history=history, wait_s=wait_s, progress=progress
        )
    session.show(report, _print)


def _print(report: PurgeReport) -> None:
    print(f"Purged {counted(len(report.files), 'file')}, {size(report.freed)} less on disk.")
    for place in report.places:
        print(f"also gone: {safe(place)}")
    for commit in report.derived:
        print(f"derived from it, not purged: {safe(commit)}")
    if report.results:
        print(f"Forgot {counted(report.results, 'cached result')} made from it.")
    for who in report.waiting:
        print(f"Not all bytes are deleted yet: {safe(who)} is writing. Run tilth gc when it has ended.")
    if report.left and not report.waiting:
        print(f"{counted(report.left, 'record')} stay: other files share them, or a process still writes their pack.")
