"""Cron expressions: minute, hour, day of month, month, day of week, in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tilth.errors import Invalid

_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_EVERY = re.compile(r"@every (\d{1,6})(s|m|h)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600}
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_YEARS = 8
"""The 29th of February is at most so far off."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due. `fields` are the values allowed, or `every_s` a distance."""

    fields: tuple[frozenset[int], ...]
    either_day: bool = False
    """Both days are restricted, so one of them suffices (as cron has it)."""
    every_s: int = 0

    def next_after(self, at_ms: int) -> int:
        """Return the first time (Unix milliseconds) behind `at_ms`."""
        if self.every_s:
            return at_ms + self.every_s * 1000
        moment = datetime.fromtimestamp(at_ms / 1000, UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = moment + timedelta(days=366 * _YEARS)
        minutes, hours, _, months, _ = self.fields
        while moment < end:
            if moment.month not in months:
                moment = (moment.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
            elif not self._day(moment):
                moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
            elif moment.hour not in hours:
                moment = moment.replace(minute=0) + timedelta(hours=1)
            elif moment.minute not in minutes:
                moment += timedelta(minutes=1)
            else:
                return int(moment.timestamp() * 1000)
        raise Invalid("That schedule names a day that never comes.", help="Check its day and month.")

    def _day(self, moment: datetime) -> bool:
        _, _, days, _, weekdays = self.fields
        fits = moment.day in days, (moment.weekday() + 1) % 7 in weekdays
        return any(fits) if self.either_day else all(fits)


def parse_schedule(text: str) -> Schedule:
    """Parse five cron fields (`*`, lists, ranges, steps), `@daily` and the like, or `@every 90s`. Raises Invalid."""
    clean = " ".join(text.split())
    if (match := _EVERY.fullmatch(clean)) is not None and int(match[1]):
        return Schedule((), every_s=int(match[1]) * _UNIT_S[match[2]])
    words = _ALIASES.get(clean, clean).split(" ")
    if len(words) != len(_LIMITS):
        raise _wrong(text)
    fields = [_field(text, word, *limits) for word, limits in zip(words, _LIMITS, strict=True)]
    fields[4] = frozenset(day % 7 for day in fields[4])
    made = Schedule(tuple(fields), either_day=words[2][0] != "*" and words[4][0] != "*")
    made.next_after(0)
    return made


def _field(text: str, word: str, least: int, most: int) -> frozenset[int]:
    values: set[int] = set()
    for part in word.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _wrong(text)
        step = int(match[3]) if match[3] else 1
        first = int(match[1]) if match[1] else least
        last = int(match[2]) if match[2] else most if match[1] is None or match[3] else first
        if not step or not least <= first <= last <= most:
            raise _wrong(text)
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _wrong(text: str) -> Invalid:
    return Invalid(
        f"{text!r} is no schedule.", help="Write five cron fields like '0 6 * * 1' (UTC), @daily, or '@every 15m'."
    )
