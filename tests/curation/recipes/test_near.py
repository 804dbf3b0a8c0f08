"""Nearest neighbours and near-duplicates: against brute force, and against copies made on purpose."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from tilth.curation.recipes.dataset_steps import near
from tilth.curation.recipes.dataset_steps.duplicates import families, first_of, near_duplicates, text_pairs
from tilth.curation.recipes.dataset_steps.image import describe_image
from tilth.curation.recipes.dataset_steps.text import HASHES, describe_text


def _brute_force(points, base, k, own):
    squares = ((points[:, None, :].astype(np.float64) - base[None, :, :]) ** 2).sum(axis=2)
    squares[np.arange(len(points)), own] = np.inf
    return np.argsort(squares, axis=1, kind="stable")[:, :k], np.sqrt(np.sort(squares, axis=1)[:, :k])


def test_nearest_equals_brute_force_and_never_names_the_point_itself():
    points = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32)
    found, distances = near.nearest(points, points, 7, own=np.arange(300))
    places, lengths = _brute_force(points, points, 7, np.arange(300))
    assert (found == places).all()
    assert np.allclose(distances, lengths, atol=1e-3)


def test_fewer_others_than_asked_for_leave_places_empty():
    points = np.eye(3, dtype=np.float32)
    found, distances = near.nearest(points, points, 5, own=np.arange(3))
    assert (found[:, 2:] == -1).all()
    assert np.isinf(distances[:, 2:]).all()
    assert near.nearest(points[:0], points, 2)[0].shape == (0, 2)


def test_by_clusters_nearly_all_true_neighbours_are_found(monkeypatch):
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(30, 16))
    points = (centres[rng.integers(0, 30, 3000)] + rng.normal(0, 0.15, (3000, 16))).astype(np.float32)
    exact, _ = near.nearest(points, points, 10, own=np.arange(3000))
    monkeypatch.setattr(near, "EXACT_UP_TO", 1000)
    quick, _ = near.nearest(points, points, 10, own=np.arange(3000))
    share = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact.tolist(), quick.tolist(), strict=True)])
    assert share > 0.9


@pytest.mark.parametrize("within", [0, 3, 7])
def test_pairs_by_hash_equal_brute_force(within):
    rng = np.random.default_rng(within)
    hashes = rng.integers(0, 2**63, 300, np.uint64)
    for row in range(0, 300, 3):  # neighbours at 0 to 9 bits
        flips = rng.choice(64, row % 10, replace=False)
        hashes[row + 1] = hashes[row] ^ np.bitwise_or.reduce(
            np.uint64(1) << flips.astype(np.uint64), initial=np.uint64(0)
        )
    pairs = {tuple(pair) for pair in near.pairs_by_hash(hashes, within).tolist()}
    expected = {
        (i, j) for i in range(300) for j in range(i + 1, 300) if (int(hashes[i]) ^ int(hashes[j])).bit_count() <= within
    }
    # Equal hashes stand for one another: only their first one is paired with each of them.
    assert {pair for pair in expected if hashes[pair[0]] != hashes[pair[1]]} <= pairs <= expected
    assert all((i, j) in pairs for i, j in expected if i == np.flatnonzero(hashes == hashes[j])[0])


def test_groups_do_not_chain():
    pairs = np.array([[0, 1], [1, 2], [2, 3], [5, 6]])
    assert first_of(7, pairs).tolist() == [-1, 0, -1, 2, -1, -1, 5]
    # But what must not be on two sides of a fold hangs together.
    assert families(7, pairs).tolist() == [0, 0, 0, 0, 1, 2, 2]


def _scene(rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (160, 120), tuple(rng.integers(0, 255, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.integers(0, 150), rng.integers(0, 110)
        box = (int(x), int(y), int(x + rng.integers(8, 70)), int(y + rng.integers(8, 70)))
        draw.ellipse(box, fill=tuple(rng.integers(0, 255, 3))) if rng.random() < 0.5 else draw.rectangle(
            box, fill=tuple(rng.integers(0, 255, 3))
        )
    return image


def _saved(image: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def test_copies_of_images_are_found_and_other_images_are_not():
    rng = np.random.default_rng(3)
    scenes = [_scene(rng) for _ in range(200)]
    files = [_saved(scene, format="PNG") for scene in scenes]
    copies = [_saved(scene.resize((120, 90)), format="JPEG", quality=50) for scene in scenes[:50]]
    copies += [_saved(ImageEnhance.Brightness(scene).enhance(1.08), format="PNG") for scene in scenes[50:100]]
    described = [describe_image(file) for file in [*files, *copies]]
    heads = near_duplicates("image", np.stack([d[0] for d in described]), [d[1] for d in described])
    found = heads[200:]
    right = found == np.arange(100)
    assert (heads[:200] == -1).all(), "precision: no scene repeats another"
    assert right.mean() >= 0.95, f"recall {right.mean():.3f}"
    assert ((found >= 0) <= right).all(), "a copy is assigned to what it is a copy of"


def test_texts_with_a_word_changed_are_found_and_other_texts_are_not():
    rng = np.random.default_rng(4)
    words = [f"word{number}" for number in range(2000)]
    texts = [" ".join(rng.choice(words, 30)) for _ in range(400)]
    changed = []
    for text in texts[:100]:
        parts = text.split()
        parts[int(rng.integers(30))] = "another"
        changed.append(" ".join(parts))
    described = [describe_text(text) for text in [*texts, *changed]]
    vectors, signatures = np.stack([d[0] for d in described]), [d[1] for d in described]
    heads = near_duplicates("text", vectors, signatures)
    assert (heads[:400] == -1).all()
    assert (heads[400:] == np.arange(100)).mean() >= 0.97


def test_text_pairs_agree_with_brute_force_where_texts_are_alike():
    rng = np.random.default_rng(5)
    words = [f"w{number}" for number in range(300)]
    texts = [" ".join(rng.choice(words, 20)) for _ in range(150)]
    texts += [text.replace(text.split()[3], "changed") for text in texts[:60]]
    texts += texts[:5]
    signatures = [describe_text(text)[1] for text in texts]
    places = np.stack([np.frombuffer(signature, "<u4") for signature in signatures])
    pairs = {tuple(pair) for pair in text_pairs(signatures, np.ones(len(texts), bool)).tolist()}
    alike = {
        (i, j): float((places[i] == places[j]).mean()) for i in range(len(texts)) for j in range(i + 1, len(texts))
    }
    assert pairs <= {pair for pair, share in alike.items() if share >= 0.6}
    near_ones = {pair for pair, share in alike.items() if share >= 0.75}
    assert len(near_ones) > 20
    assert near_ones <= pairs
    assert places.shape[1] == HASHES


def test_a_crowd_of_equal_texts_is_one_group():
    described = [describe_text("the same words again and again here")] * 500
    heads = near_duplicates("text", np.stack([d[0] for d in described]), [d[1] for d in described])
    assert heads[0] == -1
    assert (heads[1:] == 0).all()


def test_items_without_words_repeat_nothing():
    described = [describe_text("") for _ in range(3)]
    heads = near_duplicates("text", np.stack([d[0] for d in described]), [d[1] for d in described])
    assert (heads == -1).all()
