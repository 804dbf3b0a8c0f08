"""The labeling mapping of a spec is read strictly: every field has a type, a range and a name in errors."""

from __future__ import annotations

from typing import Any

import pytest
from tests.labeling.conftest import CHOICES

from tilth.errors import Invalid
from tilth.labeling.rules import FastRule, GoldenRule, SkipRule
from tilth.labeling.spec import Budget, Overlap, Publish, parse_spec


def spec(**fields: Any) -> dict[str, Any]:
    return {"config": CHOICES, **fields}


def test_a_config_alone_is_enough() -> None:
    parsed = parse_spec(spec())
    assert parsed.overlap == Overlap(1, 1)
    assert parsed.publish == Publish()
    assert parsed.price_micros == 0
    assert parsed.lease_seconds == 600


def test_everything_can_be_said() -> None:
    parsed = parse_spec(
        spec(
            guidelines={"text": "Be fair.", "version": 2, "breaking": True},
            overlap={"min": 2, "max": 5, "confidence": 0.9},
            golden={"from": "known@main:answers.csv", "answer": "label", "items": "items", "every": 4},
            rules={
                "golden": {"min_answers": 5, "max_errors": 3},
                "fast": {"seconds": "500ms", "count": 2, "of": 5},
                "skips": 10,
            },
            price="0.05",
            budget={"money": 12.5, "answers": 200},
            publish={"every": "10m"},
            lease="2m",
            retry=3,
            escalate_after=2,
            aggregation="majority",
        )
    )
    assert parsed.guidelines.version == "2"
    assert parsed.guidelines.breaking
    assert parsed.overlap == Overlap(2, 5, 0.9)
    assert parsed.rules.golden == GoldenRule(5, 3)
    assert parsed.rules.fast == FastRule(0.5, 2, 5)
    assert parsed.rules.skips == SkipRule(10)
    assert parsed.price_micros == 50_000
    assert parsed.budget == Budget(12_500_000, 200)
    assert parsed.publish == Publish(seconds=600)
    assert parsed.lease_seconds == 120


def test_another_guideline_text_is_another_version() -> None:
    assert parse_spec(spec(guidelines="A")).guidelines.version != parse_spec(spec(guidelines="B")).guidelines.version


@pytest.mark.parametrize(
    ("fields", "message", "help"),
    [
        ({"overlapp": 3}, "'overlapp'", "'overlap'"),
        ({"overlap": 0}, "labeling.overlap", "1 to 100"),
        ({"overlap": True}, "labeling.overlap", "whole number"),
        ({"overlap": {"min": 3, "max": 2, "confidence": 0.9}}, "overlap.max", "Swap"),
        ({"overlap": {"min": 1, "max": 2}}, "no confidence", "confidence"),
        ({"rules": {"golden": {"min_answers": 1, "max_errors": 0}}}, "known answers", "labeling.golden"),
        ({"rules": {"goldn": {}}}, "'goldn'", "'golden'"),
        ({"golden": {"from": "a:b.csv"}, "rules": {"golden": {}}}, "no limit", "max_errors"),
        ({"golden": {"every": 3}}, "either", "file"),
        ({"golden": {"from": "repo"}}, "golden.from", ":PATH"),
        ({"golden": {"answers": [{"data": {"text": "x"}, "label": "cow"}]}}, "answers[0]", "'cat', 'dog'"),
        ({"golden": {"answers": [{"label": "cat"}]}}, "answers[0]", "one of them"),
        ({"price": -1}, "price", "money"),
        ({"price": 0.0000001}, "price", "6 decimals"),
        ({"publish": "daily"}, "publish", "complete"),
        ({"lease": "soon"}, "lease", "10m"),
        ({"guidelines": {"txt": "x"}}, "'txt'", "'text'"),
        ({"tasks_per_assignment": 2}, "tasks_per_assignment", "1"),
        ({"config": 3}, "config", "text"),
        ({"aggregation": "magic"}, "aggregation", "majority"),
    ],
)
def test_a_mistake_names_the_field(fields: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(Invalid) as error:
        parse_spec(spec(**fields))
    assert message in error.value.message
    assert help in error.value.help + error.value.message


def test_a_missing_config_is_named() -> None:
    with pytest.raises(Invalid, match=r"labeling\.config is missing"):
        parse_spec({"overlap": 3})


def test_a_currency_is_a_short_name_or_sign() -> None:
    assert parse_spec(spec(currency="EUR")).currency == "EUR"
    assert parse_spec(spec(currency="$")).currency == "$"
    assert parse_spec(spec()).currency == ""
    for wrong in ("EUR 5", "12", "a\nb", "euro-dollars"):
        with pytest.raises(Invalid, match="currency"):
            parse_spec(spec(currency=wrong))
