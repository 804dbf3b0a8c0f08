"""A server that was started to fetch URLs fetches them for those who may write, and for nobody else."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import tilth
from tilth.errors import Denied
from tilth.testing import ServerProcess, owner_token


def test_a_server_fetches_where_it_may_for_those_who_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "far.txt").write_text("from afar")
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site")))
    thread = threading.Thread(target=site.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{site.server_port}/far.txt"
    token = owner_token(tmp_path / "workspace")
    try:
        monkeypatch.setenv("TILTH_FETCH", "any")
        with ServerProcess(tmp_path / "workspace") as server:
            with tilth.connect(server.url, token=token) as owner:
                owner.repos.create("raw")
                with pytest.raises(Denied, match="private address"):
                    owner.files.put_url("raw", url)
                owner.files.put_url("raw", url, private=True)
                assert b"".join(owner.files.read("raw:far.txt")) == b"from afar"
                owner.access.create_user("rita", role="reader")
                rita = owner.access.create_token("rita").token
            with tilth.connect(server.url, token=rita) as reader, pytest.raises(Denied, match="role reader"):
                reader.files.put_url("raw", url, private=True)
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


def test_a_server_reaches_only_those_places_in_object_stores_that_it_was_told(
    tmp_path: Path, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _, options = s3_url.partition("?")
    monkeypatch.setenv("TILTH_BUCKETS", f"gs://elsewhere {place}/shared/?{options}")
    token = owner_token(tmp_path / "workspace")
    with ServerProcess(tmp_path / "workspace") as server, tilth.connect(server.url, token=token) as owner:
        owner.repos.create("raw")
        owner.files.put_many("raw", [("a", b"one"), ("b/c", b"two")])
        done = owner.files.get_bucket("raw", f"{place}/shared/out", by_server=True)
        assert (done.files, done.sent) == (2, 2)
        assert owner.files.get_bucket("raw", f"{place}/shared/out", by_server=True).sent == 0
        back = owner.files.put_bucket("raw:back", f"{place}/shared/out", message="back", by_server=True)
        assert (back.files, back.message) == (4, "back")
        assert b"".join(owner.files.read("raw:back/b/c")) == b"two"
        for other in (place, f"{place}/sharedbut", f"{place}/shared/../x", f"{place}/shared/out?{options}", "gs://e/x"):
            with pytest.raises(Denied, match="does not reach"):
                owner.files.put_bucket("raw", other, by_server=True)
            with pytest.raises(Denied, match="does not reach"):
                owner.files.get_bucket("raw", other, by_server=True)
        owner.access.create_user("rita", role="reader")
        with tilth.connect(server.url, token=owner.access.create_token("rita").token) as reader:
            for call in (reader.files.put_bucket, reader.files.get_bucket):
                with pytest.raises(Denied, match="role reader"):
                    call("raw", f"{place}/shared/out", by_server=True)
