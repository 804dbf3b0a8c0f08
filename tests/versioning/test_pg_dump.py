"""What docs/backends.md says of backups of PostgreSQL, done with its own programs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from writing import files_of, put

from tilth.testing.postgres import program
from tilth.versioning import garbage
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import read_head
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import CommitRoots
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import verify


def plain(url: str) -> tuple[str, str]:
    """Return a URL as PostgreSQL's programs take it, and the schema that Tilth's says."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    schema = query.pop("schema")
    return urlunsplit(parts._replace(query=urlencode(query))), schema


def run(name: str, *words: str) -> None:
    subprocess.run([program(name), *words], check=True, capture_output=True, text=True, timeout=60)


def test_a_dump_and_a_newer_bucket_are_a_workspace_again(tmp_path: Path, postgres_url: str, grown: None) -> None:
    url, schema = plain(postgres_url)
    with open_backend(tmp_path / "w") as backend:
        create_repo(backend, "digits")
        put(backend, "digits", {"a": b"1" * 1000})
    run("pg_dump", "--format=custom", f"--schema={schema}", f"--file={tmp_path / 'dump'}", f"--dbname={url}")
    with open_backend(tmp_path / "w") as backend:
        put(backend, "digits", {"b": b"2" * 1000})
        create_repo(backend, "later")
    run("psql", "--command", f'DROP SCHEMA "{schema}" CASCADE', url)
    run("pg_restore", f"--dbname={url}", str(tmp_path / "dump"))
    with open_backend(tmp_path / "another machine") as backend:
        head = read_head(backend, "digits", "main").commit
        assert head is not None
        assert files_of(backend, head) == {"a": b"1" * 1000}
        assert verify(backend, again=True).problems == []
        again = put(backend, "digits", {"c": b"3" * 1000})
        assert files_of(backend, again) == {"a": b"1" * 1000, "c": b"3" * 1000}
    with open_backend(tmp_path / "another machine") as backend:
        before = len(list(backend.store.place.packs()))
        garbage.collect(backend, Kept([CommitRoots()], []), share=0.0, wait_s=5.0)
        assert len(list(backend.store.place.packs())) < before  # what came after the dump is garbage
        assert verify(backend, again=True).problems == []
