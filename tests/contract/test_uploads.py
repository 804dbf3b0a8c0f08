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


def test_lines_beyond_what_one_commit_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b"".join(lines_of(UploadFile(str(at), b"x" * 36) for at in range(10)))
    assert len(list(files_of(io.BytesIO(lines)))) == 10
    with monkeypatch.context() as bound:
        bound.setattr(uploads, "MOST_COMMITTED", 9)
        with pytest.raises(Invalid, match="9 lines"):
            list(files_of(io.BytesIO(lines)))
    with monkeypatch.context() as bound:
        bound.setattr(uploads, "MOST_COMMITTED_BYTES", len(lines) - 1)
        with pytest.raises(Invalid, match="too much for one commit"):
            list(files_of(io.BytesIO(lines)))
    with monkeypatch.context() as bound:
        bound.setattr(uploads, "LONGEST_LINE", 50)
        with pytest.raises(Invalid, match="Line 1 of the upload is longer than 50 bytes"):
            list(files_of(io.BytesIO(lines)))
