"""Suites that any implementation of a seam can be proved with, and a real server to prove it on."""

from tilth.testing.serving import ServerProcess as ServerProcess
from tilth.testing.serving import owner_token as owner_token
from tilth.testing.suite import WorkspaceSuite as WorkspaceSuite

__all__ = ["ServerProcess", "WorkspaceSuite", "owner_token"]
