"""The labeling stage: a standing stage that takes changes in at once and publishes when it is time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from tilth.labeling import publish as publishing
from tilth.labeling import taking
from tilth.labeling.known import Fitting, Place, check_known, head_of, known_places
from tilth.labeling.ledger import desks, lending
from tilth.labeling.ledger.ledger import open_ledger
from tilth.labeling.service import Clock, wall_clock
from tilth.labeling.spec import LabelingSpec, parse_spec
from tilth.model.canonical import Json
from tilth.model.commit import Commit
from tilth.model.ids import ChangeId
from tilth.model.labeling import Intake
from tilth.versioning.backend import Backend


def _always(conn: Connection) -> None:
    """Allow everything."""


class LabelingStage:
    """All labeling pipelines of a workspace. `guard` runs in each of its transactions: the coordinator's fencing."""

    def __init__(
        self, backend: Backend, *, clock: Clock = wall_clock, guard: Callable[[Connection], None] = _always
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._guard = guard

    @staticmethod
    def check(spec: Mapping[str, Json], *, project: str) -> tuple[LabelingSpec, list[Place]]:
        """Check a `labeling` mapping; return it parsed, and the branches beside the input that it reads.

        Raises Invalid that names the field.
        """
        parsed = parse_spec(spec)
        return parsed, known_places(parsed, project)

    def check_known(self, spec: Mapping[str, Json], pipeline: str) -> Fitting | None:
        """Look at every row of the table of known answers that a spec names; None when it names none.

        Costs a seek for each row. Raises Invalid for a spec that is none, NotFound for a repo that is not there.
        """
        parsed = parse_spec(spec)
        project = pipeline.partition("/")[0]
        with self._backend.database.read() as conn:
            heads = {(at.repo, at.branch): head_of(conn, at.repo, at.branch) for at in known_places(parsed, project)}
        return check_known(
            self._backend.store,
            parsed,
            project=project,
            head=lambda repo, branch: heads.get((repo, branch)),
        )

    def declare(
        self,
        conn: Connection,
        pipeline: str,
        *,
        repo: str,
        branch: str,
        spec: Mapping[str, Json],
        input: Mapping[str, Json],
        change: ChangeId,
        reask: bool = False,
    ) -> LabelingSpec:
        """Make or change the labeling pipeline `PROJECT/NAME`, in the caller's transaction. Idempotent.

        Raises Invalid, and Conflict (with count and cost) for a change that asks everything again without `reask`.
        """
        return desks.declare(
            conn,
            pipeline,
            repo=repo,
            branch=branch,
            spec=spec,
            input=input,
            change=change,
            now_ms=self._clock(),
            reask=reask,
        )

    def branch(self, conn: Connection, pipeline: str, origin: str) -> None:
        """Make a pipeline, just declared, the copy of another, in the caller's transaction.

        It shows the tasks of the other, and with its next intake gets the answers that were given there.
        """
        desks.branch(conn, pipeline, origin)

    def close(self, conn: Connection, pipeline: str, reason: str = "the pipeline was deleted") -> None:
        """Lend nothing more, in the caller's transaction.

        What is in the ledger stays, and holds again if the pipeline is declared again.
        """
        desks.close(conn, pipeline, reason)

    def pause(self, conn: Connection, pipeline: str, reason: str) -> None:
        """Lend nothing new while there is a `reason`, in the caller's transaction; what is lent may be answered."""
        desks.pause(conn, pipeline, reason)

    def take(self, change: ChangeId | None = None) -> list[Intake]:
        """Take in whatever has moved in the inputs of any labeling pipeline, up to their heads now.

        `change` is the one that woke the stage; newer commits are taken in with it, so that none waits for people.
        Cost: one look at each pipeline's inputs, and O(changed items). Raises Invalid as `take_in`.
        """
        with self._backend.database.read() as conn:
            names = [row.pipeline for row in desks.rows(conn)]
        taken = (self.take_in(name) for name in names)
        return [intake for intake in taken if intake is not None]

    def take_in(self, pipeline: str) -> Intake | None:
        """Take in one pipeline's inputs; None when nothing has moved. Safe to repeat.

        Raises Invalid for a broken table file, or when not one of the items can be shown.
        """
        return taking.take(self._backend, pipeline, self._clock(), self._guard)

    def due(self) -> list[str]:
        """Return the pipelines whose labels should be published now. Cost: O(pipelines).

        Leases that have run out are returned first: where nobody asks for tasks any more, nobody else would.
        """
        self.return_overdue()
        with self._backend.database.read() as conn:
            return self.due_in(conn)

    def due_in(self, conn: Connection) -> list[str]:
        """Return what `due` does, in the caller's snapshot; leases that ran out stand until `return_overdue`."""
        now = self._clock()
        return [row.pipeline for row in desks.timings(conn) if publishing.is_due(row, now)]

    def return_overdue(self) -> None:
        """Take tasks back whose time has run out. Cost: O(pipelines)."""
        now = self._clock()
        with self._backend.database.read() as conn:
            leased = [row.pipeline for row in desks.timings(conn) if row.leased]
            overdue = [pipeline for pipeline in leased if lending.has_overdue(conn, pipeline, now)]
        for pipeline in overdue:
            with self._backend.database.transaction() as conn:
                self._guard(conn)
                with open_ledger(conn, pipeline, now) as ledger:
                    lending.return_overdue(ledger)

    def publish(self, pipeline: str) -> Commit | None:
        """Publish a pipeline's labels now, due or not; None when there is nothing new. Safe to repeat."""
        return publishing.publish(self._backend, pipeline, self._clock(), self._guard)

    def publish_due(self) -> list[Commit]:
        """Publish all that is due."""
        published = (self.publish(pipeline) for pipeline in self.due())
        return [commit for commit in published if commit is not None]
