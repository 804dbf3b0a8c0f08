"""Patterns over paths, for listing."""

from __future__ import annotations

import re

_SPECIAL = "*?[{"


def compile_glob(pattern: str) -> re.Pattern[str]:
    """Compile `*` (within a segment), `**` (across), `?`, `[abc]`, `[!a-z]` and `{a,b}` to a regular expression.

    An unclosed `[` or `{` stands for itself.
    """
    out: list[str] = []
    index = 0
    depth = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if character == "*":
            if pattern[index : index + 1] == "*":
                index += 1
                if pattern[index : index + 1] == "/" and (index < 3 or pattern[index - 3] == "/"):
                    index += 1
                    out.append("(?:.*/)?")
                else:
                    out.append(".*")
            else:
                out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[" and (end := pattern.find("]", index + 1)) >= 0:
            inside = pattern[index:end]
            negated = inside[0] in "!^"
            inside = inside[1:] if negated else inside
            escaped = re.sub(r"([\\\[\]&~|^])", r"\\\1", inside)
            out.append(f"(?!/)[{'^' if negated else ''}{escaped}]")
            index = end + 1
        elif character == "{" and "}" in pattern[index:]:
            depth += 1
            out.append("(?:")
        elif character == "}" and depth:
            depth -= 1
            out.append(")")
        elif character == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(character))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def literal_prefix(pattern: str) -> str:
    """Return the part of `pattern` before its first special character."""
    for index, character in enumerate(pattern):
        if character in _SPECIAL:
            return pattern[:index]
    return pattern
