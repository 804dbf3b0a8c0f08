"""Who may do what, as docs/rights.md: `python -m tilth.webapi.rights`."""

from __future__ import annotations

import sys
from typing import Final

from tilth.contract.principal import Role
from tilth.webapi.operations import ACTS, OPERATIONS

SAYS: Final = {
    Role.OWNER: "everything, users and tokens included",
    Role.CURATOR: "changes data, datasets, slices, labels, models and labeling projects; makes invites for labelers; "
    "neither pipelines that run code nor users",
    Role.WRITER: "what a curator may, and pipelines that run code",
    Role.READER: "looks at data, runs and results; changes nothing",
    Role.REVIEWER: "looks at labels and decides them; may be limited to some labeling projects",
    Role.LABELER: "answers tasks; may be limited to some labeling projects; sees nothing else",
    Role.AUDITOR: "reads everything, users and the audit trail included; changes nothing",
}

_HEAD = """# Who may do what

Made by `python -m tilth.webapi.rights > docs/rights.md` from the table that the server itself asks
(`src/tilth/webapi/operations.py`); a test compares them. A user has one role in the whole workspace. Who opens the
workspace's folder itself has the rights of an owner: guard the folder as you guard its data.

"""


def rights() -> str:
    """Return the text of docs/rights.md."""
    lines = ["| role | in words |", "|---|---|"]
    lines += [f"| {role} | {SAYS[role]} |" for role in Role]
    lines += ["", "A dot: may. ○: only of the caller's own (tokens, keys). ●: and the audit trail keeps it.", ""]
    lines += [f"| operation | {' | '.join(Role)} |", "|---|" + ":-:|" * len(Role)]
    for name in OPERATIONS:
        sign = "●" if name in ACTS else "·"
        lines.append(f"| `{name}` | {' | '.join(_sign(name, role, sign) for role in Role)} |")
    return _HEAD + "\n".join(lines) + "\n"


def _sign(name: str, role: Role, sign: str) -> str:
    if role not in OPERATIONS[name].grant:
        return ""
    facet, _, method = name.partition(".")
    own = facet == "keys" or method in ("create_token", "list_tokens", "revoke_token")
    return "○" if own and role not in (Role.OWNER, Role.AUDITOR) else sign


if __name__ == "__main__":
    sys.stdout.write(rights())
