"""Asking an object store: by URL, with its errors said plainly."""

from __future__ import annotations

import configparser
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from tilth.errors import Invalid, Unavailable
from tilth.model.urls import told_without_secrets, without_secrets

try:
    import obstore
    from obstore.exceptions import (
        AlreadyExistsError,
        BaseError,
        NotSupportedError,
        PermissionDeniedError,
        UnauthenticatedError,
    )
    from obstore.store import MemoryStore, from_url
except ImportError as missing:
    raise Unavailable(
        "Object stores need the package obstore, which is not here.",
        help="Install it: pip install 'tilth[objectstore]'.",
    ) from missing

SCHEMES = ("s3", "gs", "az", "abfs", "abfss", "file", "memory")
MULTIPART_SIZE = 8 << 20
"""Larger objects go up in parts of this size, several at a time."""

_CUT_LISTINGS = 20
"""So often the answer to a listing may be cut short: obstore asks again only until an answer begins."""

_RETRIES: Any = {"max_retries": 6, "retry_timeout": timedelta(seconds=90)}
_OPTIONS = {
    "s3": ("endpoint", "region"),
    "gs": ("endpoint",),
    "az": ("endpoint", "account_name"),
    "file": (),
    "memory": (),
}
_memories: dict[str, MemoryStore] = {}
_memories_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing tells it; `etag` is "" where the store tells none."""

    key: str
    size: int
    etag: str


class Bucket:
    """Objects below one URL. Thread-safe; of one process only."""

    def __init__(self, url: str) -> None:
        self.name, self._store = _open(url)
        self._pid = os.getpid()
        self._conditional = True
        self._attributes = True
        self._dash = "_" if urlsplit(url).scheme in ("az", "abfs", "abfss") else "-"  # Azure's names are words of C#

    def put(self, key: str, data: bytes | Path) -> None:
        """Store an object under a key that nobody else uses. Retried; large ones go up in parts. Raises Unavailable."""
        self._check_process()
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        with self._translated():
            if size > MULTIPART_SIZE:
                self._put_parts(key, data, size)
                return
            if self._conditional:
                try:
                    obstore.put(self._store, key, data, mode="create")
                    return
                except AlreadyExistsError:
                    # An earlier try of ours whose answer was lost: nobody else makes this name.
                    if obstore.head(self._store, key)["size"] == size:
                        return
                    raise
                except NotSupportedError:
                    self._conditional = False
                except BaseError as error:
                    if "NotImplemented" not in str(error) and "501" not in str(error):
                        raise
                    self._conditional = False
            obstore.put(self._store, key, data, use_multipart=False)

    def _put_parts(self, key: str, data: bytes | Path, size: int) -> None:
        try:
            obstore.put(self._store, key, data, chunk_size=MULTIPART_SIZE, max_concurrency=4)
        except (BaseError, FileNotFoundError) as error:
            # Where the last answer was lost, the next try is told that there is no such upload: it may have ended well.
            if "NoSuchUpload" not in str(error):
                raise
            with suppress(FileNotFoundError):
                if obstore.head(self._store, key)["size"] == size:
                    return
            obstore.put(self._store, key, data, chunk_size=MULTIPART_SIZE, max_concurrency=4)

    def create(self, key: str, data: bytes) -> bool:
        """Store an object unless there is one; tell whether it was. Where the store cannot tell, the last one wins."""
        self._check_process()
        with self._translated():
            try:
                obstore.put(self._store, key, data, mode="create")
            except AlreadyExistsError:
                return False
            except NotSupportedError:
                obstore.put(self._store, key, data)
        return True

    def get(self, key: str) -> bytes:
        """Return a whole object. Raises FileNotFoundError."""
        self._check_process()
        with self._translated():
            return bytes(obstore.get(self._store, key).bytes())

    def replace(self, key: str, data: bytes | Iterator[bytes], attributes: Mapping[str, str]) -> str:
        """Store an object in place of one that may be there, all of it or nothing, and return its ETag.

        Pieces go up in parts. What they raise is raised, and the object is as it was. `attributes` are kept with it
        where the store can. Raises Unavailable.
        """
        self._check_process()
        named = {name.replace("-", self._dash): value for name, value in attributes.items()}
        given: Any = {"attributes": named} if self._attributes else {}
        with self._translated():
            try:
                if isinstance(data, bytes):
                    told = obstore.put(self._store, key, data, use_multipart=False, **given)
                else:
                    told = obstore.put(
                        self._store,
                        key,
                        data,
                        use_multipart=True,
                        chunk_size=MULTIPART_SIZE,
                        max_concurrency=4,
                        **given,
                    )
            except (NotImplementedError, NotSupportedError):
                if not self._attributes or not isinstance(data, bytes):
                    raise
                self._attributes = False
                return self.replace(key, data, {})
        return plain_etag(told["e_tag"])

    def attributes(self, key: str) -> tuple[Mapping[str, str], Listed]:
        """Return what is kept with an object, and its size and ETag. Raises FileNotFoundError."""
        self._check_process()
        with self._translated():
            result = obstore.get(self._store, key, options={"head": True})
            told = {str(name).lower().replace(self._dash, "-"): str(each) for name, each in result.attributes.items()}
            return told, Listed(key, int(result.meta["size"]), plain_etag(result.meta["e_tag"]))

    def get_range(self, key: str, start: int, stop: int) -> tuple[bytes, int]:
        """Return the bytes [start, stop) of an object, as far as there are any, and its size. One request."""
        data, listed = self.get_part(key, start, stop)
        return data, listed.size

    def get_part(self, key: str, start: int, stop: int) -> tuple[bytes, Listed]:
        """Return the bytes [start, stop) of an object, as far as there are any, its size and ETag. One request."""
        self._check_process()
        with self._translated():
            result = obstore.get(self._store, key, options={"range": (start, stop)})
            listed = Listed(key, int(result.meta["size"]), plain_etag(result.meta["e_tag"]))
            return bytes(result.bytes()), listed

    def size(self, key: str) -> int:
        """Return the size of an object. Raises FileNotFoundError."""
        self._check_process()
        with self._translated():
            return int(obstore.head(self._store, key)["size"])

    def delete(self, key: str) -> None:
        """Delete an object; nothing happens when it is gone."""
        self._check_process()
        try:
            with self._translated():
                obstore.delete(self._store, key)
        except FileNotFoundError:
            pass

    def list(self, prefix: str) -> Iterator[str]:
        """List the keys that begin so. For maintenance: no truth depends on it."""
        for each in self.entries(prefix):
            yield each.key

    def entries(self, prefix: str = "") -> Iterator[Listed]:
        """List the objects whose keys begin so, with sizes and ETags. A thousand cost one request."""
        self._check_process()
        last: str | None = None
        with self._translated():
            pages = obstore.list(self._store, prefix)
            tries = 0
            while True:
                try:
                    page = next(pages)
                except StopIteration:
                    return
                except BaseError as error:
                    tries += 1
                    if "list response body" not in str(error) or tries > _CUT_LISTINGS:
                        raise
                    pages = obstore.list(self._store, prefix, offset=last)
                    continue
                for each in page:
                    last = str(each["path"])
                    yield Listed(last, int(each["size"]), plain_etag(each["e_tag"]))

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            raise Unavailable(
                f"A forked process cannot go on with {self.name}: its network threads did not come along.",
                help="Start a new process (spawn), or open the workspace behind the fork.",
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error) or "ContainerNotFound" in str(error):
                self._fail(error, "there is no such bucket", "Make the bucket, or mend the URL.")
            raise
        except (PermissionDeniedError, UnauthenticatedError) as error:
            self._fail(
                error,
                f"access is denied ({_reason(error)})",
                "Check the credentials (environment, profile or instance role) and that they may read, write, list and "
                "delete below that URL.",
            )
        except BaseError as error:
            if "does not exist" in str(error) and "bucket" in str(error).lower():
                self._fail(error, "there is no such bucket", "Make the bucket, or mend the URL.")
            self._fail(error, _reason(error), "Check that the store can be reached and try again.")

    def _fail(self, error: Exception, what: str, help: str) -> NoReturn:
        raise Unavailable(f"Cannot use {self.name}: {what}.", help=help, place=self.name) from error


def plain_etag(told: str | None) -> str:
    """Return an ETag without quotes: listings and answers of one store write it in two ways."""
    return (told or "").removeprefix("W/").strip('"')


def check_storage_url(url: str) -> str:
    """Return the URL as it is kept and shown, without what is empty. Raises Invalid, saying how one is written.

    One that holds credentials is refused, and its query is not repeated.
    """
    how = "Write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX or file:///FOLDER."
    shown = without_secrets(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Invalid(f"{shown!r} is no URL of an object store.", help=how) from None  # the error quotes it
    if parts.scheme not in SCHEMES:
        raise Invalid(f"{shown!r} is no URL of an object store.", help=how)
    if "@" in parts.netloc and parts.scheme not in ("abfs", "abfss"):
        raise Invalid("A storage URL must hold no credentials.", help="Give them in the environment or a profile.")
    if parts.scheme in ("s3", "gs", "az") and not parts.netloc:
        raise Invalid(f"{shown!r} names no bucket.", help=how)
    known = _OPTIONS.get(parts.scheme, ())
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            what = f"has an unknown option {name!r}" if value else "has an option without a value"
            raise Invalid(
                f"{shown!r} {what}.",
                help=f"It may have {' and '.join(known) or 'none'}; credentials go in the environment or a profile.",
            )
        if name == "endpoint" and re.search(r"[@?#]", value):
            raise Invalid(
                f"The endpoint of {shown!r} must be no more than http(s)://HOST, without credentials.",
                help="Give them in the environment or a profile.",
            )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or "", parts.query, ""))


def _open(url: str) -> tuple[str, Any]:
    url = check_storage_url(url)
    parts = urlsplit(url)
    plain = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if parts.scheme == "memory":
        with _memories_lock:
            return url, _memories.setdefault(url, MemoryStore())
    if parts.scheme == "file":
        Path(parts.path).mkdir(parents=True, exist_ok=True)
        return url, from_url(plain)
    config: dict[str, Any] = {**(_aws_profile() if parts.scheme == "s3" else {}), **dict(parse_qsl(parts.query))}
    endpoint = str(
        config.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    )
    if parts.scheme == "gs" and "endpoint" in config:
        config["base_url"] = config.pop("endpoint")
    if endpoint and parts.scheme == "s3":
        config["endpoint"] = endpoint
    client: Any = {"allow_http": True} if endpoint.startswith("http://") else {}
    try:
        opened: Any = from_url  # its overloads want each scheme's own types
        return url, opened(plain, config=config, client_options=client, retry_config=_RETRIES)
    except (BaseError, ValueError) as error:
        raise Unavailable(
            f"Cannot use {url}: {_reason(error)}.", help="Give the credentials in the environment or a profile."
        ) from error


def _aws_profile() -> Mapping[str, str]:
    """Return the keys of the AWS profile in use, where the environment has none."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    profile = os.environ.get("AWS_PROFILE", "default")
    found: dict[str, str] = {}
    for variable, usual, section in (
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", profile),
        ("AWS_CONFIG_FILE", "~/.aws/config", profile if profile == "default" else f"profile {profile}"),
    ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(os.path.expanduser(os.environ.get(variable, usual)), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        if parser.has_section(section):
            found |= {
                name.removeprefix("aws_"): value
                for name, value in parser.items(section)
                if name in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region")
            }
    if "region" in found and (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")):
        del found["region"]
    return {{"session_token": "token"}.get(name, name): value for name, value in found.items()}


def _reason(error: Exception) -> str:
    """Return what a person needs of an error that may fill a screen."""
    text = str(error).split("\n\nDebug source")[0]
    code = re.search(r"<Code>(.*?)</Code>(?:.*?<Message>(.*?)</Message>)?", text, re.DOTALL)
    if code:
        return ": ".join(part.strip(" .") for part in code.groups() if part)
    return told_without_secrets(" ".join(text.split()))[:300].rstrip(". ")
