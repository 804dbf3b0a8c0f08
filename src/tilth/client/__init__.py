"""Workspaces on servers: the contract over HTTP."""

from tilth.client.remote import open as open

__all__ = ["open"]
