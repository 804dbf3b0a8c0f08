"""Print the description of the web API: `python -m tilth.webapi > docs/openapi.json`."""

import sys

from tilth.webapi.app import description

sys.stdout.write(description())
