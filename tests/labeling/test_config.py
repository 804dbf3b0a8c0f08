"""A labeling config is checked tag by tag, and hostile XML is refused."""

from __future__ import annotations

import pytest

from tilth.errors import Invalid
from tilth.labeling.config import MAX_DEPTH, parse_config
from tilth.labeling.tags import TAGS

TEXT = '<Text name="t" value="$text"/>'


def view(*parts: str) -> str:
    return "<View>" + "".join(parts) + "</View>"


def test_a_config_knows_what_it_shows_and_what_it_asks() -> None:
    config = parse_config(
        view(
            '<Header value="$title"/>',
            TEXT,
            '<Choices name="c" toName="t" choice="multiple"><Choice value="a"/><Choice value="b" alias="B"/></Choices>',
            '<Labels name="l" toName="t"><Label value="PER" background="red"/></Labels>',
        )
    )
    assert config.variables == ("text",)
    assert set(config.mentions) == {"title", "text"}
    assert config.labels() == ("a", "B")
    assert config.categorical is not None
    assert config.categorical.multiple
    assert config.control("l") is not None


@pytest.mark.parametrize(
    ("xml", "message", "help"),
    [
        (view(TEXT, "<Choises/>"), "<Choises>", "<Choices>"),
        (view(TEXT, '<RectangeLabels name="r" toName="t"/>'), "<RectangeLabels>", "<RectangleLabels>"),
        (view(TEXT, '<Choices name="c" toName="tx"><Choice value="a"/></Choices>'), "'tx'", "'t'"),
        (view(TEXT, '<Choices name="c"><Choice value="a"/></Choices>'), "no toName", "t"),
        (view(TEXT, '<Choices toName="t"><Choice value="a"/></Choices>'), "no name", "name="),
        (view(TEXT, '<Choices name="c" toName="t"/>'), "nothing to choose", "<Choice"),
        (view(TEXT, '<Choices name="t" toName="t"><Choice value="a"/></Choices>'), "'t' twice", "unique"),
        (view(TEXT, '<Choices name="c" toName="t"><Choice value="a"/><Choice value="a"/></Choices>'), "twice", "once"),
        (view(TEXT, '<Choices name="c" toName="t"><Choice/></Choices>'), "no value", "value"),
        (view(TEXT, '<Rating name="r" toName="t" maxRating="many"/>'), "maxRating", "whole number"),
        (view(TEXT, '<Choices name="c" toName="t" choice="one"><Choice value="a"/></Choices>'), "choice", "single"),
        (view(TEXT, '<Rating name="r" toName="t" requird="true"/>'), "'requird'", "'required'"),
        (view(TEXT, '<RectangleLabels name="r" toName="t"><Label value="a"/></RectangleLabels>'), "<Text>", "Image"),
        (view(TEXT, '<Pairwise name="p" toName="t"/>'), "compares 1", "two"),
        (view('<Text name="t"/>', '<Rating name="r" toName="t"/>'), "no value", "$text"),
        (view('<Rating name="r" toName="t" whenTagName="zz"/>', TEXT), "'zz'", "Names"),
        (view(TEXT), "asks nothing", "<Choices>"),
        ("<View/>", "shows nothing", "<Text"),
        ("<Choices/>", "begins with", "<View>"),
        ("<View><Text></View>", "well-formed", "Close"),
        ("", "well-formed", "Close"),
    ],
)
def test_a_mistake_is_named_with_what_helps(xml: str, message: str, help: str) -> None:
    with pytest.raises(Invalid) as error:
        parse_config(xml)
    assert message in error.value.message
    assert help in error.value.help


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<!DOCTYPE v [<!ENTITY a "aaaa">]><View><Text name="t" value="&a;"/></View>'
    outside = '<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>'
    for xml in (bomb, outside):
        with pytest.raises(Invalid, match="document type or entities, which are not allowed"):
            parse_config(xml)


def test_size_and_depth_are_limited() -> None:
    with pytest.raises(Invalid, match="deeper"):
        parse_config("<View>" * (MAX_DEPTH + 1) + "</View>" * (MAX_DEPTH + 1))
    with pytest.raises(Invalid, match="bytes"):
        parse_config("<View>" + " " * 600_000 + "</View>")


def test_looks_do_not_change_the_schema_and_answers_do() -> None:
    choice = '<Choices name="c" toName="t"><Choice value="{}"/><Choice value="{}"/></Choices>'
    plain = parse_config(view(TEXT, choice.format("a", "b")))
    styled = parse_config(
        view("<Style>.x{color:red}</Style>", '<Header value="Look!"/>', TEXT, choice.format("b", "a"))
    )
    assert plain.digest == styled.digest
    assert plain.digest != parse_config(view(TEXT, choice.format("a", "c"))).digest


def test_attribute_names_may_be_written_in_any_case() -> None:
    config = parse_config(view(TEXT, '<Choices Name="c" toname="t" Required="TRUE"><Choice value="a"/></Choices>'))
    assert config.controls[0].required


def test_a_taxonomy_lists_its_paths() -> None:
    config = parse_config(
        view(
            TEXT,
            '<Taxonomy name="x" toName="t"><Choice value="animal"><Choice value="cat"/></Choice>'
            '<Choice value="plant"/></Taxonomy>',
        )
    )
    assert config.labels() == ("animal", "animal\ncat", "plant")


def test_about_fifty_tags_are_known() -> None:
    assert len(TAGS) >= 45
