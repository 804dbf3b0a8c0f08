"""Refuse to build a wheel without the console: whoever installs it has no Node to build the pages with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CONSOLE = Path("src/tilth/webapi/console")
NEEDED = ("index.html", "assets", "editor/frame.html", "editor/main.js", "editor/main.css")


class ConsoleHook(BuildHookInterface):  # type: ignore[misc]
    """Looks for the built console in a checkout or an unpacked source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raise SystemExit that names what is missing; an editable install may do without the console."""
        if version == "editable":
            return
        missing = [name for name in NEEDED if not (Path(self.root) / CONSOLE / name).exists()]
        if missing:
            raise SystemExit(
                f"The web console is not built ({CONSOLE} lacks {', '.join(missing)}).\n"
                "A wheel brings the console along: run `make ui` (it needs Node 20 or newer), then build again."
            )
