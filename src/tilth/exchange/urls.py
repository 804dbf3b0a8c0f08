"""Files behind http(s) URLs, as streams: no private address is asked unless allowed, and a broken transfer goes on.

The address that was checked is the one that is connected to, at every redirect anew, so that a name that resolves to
another address a moment later leads nowhere. Proxies of the environment are not used: they would resolve names
themselves.
"""

from __future__ import annotations

import io
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from tilth.errors import Denied, Invalid, NotFound, TilthError, Unavailable
from tilth.model.urls import without_secrets
from tilth.version import __version__

MAX_BYTES = 1 << 42
REDIRECTS = 10
TRIES = 6
FIRST_PAUSE_S = 0.2
_TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 10.0}
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_CONTENT_RANGE = re.compile(rb"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Fetching:
    """How URLs may be fetched. `private` allows addresses of this machine and its networks."""

    private: bool = False
    max_bytes: int = MAX_BYTES


class Fetched(io.RawIOBase):
    """The bytes behind a URL as a readable stream; where the connection breaks, reading goes on where it was.

    It goes on only where the server says by a strong ETag (or Last-Modified) that the bytes are still the same.
    """

    def __init__(self, url: str, how: Fetching) -> None:
        self._how = how
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_Checked(how.private), max_connections=2
        )
        self._stack = ExitStack()
        self._at = 0
        self._rest = memoryview(b"")
        self._pieces: Iterator[bytes] = iter(())
        self._url = url
        self._version: bytes | None = None
        self.size: int | None = None
        """The length that the server told, None where it told none."""
        self.etag = ""
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The last part of the path, which names the file."""
        return unquote(urlsplit(self._url).path.rpartition("/")[2])

    @property
    def _shown(self) -> str:
        return without_secrets(self._url)  # a signed URL is a credential

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how much was read."""
        return self._at

    def close(self) -> None:
        """Let go of the connection."""
        self._stack.close()
        self._pool.close()
        super().close()

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `target` with what has come. Raises Unavailable, Invalid for more than `max_bytes`."""
        while not self._rest:
            try:
                piece = next(self._pieces, None)
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
                self._resume(error)
                continue
            if piece is None:
                if self.size is not None and self._at < self.size:
                    self._resume(None)
                    continue
                return 0
            self._rest = memoryview(piece)
        size = min(len(self._rest), len(target))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._at += size
        if self._at > self._how.max_bytes:
            raise _too_large(self._url, self._how.max_bytes)
        return size

    def _open(self) -> None:
        answer = self._patiently([])
        headers = dict(_lower(answer.headers))
        length = headers.get(b"content-length", b"")
        self.size = int(length) if length.isdigit() and b"content-encoding" not in headers else None
        if self.size is not None and self.size > self._how.max_bytes:
            raise _too_large(self._url, self._how.max_bytes)
        etag = headers.get(b"etag", b"")
        self.etag = etag.decode("ascii", "replace")
        self._version = etag if etag and not etag.startswith(b"W/") else headers.get(b"last-modified")
        self._pieces = _plain(answer, self._url)

    def _resume(self, error: Exception | None) -> None:
        """Ask for the bytes behind those that came."""
        told = f" ({type(error).__name__})" if error is not None else ""
        if self._version is None:
            raise Unavailable(
                f"The connection to {self._shown} broke after {self._at:,} bytes{told}, and the server does not say "
                "how to go on.",
                help="Try again from the start.",
            ) from error
        self._stack.close()
        asked = [(b"Range", b"bytes=%d-" % self._at), (b"If-Range", self._version)]
        answer = self._patiently(asked)
        found = _CONTENT_RANGE.fullmatch(dict(_lower(answer.headers)).get(b"content-range", b""))
        if answer.status != 206 or found is None or int(found[1]) != self._at:
            raise Unavailable(
                f"{self._shown} changed, or cannot go on, after {self._at:,} bytes{told}.",
                help="Try again from the start.",
            ) from error
        self._pieces = _plain(answer, self._url)

    def _patiently(self, extra: Iterable[Header]) -> httpcore.Response:
        pause = FIRST_PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                answer = self._follow(list(extra))
                if answer.status not in _RETRIED or not left:
                    return self._good(answer)
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
                if not left:
                    raise Unavailable(f"{self._shown} cannot be reached: {error}.", help="Try again.") from error
            self._stack.close()
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _follow(self, extra: list[Header]) -> httpcore.Response:
        url = self._url
        for _ in range(REDIRECTS + 1):
            check_url(url)
            parts = urlsplit(url)
            headers = [
                (b"Host", parts.netloc.rpartition("@")[2].encode("idna" if not parts.netloc.isascii() else "ascii")),
                (b"User-Agent", f"tilth/{__version__}".encode()),
                (b"Accept", b"*/*"),
                (b"Accept-Encoding", b"identity"),
                *extra,
            ]
            answer = self._stack.enter_context(
                self._pool.stream("GET", _quoted(url), headers=headers, extensions={"timeout": _TIMEOUT})
            )
            target = dict(_lower(answer.headers)).get(b"location")
            if answer.status not in (301, 302, 303, 307, 308) or target is None:
                self._url = url
                return answer
            self._stack.close()
            url = urljoin(url, target.decode("latin-1"))
        raise Invalid(f"{self._shown} leads on more than {REDIRECTS} times.", help="Name the place that it leads to.")

    def _good(self, answer: httpcore.Response) -> httpcore.Response:
        if answer.status in (200, 206):
            return answer
        if answer.status in (404, 410):
            raise NotFound(f"There is nothing at {self._shown} ({answer.status}).", help="Check the address.")
        if answer.status in (401, 403):
            raise Denied(
                f"{self._shown} may not be read ({answer.status}).", help="Fetch it yourself and put the file."
            )
        kind: type[TilthError] = Unavailable if answer.status in _RETRIED else Invalid
        raise kind(f"{self._shown} answered {answer.status}.", help="Check the address, or try again later.")


@contextmanager
def fetch(url: str, how: Fetching | None = None) -> Iterator[Fetched]:
    """Open a URL for reading. Raises Invalid, NotFound, Denied, Unavailable."""
    with Fetched(url, how or Fetching()) as stream:
        yield stream


def is_url(source: str) -> bool:
    """Tell whether a source is an http(s) URL."""
    return source.lower().startswith(("http://", "https://"))


def check_url(url: str) -> None:
    """Raise Invalid for what is not an http(s) URL of a host."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"[\x00-\x20\x7f]", url):
        raise Invalid(
            f"{without_secrets(url)!r} is not a URL that can be fetched.",
            help="Write http://HOST/PATH or https://HOST/PATH.",
        )
    if "@" in parts.netloc:
        raise Invalid("A URL with a password in it is not fetched.", help="Fetch it yourself and put the file.")


class _Checked(httpcore.SyncBackend):
    """Connects only to addresses that may be asked, and to no other than the one that was checked."""

    def __init__(self, private: bool) -> None:
        self._private = private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers; all are checked before any is asked."""
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Unavailable(f"The name {host} cannot be resolved: {error}.", help="Check the address.") from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._private:
            for address in addresses:
                if not is_public(address):
                    raise Denied(
                        f"{host} is at {address}, a private address.",
                        help="Fetching from private networks has to be allowed: --allow-private, or TILTH_FETCH=any "
                        "for a server.",
                        host=host,
                    )
        failure: Exception = httpcore.ConnectError(f"no address of {host}")
        for address in addresses:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, also where it is wrapped in an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo is not None else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in net for net in _LOCAL_ALL_THE_SAME if net.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_ALL_THE_SAME = (
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments; one cloud's metadata server lives there
    ipaddress.ip_network("fec0::/10"),  # what was site-local before RFC 3879
)
"""Nets that some versions of Python take for global."""


def _plain(answer: httpcore.Response, url: str) -> Iterator[bytes]:
    encoding = dict(_lower(answer.headers)).get(b"content-encoding", b"identity")
    if encoding not in (b"identity", b""):
        raise Unavailable(
            f"{without_secrets(url)} comes encoded ({encoding.decode('latin-1')}) though that was not asked for.",
            help="Fetch it yourself and put the file.",
        )
    return iter(answer.iter_stream())


def _lower(headers: Iterable[Header]) -> Iterator[Header]:
    return ((name.lower(), value.strip()) for name, value in headers)


def _quoted(url: str) -> str:
    """Return a URL as it goes over the wire: ASCII, without its fragment."""
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path = re.sub(r"[^\x21-\x7e]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), parts.path)
    query = re.sub(r"[^\x21-\x7e]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), parts.query)
    return f"{parts.scheme}://{host}{path or '/'}{f'?{query}' if query else ''}"


def _too_large(url: str, most: int) -> Invalid:
    return Invalid(
        f"{without_secrets(url)} is larger than the {most:,} bytes that may be fetched.", help="Put it from a file."
    )
