"""Libraries that models are trained with read and write versions through `tilth://`; those that are not here skip."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth
from tilth.contract.workspace import Workspace
from tilth.filesystem import TilthFileSystem
from tilth.testing import ServerProcess, owner_token

fsspec.register_implementation("tilth", TilthFileSystem, clobber=True)

TABLE = pa.table({"text": [f"row {at}" for at in range(600)], "label": [at % 3 for at in range(600)]})


@pytest.fixture(scope="module", params=["folder", "server"])
def options(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("training") / "workspace"
    if request.param == "folder":
        yield {"workspace": str(folder)}
        return
    token = owner_token(folder)
    with ServerProcess(folder) as server:
        yield {"workspace": server.url, "token": token}


@pytest.fixture(scope="module")
def workspace(options: dict[str, Any]) -> Iterator[Workspace]:
    with tilth.connect(options["workspace"], token=options.get("token")) as opened:
        opened.repos.create("rows")
        fs: TilthFileSystem = fsspec.filesystem("tilth", **options)
        with fs.transaction:
            for part in range(3):
                with fs.open(f"rows/parts/{part}.parquet", "wb") as file:
                    pq.write_table(TABLE.slice(part * 200, 200), file)
            for at in range(20):
                fs.pipe(f"rows/files/{at:02}.txt", b"text %d" % at)
        yield opened


def test_hugging_face_datasets_read_a_version_and_write_one(
    workspace: Workspace, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    datasets = pytest.importorskip("datasets")
    version = workspace.commits.get("rows").id
    named = {"data_files": f"tilth://rows@{version}/parts/*.parquet", "storage_options": options}
    whole = datasets.load_dataset("parquet", split="train", cache_dir=str(tmp_path / "cache"), **named)
    assert (len(whole), whole[599]) == (600, {"text": "row 599", "label": 2})
    streamed = datasets.load_dataset("parquet", split="train", streaming=True, **named)
    assert [row["text"] for row in itertools.islice(streamed, 3)] == ["row 0", "row 1", "row 2"]
    kept = whole.filter(lambda row: row["label"] == 1)
    kept.to_parquet("tilth://rows/kept.parquet", storage_options=options)
    head = workspace.commits.get("rows")
    assert head.parents[0] == version
    again = datasets.load_dataset(
        "parquet",
        split="train",
        data_files=f"tilth://rows@{head.id}/kept.parquet",
        storage_options=options,
        cache_dir=str(tmp_path / "cache"),
    )
    assert again["text"][:2] == ["row 1", "row 4"]
    kept.save_to_disk("tilth://rows/saved", storage_options=options)
    assert len(datasets.load_from_disk("tilth://rows/saved", storage_options=options)) == 200


def test_pytorch_loads_files_of_a_version_in_its_workers(workspace: Workspace, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    fs = fsspec.filesystem("tilth", **options)
    paths = fs.glob(f"rows@{workspace.commits.get('rows').id}/files/*.txt")
    loader = torch.utils.data.DataLoader(
        _Files(options, paths), batch_size=4, num_workers=2, multiprocessing_context="spawn"
    )
    batches = list(loader)
    assert [len(batch) for batch in batches] == [4] * 5
    assert [text for batch in batches for text in batch] == [f"text {at}" for at in range(20)]
    with fs.open("rows/model.pt", "wb") as file:
        torch.save({"weights": torch.arange(5)}, file)
    with fs.open("rows@main/model.pt", "rb") as file:
        assert torch.load(file, weights_only=True)["weights"].sum() == 10


class _Files:
    """A map-style dataset whose items are files; each worker has a connection of its own."""

    def __init__(self, options: dict[str, Any], paths: list[str]) -> None:
        self._options, self._paths = options, paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, at: int) -> str:
        text: bytes = fsspec.filesystem("tilth", **self._options).cat(self._paths[at])
        return text.decode()
