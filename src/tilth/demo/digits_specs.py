"""The handwriting demo's pipelines, as the specs that a user would write in YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ARMS = ("chosen", "random")
"""The two ways of spending the same budget that the story compares."""
DIGITS = [str(digit) for digit in range(10)]
GUIDELINES = """\
# Which digit is it?

Choose the digit that the writer meant. A 1 may have a foot, a 7 may have a bar, a 4 may be open at the top.
If two digits are equally likely, choose the one whose strokes you can follow with a pen.
"""
CONFIG = (
    '<View><Image name="scan" value="$image"/><Choices name="digit" toName="scan" choice="single">'
    + "".join(f'<Choice value="{digit}" hotkey="{digit}"/>' for digit in DIGITS)
    + "</Choices></View>"
)


def labeling(*, overlap: int, price: float, known_every: int) -> dict[str, Any]:
    """Return the labeling pipeline: every scan in `inbox` becomes a task for `overlap` people."""
    return {
        "pipeline": {"name": "label"},
        "description": "Ask people which digit each scan in the inbox shows.",
        "input": {"pfs": {"repo": "inbox", "glob": "/**.png"}},
        "labeling": {
            "config": CONFIG,
            "guidelines": {"text": GUIDELINES, "version": "1"},
            "overlap": overlap,
            "golden": {"from": "known:answers.csv", "items": "known", "path": "path", "every": known_every},
            "rules": {"golden": {"min_answers": 5, "min_accuracy": 0.6}},
            "price": price,
            "publish": "complete",
        },
    }


def features() -> Iterator[dict[str, Any]]:
    """Yield the pipelines that need nothing but scans."""
    yield _function("features", "One vector per scan.", {"pfs": {"repo": "scans", "glob": "/*.png", "name": "scans"}})
    yield _function(
        "heldout-features",
        "One vector per held-out scan.",
        {"pfs": {"repo": "heldout", "glob": "/scans/*.png", "name": "scans"}},
        function="features",
    )


def training(*, count: int, seeds: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the pipelines that follow the labels, in an order in which each finds its inputs."""
    for arm in ARMS:
        yield _function(
            f"dataset-{arm}",
            f"Labels and features of the items that the arm '{arm}' bought.",
            _together(labels="label", features="features"),
            function="dataset",
            parameters={"arm": arm},
        )
        yield _function(
            f"train-{arm}",
            "A model per seed.",
            _together(dataset=f"dataset-{arm}"),
            function="train",
            parameters={"seeds": seeds},
            trains=True,
        )
        yield _function(
            f"evaluate-{arm}",
            "Accuracy on the held-out scans, which never train.",
            {
                "cross": [
                    *_together(model=f"train-{arm}", features="heldout-features")["cross"],
                    {"pfs": {"repo": "heldout", "glob": "/truth.csv", "name": "truth"}},
                ]
            },
            function="evaluate",
        )
        yield _function(
            f"choose-{arm}",
            f"The next {count} scans for people, by the rule of the arm '{arm}'.",
            _together(model=f"train-{arm}", dataset=f"dataset-{arm}", features="features", scans="scans"),
            function="choose",
            parameters={"arm": arm, "count": count, "seed": seed},
        )
    yield _function(
        "issues", "Labels that the other labels contradict.", _together(dataset="dataset-chosen"), function="issues"
    )


def scans_dataset() -> dict[str, Any]:
    """Return the definition of the dataset that people look at: all raw scans, with the labels bought by choosing."""
    return {
        "media": {"kind": "image"},
        "items": {"from": "scans@main", "glob": "*.png"},
        "labels": {"from": "dataset-chosen@main:train.parquet", "key": "item", "column": "label", "match": "stem"},
        "classes": [{"name": digit, "colour": place + 1} for place, digit in enumerate(DIGITS)],
    }


def heldout_dataset() -> dict[str, Any]:
    """Return the definition of the dataset that judges the models: the held-out scans with their truth."""
    return {
        "media": {"kind": "image"},
        "items": {"from": "heldout@main:scans", "glob": "*.png"},
        "labels": {"from": "heldout@main:truth.csv", "key": "item", "column": "label", "match": "stem"},
    }


def model(arm: str, dataset: str) -> dict[str, Any]:
    """Return the definition of the model that an arm trains: a version per evaluation."""
    return {
        "dataset": dataset,
        "follows": {
            "predictions": f"evaluate-{arm}@main:predictions.parquet",
            "key": "item",
            "label": "predicted",
            "confidence": "confidence",
            "match": "stem",
            "weights": f"train-{arm}@main",
        },
    }


MODEL_TESTS: dict[str, dict[str, Any]] = {
    "good-enough": {"metric": "accuracy", "at_least": 0.93},
    "finds-every-nine": {"metric": "recall", "class": "9", "at_least": 0.85},
    "no-step-back": {"metric": "accuracy", "not_worse_than": "production", "by": 0.02, "required": False},
}
"""What must hold before a model of the story goes into production."""


def _together(**repos: str) -> dict[str, Any]:
    """Whole repos side by side: one datum that sees them all."""
    inputs = [{"pfs": {"repo": repo, "glob": "/", "name": name}} for name, repo in repos.items()]
    return inputs[0] if len(inputs) == 1 else {"cross": inputs}


def _function(
    name: str,
    description: str,
    input: dict[str, Any],
    *,
    function: str = "",
    parameters: dict[str, Any] | None = None,
    trains: bool = False,
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "pipeline": {"name": name},
        "description": description,
        "function": f"handwriting.steps:{function or name}",
        "code": "digits_code",
        "input": input,
    }
    if parameters:
        spec["parameters"] = parameters
    if trains:
        spec["trains"] = True
    return spec
