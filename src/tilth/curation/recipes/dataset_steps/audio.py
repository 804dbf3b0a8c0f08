"""Sounds as numbers: how loud which pitches are, how much that varies, and when. WAV files only."""

from __future__ import annotations

import io
import wave
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .vectors import Floats32, unit

LONGEST_S = 120
"""Seconds that are listened to."""
WINDOW = 1024
HOP = 512
BANDS = 40
LOW_HZ = 40.0

Samples = NDArray[np.float64]


def describe_audio(data: bytes) -> tuple[Floats32, bytes]:
    """Return 128 numbers of length 1 from the log-mel spectrum of a WAV file. Raises ValueError if it is none."""
    samples, rate = _decode(data)
    if len(samples) < WINDOW:
        samples = np.pad(samples, (0, WINDOW - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    spectrum = np.log(power @ _mel(rate).T + 1e-8)
    moves = np.abs(np.diff(spectrum, axis=0)).mean(axis=0) if len(spectrum) > 1 else np.zeros(BANDS)
    loudness = spectrum.mean(axis=1)
    course = np.array([part.mean() if len(part) else loudness.mean() for part in np.array_split(loudness, 8)])
    mean = spectrum.mean(axis=0)
    return unit(
        (
            (mean - mean.mean(), 1.0),
            (spectrum.std(axis=0), 0.5),
            (moves, 0.5),
            (course - course.mean(), 0.4 * min(1.0, float(course.std()))),
        )
    ), b""


def _decode(data: bytes) -> tuple[Samples, int]:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            width, channels, rate = sound.getsampwidth(), sound.getnchannels(), sound.getframerate()
            raw = sound.readframes(min(sound.getnframes(), LONGEST_S * rate))
    except (wave.Error, EOFError, ValueError, ZeroDivisionError) as problem:
        raise ValueError(f"it is not a WAV file that can be read: {problem}") from problem
    if rate < 1 or channels < 1:
        raise ValueError(f"it says {channels} channels at {rate} Hz")
    raw = raw[: len(raw) - len(raw) % (width * channels)]
    if width == 1:
        values = (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / 128
    elif width in (2, 4):
        values = np.frombuffer(raw, f"<i{width}").astype(np.float64) / float(1 << (8 * width - 1))
    elif width == 3:
        parts = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int64)
        whole = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
        values = np.where(whole >= 1 << 23, whole - (1 << 24), whole) / float(1 << 23)
    else:
        raise ValueError(f"it has {width} bytes per sample")
    return values.reshape(-1, channels).mean(axis=1) if len(values) else np.zeros(1), rate


@lru_cache(maxsize=8)
def _mel(rate: int) -> NDArray[np.float64]:
    """Return triangles over the frequencies, evenly spaced in mel (O'Shaughnessy 1987), [bands x frequencies]."""
    top = max(rate / 2, 2 * LOW_HZ)
    mels = np.linspace(2595 * np.log10(1 + LOW_HZ / 700), 2595 * np.log10(1 + top / 700), BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    frequencies = np.fft.rfftfreq(WINDOW, 1 / rate)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (frequencies - low) / (middle - low)
    falling = (high - frequencies) / (high - middle)
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    # Below about 200 Hz a band may fall between two frequencies: it takes the nearest.
    for band in np.flatnonzero(triangles.sum(axis=1) == 0):
        triangles[band, np.abs(frequencies - middle[band]).argmin()] = 1.0
    return triangles
