"""Describe one item by numbers: a datum per media file or row, so that only what changed is done again."""

from __future__ import annotations

from collections.abc import Callable

from tilth.execution.datum import Datum

from .audio import describe_audio
from .image import describe_image
from .text import describe_text
from .vectors import Floats32, pack, path_of_file, path_of_row

_Described = tuple[Floats32, bytes]
LARGEST = 1 << 30


def embed(datum: Datum) -> None:
    """Write the vector of the datum's media (parameter `media`: image, text or audio).

    For rows, the parameters `key` and `column` name where the key and the text stand. What cannot be read gets no
    vector but a file under `unreadable/` that says why: one broken picture must not stop the analysis of the others.
    """
    media = str(datum.parameters["media"])
    source = datum.inputs["items"]
    if isinstance(source.row, dict):
        text = source.row.get(str(datum.parameters["column"]))
        path = path_of_row(str(source.row[str(datum.parameters["key"])]))
        if text is not None and str(text).strip():
            datum.write(path, pack(*describe_text(str(text))))
        return
    file = source.file
    describe: Callable[[bytes], _Described] = {
        "image": describe_image,
        "audio": describe_audio,
        "text": lambda data: describe_text(data.decode("utf-8", "replace")),
    }[media]
    try:
        if file.size > LARGEST:
            raise ValueError(f"it has {file.size:,} bytes, more than {LARGEST:,}")
        vector, signature = describe(file.read_bytes())
    except ValueError as problem:
        print(f"{file.path} cannot be used: {problem}")
        datum.write(f"unreadable/{file.path}.txt", f"{problem}\n")
        return
    datum.write(path_of_file(file.path), pack(vector, signature))
