"""Digests: BLAKE3-256, the name of every stored thing."""

from __future__ import annotations

from typing import NewType

from blake3 import blake3

from tilth.errors import Invalid

Digest = NewType("Digest", bytes)
"""32 bytes of BLAKE3."""

DIGEST_SIZE = 32


def digest_of(data: bytes | bytearray | memoryview) -> Digest:
    """Return the BLAKE3-256 of `data`."""
    return Digest(blake3(data).digest())


def digest_from_hex(text: str) -> Digest:
    """Parse 64 hexadecimal digits. Raises Invalid."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != DIGEST_SIZE:
        raise Invalid(f"{text!r} is not a digest.", help="A digest is 64 hexadecimal digits.")
    return Digest(raw)
