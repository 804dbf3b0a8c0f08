"""Durations as specs write them: "30s", "5m", "1h30m", "500ms", or a number of seconds."""

from __future__ import annotations

import re

from tilth.errors import Invalid

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def parse_duration(value: object, where: str) -> float | None:
    """Return seconds, or None for a missing value. Raises Invalid, naming `where`, unless it is above zero."""
    if value is None or value == "":
        return None
    seconds = 0.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and _TERM.sub("", value.strip()) == "":
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _TERM.findall(value))
    if not 0 < seconds < 1e9:
        raise Invalid(
            f"{where} is {value!r}.", help="Give a duration above zero, such as 30s, 5m or 1h30m.", field=where
        )
    return seconds
