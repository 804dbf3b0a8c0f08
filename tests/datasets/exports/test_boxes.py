"""Boxes out of what people drew."""

from __future__ import annotations

import json

import pytest

from tilth.datasets.exports.boxes import boxes_of


def region(label: str, x: float, y: float, width: float, height: float, **more: object) -> dict[str, object]:
    turn = {"rotation": more.pop("rotation")} if "rotation" in more else {}
    value = {"x": x, "y": y, "width": width, "height": height, "rectanglelabels": [label], **turn}
    return {"type": "rectanglelabels", "value": value, **more}


def test_percent_become_fractions() -> None:
    (box,) = boxes_of(json.dumps([region("car", 10, 20, 30, 40)])) or []
    assert (box.label, box.x, box.y, box.width, box.height) == ("car", *map(pytest.approx, (0.1, 0.2, 0.3, 0.4)))


def test_a_turned_box_becomes_the_upright_one_around_it() -> None:
    # 40 x 20 pixels in a 200 x 100 image, turned by 90 degrees about its upper left corner at (100, 20).
    told = [region("car", 50, 20, 20, 20, rotation=90, original_width=200, original_height=100)]
    (box,) = boxes_of(json.dumps(told)) or []
    pixels = (box.x * 200, box.y * 100, box.width * 200, box.height * 100)
    assert pixels == pytest.approx((80, 20, 20, 40))


def test_boxes_are_cut_at_the_edges_and_those_outside_are_left_out() -> None:
    told = json.dumps([region("a", -10, 50, 20, 100), region("b", 120, 0, 10, 10)])
    (box,) = boxes_of(told) or []
    assert (box.label, box.x, box.y) == ("a", 0, 0.5)
    assert (round(box.width, 6), box.height) == (0.1, 0.5)


@pytest.mark.parametrize("label", [None, "cat", "[not json", "[1, 2]", '["a"]', "[" * 5000, '[{"value": 3}]'])
def test_a_class_is_no_list_of_boxes(label: str | None) -> None:
    assert boxes_of(label) is None


def test_no_boxes_are_not_the_same_as_no_label() -> None:
    assert boxes_of("[]") == []
    assert boxes_of('[{"value": {"x": "wide", "y": 1, "width": 1, "height": 1, "rectanglelabels": ["a"]}}]') == []
