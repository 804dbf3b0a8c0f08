"""An answer is checked region by region; the error names the region and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import Invalid
from tilth.labeling.config import parse_config
from tilth.labeling.results import category_of, meaning_of, result_for, validate_result

CONFIG = parse_config(
    """<View>
  <Text name="t" value="$text"/>
  <Image name="i" value="$image"/>
  <Choices name="one" toName="t"><Choice value="a"/><Choice value="b"/></Choices>
  <Choices name="many" toName="t" choice="multiple" required="true"><Choice value="x"/><Choice value="y"/></Choices>
  <Choices name="dyn" toName="t" value="$options"/>
  <Labels name="ner" toName="t"><Label value="PER"/><Label value="ORG"/></Labels>
  <RectangleLabels name="box" toName="i"><Label value="car"/></RectangleLabels>
  <PolygonLabels name="poly" toName="i"><Label value="car"/></PolygonLabels>
  <EllipseLabels name="ell" toName="i"><Label value="car"/></EllipseLabels>
  <KeyPointLabels name="pt" toName="i"><Label value="nose"/></KeyPointLabels>
  <BrushLabels name="brush" toName="i"><Label value="car"/></BrushLabels>
  <Rating name="stars" toName="t" maxRating="5"/>
  <Number name="n" toName="t" min="0" max="10" step="0.5"/>
  <DateTime name="when" toName="t"/>
  <TextArea name="say" toName="t" maxSubmissions="2"/>
  <Pairwise name="pair" toName="t,i"/>
  <Taxonomy name="tax" toName="t" leafsOnly="true"><Choice value="animal"><Choice value="cat"/></Choice></Taxonomy>
  <Relations><Relation value="owns"/></Relations>
</View>"""
)
DATA: dict[str, Any] = {"text": "Ada works at Oxford", "image": "media:image", "options": ["p", {"value": "q"}]}
MANY = {"from_name": "many", "to_name": "t", "type": "choices", "value": {"choices": ["x"]}}


def region(name: str, kind: str, value: dict[str, Any], to: str = "t", **extra: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": to, "type": kind, "value": value, **extra}


BOX = {"x": 10, "y": 10, "width": 20.5, "height": 30, "rotation": 0, "rectanglelabels": ["car"]}
RIGHT = [
    region("one", "choices", {"choices": ["a"]}),
    region("dyn", "choices", {"choices": ["q"]}),
    region("ner", "labels", {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}, id="r1"),
    region("box", "rectanglelabels", BOX, "i", original_width=100, original_height=80, image_rotation=0),
    region("poly", "polygonlabels", {"points": [[0, 0], [0, 50], [50, 50.5]], "polygonlabels": ["car"]}, "i"),
    region("ell", "ellipselabels", {"x": 50, "y": 50, "radiusX": 5, "radiusY": 3, "ellipselabels": ["car"]}, "i"),
    region("pt", "keypointlabels", {"x": 1, "y": 2, "width": 0.4, "keypointlabels": ["nose"]}, "i"),
    region("brush", "brushlabels", {"format": "rle", "rle": [0, 255, 3], "brushlabels": ["car"]}, "i"),
    region("stars", "rating", {"rating": 5}),
    region("n", "number", {"number": 2.5}),
    region("when", "datetime", {"datetime": "2026-05-17T14:30"}),
    region("say", "textarea", {"text": ["one", "two"]}),
    region("pair", "pairwise", {"selected": "left"}),
    region("tax", "taxonomy", {"taxonomy": [["animal", "cat"]]}),
]


@pytest.mark.parametrize("answer", RIGHT, ids=lambda r: r["from_name"])
def test_an_answer_that_fits_is_taken(answer: dict[str, Any]) -> None:
    validate_result(CONFIG, [MANY, answer], DATA)


@pytest.mark.parametrize(
    ("answer", "says", "allows"),
    [
        (region("one", "choices", {"choices": ["c"]}), "'c'", "'a', 'b'"),
        (region("one", "choices", {"choices": ["a", "b"]}), "2 values", "one of 'a', 'b'"),
        (region("one", "choices", {"choices": []}), "nothing", "'a', 'b'"),
        (region("one", "choices", {"choices": "a"}), "choices", "list"),
        (region("on", "choices", {"choices": ["a"]}), "'on'", "'one'"),
        (region("one", "choices", {"choices": ["a"]}, "i"), "to_name", "t"),
        (region("one", "labels", {"choices": ["a"]}), "type", "'choices'"),
        (region("dyn", "choices", {"choices": ["z"]}), "'z'", "'p', 'q'"),
        (region("ner", "labels", {"start": 3, "end": 3, "labels": ["PER"]}), "3 to 3", "after"),
        (region("ner", "labels", {"start": 0, "end": 99, "labels": ["PER"]}), "ends at 99", "19 characters"),
        (region("ner", "labels", {"start": 0, "end": 3, "labels": ["LOC"]}), "'LOC'", "'PER', 'ORG'"),
        (region("ner", "labels", {"start": 0, "end": 3, "labels": ["PER", "ORG"]}), "2 labels", "one label"),
        (region("ner", "labels", {"start": 0, "end": 3}), "labels", "list"),
        (region("ner", "labels", {"start": "x", "end": 3, "labels": ["PER"]}), "start", "number"),
        (region("box", "rectanglelabels", BOX | {"x": 120}, "i"), "x is 120", "0 to 100"),
        (region("box", "rectanglelabels", BOX | {"x": 90}, "i"), "reaches", "inside"),
        (region("box", "rectanglelabels", BOX | {"width": float("nan")}, "i"), "width", "number"),
        (region("poly", "polygonlabels", {"points": [[0, 0]], "polygonlabels": ["car"]}, "i"), "1 points", "3"),
        (region("brush", "brushlabels", {"rle": [300], "brushlabels": ["car"]}, "i"), "byte", "0 to 255"),
        (region("stars", "rating", {"rating": 6}), "rating is 6", "1 to 5"),
        (region("stars", "rating", {"rating": True}), "rating", "number"),
        (region("n", "number", {"number": 11}), "number is 11", "0 to 10"),
        (region("n", "number", {"number": 0.3}), "0.3", "steps of 0.5"),
        (region("when", "datetime", {"datetime": "soon"}), "soon", "2026-05-17"),
        (region("say", "textarea", {"text": ["1", "2", "3"]}), "3 texts", "2"),
        (region("say", "textarea", {"text": ["x" * 200_000]}), "200,000", "100,000"),
        (region("pair", "pairwise", {"selected": "both"}), "both", "'left', 'right'"),
        (region("tax", "taxonomy", {"taxonomy": [["animal"]]}), "not a leaf", "below"),
        (region("tax", "taxonomy", {"taxonomy": [["stone"]]}), "stone", "animal / cat"),
        ({"type": "relation", "from_id": "r1", "to_id": "zz"}, "r1", "id"),
        ("text", "not an object", "from_name"),
    ],
)
def test_an_answer_that_does_not_fit_names_the_region_and_what_is_allowed(
    answer: object, says: str, allows: str
) -> None:
    with pytest.raises(Invalid) as error:
        validate_result(CONFIG, [MANY, answer], DATA)
    assert "Region 1" in error.value.message
    assert says in error.value.message
    assert allows in error.value.help


def test_a_required_control_must_be_answered() -> None:
    with pytest.raises(Invalid) as error:
        validate_result(CONFIG, [RIGHT[0]], DATA)
    assert "'many'" in error.value.message
    assert "'x', 'y'" in error.value.help


def test_one_question_has_one_answer() -> None:
    with pytest.raises(Invalid, match="twice"):
        validate_result(CONFIG, [MANY, MANY], DATA)


def test_nothing_is_an_answer_only_where_regions_are_asked_for() -> None:
    text = '<View><Text name="t" value="$text"/>{}</View>'
    spans = parse_config(text.format('<Labels name="l" toName="t"><Label value="a"/></Labels>'))
    whole = parse_config(text.format('<Choices name="c" toName="t"><Choice value="a"/></Choices>'))
    validate_result(spans, [], DATA)
    with pytest.raises(Invalid, match="empty"):
        validate_result(whole, [], DATA)


def test_a_hidden_required_control_may_stay_empty() -> None:
    config = parse_config(
        '<View><Text name="t" value="$text"/>'
        '<Choices name="c" toName="t"><Choice value="yes"/><Choice value="no"/></Choices>'
        '<TextArea name="why" toName="t" required="true" visibleWhen="choice-selected" whenTagName="c" '
        'whenChoiceValue="no"/></View>'
    )
    validate_result(config, result_for(config, "yes"), DATA)
    with pytest.raises(Invalid, match="'why'"):
        validate_result(config, result_for(config, "no"), DATA)


def test_the_category_is_the_answer_to_the_first_question_about_the_item() -> None:
    assert category_of(CONFIG, [MANY, RIGHT[0]]) == "a"
    assert category_of(CONFIG, [MANY]) is None
    assert meaning_of(CONFIG, [RIGHT[2]]) == meaning_of(CONFIG, [{**RIGHT[2], "id": "other"}])


@pytest.mark.parametrize(
    ("control", "answer", "category"),
    [
        ('<Choices name="c" toName="t"><Choice value="a"/></Choices>', "a", "a"),
        (
            '<Choices name="c" toName="t" choice="multiple"><Choice value="a"/><Choice value="b"/></Choices>',
            ["b", "a"],
            "a + b",
        ),
        ('<Rating name="c" toName="t"/>', 4, "4"),
        ('<Rating name="c" toName="t"/>', "4", "4"),
        ('<Taxonomy name="c" toName="t"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>', "a / b", "a / b"),
    ],
)
def test_a_plain_label_becomes_a_result_that_fits(control: str, answer: Any, category: str) -> None:
    config = parse_config(f'<View><Text name="t" value="$text"/>{control}</View>')
    result = result_for(config, answer)
    validate_result(config, result, DATA)
    assert category_of(config, result) == category


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.sampled_from(RIGHT) | JSON, max_size=3), JSON, st.sampled_from(sorted(DATA)))
def test_whatever_is_sent_is_taken_or_refused_as_invalid(result: list[Any], value: Any, name: str) -> None:
    mutated = [
        {**part, "value": value} if isinstance(part, dict) and part.get("from_name") else part for part in result
    ]
    for candidate in (result, mutated, value):
        try:
            validate_result(CONFIG, candidate, DATA | {name: value})
        except Invalid:
            continue


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {"deep": [float("-inf")]}])
def test_what_cannot_be_published_is_refused_also_where_no_control_looks(value: object) -> None:
    answer = {**region("one", "choices", {"choices": ["a"]}), "score": value}
    with pytest.raises(Invalid, match="not JSON"):
        validate_result(CONFIG, [MANY, answer], DATA)
