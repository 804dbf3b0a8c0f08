"""Verbs of `tilth labeling`: answers given elsewhere, taking them back, and what people are told."""

from __future__ import annotations

from dataclasses import replace
from typing import TextIO

import click

from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import counted, number, safe, safe_lines, when
from tilth.contract.importing import AnswerImportInfo, GuidelinesChange, ImportReport, ImportUndo
from tilth.contract.paging import Page


@click.command(
    "import",
    cls=Command,
    example="tilth labeling import digits answers@main:answers.csv --item image --answer label --worker worker",
)
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("table", metavar="TABLE")
@click.option("--item", required=True, metavar="COLUMN", help="Column that names the item.")
@click.option("--answer", required=True, metavar="COLUMN", help="Column with the answer.")
@click.option("--worker", default="", metavar="COLUMN", help="Column that names the person.")
@click.option("--seconds", default="", metavar="COLUMN", help="Column with the seconds it took.")
@click.option("--per", type=int, default=1, metavar="N", help="Answers that the seconds are of.")
@click.option("--match", default="auto", metavar="WAY", help="How items are found: auto, path, name or stem.")
@click.option("--dry-run", is_flag=True, help="Only report how the rows join.")
@pass_session
def import_(
    session: Session,
    pipeline: str,
    table: str,
    item: str,
    answer: str,
    worker: str,
    seconds: str,
    per: int,
    match: str,
    dry_run: bool,
) -> None:
    """Take answers that people gave elsewhere, unpaid; the same import twice imports nothing twice.

    TABLE is `REPO[@REVISION]:FILE`. Stopped halfway, the same command goes on.
    """
    labeling = session.workspace().labeling
    start, written = 0, 0
    while True:
        report = labeling.import_answers(
            pipeline,
            table,
            item=item,
            answer=answer,
            worker=worker,
            seconds=seconds,
            per=per,
            match=match,
            dry_run=dry_run,
            start=start,
        )
        written += report.imported
        if report.next is None:
            break
        start = report.next
    session.show(replace(report, imported=written), _print_import)


@click.command("imports", cls=Command, example="tilth labeling imports digits")
@click.argument("pipeline", metavar="PIPELINE")
@pass_session
def imports(session: Session, pipeline: str) -> None:
    """List the imports of answers, with the ids by which they are taken back."""
    session.show(session.workspace().labeling.imports(pipeline), _print_imports)


@click.command("undo-import", cls=Command, example="tilth labeling undo-import digits 5f0c2d9a41b7e386 --dry-run")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("import_id", metavar="IMPORT")
@click.option("--dry-run", is_flag=True, help="Only tell what would go, and what asking again would cost.")
@pass_session
def undo_import(session: Session, pipeline: str, import_id: str, dry_run: bool) -> None:
    """Take an import of answers back; the next publication withdraws labels that nothing else holds up.

    The answers stay in the history and count no more. Stopped halfway, the same command goes on.
    """
    labeling = session.workspace().labeling
    done = labeling.undo_import(pipeline, import_id, dry_run=dry_run)
    while done.left and not dry_run:
        more = labeling.undo_import(pipeline, import_id)
        done = replace(
            more,
            answers=done.answers + more.answers,
            items=done.items + more.items,
            unlabeled=done.unlabeled + more.unlabeled,
            asked=done.asked + more.asked,
            cost=done.cost + more.cost,
        )
    session.show(done, lambda done: _print_undo(done, dry_run=dry_run))


@click.command("guidelines", cls=Command, example="tilth labeling guidelines digits guidelines.md --dry-run")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("file", metavar="[FILE]", required=False, type=click.File("r", encoding="utf-8"))
@click.option("--breaking", is_flag=True, help="Answers given under the old ones no longer hold: ask all again.")
@click.option("--reask", is_flag=True, help="Yes, ask all items again, at that cost.")
@click.option("--dry-run", is_flag=True, help="Only tell how many items would be asked again, and what it costs.")
@pass_session
def guidelines(
    session: Session, pipeline: str, file: TextIO | None, breaking: bool, reask: bool, dry_run: bool
) -> None:
    """Show what people are told, or with FILE (Markdown, - for standard input) change it."""
    labeling = session.workspace().labeling
    if file is None:
        session.show(labeling.get(pipeline), lambda info: print(safe_lines(info.guidelines)))
        return
    made = labeling.set_guidelines(pipeline, file.read(), breaking=breaking, reask=reask, dry_run=dry_run)
    session.show(made, lambda made: _print_guidelines(made, dry_run=dry_run))


COMMANDS = (import_, imports, undo_import, guidelines)


def _print_imports(page: Page[AnswerImportInfo]) -> None:
    print_table(
        ("import", "answers#", "by", "at", "table"),
        (
            (
                found.id,
                number(found.answers) if found.answers else "taken back",
                found.author,
                when(found.at_ms),
                found.table,
            )
            for found in page.items
        ),
        empty="No answers were imported.",
    )


def _print_undo(done: ImportUndo, *, dry_run: bool) -> None:
    would = "Would take back" if dry_run else "Took back"
    print(f"{would} {counted(done.answers, 'answer')} to {counted(done.items, 'item')}.")
    print_facts(
        (
            ("lose their label", counted(done.unlabeled, "item")),
            ("asked again", f"up to {counted(done.asked, 'answer')} for {done.cost:.2f}"),
        )
    )


def _print_guidelines(made: GuidelinesChange, *, dry_run: bool) -> None:
    print(f"The guidelines {'would be' if dry_run else 'are'} version {safe(made.version)}.")
    if made.items:
        print(f"All {counted(made.items, 'item')} asked again: at least {made.asked:,} answers for {made.cost:.2f}.")


def _print_import(report: ImportReport) -> None:
    print(f"Imported {counted(report.imported, 'answer')} of {counted(report.rows, 'row')}.")
    print_facts(
        (
            ("matched", f"{number(report.matched)} by {report.match}"),
            ("items", f"{number(report.items)}; {number(report.items_without)} have no answer in the table"),
            ("workers", number(report.workers)),
            ("there already", number(report.present) if report.present else ""),
            ("known answers", number(report.known) if report.known else ""),
            *(
                (f"left out: {problem.kind}", f"{number(problem.count)}, such as {', '.join(problem.examples[:3])}")
                for problem in report.problems
            ),
        )
    )
