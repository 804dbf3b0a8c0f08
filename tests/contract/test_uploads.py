"""Uploads as lines."""

from __future__ import annotations

import io

import pytest

from tilth.contract import uploads
from tilth.contract.uploads import UploadFile, files_of, lines_of, questions_of
from tilth.errors import Invalid


@pytest.mark.parametrize(
    "line", [b'"abc"', b'["path"]', b"5", b"null", b"true", b"{}", b'{"path":1}', b'{"path":"a"', b"\xff"]
)
def test_a_line_that_tells_no_file_is_refused_by_its_number(line: bytes) -> None:
    good = next(lines_of([UploadFile("a", b"x" * 36)]))
    with pytest.raises(Invalid, match="Line 2 of the upload tells no file"):
        list(files_of(io.BytesIO(good + line + b"\n")))


def test_many_files_are_asked_for_in_several_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_LINES", 3)
    monkeypatch.setattr(uploads, "MOST_CHUNKS", 10)
    counts = [1, 1, 1, 1, 9, 2, 30, 1]
    files = [UploadFile(str(at), b"x" * 36 * count) for at, count in enumerate(counts)]
    parts = list(questions_of(files))
    assert [[len(file.chunks) // 36 for file in part] for part in parts] == [[1, 1, 1], [1, 9], [2], [30], [1]]
    assert [file for part in parts for file in part] == files
