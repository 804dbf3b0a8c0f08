"""A server for gs:// URLs in tests: rclone, which speaks the XML that Google's interface shares with S3.

It knows neither Google's headers for conditions nor those for metadata: a put that is to make a new object replaces
one, and attributes are lost. Everything else of a gs:// URL goes the way that it goes to Google.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tilth.testing.s3 import BUCKET, rclone_server


@dataclass(frozen=True)
class TestGoogleBuckets:
    """A running server."""

    __test__ = False

    folder: Path
    endpoint: str
    account: Path
    """The file of a service account that asks for no token."""

    def url(self, prefix: str, bucket: str = BUCKET) -> str:
        """Return the URL of a prefix in a bucket."""
        return f"gs://{bucket}/{prefix}?endpoint={self.endpoint}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients learn the credentials."""
        return {"GOOGLE_SERVICE_ACCOUNT": str(self.account)}


@contextmanager
def google_server() -> Iterator[TestGoogleBuckets]:
    """Run a server with one bucket until the end of the block. Raises Unavailable where rclone is not installed."""
    with rclone_server() as (folder, endpoint), tempfile.TemporaryDirectory(prefix="tilth-gs-") as own:
        account = Path(own) / "account.json"
        words = {"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
        account.write_text(json.dumps(words))
        yield TestGoogleBuckets(folder, endpoint, account)
