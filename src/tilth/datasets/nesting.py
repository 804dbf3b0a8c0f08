"""How deep JSON may be nested: Arrow's reader takes a piece of the stack for every level, and has no bound of its own.

Some ten thousand levels, which are a few kilobytes, end the process that reads them.
"""

from __future__ import annotations

import numpy as np

from tilth.errors import Invalid

MOST_LEVELS = 100
_BLOCK = 4 << 20
_QUOTE = 2
_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1
_STEPS[ord('"')] = _QUOTE


def check_nesting(data: bytes, path: str) -> None:
    """Raise Invalid for JSON (values one behind the other) nested deeper than MOST_LEVELS.

    Brackets in texts do not count; broken JSON may pass, which a reader refuses at the place where it breaks. Cost
    O(bytes), on columns.
    """
    if b"\\" in data:  # a quote behind an odd number of backslashes ends no text
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    level, inside = 0, False
    for start in range(0, len(data), _BLOCK):
        steps = _STEPS[np.frombuffer(data, np.uint8, min(_BLOCK, len(data) - start), start)]
        steps = steps[steps != 0]
        quotes = steps == _QUOTE
        open_text = (np.cumsum(quotes) + inside) % 2 == 1
        steps[quotes | open_text] = 0
        levels = level + np.cumsum(steps, dtype=np.int64)
        if len(levels):
            if levels.max() > MOST_LEVELS:
                raise Invalid(
                    f"{path} nests JSON deeper than {MOST_LEVELS} levels.", help="Write it flatter, or as a text."
                )
            level, inside = int(levels[-1]), bool(open_text[-1])
