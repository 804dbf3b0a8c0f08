"""The real workspace behind the doors: the contract over the packages below."""

from tilth.workspace.local import open as open

__all__ = ["open"]
