"""URLs as they may be shown: credentials stand in what comes before the host, and in queries."""

from __future__ import annotations

import re

_USER = re.compile(r"^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)?([^/]*)@")
_AZURE = ("abfs://", "abfss://")
_TOLD = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>()]+")


def without_secrets(url: str) -> str:
    """Return a URL without user, password, query and fragment, for errors and progress. Takes any text."""
    place = re.split(r"[?#]", url, maxsplit=1)[0]
    found = _USER.match(place)
    if found is None or ((found[1] or "").lower() in _AZURE and ":" not in found[2]):
        return place  # what abfs has there is a container
    return f"{found[1] or ''}{place[found.end() :]}"


def told_without_secrets(text: str) -> str:
    """Return what another program told, its URLs without secrets."""
    return _TOLD.sub(lambda url: without_secrets(url[0]), text)
