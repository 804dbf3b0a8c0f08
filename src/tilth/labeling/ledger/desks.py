"""Labeling pipelines in the ledger: declared, changed, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tilth.errors import Conflict
from tilth.labeling.ledger.carrying import BEGIN, add_errand
from tilth.labeling.ledger.intake import set_wanted
from tilth.labeling.ledger.ledger import open_ledger, spec_of
from tilth.labeling.spec import LabelingSpec, parse_spec
from tilth.metadata.schema.labeling import labelings, tasks
from tilth.model.canonical import Json, canonical
from tilth.model.ids import ChangeId


def declare(
    conn: Connection,
    pipeline: str,
    *,
    repo: str,
    branch: str,
    spec: Mapping[str, Json],
    input: Mapping[str, Json],
    change: ChangeId,
    now_ms: int,
    reask: bool = False,
) -> LabelingSpec:
    """Make or change the labeling pipeline `PROJECT/NAME`, which writes to `repo` (`PROJECT/REPO`) and `branch`.

    Declaring the same again changes nothing. Raises Invalid for a bad spec. Raises Conflict, with how many items and
    what cost, when the change would ask everything again (another answer schema, or a guideline version marked
    breaking) and `reask` is false.
    """
    parsed = parse_spec(spec)
    text, wanted_input = canonical(spec).decode(), canonical(input).decode()
    row = conn.execute(select(labelings).where(labelings.c.pipeline == pipeline)).first()
    epoch = parsed.guidelines.version if parsed.guidelines.breaking else ""
    if row is None:
        conn.execute(
            insert(labelings).values(
                pipeline=pipeline,
                repo=repo,
                branch=branch,
                spec=text,
                input=wanted_input,
                version=1,
                epoch=epoch,
                state="open",
                reason="",
                change=change,
                created_ms=now_ms,
                taken="{}",
                golden_state="waiting" if parsed.golden else "none",
                golden_reason="",
                golden_taken="",
            )
        )
        return parsed
    if (row.spec, row.input, row.repo, row.branch, row.state) == (text, wanted_input, repo, branch, "open"):
        return parsed
    old = spec_of(row.spec)
    epoch = epoch or row.epoch
    again = parsed.config.digest != old.config.digest or epoch != row.epoch
    asked = asked_again(row, parsed)
    if asked.items and not reask:
        why = "the answers may differ" if parsed.config.digest != old.config.digest else "the guidelines are breaking"
        raise Conflict(
            f"This change asks all {asked.items:,} items of {pipeline} again, because {why}: at least "
            f"{asked.answers:,} answers for {asked.micros / 1e6:g}.",
            help="Say so with --reask, or keep the labeling config's answers and the guidelines as they are.",
            items=asked.items,
            cost=asked.micros / 1e6,
        )
    values: dict[str, object] = {
        "repo": repo,
        "branch": branch,
        "spec": text,
        "input": wanted_input,
        "version": row.version + 1,
        "epoch": epoch,
        "state": "open",
        "reason": "",
        "change": change,
    }
    if again or wanted_input != row.input:
        values |= {"taken": "{}", "intake": None, "problems": "{}"}
    if again or parsed.golden != old.golden:
        values |= {"golden_state": "waiting" if parsed.golden else "none", "golden_reason": "", "golden_taken": ""}
    if parsed.aggregation != old.aggregation:
        values["published_sequence"] = 0  # every label may be another: publish all of them again
    conn.execute(update(labelings).where(labelings.c.pipeline == pipeline).values(**values))
    if (parsed.overlap, parsed.retry, parsed.escalate_after) != (old.overlap, old.retry, old.escalate_after):
        with open_ledger(conn, pipeline, now_ms) as ledger:
            set_wanted(ledger)
    return parsed


@dataclass(frozen=True, slots=True)
class Again:
    """What a change of a spec asks again: items, answers (at least), and what these cost in millionths."""

    items: int
    answers: int
    micros: int


def asked_again(row: Any, parsed: LabelingSpec) -> Again:
    """Tell what a pipeline's row says would be asked again under another spec: everything or nothing."""
    same_answers = parsed.config.digest == spec_of(row.spec).config.digest
    if same_answers and not (parsed.guidelines.breaking and parsed.guidelines.version != row.epoch):
        return Again(0, 0, 0)
    items = row.open + row.done + row.escalated
    answers = items * parsed.overlap.minimum
    return Again(items, answers, answers * parsed.price_micros)


def branch(conn: Connection, pipeline: str, origin: str) -> None:
    """Make a pipeline, just declared, the copy of another: it shows the other's tasks, and is to get its answers.

    What an earlier pipeline of this name was answered counts, too, if it was a copy of the same. Raises Conflict where
    it was another: its answers are to other tasks, and would be told as answers to these.
    """
    before = conn.execute(
        select(labelings.c.identity, labelings.c.epoch, labelings.c.paused).where(labelings.c.pipeline == origin)
    ).first()
    if before is None:
        return
    identity = before.identity or origin
    earlier = conn.execute(select(labelings.c.identity).where(labelings.c.pipeline == pipeline)).scalar_one()
    asked = conn.execute(select(tasks.c.task).where(tasks.c.pipeline == pipeline).limit(1)).first()
    if asked is not None and earlier != identity:
        raise Conflict(
            f"People were asked by an earlier pipeline {pipeline}, about other items; what they said is kept.",
            help="Choose another name.",
            pipeline=pipeline,
        )
    set_fields(
        conn,
        pipeline,
        identity=identity,
        epoch=before.epoch,
        paused=before.paused,
        taken="{}",
        intake=None,
        problems="{}",
        published_sequence=0,
        published_commit=None,
    )
    add_errand(conn, pipeline, origin, BEGIN)


def close(conn: Connection, pipeline: str, reason: str) -> None:
    """Lend nothing more; answers and tasks stay, and are found again if the pipeline is declared again."""
    conn.execute(update(labelings).where(labelings.c.pipeline == pipeline).values(state="closed", reason=reason))


def pause(conn: Connection, pipeline: str, reason: str) -> None:
    """Lend nothing new while there is a `reason`; an empty one lets tasks out again."""
    conn.execute(update(labelings).where(labelings.c.pipeline == pipeline).values(paused=reason))


def rows(conn: Connection) -> list[Any]:
    """Return the rows of all labeling pipelines that are open, by name."""
    return list(conn.execute(select(labelings).where(labelings.c.state == "open").order_by(labelings.c.pipeline)))


_TIMING = (
    "pipeline",
    "spec",
    "open",
    "leased",
    "answers",
    "settled",
    "reserved_micros",
    "spent_micros",
    "changed",
    "published_sequence",
    "published_ms",
    "created_ms",
)


def timings(conn: Connection) -> list[Any]:
    """Return, of all open labeling pipelines, by name, only what says whether to publish: this is asked all the time,
    and the whole rows are long."""
    columns = [labelings.c[name] for name in _TIMING]
    return list(conn.execute(select(*columns).where(labelings.c.state == "open").order_by(labelings.c.pipeline)))


def find(conn: Connection, pipeline: str) -> Any | None:
    """Return the row of one labeling pipeline."""
    return conn.execute(select(labelings).where(labelings.c.pipeline == pipeline)).first()


def head(conn: Connection, pipeline: str) -> Any | None:
    """Return spec and sequence of one labeling pipeline: the whole row may be long."""
    query = select(labelings.c.spec, labelings.c.sequence).where(labelings.c.pipeline == pipeline)
    return conn.execute(query).first()


def set_fields(conn: Connection, pipeline: str, **values: object) -> None:
    """Write fields of a pipeline's row (not its counters, which belong to an open ledger)."""
    conn.execute(update(labelings).where(labelings.c.pipeline == pipeline).values(**values))
