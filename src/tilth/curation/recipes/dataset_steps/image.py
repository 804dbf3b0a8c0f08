"""Images as numbers: edges, light and colour, by place and wherever, and a perceptual hash. About 2 ms each."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.fft import dctn

from .vectors import Floats32, unit

MOST_PIXELS = 200_000_000
"""Larger images are refused: they would fill the memory."""
SIDE = 32
ORIENTATIONS = 8
DIRECTIONS = 6
QUANTILES = (0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.995)
DIMENSIONS = 319

LUMINANCE = np.array([0.299, 0.587, 0.114])

Grey = NDArray[np.float64]


def describe_image(data: bytes) -> tuple[Floats32, bytes]:
    """Return 319 numbers of length 1 and the 64-bit hash of an image file. Raises ValueError if it cannot be read."""
    small = _decode(data).resize((2 * SIDE, 2 * SIDE), Image.Resampling.BILINEAR, reducing_gap=3.0)
    fine = np.asarray(small, np.float64) / 255
    colour = fine.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3))
    grey = colour @ LUMINANCE
    channels = np.concatenate([(fine @ LUMINANCE)[..., None], _opponents(fine)], axis=-1)
    vector = unit(
        (
            (_edges(grey), 1.0),
            (_light(grey), 0.8),
            (_places_of_colour(colour), 0.4 * _colourful(colour)),
            (_colours(colour), 0.6),
            (_extremes(channels), 1.0),
            (_textures(channels), 1.0),
        )
    )
    return vector, perceptual_hash(grey)


def perceptual_hash(grey: Grey) -> bytes:
    """Return the signs of the 64 lowest frequencies of a 32 x 32 image against their median (pHash)."""
    low = dctn(grey, type=2, norm="ortho")[:8, :8].ravel()
    low[0] = 0.0  # how light it is on the whole does not matter
    # What is flat up to rounding gets one hash, not noise.
    low[np.abs(low) < 1e-9] = 0.0
    return np.packbits(low > np.median(low)).tobytes()


def _decode(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Image.Image = Image.open(io.BytesIO(data))
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"it has {image.width} x {image.height} pixels, more than {MOST_PIXELS:,} in all")
            image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a large JPEG is decoded small
            image = ImageOps.exif_transpose(image) or image
            if image.mode in ("RGBA", "LA", "PA", "P"):
                paper = Image.new("RGBA", image.size, "white")
                return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
            if image.mode.startswith(("I", "F")):
                values = np.asarray(image, np.float64)
                low, high = float(values.min()), float(values.max())
                scaled = (values - low) * (255 / (high - low) if high > low else 0.0)
                return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")
            return image.convert("RGB")
    except ValueError:
        raise
    except (OSError, SyntaxError, EOFError, KeyError, IndexError, TypeError, ArithmeticError) as problem:
        raise ValueError(f"it is not an image that can be read: {problem}") from problem
    except (Image.DecompressionBombError, MemoryError) as problem:
        raise ValueError(f"it is too large: {problem}") from problem


def _edges(grey: Grey) -> Grey:
    """Return how strong edges of 8 directions are in each of 4 x 4 cells (Dalal and Triggs 2005, HOG), [4 x 4 x 8]."""
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    place = (np.arctan2(down, right) % np.pi) * (ORIENTATIONS / np.pi)
    below = np.floor(place).astype(np.int64)
    upper = place - below
    cells = np.zeros((4, 4, ORIENTATIONS))
    cell = np.arange(SIDE) // (SIDE // 4)
    rows, columns = np.broadcast_to(cell[:, None], grey.shape), np.broadcast_to(cell[None, :], grey.shape)
    np.add.at(cells, (rows, columns, below % ORIENTATIONS), strength * (1 - upper))
    np.add.at(cells, (rows, columns, (below + 1) % ORIENTATIONS), strength * upper)
    return np.sqrt(cells)


def _light(grey: Grey) -> Grey:
    """Return how light each of 8 x 8 places is against the whole."""
    places = grey.reshape(8, SIDE // 8, 8, SIDE // 8).mean(axis=(1, 3))
    centred: Grey = places - places.mean()
    return centred


def _opponents(colour: Grey) -> Grey:
    red, green, blue = colour[..., 0], colour[..., 1], colour[..., 2]
    return np.stack([red - green, (red + green) / 2 - blue], axis=-1)


def _colourful(colour: Grey) -> float:
    """Return 0 for a grey image, 1 for one of strong colours: so that a trace of a tint does not count as colour."""
    return float(min(1.0, np.abs(_opponents(colour)).mean() / 0.1))


def _places_of_colour(colour: Grey) -> Grey:
    """Return red-green and yellow-blue of each of 4 x 4 places."""
    size = SIDE // 4
    places: Grey = _opponents(colour).reshape(4, size, 4, size, 2).mean(axis=(1, 3))
    return places


def _colours(colour: Grey) -> Grey:
    """Return which colours there are, wherever: 24 of hue (by saturation) and 8 of light (for what has none)."""
    high, low = colour.max(axis=-1), colour.min(axis=-1)
    spread = high - low
    saturation = spread / np.maximum(high, 1e-6) * np.minimum(1.0, spread / 0.1)
    safe = np.maximum(spread, 1e-9)
    red, green, blue = colour[..., 0], colour[..., 1], colour[..., 2]
    hue = np.where(high == red, ((green - blue) / safe) % 6, np.where(high == green, (blue - red) / safe + 2, 0))
    hue = np.where((high == blue) & (high != red) & (high != green), (red - green) / safe + 4, hue)
    bins = np.minimum((hue * 4).astype(np.int64) % 24, 23)
    hues = np.bincount(bins.ravel(), saturation.ravel(), 24)
    lights = np.bincount(np.minimum((high * 8).astype(np.int64), 7).ravel(), (1 - saturation).ravel(), 8)
    found: Grey = np.sqrt(np.concatenate([hues, lights]))
    return found


def _extremes(channels: Grey) -> Grey:
    """Return how far the extremes of light, red-green and yellow-blue are from their middle, [3 x 9].

    A small thing of a colour of its own shows here wherever it is, and on whatever ground.
    """
    places = channels.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3)).reshape(-1, 3)
    levels = np.quantile(places, QUANTILES, axis=0).T
    found: Grey = levels - levels[:, [QUANTILES.index(0.5)]]
    return found


def _textures(channels: Grey) -> Grey:
    """Return the strongest edges of 6 directions at two sizes in light and colour, wherever they are, [3 x 2 x 6]."""
    found = np.empty((3, 2, DIRECTIONS))
    for channel in range(3):
        for size in (1, 2):
            side = 2 * SIDE // size
            level = channels[..., channel].reshape(side, size, side, size).mean(axis=(1, 3))
            down, right = np.gradient(level)
            direction = ((np.arctan2(down, right) % np.pi) * (DIRECTIONS / np.pi)).astype(np.int64) % DIRECTIONS
            cell = np.arange(side) // (side // 8)
            where = (cell[:, None] * 8 + cell[None, :]) * DIRECTIONS + direction
            strength = np.bincount(where.ravel(), np.hypot(down, right).ravel(), 64 * DIRECTIONS)
            strongest = np.sort(strength.reshape(64, DIRECTIONS), axis=0)[-3:]
            found[channel, size - 1] = strongest.mean(axis=0) / (side // 8) ** 2
    return np.sqrt(found)
