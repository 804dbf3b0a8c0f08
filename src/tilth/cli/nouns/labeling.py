"""`tilth labeling`: labeling pipelines, from the side of those who run them."""

from __future__ import annotations

import json
from typing import Any

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Noun, paging
from tilth.cli.nouns import labeling_imports
from tilth.cli.pages import collect, more
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import committed, counted, number, repo_name, safe
from tilth.contract.commit import CommitInfo
from tilth.contract.labeling import LabelInfo, LabelingInfo
from tilth.contract.paging import Page
from tilth.contract.reviews import ErrorRates, ReviewInfo
from tilth.contract.tasks import WorkerInfo
from tilth.contract.workers import MethodComparison
from tilth.errors import Invalid


@click.group("labeling", cls=Noun, short_help="Labeling pipelines: work that people do.")
def command() -> None:
    """Labeling pipelines: tasks, workers, answers and the labels that hold."""


for each in labeling_imports.COMMANDS:
    command.add_command(each)


@command.command("list", example="tilth labeling list")
@pass_session
def list_(session: Session) -> None:
    """List labeling pipelines with their progress."""
    session.show(session.workspace().labeling.list(), _print)


@command.command("show", example="tilth labeling show digits")
@click.argument("pipeline", metavar="PIPELINE")
@pass_session
def show(session: Session, pipeline: str) -> None:
    """Show how far one labeling pipeline is."""
    session.show(session.workspace().labeling.get(pipeline), _print_one)


@command.command("workers", example="tilth labeling workers digits")
@click.argument("pipeline", metavar="PIPELINE")
@paging(1000)
@pass_session
def workers(session: Session, pipeline: str, after: str | None, limit: int) -> None:
    """List the workers: answers, known answers right, and who is banned and why."""
    labeling = session.workspace().labeling
    page = collect(lambda key, count: labeling.workers(pipeline, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_workers)
    if note := more(page):
        session.note(note)


@command.command("labels", example="tilth labeling labels digits --limit 20")
@click.argument("pipeline", metavar="PIPELINE")
@paging(100)
@pass_session
def labels(session: Session, pipeline: str, after: str | None, limit: int) -> None:
    """List what holds now for each item, published or not."""
    labeling = session.workspace().labeling
    page = collect(lambda key, count: labeling.labels(pipeline, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_labels)
    if note := more(page):
        session.note(note)


@command.command("publish", example="tilth labeling publish digits")
@click.argument("pipeline", metavar="PIPELINE")
@pass_session
def publish(session: Session, pipeline: str) -> None:
    """Publish answers and labels now, as a commit."""
    session.show(session.workspace().labeling.publish(pipeline), _print_published)


@command.command("rule", example="tilth labeling rule digits 0042.png 7 --reason 'the stroke is crossed'")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("key", metavar="ITEM")
@click.argument("label", metavar="LABEL")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the label.")
@pass_session
def rule(session: Session, pipeline: str, key: str, label: str, reason: str) -> None:
    """Decide an item as an expert; final until reopened.

    LABEL is text, or JSON when it begins with {, [ or a quote.
    """
    held = session.workspace().labeling.rule(pipeline, key, _label(label), reason=reason)
    session.show(held, lambda held: print(f"{safe(held.key)} is {_shown(held.label)}, by ruling."))


@command.command("reopen", example="tilth labeling reopen digits 0042.png")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("key", metavar="ITEM")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the item.")
@pass_session
def reopen(session: Session, pipeline: str, key: str, reason: str) -> None:
    """Take a ruling back: the answers hold again, and missing ones are asked for."""
    held = session.workspace().labeling.reopen(pipeline, key, reason=reason)
    session.show(held, lambda held: print(f"{safe(held.key)} is open to answers again, now {safe(held.state)}."))


@command.command("ban", example="tilth labeling ban digits WORKER --reason 'answers at random'")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("worker", metavar="WORKER")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the worker is shown it.")
@pass_session
def ban(session: Session, pipeline: str, worker: str, reason: str) -> None:
    """Ban a worker for good: answers are rejected and unpaid, and their tasks asked again.

    WORKER is an id that `tilth labeling workers` shows.
    """
    banned = session.workspace().labeling.ban(pipeline, worker, reason)
    session.show(
        banned,
        lambda banned: print(f"Banned {safe(banned.worker)}; {counted(banned.rejected, 'answer')} rejected."),
    )


@command.command("unban", example="tilth labeling unban digits WORKER --reason 'has read the guidelines'")
@click.argument("pipeline", metavar="PIPELINE")
@click.argument("worker", metavar="WORKER")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the history.")
@pass_session
def unban(session: Session, pipeline: str, worker: str, reason: str) -> None:
    """Give a banned worker another chance; answers that the ban rejected stay rejected."""
    row = session.workspace().workers.unban(pipeline, worker, reason)
    session.show(row, lambda row: print(f"{safe(row.worker)} may label again."))


@command.command("review", example="tilth labeling review digits --size 60\ntilth labeling review digits --share 0.05")
@click.argument("pipeline", metavar="PIPELINE")
@click.option("--size", type=int, default=0, metavar="N", help="How many items.")
@click.option("--share", type=float, default=0.0, metavar="SHARE", help="Or which share of them, such as 0.05.")
@click.option("--by", default="random", metavar="WAY", help="random, class, worker or unsure.")
@click.option("--seed", type=int, default=None, metavar="N", help="Equal seeds draw equal samples.")
@pass_session
def review(session: Session, pipeline: str, size: int, share: float, by: str, seed: int | None) -> None:
    """Draw a sample of settled items for an expert, who decides them in the console."""
    made = session.workspace().reviews.start(pipeline, size=size, share=share, by=by, seed=seed)
    session.show(made, lambda made: print(f"Drew {counted(made.size, 'item')} of {made.population:,}: {made.id}"))


@command.command("reviews", example="tilth labeling reviews digits")
@click.argument("pipeline", metavar="PIPELINE")
@paging(100)
@pass_session
def reviews(session: Session, pipeline: str, after: str | None, limit: int) -> None:
    """List reviews, newest first."""
    facet = session.workspace().reviews
    page = collect(lambda key, count: facet.list(pipeline, after=key, limit=count), after=after, limit=limit)
    session.show(page, _print_reviews)
    if note := more(page):
        session.note(note)


@command.command("rates", example="tilth labeling rates digits")
@click.argument("pipeline", metavar="PIPELINE")
@click.option("--review", default=None, metavar="ID", help="Of one review; else of all random ones.")
@pass_session
def rates(session: Session, pipeline: str, review: str | None) -> None:
    """Tell how often labels are wrong, with 95 % intervals: overall, by class, worker and folder."""
    session.show(session.workspace().reviews.rates(pipeline, review=review), _print_rates)


@command.command("compare", example="tilth labeling compare digits")
@click.argument("pipeline", metavar="PIPELINE")
@pass_session
def compare(session: Session, pipeline: str) -> None:
    """Aggregate the same answers by every method and tell how they differ."""
    session.show(session.workspace().workers.compare(pipeline), _print_comparison)


def _print_reviews(page: Page[ReviewInfo]) -> None:
    print_table(
        ("review", "by", "state", "decided#", "size#", "of#", "corrected#", "rejected#", "author"),
        (
            (
                info.id,
                info.by,
                info.state,
                number(info.decided),
                number(info.size),
                number(info.population),
                number(info.corrected),
                number(info.rejected),
                info.author,
            )
            for info in page.items
        ),
        empty="There are no reviews yet.",
    )


def _print_rates(rates: ErrorRates) -> None:
    groups = (("class", rates.classes), ("worker", rates.workers), ("folder", rates.folders))
    rows = [("all", "", rates.overall, rates.wrong)]
    rows += [(kind, group.name, group.rate, group.wrong) for kind, found in groups for group in found]
    print_table(
        ("of", "name", "wrong#", "reviewed#", "rate#", "95 % interval"),
        (
            (
                kind,
                name,
                number(wrong),
                number(rate.n),
                f"{rate.value:.1%}" if rate.value is not None else "",
                f"{rate.low:.1%} to {rate.high:.1%}" if rate.n else "",
            )
            for kind, name, rate, wrong in rows
        ),
        empty="",
    )
    if rates.left_out:
        print(f"{counted(rates.left_out, 'decision')} on least confident items left out: they would overstate it.")


def _print_comparison(found: MethodComparison) -> None:
    print_table(
        ("method", "known right#", "of#", "95 % interval", "decides otherwise#"),
        (
            (
                f"{method.method} (current)" if method.current else method.method,
                f"{method.known.value:.1%}" if method.known.value is not None else "",
                number(method.known.n),
                f"{method.known.low:.1%} to {method.known.high:.1%}" if method.known.n else "",
                number(method.differs),
            )
            for method in found.methods
        ),
        empty="",
    )
    alpha = f"{found.alpha:.3f} on {number(found.alpha_items)} items" if found.alpha is not None else ""
    kappa = f"{found.kappa:.3f} on {number(found.kappa_items)} items" if found.kappa is not None else ""
    print_facts((("Krippendorff's alpha", alpha), ("Fleiss' kappa", kappa)))


def _print_published(done: CommitInfo | None) -> None:
    print(committed(done, repo_name(done.repo) if done else "", nothing="There is nothing new to publish."))


def _label(text: str) -> Any:
    if text[:1] not in ("{", "[", '"'):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(
            f"The label {text!r} is not JSON: {error}.", help="Quote it for your shell, or give text."
        ) from error


def _shown(label: Any) -> str:
    return safe(label if isinstance(label, str) else json.dumps(plain(label), ensure_ascii=False))


def _print(page: Page[LabelingInfo]) -> None:
    print_table(
        ("labeling", "state", "done#", "tasks#", "answers#", "workers#", "banned#", "spent#"),
        (
            (
                info.pipeline,
                info.state,
                number(info.done),
                number(info.tasks),
                number(info.answers),
                number(info.workers),
                number(info.banned),
                f"{info.spent:.2f} {info.currency}".rstrip(),
            )
            for info in page.items
        ),
        empty="There are no labeling pipelines yet.",
    )


def _print_one(info: LabelingInfo) -> None:
    print_facts(
        (
            ("labeling", info.pipeline),
            ("state", info.state),
            ("reason", info.reason),
            ("tasks", f"{number(info.tasks)}: {number(info.done)} done, {number(info.open)} open"),
            ("withdrawn", number(info.withdrawn) if info.withdrawn else ""),
            ("escalated", number(info.escalated) if info.escalated else ""),
            ("known answers", number(info.golden)),
            ("answers", f"{number(info.answers)}, {number(info.rejected)} rejected"),
            ("workers", f"{number(info.workers)}, {number(info.banned)} banned"),
            (
                "spent",
                f"{info.spent:.2f}"
                + (f" of {info.budget:.2f}" if info.budget is not None else "")
                + f" {info.currency}".rstrip(),
            ),
            ("overlap", info.overlap),
            ("guidelines", info.guideline_version),
            ("published", "everything" if info.published_sequence >= info.ledger_sequence else "not all answers yet"),
        )
    )


def _print_workers(page: Page[WorkerInfo]) -> None:
    print_table(
        ("worker", "state", "answers#", "rejected#", "known right#", "skipped#", "mean#", "earned#", "reason"),
        (
            (
                worker.worker,
                worker.state,
                number(worker.answers),
                number(worker.rejected),
                f"{worker.golden_right} of {worker.golden_total}",
                number(worker.skipped),
                f"{worker.mean_seconds:.1f} s",
                f"{worker.earned:.2f}",
                worker.reason,
            )
            for worker in page.items
        ),
        empty="Nobody has worked on it yet.",
    )


def _print_labels(page: Page[LabelInfo]) -> None:
    print_table(
        ("item", "label", "confidence#", "answers#", "state"),
        (
            (
                label.key,
                _shown(label.label),
                f"{label.confidence:.2f}",
                number(label.answers),
                f"{label.state}, final" if label.final else label.state,
            )
            for label in page.items
        ),
        empty="There are no labels yet.",
    )
