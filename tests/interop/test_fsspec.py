"""`tilth://` through fsspec and the libraries that speak it, on a folder and on a real server."""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import tilth
from tilth.contract.workspace import Workspace
from tilth.filesystem import TilthFileSystem
from tilth.model.ids import new_id
from tilth.testing import ServerProcess, owner_token

fsspec.register_implementation("tilth", TilthFileSystem, clobber=True)

TABLE = pa.table({"x": list(range(1000)), "word": [f"w{index % 7}" for index in range(1000)]})


@pytest.fixture(scope="module", params=["folder", "server"])
def options(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("fsspec") / "workspace"
    if request.param == "folder":
        yield {"workspace": str(folder)}
        return
    token = owner_token(folder)
    with ServerProcess(folder) as server:
        yield {"workspace": server.url, "token": token}


@pytest.fixture(scope="module")
def workspace(options: dict[str, Any]) -> Iterator[Workspace]:
    with tilth.connect(options["workspace"], token=options.get("token")) as opened:
        yield opened


@pytest.fixture
def repo(workspace: Workspace) -> str:
    name = f"f{new_id()[-12:]}x"
    workspace.repos.create(name)
    return name


@pytest.fixture
def fs(options: dict[str, Any], repo: str) -> TilthFileSystem:
    made: TilthFileSystem = fsspec.filesystem("tilth", **options)
    with made.transaction:
        made.pipe(f"{repo}/a.txt", b"alpha\n")
        made.pipe(f"{repo}/sub/b.txt", b"beta\n")
        made.pipe(f"{repo}/sub/deep/c.csv", b"x,y\n1,2\n3,4\n")
        with made.open(f"tilth://{repo}@main/table.parquet", "wb") as file:
            pq.write_table(TABLE, file)
    return made


def test_a_transaction_is_one_commit_and_a_failed_one_none(
    fs: TilthFileSystem, workspace: Workspace, repo: str
) -> None:
    assert len(workspace.commits.log(repo).items) == 1
    with contextlib.suppress(ZeroDivisionError), fs.transaction:
        fs.pipe(f"{repo}/never", b"1")
        fs.rm(f"{repo}/a.txt")
        raise ZeroDivisionError
    assert len(workspace.commits.log(repo).items) == 1
    with fs.transaction:
        fs.pipe(f"{repo}/new", b"1")
        fs.rm(f"{repo}/sub", recursive=True)
        assert not fs.exists(f"{repo}/new")
    assert len(workspace.commits.log(repo).items) == 2
    assert fs.find(repo) == [f"{repo}/a.txt", f"{repo}/new", f"{repo}/table.parquet"]


def test_a_file_is_a_commit_when_it_is_closed_and_none_when_writing_fails(
    fs: TilthFileSystem, workspace: Workspace, repo: str
) -> None:
    with fs.open(f"{repo}/note", "wb") as file:
        file.write(b"one")
        assert not fs.exists(f"{repo}/note")
    with fs.open(f"{repo}/note", "ab") as file:
        file.write(b" two")
    assert fs.cat(f"{repo}/note") == b"one two"
    with contextlib.suppress(ZeroDivisionError), fs.open(f"{repo}/note", "wb") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert fs.cat(f"{repo}/note") == b"one two"
    assert len(workspace.commits.log(repo).items) == 3
    with pytest.raises(FileExistsError):
        fs.open(f"{repo}/note", "xb")
    with fs.open(f"{repo}/text", "w") as text:
        text.write("käse\n")
    assert fs.read_text(f"{repo}/text") == "käse\n"


def test_listing_globbing_and_facts(fs: TilthFileSystem, repo: str) -> None:
    assert repo in fs.ls("", detail=False)
    assert fs.ls(f"tilth://{repo}@main", detail=False) == [
        f"{repo}@main/{p}" for p in ("a.txt", "sub", "table.parquet")
    ]
    assert fs.ls(f"default/{repo}@main/sub", detail=False) == [
        f"default/{repo}@main/sub/{p}" for p in ("b.txt", "deep")
    ]
    assert fs.glob(f"{repo}/**/*.txt") == [f"{repo}/a.txt", f"{repo}/sub/b.txt"]
    assert fs.glob(f"{repo}@main/*.txt") == [f"{repo}@main/a.txt"]
    info = fs.info(f"{repo}/sub/b.txt")
    assert (info["type"], info["size"], len(info["checksum"])) == ("file", 5, 64)
    assert fs.checksum(f"{repo}/sub/b.txt") == info["checksum"]
    assert fs.isdir(f"{repo}/sub")
    assert fs.isfile(f"{repo}/a.txt")
    assert not fs.exists(f"{repo}/nothing")
    assert not fs.exists("norepo/nothing")
    assert fs.du(repo) == sum(file["size"] for file in fs.find(repo, detail=True).values())
    assert [len(files) for _, _, files in fs.walk(repo)] == [2, 1, 1]
    assert fs.modified(f"{repo}/a.txt").year >= 2024
    with pytest.raises(FileNotFoundError):
        fs.ls(f"{repo}/nothing")
    with pytest.raises(FileNotFoundError):
        fs.open(f"{repo}/nothing")


def test_a_long_folder_is_listed_page_by_page(fs: TilthFileSystem, workspace: Workspace, repo: str) -> None:
    workspace.files.put_many(repo, [(f"many/{index:05}", b"") for index in range(2100)])
    assert len(fs.ls(f"{repo}/many")) == 2100
    assert len(fs.find(f"{repo}/many")) == 2100


def test_reading_seeks_and_stays_at_its_version(fs: TilthFileSystem, workspace: Workspace, repo: str) -> None:
    data = os.urandom(6_000_000)
    fs.pipe(f"{repo}/big", data)
    first = workspace.commits.get(repo).id
    with fs.open(f"{repo}/big", block_size=100_000) as file:
        assert file.read(10) == data[:10]
        fs.pipe(f"{repo}/big", b"another")
        file.seek(-1_000_000, 2)
        assert file.read() == data[-1_000_000:]
        file.seek(3_000_000)
        assert file.read(70_000) == data[3_000_000:3_070_000]
    assert fs.cat_file(f"{repo}@{first}/big", 5, 50) == data[5:50]
    assert fs.cat_file(f"{repo}@{first}/big", -50) == data[-50:]
    assert fs.cat_file(f"{repo}/big") == b"another"
    assert fs.cat_ranges([f"{repo}@{first}/big"] * 2, [0, 10], [5, 20]) == [data[:5], data[10:20]]


def test_files_are_copied_moved_and_brought_to_a_folder(fs: TilthFileSystem, repo: str, tmp_path: Path) -> None:
    fs.cp(f"{repo}/sub", f"{repo}/twin", recursive=True)
    fs.mv(f"{repo}/a.txt", f"{repo}/moved.txt")
    assert fs.glob(f"{repo}/*.txt") == [f"{repo}/moved.txt"]
    fs.get(f"{repo}/twin", str(tmp_path / "out"), recursive=True)
    assert (tmp_path / "out" / "deep" / "c.csv").read_bytes() == b"x,y\n1,2\n3,4\n"
    fs.put(str(tmp_path / "out"), f"{repo}/back", recursive=True)
    assert fs.cat(f"{repo}/back/b.txt") == b"beta\n"


def test_a_file_system_travels_to_other_processes(fs: TilthFileSystem, repo: str) -> None:
    assert pickle.loads(pickle.dumps(fs)).cat(f"{repo}/a.txt") == b"alpha\n"


def test_pyarrow_reads_datasets_and_writes_them(fs: TilthFileSystem, repo: str) -> None:
    assert pq.read_table(f"{repo}@main/table.parquet", filesystem=fs).equals(TABLE)
    with fs.transaction:
        ds.write_dataset(TABLE, f"{repo}/parts", format="parquet", filesystem=fs, partitioning=["word"])
    found = ds.dataset(f"{repo}@main/parts", filesystem=fs, format="parquet", partitioning=["word"])
    assert found.count_rows() == 1000
    assert found.to_table(filter=ds.field("word") == "w3", columns=["x"]).num_rows == 143


def test_duckdb_asks_parquet_in_a_version(fs: TilthFileSystem, repo: str) -> None:
    con = duckdb.connect()
    con.register_filesystem(fs)
    query = f"select count(*), sum(x) from read_parquet('tilth://{repo}@main/table.parquet') where word = 'w1'"
    assert con.execute(query).fetchall() == [(143, sum(range(1, 1000, 7)))]


def test_pandas_reads_and_writes(fs: TilthFileSystem, options: dict[str, Any], repo: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(f"tilth://{repo}@main/sub/deep/c.csv", storage_options=options)
    assert frame.to_dict("list") == {"x": [1, 3], "y": [2, 4]}
    frame.to_parquet(f"tilth://{repo}/frame.parquet", storage_options=options)
    again = pandas.read_parquet(f"tilth://{repo}@main/frame.parquet", storage_options=options)
    assert again.equals(frame)
    frame.to_csv(f"tilth://{repo}/frame.csv.gz", storage_options=options, index=False)
    assert pandas.read_csv(f"tilth://{repo}/frame.csv.gz", storage_options=options).equals(frame)


def test_polars_reads_and_writes(fs: TilthFileSystem, repo: str) -> None:
    polars = pytest.importorskip("polars")
    with fs.open(f"{repo}/table.parquet") as file:
        assert polars.read_parquet(file).height == 1000
    with fs.open(f"{repo}@main/sub/deep/c.csv") as file:
        assert polars.read_csv(file).height == 2
    found = polars.scan_pyarrow_dataset(ds.dataset(f"{repo}/table.parquet", filesystem=fs))
    assert found.filter(polars.col("x") < 10).collect().height == 10
    with fs.open(f"{repo}/from_polars.parquet", "wb") as file:
        polars.DataFrame({"a": [1, 2]}).write_parquet(file)
    assert fs.info(f"{repo}/from_polars.parquet")["size"] > 0


def test_the_workspace_is_found_by_the_environment(
    options: dict[str, Any], fs: TilthFileSystem, repo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTH_WORKSPACE", options["workspace"])
    monkeypatch.setenv("TILTH_TOKEN", options.get("token", ""))
    with fsspec.open(f"tilth://{repo}@main/a.txt", skip_instance_cache=True) as file:
        assert file.read() == b"alpha\n"
