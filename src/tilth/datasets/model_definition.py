"""Definitions of models: whose labels judge them, and where their predictions are, as `model.json` says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

from tilth.errors import Invalid

Match: TypeAlias = Literal["path", "name", "stem"]
"""How a key joins an item's key: the whole path, its last part, or that without its ending."""

DEFINITION = "model.json"
UPLOADS = "predictions"
"""The folder of a model's repo that holds uploaded predictions, as parts."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Where predictions lie and how they are read.

    `source` is `repo@branch[:path]` of a table; its `key` column joins the items' keys by `match`.
    """

    source: str
    key: str = "key"
    label: str = "prediction"
    confidence: str | None = "confidence"
    """None, or a column that is not there: they say nothing about how sure they are."""
    probabilities: str | None = None
    match: Match = "path"


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """What a model is made of. `follows` None: its predictions are uploaded. `weights` is `repo@branch`."""

    dataset: str
    follows: Predictions | None = None
    weights: str | None = None

    def predictions(self, repo: str) -> Predictions:
        """Return where the predictions of the model in `repo` are."""
        return self.follows or Predictions(f"{repo}@main:{UPLOADS}")

    def to_json(self) -> dict[str, Any]:
        """Return the form in which it is stored."""
        told: dict[str, Any] = {"dataset": self.dataset}
        if self.follows is not None:
            follows = self.follows
            told["follows"] = {"predictions": follows.source, "key": follows.key, "label": follows.label}
            for name, value in (("confidence", follows.confidence), ("probabilities", follows.probabilities)):
                if value:
                    told["follows"][name] = value
            told["follows"]["match"] = follows.match
            if self.weights:
                told["follows"]["weights"] = self.weights
        return told


_PLACE = re.compile(r"[^@:]+(@[^:]+)?(:.*)?", re.DOTALL)


def parse_model(given: object) -> ModelDefinition:
    """Return a checked definition. Raises Invalid naming the field, as in `follows.match`."""
    whole = _object(given, "definition", {"dataset", "follows"})
    dataset = _text(whole, "dataset", "")
    if not dataset:
        raise _wrong("dataset", "is missing", "Name the dataset whose labels judge it.")
    if whole.get("follows") is None:
        return ModelDefinition(dataset)
    known = {"predictions", "key", "label", "confidence", "probabilities", "match", "weights"}
    follows = _object(whole["follows"], "follows", known)
    source, weights = _text(follows, "follows.predictions", ""), _text(follows, "follows.weights", "")
    if not _PLACE.fullmatch(source):
        raise _wrong("follows.predictions", "names no table", "Write REPO[@BRANCH][:PATH], like eval@main:predictions.")
    if weights and (":" in weights or not _PLACE.fullmatch(weights)):
        raise _wrong("follows.weights", "names no branch", "Write REPO[@BRANCH], like train@main.")
    match = _text(follows, "follows.match", "path")
    if match not in get_args(Match):
        raise _wrong("follows.match", f"is {match!r}", f"It is one of {', '.join(get_args(Match))}.")
    return ModelDefinition(
        dataset,
        Predictions(
            source=source,
            key=_text(follows, "follows.key", "key"),
            label=_text(follows, "follows.label", "prediction"),
            confidence=_text(follows, "follows.confidence", "confidence") or None,
            probabilities=_text(follows, "follows.probabilities", "") or None,
            match=cast(Match, match),
        ),
        weights or None,
    )


def _object(given: object, place: str, allowed: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _wrong(place, "is not an object", 'Write {"dataset": "NAME"}.')
    for name in given:
        if name not in allowed:
            raise _wrong(str(name), "is not known", f"Known are {', '.join(sorted(allowed))}.")
    return given


def _text(given: Mapping[str, Any], place: str, default: str) -> str:
    value = given.get(place.rpartition(".")[2])
    if value is None:
        return default
    if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
        raise _wrong(place, "is not a text", "Write it in quotes.")
    return value


def _wrong(place: str, problem: str, help: str) -> Invalid:
    return Invalid(f"The field {place} of the model {problem}.", help=help, field=place)
