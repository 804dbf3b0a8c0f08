"""Boxes in a label: what people drew, as Label Studio writes it, in fractions of the image."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box with a class; `x`, `y` (upper left corner), `width`, `height` are fractions of the image."""

    label: str
    x: float
    y: float
    width: float
    height: float


def boxes_of(label: str | None, *, size: tuple[int, int] | None = None) -> list[Box] | None:
    """Return the boxes of a label, None where it is no list of regions (so a class, or missing).

    A turned box becomes the upright one around it, for which the image's `size` (width, height in pixels) is used where
    the region does not tell it. Boxes are cut at the image's edges; regions of other shapes are left out.
    """
    if label is None or not label.lstrip().startswith("["):
        return None
    try:
        regions = json.loads(label)
    except (ValueError, RecursionError):
        return None
    if not isinstance(regions, list) or not all(
        isinstance(each, dict) and isinstance(each.get("value"), dict) for each in regions
    ):
        return None
    found = []
    for region in regions:
        value = region["value"]
        names = value.get("rectanglelabels")
        if not isinstance(names, list) or not names:
            continue
        corners = _corners(value, _pixels(region, size))
        if corners is None:
            continue
        left, top = (max(0.0, min(point[axis] for point in corners)) for axis in (0, 1))
        right, bottom = (min(1.0, max(point[axis] for point in corners)) for axis in (0, 1))
        if right > left and bottom > top:
            found.append(Box(str(names[0]), left, top, right - left, bottom - top))
    return found


def _pixels(region: dict[str, Any], size: tuple[int, int] | None) -> tuple[float, float]:
    told = (region.get("original_width"), region.get("original_height"))
    if all(isinstance(each, int | float) and not isinstance(each, bool) and each > 0 for each in told):
        return float(told[0] or 1), float(told[1] or 1)
    return (float(size[0]), float(size[1])) if size is not None else (1.0, 1.0)


def _corners(value: dict[str, Any], pixels: tuple[float, float]) -> list[tuple[float, float]] | None:
    numbers = [value.get(name, 0 if name == "rotation" else None) for name in ("x", "y", "width", "height", "rotation")]
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in numbers):
        return None
    x, y, width, height, rotation = (float(each) for each in numbers if each is not None)
    across, down = pixels
    turn = math.radians(rotation)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = []
    # Label Studio turns about the upper left corner, in pixels: percent of different sides do not turn.
    for right, below in ((0.0, 0.0), (width, 0.0), (0.0, height), (width, height)):
        dx, dy = right * across / 100, below * down / 100
        corners.append((x / 100 + (dx * cos - dy * sin) / across, y / 100 + (dx * sin + dy * cos) / down))
    return corners
