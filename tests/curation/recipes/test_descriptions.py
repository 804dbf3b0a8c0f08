"""Descriptions: images, texts and sounds as vectors."""

import io
import wave

import numpy as np
import pytest
from PIL import Image

from tilth.curation.recipes.dataset_steps import vectors
from tilth.curation.recipes.dataset_steps.audio import describe_audio
from tilth.curation.recipes.dataset_steps.image import DIMENSIONS, describe_image
from tilth.curation.recipes.dataset_steps.near import nearest
from tilth.curation.recipes.dataset_steps.text import describe_text
from tilth.demo.scans import all_scans


def test_on_handwritten_digits_nearest_neighbours_have_the_same_label():
    scans = all_scans()
    matrix = np.stack([describe_image(scan.png)[0] for scan in scans])
    digits = np.array([int(scan.digit) for scan in scans])
    found, _ = nearest(matrix, matrix, 10, own=np.arange(len(matrix)))
    voted = np.array([np.bincount(digits[row], minlength=10).argmax() for row in found])
    assert (voted == digits).mean() > 0.985


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "LA", "CMYK", "I", "I;16", "F", "YCbCr"])
def test_every_kind_of_pixel_gives_a_vector_of_length_one(mode):
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    image = Image.fromarray(ramp).convert("I").convert(mode) if mode == "I;16" else Image.fromarray(ramp).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG" if mode in ("CMYK", "YCbCr") else "TIFF")
    vector, signature = describe_image(buffer.getvalue())
    assert vector.shape == (DIMENSIONS,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert len(signature) == 8


def test_a_blank_image_is_described_too():
    buffer = io.BytesIO()
    Image.new("RGB", (5, 5), "white").save(buffer, "PNG")
    vector, signature = describe_image(buffer.getvalue())
    assert np.isfinite(vector).all()
    assert signature == bytes(8)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"not an image at all", b"BM" + b"\xff" * 60]
)
def test_what_is_no_image_is_refused_in_words(data):
    with pytest.raises(ValueError, match=r"."):
        describe_image(data)


def test_a_truncated_image_is_refused():
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(buffer, "PNG")
    with pytest.raises(ValueError, match=r"cannot|not an image|truncated|broken"):
        describe_image(buffer.getvalue()[:2000])


def test_texts_about_the_same_are_nearer_than_others():
    texts = [
        "ten cats you will love",
        "cats that you love: ten of them",
        "parliament votes on the budget",
        "the budget vote in parliament",
    ]
    matrix = np.stack([describe_text(text)[0] for text in texts])
    alike = matrix @ matrix.T
    assert alike[0, 1] > 2 * max(alike[0, 2], 0.05)
    assert alike[2, 3] > 2 * max(alike[0, 3], 0.05)
    assert not describe_text("   ")[0].any()


def _wav(samples: np.ndarray, *, rate: int = 8000, width: int = 2) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        if width == 1:
            sound.writeframes(((samples + 1) * 127).astype(np.uint8).tobytes())
        elif width == 3:
            whole = (samples * (2**23 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3]
            sound.writeframes(whole.tobytes())
        else:
            sound.writeframes((samples * (2 ** (8 * width - 1) - 1)).astype(f"<i{width}").tobytes())
    return buffer.getvalue()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_tones_of_one_pitch_are_nearer_than_of_another(width):
    time = np.arange(16000) / 8000
    rng = np.random.default_rng(0)

    def tone(hz: float) -> np.ndarray:
        return describe_audio(_wav(0.5 * np.sin(2 * np.pi * hz * time) + rng.normal(0, 0.01, len(time)), width=width))[
            0
        ]

    low, again, high = tone(300), tone(305), tone(2500)
    assert low @ again > 0.9 > low @ high
    assert np.linalg.norm(low) == pytest.approx(1, abs=1e-5)


def test_silence_and_a_very_short_sound_are_described():
    assert np.isfinite(describe_audio(_wav(np.zeros(10)))[0]).all()
    assert np.isfinite(describe_audio(_wav(np.zeros(0)))[0]).all()
    with pytest.raises(ValueError, match="not a WAV"):
        describe_audio(b"ID3 an mp3")


def test_a_vector_file_gives_back_what_was_packed_and_refuses_the_rest():
    vector = np.arange(5, dtype=np.float32)
    packed = vectors.pack(vector, b"hash")
    back, signature = vectors.unpack(packed)
    assert (back == vector).all()
    assert signature == b"hash"
    for broken in (b"", packed[:-1], packed + b"x", b"XXXX" + packed[4:]):
        with pytest.raises(ValueError, match="not a vector"):
            vectors.unpack(broken)


@pytest.mark.parametrize("key", ["a", "a/b", "..", "", " ", "ü" * 300, "a\x00b", "~x", "a%2Fb"])
def test_any_key_has_a_path_of_its_own(key):
    from tilth.model.names import check_path

    path = vectors.path_of_row(key)
    assert check_path(path) == path
    assert len({vectors.path_of_row(other) for other in (key, key + "x", "a/b2", "a%2Fb2")}) == 4
