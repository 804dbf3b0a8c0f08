"""The web console: the built pages, served beside the API that they call."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.responses import FileResponse, HTMLResponse

from tilth.errors import NotFound

BUILT: Final = Path(__file__).parent / "console"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A page of the console runs its own code only, and nobody else's page may hold it."""

EDITOR: Final = "editor/"
"""Where the annotation editor lies, which is not ours (frontend/scripts/editor.py)."""
EDITOR_PAGE: Final = {
    **HEADERS,
    "Content-Security-Policy": (
        "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src data: blob:; media-src data: blob:; connect-src data: blob:; worker-src blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; object-src 'none'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""The editor shows what strangers wrote: its page gets an origin of its own, even when opened alone, and so no cookie
and no storage; it runs the editor's files only and reaches no address at all, the API's included. What it shows is
handed in by the page that holds it."""
EDITOR_FILE: Final = {**HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}
"""To a page of an origin of its own, even its own script comes from elsewhere. There is nothing private in these."""

KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
"""Told here, because what a machine believes of a suffix differs from machine to machine."""

_UNBUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Tilth</title>
<h1>Tilth runs; its console is not built</h1>
<p>This is a checkout, and the console's pages are made from <code>frontend/</code>. With Node 20 or newer:</p>
<pre>make ui</pre>
<p>Then load this page again. All else works meanwhile: the <code>tilth</code> command, Python and the web API.</p>
</html>
"""


def add_console(app: FastAPI, folder: Path = BUILT) -> None:
    """Serve the pages in `folder` at every path that is not the API's. Add it last: it takes what is left.

    A file that is there is answered as it is; any other address that a browser opens is a place in the console, which
    its first page knows to show.
    """

    async def console(request: Request) -> Response:
        path = request.path_params["path"]
        if path == "api" or path.startswith("api/"):
            raise _nothing(path)
        file = _file(folder, path)
        if file is not None:
            lasting = path.startswith("assets/")  # their names tell their content
            caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
            headers = {**_headers(path), "Cache-Control": caching}
            return FileResponse(file, headers=headers, media_type=KINDS[file.suffix])
        if path and "text/html" not in request.headers.get("accept", ""):
            raise _nothing(path)
        first = folder / "index.html"
        if not first.is_file():
            return HTMLResponse(_UNBUILT, 503, {**HEADERS, "Cache-Control": "no-store"})
        return FileResponse(first, headers={**HEADERS, "Cache-Control": "no-cache"}, media_type=KINDS[".html"])

    app.add_api_route("/{path:path}", console, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)


def _headers(path: str) -> dict[str, str]:
    if not path.startswith(EDITOR):
        return HEADERS
    return EDITOR_PAGE if path.endswith(".html") else EDITOR_FILE


def _file(folder: Path, path: str) -> Path | None:
    parts = PurePosixPath(path).parts
    if not parts or any(part.startswith((".", "/")) or "\\" in part or "\0" in part for part in parts):
        return None
    file = folder.joinpath(*parts)
    return file if file.suffix in KINDS and file.name != "index.html" and file.is_file() else None


def _nothing(path: str) -> NotFound:
    return NotFound(f"There is no /{path} here.", help="/openapi.json lists what there is.")
