"""Serve a workspace: `python -m tilth.server FOLDER [--host ADDRESS] [--port PORT]`."""

from __future__ import annotations

import argparse
import sys

from tilth.config import DEFAULT_PORT
from tilth.errors import TilthError
from tilth.server.serving import serve
from tilth.without_pandas import do_without_pandas


def main() -> int:
    """Run the server; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tilth.server", description="Serve a Tilth workspace until Ctrl-C.")
    parser.add_argument("folder", help="the workspace folder")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free one (default: %(default)s)")
    options = parser.parse_args()
    do_without_pandas()
    try:
        serve(options.folder, host=options.host, port=options.port)
    except TilthError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
