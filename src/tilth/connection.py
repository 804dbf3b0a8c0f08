"""The way in: a workspace by folder or URL."""

from __future__ import annotations

import os
from pathlib import Path

from tilth.config import TOKEN_VARIABLE, find_workspace, is_url
from tilth.contract.workspace import Workspace


def connect(place: str | os.PathLike[str] | None = None, *, token: str | None = None, create: bool = True) -> Workspace:
    """Open the workspace at `place`: a folder, with owner rights, or the URL of a server.

    A folder is made if there is none, and `create`.

    Without `place`: `$TILTH_WORKSPACE`, else the nearest `.tilth` folder upward, else `./.tilth`. Without `token`:
    that of the link that `tilth up` printed, else `$TILTH_TOKEN`. Close the result, or use it as a context manager.
    """
    found = find_workspace(os.fspath(place) if place is not None else None)
    if is_url(found):
        from tilth.client import open as open_remote

        url, _, carried = found.partition("/?token=")
        return open_remote(url, token or carried or os.environ.get(TOKEN_VARIABLE))
    from tilth.webapi.operations import ACTS
    from tilth.workspace.local import open as open_local

    return open_local(Path(found), create=create, acts=ACTS)
