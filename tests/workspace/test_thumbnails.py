"""Small pictures made from hostile ones: bounded pixels, bounded memory, and what they look like."""

from __future__ import annotations

import io
import threading
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from tilth.errors import Invalid, Unavailable
from tilth.workspace.thumbnails import Room, shrink


def _saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, kind, **how)
    return sink.getvalue()


def _shown(data: bytes, size: int = 32) -> Image.Image:
    return Image.open(io.BytesIO(shrink(data, size)))


def test_many_pixels_of_many_bits_in_a_small_file_take_little_memory() -> None:
    levels = np.zeros((4000, 5000), np.uint16)
    levels[:, 2500:] = 900
    data = _saved(Image.fromarray(levels))
    assert len(data) < 200_000
    tracemalloc.start()  # sees what NumPy takes: floats of every pixel would be 160 MB, several times
    try:
        made = _shown(data, 100)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
    assert made.size == (100, 80)
    assert made.convert("L").getpixel((10, 40)) < 10
    assert made.convert("L").getpixel((90, 40)) > 245


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "RGB", "RGBA", "CMYK", "I", "F"])
def test_every_mode_keeps_its_proportions(mode: str) -> None:
    made = _shown(_saved(Image.new("L", (700, 350), 128).convert(mode), "TIFF"))
    assert made.size == (32, 16)
    assert made.mode == ("RGBA" if mode in ("LA", "RGBA") else "L" if mode in ("L", "I", "F") else "RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_still_turned_as_its_camera_says(kind: str) -> None:
    dots = np.zeros((300, 900, 3), np.uint8)
    dots[:, :450] = 255
    exif = Image.Exif()
    exif[0x112] = 6
    made = _shown(_saved(Image.fromarray(dots), kind, exif=exif))
    assert made.size == (11, 32)
    assert made.convert("L").getpixel((5, 2)) > made.convert("L").getpixel((5, 30))


def test_what_is_no_picture_or_too_many_pixels_is_refused() -> None:
    with pytest.raises(Invalid, match="cannot be shown: it is none of PNG, JPEG"):
        shrink(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 64)
    with pytest.raises(Invalid, match="pixels"):
        shrink(_saved(Image.new("1", (20_000, 6_000))), 64)


def test_only_so_many_pixels_are_decoded_at_once() -> None:
    room = Room(100, wait_s=0.05)
    with room.of(60):
        with pytest.raises(Unavailable, match="large pictures"), room.of(60):
            pass
        with room.of(40):
            pass
    entered = threading.Event()
    patient = Room(100, wait_s=30.0)

    def second() -> None:
        with patient.of(100):
            entered.set()

    with patient.of(1):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.05)
    waiting.join(30.0)
    assert entered.is_set()
