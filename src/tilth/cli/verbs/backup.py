"""`tilth backup`: the workspace, copied."""

from __future__ import annotations

from pathlib import Path

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import counted, safe, size
from tilth.config import is_url
from tilth.contract.maintenance import BackupReport


@click.command(
    "backup",
    cls=Command,
    short_help="Copy the workspace into a folder, beside whoever works.",
    example="tilth backup /mnt/other-disk/images",
)
@click.argument("folder", metavar="[DEST]", required=False)
@pass_session
def command(session: Session, folder: str | None) -> None:
    """Copy the workspace into a folder, beside whoever reads and writes. Again into the same folder copies only news.

    Interrupted, the backup before stays whole. A server (-w URL) backs up to the folder in its TILTH_BACKUP.
    """
    if folder is not None and not is_url(session.place):
        folder = str(Path(folder).absolute())
    with session.progress() as progress:
        report = session.workspace().maintenance.backup(folder, progress=progress)
    session.show(report, _print)


def _print(report: BackupReport) -> None:
    print(
        f"Backed up {counted(report.packs, 'pack')}, {size(report.size)}, to {safe(report.folder)};"
        f" copied {counted(report.copied_packs, 'pack')}, {size(report.copied_bytes)}."
    )
