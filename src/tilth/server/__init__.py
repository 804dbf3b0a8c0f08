"""The server process: all doors of one workspace, and its coordinator."""

from tilth.server.serving import serve as serve

__all__ = ["serve"]
