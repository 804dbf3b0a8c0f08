"""Run commands one behind the other, each asked for by a line of JSON, so that a journey pays for one start.

Two named pipes come as arguments: one that asks with the words of a command, one that answers with what it printed.
"""

from __future__ import annotations

import json
import sys

from click.testing import CliRunner

from tilth.cli.main import program
from tilth.without_pandas import do_without_pandas

do_without_pandas()
with open(sys.argv[1], encoding="utf-8") as asked, open(sys.argv[2], "w", encoding="utf-8") as told:
    for line in asked:
        done = CliRunner().invoke(program, json.loads(line))
        answer = {"code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr, "raised": repr(done.exception)}
        told.write(f"{json.dumps(answer)}\n")
        told.flush()
