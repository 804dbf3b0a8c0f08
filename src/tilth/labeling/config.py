"""A labeling configuration: what people see and what they may answer, in Label Studio's XML."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tilth.errors import Invalid
from tilth.labeling.tags import TAGS, Role, Tag, attribute_problem
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_of

MAX_BYTES = 512 * 1024
MAX_DEPTH = 40
MAX_TAGS = 20_000
MAX_LABELS = 10_000

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_\-]*)")


@dataclass(frozen=True, slots=True)
class Shown:
    """An object tag: one thing that is shown."""

    tag: str
    name: str
    value: str
    variable: str | None
    """Field of the task's data that fills it; None when the config holds the content itself."""
    as_url: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its variable holds text rather than the place of a media file."""
        return self.tag in ("Text", "HyperText") and not self.as_url


@dataclass(frozen=True, slots=True)
class Control:
    """A control tag: one question."""

    tag: Tag
    name: str
    to: tuple[str, ...]
    labels: tuple[str, ...]
    """Allowed values, in the order of the config; for a taxonomy, paths joined by a newline."""
    dynamic: str | None = None
    """Field of the task's data that adds allowed values."""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def multiple(self) -> bool:
        """Whether one answer may hold several values."""
        if self.tag.name == "Taxonomy":
            return self.attributes.get("maxusages", "") != "1"
        return self.attributes.get("choice", "single").lower() == "multiple"

    @property
    def required(self) -> bool:
        """Whether an answer without it is refused."""
        return self.flag("required")

    @property
    def whole(self) -> bool:
        """Whether its answer is about the whole item and not about a region."""
        return self.tag.region is None and not self.flag("perregion") and self.tag.name != "Relations"

    def flag(self, attribute: str) -> bool:
        """Tell whether a boolean attribute is true."""
        return self.attributes.get(attribute, "").lower() == "true"

    def number(self, attribute: str) -> float | None:
        """Return a numeric attribute; None where absent or given by the data."""
        text = self.attributes.get(attribute, "")
        return None if not text or text.startswith("$") else float(text)


CATEGORICAL = ("Choices", "Pairwise", "Rating", "Taxonomy")


@dataclass(frozen=True, slots=True)
class LabelingConfig:
    """A parsed and checked configuration. Build it with `parse_config`."""

    text: str
    shown: tuple[Shown, ...]
    controls: tuple[Control, ...]
    mentions: tuple[str, ...] = ()
    """Every field of the data that the page uses, wherever it is named."""

    def control(self, name: str) -> Control | None:
        """Return the control of that name."""
        return next((control for control in self.controls if control.name == name), None)

    @property
    def variables(self) -> tuple[str, ...]:
        """Fields that the task's data must have, in order."""
        return tuple(dict.fromkeys(shown.variable for shown in self.shown if shown.variable))

    @property
    def categorical(self) -> Control | None:
        """The control whose answers are aggregated as categories: the first about the whole item."""
        return next((c for c in self.controls if c.tag.name in CATEGORICAL and c.whole), None)

    def labels(self) -> tuple[str, ...]:
        """Return the categories of the categorical control that the config lists; empty when there is none."""
        control = self.categorical
        if control is None:
            return ()
        if control.tag.name == "Pairwise":
            return ("left", "right")
        if control.tag.name == "Rating":
            return tuple(str(n) for n in range(1, int(control.number("maxrating") or 5) + 1))
        return control.labels

    def schema(self) -> Json:
        """Return what an answer may be, without anything that only changes how the page looks.

        Equal schemas buy no answer twice: headers, colours, hotkeys and the order of labels are left out.
        """
        controls: list[Json] = [
            {
                "tag": control.tag.name,
                "name": control.name,
                "to": sorted(control.to),
                "labels": sorted(control.labels),
                "dynamic": control.dynamic,
                "rules": {key: control.attributes[key] for key in _ANSWER_RULES if key in control.attributes},
            }
            for control in sorted(self.controls, key=lambda control: control.name)
        ]
        shown: list[Json] = [
            {"tag": item.tag, "name": item.name, "value": item.value}
            for item in sorted(self.shown, key=lambda item: item.name)
        ]
        return {"controls": controls, "shown": shown}

    @property
    def digest(self) -> Digest:
        """Digest of `schema()`."""
        return digest_of(canonical(self.schema()))


_ANSWER_RULES = ("choice", "maxrating", "min", "max", "step", "only", "perregion", "peritem", "maxusages", "leafsonly")


def parse_config(text: str) -> LabelingConfig:
    """Parse and check a Label Studio configuration. Raises Invalid that names the tag and what is allowed."""
    if len(text.encode()) > MAX_BYTES:
        raise Invalid(f"The labeling config has more than {MAX_BYTES:,} bytes.", help="Move texts into the task data.")
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except ParseError as error:
        raise Invalid(
            f"The labeling config is not well-formed XML: {error}.", help="Close every tag you open."
        ) from error
    except DefusedXmlException as error:
        raise Invalid(
            "The labeling config declares a document type or entities, which are not allowed.",
            help="Remove <!DOCTYPE …>; write the text itself.",
        ) from error
    except ValueError as error:
        raise Invalid(f"The labeling config cannot be read as XML: {error}.", help="Write plain XML text.") from error
    if root.tag != "View":
        raise Invalid(
            f"The labeling config begins with <{_short(root.tag)}>.", help="Put everything inside one <View>."
        )
    _check_tree(root)
    shown = tuple(_shown(element) for element in root.iter() if TAGS[element.tag].role is Role.OBJECT)
    names = [item.name for item in shown]
    controls = tuple(
        _control(element, {item.name: item for item in shown})
        for element in root.iter()
        if TAGS[element.tag].role is Role.CONTROL
    )
    _check_names([*names, *(control.name for control in controls if control.tag.name != "Relations")])
    _check_conditions(controls, shown)
    if not shown:
        raise Invalid("The labeling config shows nothing.", help='Add a tag such as <Text name="text" value="$text"/>.')
    if not any(control.tag.name != "Relations" for control in controls):
        raise Invalid("The labeling config asks nothing.", help="Add a control such as <Choices> or <Labels>.")
    named = (_VARIABLE.match(value) for element in root.iter() for value in element.attrib.values())
    return LabelingConfig(text, shown, controls, tuple(dict.fromkeys(match[1] for match in named if match)))


def nearest(word: str, known: tuple[str, ...] | list[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def _check_tree(root: Element) -> None:
    count = 0
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise Invalid(f"The labeling config nests deeper than {MAX_DEPTH} tags.", help="Flatten it.")
        if count > MAX_TAGS:
            raise Invalid(f"The labeling config has more than {MAX_TAGS:,} tags.", help="Use a dynamic list of labels.")
        _check_tag(element)
        stack.extend((child, depth + 1) for child in element)


def _check_tag(element: Element) -> None:
    tag = TAGS.get(element.tag)
    if tag is None:
        guess = nearest(element.tag, list(TAGS))
        raise Invalid(
            f"The labeling config has an unknown tag <{_short(element.tag)}>.",
            help=f"Did you mean <{guess}>?" if guess else "Known tags: " + ", ".join(sorted(TAGS)) + ".",
            tag=_short(element.tag),
            nearest=guess,
        )
    present = {name.lower() for name in element.attrib}
    for name, value in element.attrib.items():
        check = tag.attributes.get(name.lower())
        if check is None:
            # Other attributes are the editor's business; a misspelt one of ours would silently do nothing.
            close = difflib.get_close_matches(name.lower(), tag.attributes, n=1, cutoff=0.8)
            if close and close[0] not in present:
                raise Invalid(
                    f"<{tag.name}> has an unknown attribute {_short(name)!r}.",
                    help=f"Did you mean {close[0]!r}?",
                    tag=tag.name,
                    attribute=_short(name),
                )
            continue
        problem = attribute_problem(check, value)
        if problem:
            raise Invalid(
                f'<{tag.name}> has {_short(name)}="{_short(value)}", which does not fit.',
                help=f"Change it; {problem}.",
                tag=tag.name,
                attribute=_short(name),
            )


def _attributes(element: Element) -> dict[str, str]:
    return {name.lower(): value for name, value in element.attrib.items()}


def _shown(element: Element) -> Shown:
    attributes = _attributes(element)
    name, value = attributes.get("name", ""), attributes.get("value", "") or attributes.get("valuelist", "")
    if not name:
        raise Invalid(f"<{element.tag}> has no name.", help='Give it one, such as name="text".', tag=element.tag)
    if not value:
        raise Invalid(
            f"<{element.tag} name={_short(name)!r}> has no value.",
            help='Name the field of the data to show, such as value="$text".',
            tag=element.tag,
        )
    match = _VARIABLE.match(value)
    return Shown(
        element.tag, name, value, match[1] if match else None, attributes.get("valuetype", "").lower() == "url"
    )


def _control(element: Element, shown: Mapping[str, Shown]) -> Control:
    tag, attributes = TAGS[element.tag], _attributes(element)
    if tag.name == "Relations":
        return Control(tag, attributes.get("name", "Relations"), (), tuple(_values(element, tag)), None, attributes)
    name = attributes.get("name", "")
    if not name:
        raise Invalid(f"<{tag.name}> has no name.", help='Give it one, such as name="label".', tag=tag.name)
    to = tuple(part.strip() for part in attributes.get("toname", "").split(",") if part.strip())
    if not to:
        raise Invalid(
            f"<{tag.name} name={_short(name)!r}> has no toName.",
            help=f"Say what it is about: toName is one of {', '.join(shown) or 'the names of shown things'}.",
            tag=tag.name,
        )
    for target in to:
        if target not in shown:
            guess = nearest(target, list(shown))
            raise Invalid(
                f"<{tag.name} name={_short(name)!r}> has toName={_short(target)!r}, but nothing of that name is shown.",
                help=f"Did you mean {guess!r}?" if guess else f"Shown: {', '.join(shown) or 'nothing'}.",
                tag=tag.name,
            )
        if tag.targets and shown[target].tag not in tag.targets:
            raise Invalid(
                f"<{tag.name} name={_short(name)!r}> cannot label <{shown[target].tag}>.",
                help=f"It labels {', '.join(sorted(tag.targets))}.",
                tag=tag.name,
            )
    if tag.name == "Pairwise" and len(to) != 2:
        raise Invalid(
            f"<Pairwise name={_short(name)!r}> compares {len(to)} thing.", help='Name two: toName="left,right".'
        )
    labels = tuple(_values(element, tag))
    match = _VARIABLE.fullmatch(attributes.get("value", "")) if tag.options or tag.needs_options else None
    if tag.needs_options and not labels and not match and "apiurl" not in attributes:
        child = next(iter(sorted(tag.options)))
        raise Invalid(
            f"<{tag.name} name={_short(name)!r}> has nothing to choose from.",
            help=f'Add <{child} value="..."/> inside it, or value="$field" for choices that come with the data.',
            tag=tag.name,
        )
    doubles = sorted({label for label in labels if labels.count(label) > 1}) if len(labels) <= 2_000 else []
    if doubles:
        raise Invalid(
            f"<{tag.name} name={_short(name)!r}> lists {_short(doubles[0])!r} twice.",
            help="Each value may appear once.",
        )
    return Control(tag, name, to, labels, match[1] if match else None, attributes)


def _values(element: Element, tag: Tag) -> Iterator[str]:
    """Yield allowed values in order; nested choices of a taxonomy as paths joined by a newline."""
    if not tag.options:
        return
    count = 0
    stack: list[tuple[Element, tuple[str, ...]]] = [(child, ()) for child in reversed(element)]
    while stack:
        child, above = stack.pop()
        path = above
        if child.tag in tag.options:
            value = child.get("alias") or child.get("value") or ("" if child.tag != "Bucket" else child.get("name", ""))
            if not value:
                raise Invalid(f"A <{child.tag}> in <{tag.name}> has no value.", help='Give it one: value="...".')
            if "\n" in value:
                raise Invalid(f"The value {_short(value)!r} has a line break.", help="Write it on one line.")
            path = (*above, value)
            count += 1
            if count > MAX_LABELS:
                raise Invalid(f"<{tag.name}> lists more than {MAX_LABELS:,} values.", help="Split it in two controls.")
            yield "\n".join(path) if tag.name == "Taxonomy" else value
        elif TAGS[child.tag].role is Role.CONTROL:
            continue
        stack.extend((grandchild, path) for grandchild in reversed(child))


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Invalid(f"The labeling config uses the name {_short(name)!r} twice.", help="Names must be unique.")
        seen.add(name)


def _check_conditions(controls: tuple[Control, ...], shown: tuple[Shown, ...]) -> None:
    known = [control.name for control in controls] + [item.name for item in shown]
    for control in controls:
        when = control.attributes.get("whentagname", "")
        for name in (part.strip() for part in when.split(",") if part.strip()):
            if name not in known:
                guess = nearest(name, known)
                raise Invalid(
                    f"<{control.tag.name} name={_short(control.name)!r}> depends on {_short(name)!r}: no such tag.",
                    help=f"Did you mean {guess!r}?" if guess else f"Names: {', '.join(known)}.",
                )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
