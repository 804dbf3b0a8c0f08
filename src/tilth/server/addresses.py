"""Where a server listens."""

from __future__ import annotations

import socket

from tilth.errors import Invalid, Unavailable


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes any free one. Raises Unavailable when the port is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise Invalid(f"{host!r} is not an address of this machine.", help="Use 127.0.0.1, or 0.0.0.0.") from error
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(512)
    except OSError as error:
        opened.close()
        raise Unavailable(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            help="Something else listens there; choose another port with --port (0: any free one).",
            port=port,
        ) from error
    opened.set_inheritable(False)
    return opened


def url_of(listening: socket.socket, host: str) -> str:
    """Return the URL by which a browser on this machine reaches the socket."""
    port = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"
