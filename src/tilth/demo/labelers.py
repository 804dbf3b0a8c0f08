"""Simulated labelers, said to be simulated wherever they appear.

A labeler works only through the public worker API. It never holds the truth: it is given `look`, which turns what a
task shows into this one person's opinion of it, drawn once per person and item from that person's error rate.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tilth.contract.tasks import AssignmentInfo, Tasks
from tilth.errors import Denied
from tilth.model.digest import digest_of

Look = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What kind of labeler is simulated."""

    name: str
    kind: str
    """careful or hasty (wrong at `error_rate`), spammer (answers at random), adversary (always wrong)."""
    error_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Worked:
    """What one labeler did in one sitting."""

    labeler: str
    answers: int
    banned: str = ""
    """Why the labeler may not go on, as the server said it; empty when it may."""


class Perception:
    """Makes each labeler's private `look` from a truth that labelers never see.

    `truth` maps the BLAKE3 of shown bytes to the right label; `confusable` says what an honest mistake looks like.
    """

    def __init__(
        self,
        truth: Mapping[bytes, str],
        classes: Sequence[str],
        *,
        confusable: Mapping[str, Sequence[str]] | None = None,
        seed: int = 0,
    ) -> None:
        self._truth = dict(truth)
        self._classes = list(classes)
        self._confusable = confusable or {}
        self._seed = seed

    def of(self, profile: Profile) -> Look:
        """Return the eyes of one labeler: shown bytes in, that labeler's opinion out, the same each time."""

        def look(shown: bytes) -> str:
            digest = digest_of(shown)
            draw = random.Random(f"{self._seed}:{profile.name}:{digest.hex()}")
            right = self._truth[digest]
            wrong = [name for name in self._classes if name != right]
            if profile.kind == "spammer":
                return draw.choice(self._classes)
            if profile.kind == "adversary":
                return wrong[self._classes.index(right) % len(wrong)]
            if draw.random() >= profile.error_rate:
                return right
            likely = list(self._confusable.get(right, ())) or wrong
            return draw.choice(likely if draw.random() < 0.7 else wrong)

        return look


class Labeler:
    """One simulated person at the task page: takes a task, looks, answers."""

    def __init__(
        self, profile: Profile, look: Look, tasks: Tasks, *, pipeline: str, control: str, shown: str, variable: str
    ) -> None:
        self.profile = profile
        self._look = look
        self._tasks = tasks
        self._pipeline = pipeline
        self._control = control
        self._shown = shown
        self._variable = variable
        self.answers = 0
        self.banned = ""

    @property
    def worker(self) -> str:
        """The opaque id under which the platform knows this labeler, once it has taken a task."""
        return self._tasks.me(self._pipeline).worker

    def work_once(self) -> bool:
        """Answer one task; False when there is none for this labeler now (or ever again)."""
        if self.banned:
            return False
        try:
            assignment = self._tasks.next(self._pipeline)
            if assignment is None:
                return False
            choice = self._look(self._see(assignment))
            outcome = self._tasks.submit(assignment.id, [self._answer(choice)])
        except Denied as refusal:
            self.banned = refusal.message
            return False
        self.answers += 1
        if outcome.worker_state == "banned":
            self.banned = outcome.reason
        return True

    def _see(self, assignment: AssignmentInfo) -> bytes:
        if self._variable in assignment.media:
            return b"".join(self._tasks.media(assignment.id, self._variable))
        return str(assignment.data[self._variable]).encode()

    def _answer(self, choice: str) -> dict[str, object]:
        return {
            "from_name": self._control,
            "to_name": self._shown,
            "type": "choices",
            "value": {"choices": [choice]},
        }


def work_in_turns(labelers: Sequence[Labeler], *, seed: int, answered: Callable[[int], None]) -> list[Worked]:
    """Let the labelers take one task each in turn, in a shuffled order, until nobody gets one.

    Turns rather than threads, so that two tellings differ only by which known answers the server mixes in. That many
    labelers at once are safe is the business of the tests.
    """
    order = random.Random(seed)
    before = {labeler.profile.name: labeler.answers for labeler in labelers}
    while True:
        turn = list(labelers)
        order.shuffle(turn)
        served = sum(labeler.work_once() for labeler in turn)
        if not served:
            break
        answered(served)
    return [
        Worked(labeler.profile.name, labeler.answers - before[labeler.profile.name], labeler.banned)
        for labeler in labelers
    ]
