"""Thumbnails over HTTP: kept by the browser, and never run by it."""

from __future__ import annotations

from tilth.webapi.operations import path_of

from .conftest import Door

PATH = path_of("datasets.thumbnail")
PNG = b"\x89PNG\r\n\x1a\nrest"


def test_a_thumbnail_is_kept_where_its_content_is_named_and_asked_for_again_else(door: Door) -> None:
    door.answers["datasets.thumbnail"] = PNG
    first = door.call("reader", "GET", PATH, params={"name": "pets", "key": "a/b.png", "size": 64})
    assert (first.content, first.headers["content-type"]) == (PNG, "image/png")
    assert door.said == [("datasets.thumbnail", ("pets", "a/b.png"), {"size": 64, "at": None})]
    assert first.headers["cache-control"] == "private, no-cache"
    assert "sandbox" in first.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    again = door.call(
        "reader",
        "GET",
        PATH,
        params={"name": "pets", "key": "a/b.png"},
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    lasting = door.call("reader", "GET", PATH, params={"name": "pets", "key": "a/b.png", "version": "pets@1:a/b.png"})
    assert "immutable" in lasting.headers["cache-control"]
    assert door.call("labeler", "GET", PATH, params={"name": "pets", "key": "a"}).status_code == 403
    assert door.call("reader", "GET", PATH, params={"name": "pets", "key": "a", "size": 4000}).status_code == 422
