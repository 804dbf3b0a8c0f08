"""Labeling configs from a short form."""

from __future__ import annotations

import pytest

from tilth.errors import Invalid
from tilth.labeling.config import parse_config
from tilth.labeling.questions import config_for


@pytest.mark.parametrize("media", ["image", "text", "audio", "video"])
def test_a_class_can_be_asked_of_everything(media: str) -> None:
    config = parse_config(config_for(media, "classification", ["cat", "dog"], question="What is it?"))
    assert config.variables == (media,)
    assert config.labels() == ("cat", "dog")


def test_boxes_and_text_can_be_asked() -> None:
    boxes = parse_config(config_for("image", "boxes", ["car"]))
    assert [control.labels for control in boxes.controls] == [("car",)]
    assert parse_config(config_for("text", "text", [])).controls[0].tag.name == "TextArea"


def test_hostile_words_stay_words() -> None:
    hostile = ['"/><Choice value="x', "<script>alert(1)</script>", "&lt;", "$image", "a'b"]
    assert parse_config(config_for("image", "classification", hostile, question='"><Text name="q"')).labels() == tuple(
        hostile
    )


@pytest.mark.parametrize(
    ("media", "task", "classes"),
    [
        ("none", "classification", ["a"]),
        ("image", "classification", []),
        ("image", "classification", ["a", "a"]),
        ("image", "classification", [" "]),
        ("image", "classification", ["a\nb"]),
        ("text", "boxes", ["a"]),
        ("image", "poem", ["a"]),
    ],
)
def test_what_cannot_be_asked_is_refused(media: str, task: str, classes: list[str]) -> None:
    with pytest.raises(Invalid):
        config_for(media, task, classes)
