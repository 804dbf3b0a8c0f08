"""Predictions: a model's table as columns of a dataset's view."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from tilth.datasets.assembling import SCORES, Joined
from tilth.datasets.model_definition import Predictions
from tilth.datasets.nesting import check_nesting
from tilth.errors import Invalid

MOST_SCORES = 200
"""Classes whose probabilities are shown as columns of their own."""


def joined_predictions(place: Predictions, table: pa.Table) -> Joined:
    """Return predictions as columns to join: prediction, confidence, `p.CLASS`.

    Without a column of confidences it is the greatest probability, if there are any. Raises Invalid for a column that
    is named and not there.
    """
    names = table.schema.names
    label = place.label if place.label in names or place.label != "prediction" else "label"
    for name, field in ((place.key, "key"), (label, "label")):
        if name not in names:
            raise Invalid(
                f"The predictions have no column {name!r}.",
                help=f"They have {', '.join(names[:50])}; say in model.json which one is the {field}.",
                field=f"follows.{field}",
            )
    columns = {"prediction": label}
    scores = _scores(place, table)
    for index, (name, column) in enumerate(list(scores.items())[:MOST_SCORES]):
        table = table.append_column(f"\0{index}", column)
        columns[f"{SCORES}{name}"] = f"\0{index}"
    if place.confidence is not None and place.confidence in names:
        columns["confidence"] = place.confidence
    elif scores:
        best: Any = pc.max_element_wise(*scores.values())
        table = table.append_column("\0best", best)
        columns["confidence"] = "\0best"
    return Joined("predictions", table, place.key, place.match, columns, "prediction")


def _scores(place: Predictions, table: pa.Table) -> dict[str, Any]:
    wanted = place.probabilities or "probabilities"
    if wanted in table.schema.names:
        column: Any = table[wanted].combine_chunks()
        kind: Any = column.type
        if pa.types.is_string(kind) and len(column):
            column, kind = _parsed(column)
        if pa.types.is_struct(kind):
            return {field.name: _number(pc.struct_field(column, field.name)) for field in kind}
        if pa.types.is_map(kind):
            classes = sorted(pc.unique(column.keys).to_pylist())
            return {str(name): _number(pc.map_lookup(column, name, "first")) for name in classes}
    before = place.probabilities or SCORES
    return {
        name[len(before) :]: _number(table[name])
        for name in table.schema.names
        if name.startswith(before) and len(name) > len(before)
    }


def _parsed(column: Any) -> tuple[Any, Any]:
    """Return a column of JSON objects as structs; texts that are none give no probabilities."""
    lines = "\n".join((line or "{}").replace("\n", " ") for line in column.to_pylist())
    check_nesting(lines.encode(), "The column of probabilities")
    try:
        table = pa_json.read_json(io.BytesIO(lines.encode()))
    except pa.ArrowException:
        return column, column.type
    if len(table) != len(column):
        return column, column.type
    whole = table.to_struct_array().combine_chunks()
    return whole, whole.type


def _number(column: Any) -> Any:
    try:
        return column.cast(pa.float64())
    except pa.ArrowException as problem:
        raise Invalid(f"The probabilities are not numbers: {problem}", help="Give numbers from 0 to 1.") from problem
