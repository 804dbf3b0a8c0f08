"""Similarity: nearest by brute force, decisions that teach, and the rare kind among many."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tilth.curation.recipes.dataset_steps.image import describe_image
from tilth.curation.similarity import even_out, nearest_rows, rank_similar
from tilth.errors import Invalid


def _units(n: int, dimensions: int = 12, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(n, dimensions)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_ranking_by_similarity_equals_brute_force() -> None:
    vectors = _units(500)
    ranked = rank_similar(vectors, [3], [20], diverse=False, limit=30)
    wanted = vectors @ vectors[3] - 0.5 * np.maximum(vectors @ vectors[20], 0)
    order = [row for row in np.argsort(-wanted, kind="stable").tolist() if row not in (3, 20)]
    assert ranked.rows.tolist() == order[:30]
    assert ranked.by == "similarity"
    nearest = nearest_rows(vectors, 7, limit=10)
    assert nearest.rows.tolist() == [row for row in np.argsort(-(vectors @ vectors[7])).tolist() if row != 7][:10]


def test_only_candidates_come_and_each_once() -> None:
    vectors = _units(200)
    candidates = np.zeros(200, bool)
    candidates[50:80] = True
    rows = rank_similar(vectors, [60, 1], [61], candidates=candidates, limit=100).rows.tolist()
    assert sorted(rows) == [row for row in range(50, 80) if row not in (60, 61)]


def test_with_diverse_nearly_the_same_comes_once() -> None:
    vectors = np.repeat(_units(20), 5, axis=0)
    assert len(rank_similar(vectors, [0], limit=100, diverse=True)) == 20
    assert len(rank_similar(vectors, [0], limit=100, diverse=False)) == 99


def test_nothing_wanted_is_refused_and_nothing_left_is_empty() -> None:
    with pytest.raises(Invalid, match="nothing to compare"):
        rank_similar(_units(5), [])
    assert len(rank_similar(_units(2), [0], [1])) == 0
    assert len(rank_similar(_units(5), [0], candidates=np.zeros(5, bool))) == 0


def test_evened_out_vectors_have_length_one_and_missing_ones_stay_nought() -> None:
    vectors = _units(50)
    vectors[7] = 0
    even = even_out(vectors)
    assert not even[7].any()
    assert np.linalg.norm(np.delete(even, 7, axis=0), axis=1) == pytest.approx(np.ones(49), abs=1e-4)
    assert (even_out(vectors[:1]) == vectors[:1]).all()
    assert not even_out(np.zeros((3, 4), np.float32)).any()


def _fish(rng: np.random.Generator, rare: bool) -> bytes:
    """Draw a fish in the sea: a plain one of four kinds, or the rare high one with stripes and spines."""
    width, height = 96, 72
    water = np.array([rng.integers(20, 70), rng.integers(70, 130), rng.integers(90, 170)])
    light = np.linspace(0, rng.integers(-40, 40), height)[:, None, None]
    pixels = water + rng.normal(0, 10, (height, width, 1)) + light
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 5)):
        x, y, r = (int(v) for v in (rng.integers(0, width), rng.integers(height // 2, height), rng.integers(4, 16)))
        draw.ellipse((x, y, x + 2 * r, y + r), fill=tuple(int(v) for v in rng.integers(40, 140, 3)))
    x, y, length, high = (int(rng.integers(*ends)) for ends in ((30, 66), (20, 48), (20, 32), (8, 13)))
    if rare:
        body = (int(rng.integers(170, 240)), int(rng.integers(60, 120)), int(rng.integers(20, 70)))
    else:
        kind = [(150, 160, 175), (90, 105, 125), (200, 205, 210), (210, 150, 60)][int(rng.integers(4))]
        body = tuple(int(np.clip(v + rng.integers(-25, 25), 0, 255)) for v in kind)
    tall = high if rare else high // 2
    draw.ellipse((x - length // 2, y - tall, x + length // 2, y + tall), fill=body)
    side = 1 if rng.random() < 0.5 else -1
    tail = x + side * length // 2
    draw.polygon([(tail - 2 * side, y), (tail + 8 * side, y - 7), (tail + 8 * side, y + 7)], fill=body)
    if rare:
        for step in range(4 - length // 2, length // 2 - 2, 5):
            points = [(x + step, y - high + 2), (x + step + 2, y - high - 6), (x + step + 4, y - high + 2)]
            draw.polygon(points, fill=body)
        for step in range(-length // 3, length // 3, 6):
            draw.line((x + step, y - high + 3, x + step, y + high - 3), fill=(60, 30, 30), width=2)
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


def _reviewed(vectors: np.ndarray, rare: np.ndarray, *, seed: int, reviews: int, page: int = 12) -> int:
    """Look at pages of similar items as a person would, accept the rare and discard the rest; return how many found."""
    seeds = np.random.default_rng(seed).choice(np.flatnonzero(rare), 3, replace=False).tolist()
    accepted: list[int] = []
    discarded: list[int] = []
    while (left := reviews - len(accepted) - len(discarded)) > 0:
        for row in rank_similar(vectors, [*seeds, *accepted], discarded, limit=min(page, left)).rows.tolist():
            (accepted if rare[row] else discarded).append(row)
    return len(accepted)


@pytest.mark.slow
def test_a_person_who_only_accepts_and_discards_finds_the_rare_kind_among_many(record_property) -> None:
    """40 of 2,500, three given: 75 per cent of the others are found with no more reviews than there are rare ones.

    What the fish look like was fixed before the seeds of this test were drawn; features and ranker were chosen on
    other seeds, on handwritten digits and on photographs.
    """
    found = []
    for seed in (2026, 2027, 2028):
        rng = np.random.default_rng(seed)
        rare = np.zeros(2500, bool)
        rare[rng.choice(2500, 40, replace=False)] = True
        vectors = even_out(np.stack([describe_image(_fish(rng, bool(one)))[0] for one in rare]))
        found.append(_reviewed(vectors, rare, seed=seed, reviews=40))
    record_property("found of 37 in 40 reviews", str(found))
    assert min(found) >= 0.75 * 37, found


def test_without_learning_from_decisions_fewer_are_found() -> None:
    rng = np.random.default_rng(5)
    rare = np.zeros(1500, bool)
    rare[rng.choice(1500, 30, replace=False)] = True
    raw = np.stack([describe_image(_fish(rng, bool(one)))[0] for one in rare])
    seeds = np.flatnonzero(rare)[:3].tolist()
    once = int(rare[rank_similar(raw, seeds, limit=30).rows].sum())
    assert _reviewed(even_out(raw), rare, seed=5, reviews=30) > once + 5
