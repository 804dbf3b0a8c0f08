"""`tilth transaction`: writes to several repos as one change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tilth.cli.grammar import Noun, message_option
from tilth.cli.local import existing, files_below
from tilth.cli.references import split
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import committed, counted, safe, when
from tilth.contract.commit import CommitInfo
from tilth.contract.paging import Page
from tilth.contract.transactions import TransactionInfo
from tilth.errors import Invalid


@click.group("transaction", cls=Noun, short_help="Transactions: writes to several repos as one change.")
def command() -> None:
    """Transactions: writes to several repos that become commits of one change, all or none."""


@command.command("begin", example="tilth transaction begin -m 'images and their labels'")
@message_option
@pass_session
def begin(session: Session, message: str) -> None:
    """Open a transaction and print its id, which the other verbs take."""
    begun = session.workspace().transactions.begin(message=message)
    session.show(begun, lambda begun: print(begun.id))
    session.note(
        f"Next: tilth transaction put {begun.id} REPO:PATH FILE, then tilth transaction commit {begun.id}",
    )


@command.command("put", example="tilth transaction put $ID images:train ./scans")
@click.argument("transaction", metavar="ID")
@click.argument("target", metavar="REPO[@BRANCH][:PATH]")
@click.argument("source", metavar="SOURCE")
@click.option("--append", is_flag=True, help="Write the source file behind what PATH holds.")
@pass_session
def put(session: Session, transaction: str, target: str, source: str, append: bool) -> None:
    """Write a file (or `-`, standard input) at PATH, or what is in a folder below it."""
    transactions = session.workspace().transactions
    commit, path = split(target)
    file = existing(source) if source != "-" else None
    if file is not None and file.is_dir():
        if append:
            raise Invalid("--append needs one file.", help="Name a file, or leave --append out.")
        below = files_below(file, (path or "").rstrip("/"), leave_out=Path(session.place).resolve())
        done = transactions.put_many(transaction, commit, ((name.lstrip("/"), each) for name, each in below))
    else:
        if path is None or path.endswith("/"):
            if file is None:
                raise Invalid("Standard input needs a path of its own.", help="Write REPO:PATH.")
            path = f"{path or ''}{file.name}"
        if append:
            with file.open("rb") if file is not None else sys.stdin.buffer as stream:
                done = transactions.append(transaction, f"{commit}:{path}", stream)
        else:
            done = transactions.put_many(transaction, commit, [(path, file if file is not None else sys.stdin.buffer)])
    session.show(done, _print_one)


@command.command("rm", example="tilth transaction rm $ID labels:old.csv")
@click.argument("transaction", metavar="ID")
@click.argument("target", metavar="REPO[@BRANCH]:PATH")
@pass_session
def rm(session: Session, transaction: str, target: str) -> None:
    """Delete a file or folder."""
    commit, path = split(target)
    if path is None:
        raise Invalid(f"{target!r} names no path.", help="Write REPO[@BRANCH]:PATH.")
    session.show(session.workspace().transactions.put_many(transaction, commit, (), deletes=[path]), _print_one)


@command.command("list", example="tilth transaction list")
@pass_session
def list_(session: Session) -> None:
    """List the transactions that are open."""
    session.show(session.workspace().transactions.list(), _print)


@command.command("commit", example="tilth transaction commit $ID")
@click.argument("transaction", metavar="ID")
@message_option
@pass_session
def commit(session: Session, transaction: str, message: str) -> None:
    """Commit all of it, or nothing."""
    session.show(session.workspace().transactions.commit(transaction, message=message), _print_commits)


@command.command("abort", example="tilth transaction abort $ID")
@click.argument("transaction", metavar="ID")
@pass_session
def abort(session: Session, transaction: str) -> None:
    """Forget a transaction and what was written in it."""
    session.workspace().transactions.abort(transaction)
    session.show(None, lambda _: print(f"Aborted {safe(transaction)}."))


def _print_one(found: TransactionInfo) -> None:
    print(f"{counted(found.edits, 'edit')} on {', '.join(safe(branch) for branch in found.branches) or 'no branch'}.")


def _print_commits(page: Page[CommitInfo]) -> None:
    for made in page.items:
        print(committed(made, made.repo.removeprefix("default/")))


def _print(page: Page[TransactionInfo]) -> None:
    print_table(
        ("transaction", "begun", "author", "edits#", "branches", "message"),
        (
            (each.id, when(each.started_ms), each.author, str(each.edits), ", ".join(each.branches), each.message)
            for each in page.items
        ),
        empty="There are no open transactions.",
    )
