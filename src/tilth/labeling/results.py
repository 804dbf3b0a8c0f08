"""Checking an answer against its configuration, region by region, and reading the category out of it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tilth.errors import Invalid
from tilth.labeling.config import Control, LabelingConfig, nearest
from tilth.model.canonical import Json, canonical

MAX_REGIONS = 10_000
MAX_TEXT = 100_000
MAX_POINTS = 20_000
MAX_MASK = 2_000_000
SLACK = 1e-6
"""How far outside 0..100 a percentage may lie: editors round."""


class _Wrong(Exception):
    """One thing that is wrong with one region."""

    def __init__(self, what: str, help: str = "") -> None:
        super().__init__(what)
        self.what, self.help = what, help


@dataclass(frozen=True, slots=True)
class _Region:
    control: Control
    value: Mapping[str, Json]
    text: str | None
    """The text that spans point into, where it is known."""
    allowed: _Allowed | None
    """The labels that this task allows; None when any text is (the data does not say)."""


@dataclass(frozen=True, slots=True)
class _Allowed:
    ordered: tuple[str, ...]
    members: frozenset[str]

    def __str__(self) -> str:
        return _listed(self.ordered)


def validate_result(config: LabelingConfig, result: object, data: Mapping[str, Json]) -> None:
    """Check one answer: a Label Studio result list against the config and the task's data.

    Raises Invalid that names the region (by position and control) and says what is allowed.
    """
    if not isinstance(result, list):
        raise Invalid("An answer is a list of results.", help='Send [{"from_name": ..., "value": ...}].')
    if len(result) > MAX_REGIONS:
        raise Invalid(f"The answer has more than {MAX_REGIONS:,} results.", help="Split the item.")
    texts = {
        shown.name: value
        for shown in config.shown
        if shown.is_text and shown.variable and isinstance(value := data.get(shown.variable), str)
    }
    ids = {region["id"] for region in result if isinstance(region, Mapping) and isinstance(region.get("id"), str)}
    allowed = {control.name: _allowed(control, data) for control in config.controls}
    given: set[str] = set()
    for position, region in enumerate(result):
        name = region.get("from_name") if isinstance(region, Mapping) else None
        try:
            given.add(_check_region(config, region, allowed, texts, ids, given))
        except _Wrong as wrong:
            where = f"Region {position}" + (f" (control {str(name)[:80]!r})" if name else "")
            raise Invalid(f"{where}: {wrong.what}.", help=wrong.help, region=position) from None
    _check_required(config, result, given)
    _check_json(result)


def _check_json(result: list[Json]) -> None:
    """Refuse what cannot be published: NaN, infinities, broken text; also where no control looks."""
    try:
        canonical(result)
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(
            "The answer holds something that is not JSON.",
            help="Send finite numbers and valid UTF-8, nested not too deep.",
        ) from error


def _check_region(
    config: LabelingConfig,
    region: object,
    allowed: Mapping[str, _Allowed | None],
    texts: Mapping[str, str],
    ids: set[object],
    given: set[str],
) -> str:
    if not isinstance(region, Mapping):
        raise _Wrong("it is not an object", "Each result has from_name, to_name, type and value.")
    if region.get("type") == "relation":
        _check_relation(config, region, ids)
        return "Relations"
    names = [control.name for control in config.controls if control.tag.name != "Relations"]
    control = config.control(str(region.get("from_name")))
    if control is None:
        guess = nearest(str(region.get("from_name")), names)
        raise _Wrong(
            f"from_name {str(region.get('from_name'))[:80]!r} is no control",
            f"Did you mean {guess!r}?" if guess else f"Controls: {', '.join(names)}.",
        )
    to = region.get("to_name")
    if to not in control.to and to != ",".join(control.to):
        raise _Wrong(f"to_name {str(to)[:80]!r} is not what it labels", f"Allowed: {', '.join(control.to)}.")
    if region.get("type") != control.tag.result:
        raise _Wrong(
            f"its type is {str(region.get('type'))[:80]!r}", f"<{control.tag.name}> gives {control.tag.result!r}."
        )
    value = region.get("value")
    if not isinstance(value, Mapping):
        raise _Wrong("its value is not an object", "value holds what was answered.")
    if control.whole and control.name in given and not control.flag("peritem"):
        raise _Wrong("it is answered twice", "Send one result for it.")
    text = texts.get(str(to)) if isinstance(to, str) else None
    checked = _Region(control, value, text, allowed[control.name])
    if control.tag.region is not None:
        _GEOMETRY[control.tag.region](checked)
        _check_labels(checked)
    else:
        _VALUES[control.tag.name](checked)
    return control.name


def _check_relation(config: LabelingConfig, region: Mapping[str, Json], ids: set[object]) -> None:
    for end in ("from_id", "to_id"):
        if region.get(end) not in ids:
            raise _Wrong(
                f"{end} {str(region.get(end))[:80]!r} names no region of this answer", "Use the id of a region."
            )
    if region.get("direction", "right") not in ("left", "right", "bi"):
        raise _Wrong("its direction is unknown", "Allowed: left, right, bi.")
    allowed = next((control.labels for control in config.controls if control.tag.name == "Relations"), ())
    if allowed:
        _check_members(_strings(region.get("labels") or [], "labels"), _Allowed(allowed, frozenset(allowed)))


def _check_required(config: LabelingConfig, result: Sequence[Json], given: set[str]) -> None:
    for control in config.controls:
        if control.required and control.name not in given and _is_shown(control, result):
            allowed = f" Allowed: {_listed(control.labels)}." if control.labels else ""
            raise Invalid(
                f"The answer lacks {control.name!r} (<{control.tag.name}>), which is required.",
                help=(control.attributes.get("requiredmessage") or "Answer it.") + allowed,
                control=control.name,
            )
    if not given and all(control.whole for control in config.controls):
        # "Nothing found" is an answer when regions are asked for; not when a question about the item is.
        names = ", ".join(control.name for control in config.controls)
        raise Invalid("The answer is empty.", help=f"Answer {names}, or skip the task.")


def _is_shown(control: Control, result: Sequence[Json]) -> bool:
    condition = control.attributes.get("visiblewhen", "").lower()
    if control.flag("perregion") or condition in ("region-selected", "no-region-selected"):
        return False
    if not condition:
        return True
    when = control.attributes.get("whentagname", "")
    wanted = {part.strip() for part in control.attributes.get("whenchoicevalue", "").split(",") if part.strip()}
    chosen: set[str] = set()
    for region in result:
        if isinstance(region, Mapping) and (not when or region.get("from_name") == when):
            value = region.get("value")
            chosen |= set(_flat(value.get("choices", value.get("taxonomy"))) if isinstance(value, Mapping) else ())
    met = bool(chosen & wanted) if wanted else bool(chosen)
    return met if condition == "choice-selected" else not met


def _flat(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _flat(part)


# Pieces.


def _number(value: Mapping[str, Json], key: str, low: float = -math.inf, high: float = math.inf) -> float:
    number = value.get(key)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise _Wrong(f"{key} is {_show(number)}", f"{key} is a number{_range(low, high)}.")
    if number < low - SLACK or number > high + SLACK:
        raise _Wrong(f"{key} is {number:g}", f"{key} is a number{_range(low, high)}.")
    return float(number)


def _range(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:g}"
    if math.isfinite(low):
        return f" of at least {low:g}"
    return f" of at most {high:g}" if math.isfinite(high) else ""


def _show(value: object) -> str:
    text = repr(value)
    return "missing" if value is None else text if len(text) <= 80 else text[:77] + "..."


def _listed(labels: Sequence[str]) -> str:
    shown = [repr(label.replace("\n", " / ")) for label in labels[:30]]
    return ", ".join(shown) + (f" and {len(labels) - 30} more" if len(labels) > 30 else "")


def _strings(value: Json, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise _Wrong(f"{key} is {_show(value)}", f"{key} is a list of texts.")
    return [part for part in value if isinstance(part, str)]


def _check_members(values: Sequence[str], allowed: _Allowed) -> None:
    for value in values:
        if value not in allowed.members:
            raise _Wrong(f"{value[:80]!r} is not among its values", f"Allowed: {allowed}.")
    if len(set(values)) != len(values):
        raise _Wrong("it names a value twice", "Name each value once.")


def _allowed(control: Control, data: Mapping[str, Json]) -> _Allowed | None:
    extra: list[str] = []
    found = data.get(control.dynamic) if control.dynamic else None
    for option in found if isinstance(found, list) else ():
        value = (option.get("alias") or option.get("value")) if isinstance(option, Mapping) else option
        if isinstance(value, str):
            extra.append(value)
    ordered = (*control.labels, *extra)
    return _Allowed(ordered, frozenset(ordered)) if ordered else None


def _check_labels(region: _Region) -> None:
    key = region.control.tag.key
    if not key:
        return
    raw = region.value.get(key)
    if raw is None and region.control.flag("allowempty"):
        return
    labels = _strings(raw, key)
    allowed = region.allowed
    if not labels and not region.control.flag("allowempty"):
        raise _Wrong("it has no label", f"Allowed: {allowed}." if allowed else "Name one.")
    if allowed is not None:
        _check_members(labels, allowed)
    if len(labels) > 1 and not region.control.multiple:
        raise _Wrong(f"it has {len(labels)} labels", "Name one label (the control has choice='single').")


# Geometry: image units are percent of the image, 0 to 100.


def _span(region: _Region) -> None:
    value = region.value
    if "x" in value or "points" in value or "rle" in value or "radiusX" in value:
        # <Labels> beside a bare <Rectangle>, <Polygon>, ...: the result repeats the shape's geometry.
        if "points" in value:
            return _polygon(region)
        if "rle" in value:
            return _mask(region)
        if "radiusX" in value:
            return _ellipse(region)
        return _rectangle(region) if "height" in value else _point(region)
    if isinstance(value.get("globalOffsets"), Mapping) or "startOffset" in value:
        return _paragraph_span(region)
    start, end = _number(value, "start", 0), _number(value, "end", 0)
    if end < start or (end == start and region.text is not None):
        raise _Wrong(f"it goes from {start:g} to {end:g}", "end comes after start.")
    if region.text is not None:
        if start != int(start) or end != int(end):
            raise _Wrong(f"it goes from {start:g} to {end:g}", "Positions in a text are whole numbers.")
        # Editors count UTF-16 units, so a text with emoji may have larger offsets than Python's length.
        length = max(len(region.text), len(region.text.encode("utf-16-le", "surrogatepass")) // 2)
        if end > length:
            raise _Wrong(f"it ends at {end:g}", f"The text has {length} characters.")


def _paragraph_span(region: _Region) -> None:
    value = region.value
    offsets = value.get("globalOffsets")
    if isinstance(offsets, Mapping):
        start, end = _number(offsets, "start", 0), _number(offsets, "end", 0)
        if end <= start:
            raise _Wrong(f"it goes from {start:g} to {end:g}", "end comes after start.")
    for key in ("start", "end"):
        if not isinstance(value.get(key), str | int):
            raise _Wrong(f"{key} is {_show(value.get(key))}", f"{key} names the paragraph or element.")
    first, last = _number(value, "startOffset", 0), _number(value, "endOffset", 0)
    if value.get("start") == value.get("end") and last <= first:
        raise _Wrong(f"it goes from {first:g} to {last:g}", "endOffset comes after startOffset.")


def _interval(region: _Region) -> None:
    for key in ("start", "end"):
        if not isinstance(region.value.get(key), str | int | float):
            raise _Wrong(f"{key} is {_show(region.value.get(key))}", f"{key} is a time.")
    start, end = region.value["start"], region.value["end"]
    if isinstance(start, int | float) and isinstance(end, int | float) and end < start:
        raise _Wrong(f"it goes from {start:g} to {end:g}", "end comes after start.")


def _ranges(region: _Region) -> None:
    ranges = region.value.get("ranges")
    if not isinstance(ranges, list) or not ranges or len(ranges) > MAX_POINTS:
        raise _Wrong(f"ranges is {_show(ranges)}", "ranges is a list of {start, end} frames.")
    for part in ranges:
        if not isinstance(part, Mapping):
            raise _Wrong(f"a range is {_show(part)}", "A range is {start, end}.")
        if _number(part, "end", 0) < _number(part, "start", 0):
            raise _Wrong("a range ends before it starts", "end comes after start.")


def _rectangle(region: _Region) -> None:
    value = region.value
    x, y = _number(value, "x", 0, 100), _number(value, "y", 0, 100)
    width, height = _number(value, "width", 0, 100), _number(value, "height", 0, 100)
    rotation = _number(value, "rotation") if "rotation" in value else 0.0
    # A turned box keeps its unturned corner, so only an upright one must lie inside.
    if rotation % 360 == 0 and (x + width > 100 + 1e-3 or y + height > 100 + 1e-3):
        raise _Wrong(
            f"the box reaches {x + width:g}, {y + height:g}", "It must lie inside the image (0 to 100 percent)."
        )


def _ellipse(region: _Region) -> None:
    _number(region.value, "x", 0, 100)
    _number(region.value, "y", 0, 100)
    _number(region.value, "radiusX", 0, 100)
    _number(region.value, "radiusY", 0, 100)


def _point(region: _Region) -> None:
    _number(region.value, "x", 0, 100)
    _number(region.value, "y", 0, 100)
    if "width" in region.value:
        _number(region.value, "width", 0, 100)


def _polygon(region: _Region) -> None:
    points = region.value.get("points")
    if not isinstance(points, list) or not 3 <= len(points) <= MAX_POINTS:
        count = len(points) if isinstance(points, list) else "no"
        raise _Wrong(f"it has {count} points", f"A polygon has 3 to {MAX_POINTS:,} points [x, y].")
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise _Wrong(f"a point is {_show(point)}", "A point is [x, y].")
        _number({"x": point[0]}, "x", 0, 100)
        _number({"y": point[1]}, "y", 0, 100)


def _mask(region: _Region) -> None:
    value = region.value
    if value.get("format", "rle") != "rle":
        raise _Wrong(f"format is {_show(value.get('format'))}", "Allowed: 'rle'.")
    rle = value.get("rle")
    if not isinstance(rle, list) or not rle or len(rle) > MAX_MASK:
        raise _Wrong("rle is no mask", f"rle is a list of 1 to {MAX_MASK:,} bytes.")
    if not all(type(byte) is int and 0 <= byte <= 255 for byte in rle):
        raise _Wrong("rle holds something that is no byte", "Bytes are whole numbers from 0 to 255.")


def _frames(region: _Region) -> None:
    sequence = region.value.get("sequence")
    if not isinstance(sequence, list) or not sequence or len(sequence) > MAX_POINTS:
        raise _Wrong(f"sequence is {_show(sequence)}", "sequence is a list of boxes with a frame each.")
    for box in sequence:
        if not isinstance(box, Mapping):
            raise _Wrong(f"a box is {_show(box)}", "A box has frame, x, y, width and height.")
        _number(box, "frame", 0)
        for key in ("x", "y", "width", "height"):
            _number(box, key, 0, 100)
    labels = region.value.get("labels")
    if labels is not None:
        _strings(labels, "labels")


_GEOMETRY: Mapping[str, Callable[[_Region], None]] = {
    "span": _span,
    "paragraph span": _paragraph_span,
    "interval": _interval,
    "frame ranges": _ranges,
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "point": _point,
    "mask": _mask,
    "frame boxes": _frames,
}


# Answers about the whole item.


def _choices(region: _Region) -> None:
    values = _strings(region.value.get("choices"), "choices")
    allowed = region.allowed
    if not values:
        raise _Wrong("nothing is chosen", f"Allowed: {allowed}." if allowed else "Choose one.")
    if allowed is not None:
        _check_members(values, allowed)
    if len(values) > 1 and not region.control.multiple:
        raise _Wrong(f"{len(values)} values are chosen", f"Choose one of {allowed}.")


def _taxonomy(region: _Region) -> None:
    paths = region.value.get("taxonomy")
    if not isinstance(paths, list) or not paths:
        raise _Wrong(f"taxonomy is {_show(paths)}", 'taxonomy is a list of paths, such as [["animal", "cat"]].')
    joined = ["\n".join(_strings(path, "a path of taxonomy")) for path in paths]
    most = region.control.number("maxusages")
    if most is not None and len(joined) > most:
        raise _Wrong(f"{len(joined)} paths are chosen", f"Choose at most {most:g}.")
    if region.control.dynamic is not None or region.allowed is None:
        return
    _check_members(joined, region.allowed)
    if region.control.flag("leafsonly"):
        for path in joined:
            if any(label.startswith(path + "\n") for label in region.control.labels):
                raise _Wrong(f"{path.replace(chr(10), ' / ')[:80]!r} is not a leaf", "Choose something below it.")


def _rating(region: _Region) -> None:
    highest = int(region.control.number("maxrating") or 5)
    rating = _number(region.value, "rating", 1, highest)
    if rating != int(rating):
        raise _Wrong(f"rating is {rating:g}", f"rating is a whole number from 1 to {highest}.")


def _quantity(region: _Region) -> None:
    low, high = region.control.number("min"), region.control.number("max")
    number = _number(region.value, "number", -math.inf if low is None else low, math.inf if high is None else high)
    step = region.control.number("step")
    if step:
        steps = (number - (low or 0.0)) / step
        if abs(steps - round(steps)) > 1e-6:
            raise _Wrong(f"number is {number:g}", f"It goes in steps of {step:g} from {low or 0:g}.")


def _moment(region: _Region) -> None:
    text = region.value.get("datetime")
    if not isinstance(text, str) or not text or len(text) > 100:
        raise _Wrong(f"datetime is {_show(text)}", "datetime is a text, such as '2026-05-17'.")
    if "format" in region.control.attributes or "only" in region.control.attributes:
        return
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"datetime is {text!r}", "Write it as 2026-05-17 or 2026-05-17T14:30.") from None


def _text_area(region: _Region) -> None:
    raw = region.value.get("text")
    texts = [raw] if isinstance(raw, str) else _strings(raw, "text")
    if not texts:
        raise _Wrong("text is empty", "text is a list of one or more texts.")
    for text in texts:
        if len(text) > MAX_TEXT:
            raise _Wrong(f"a text has {len(text):,} characters", f"At most {MAX_TEXT:,} are allowed.")
        if "\x00" in text:
            raise _Wrong("a text holds a NUL character", "Remove it.")
    most = region.control.number("maxsubmissions")
    if most is not None and len(texts) > most:
        raise _Wrong(f"{len(texts)} texts are given", f"At most {most:g} are allowed.")


def _pairwise(region: _Region) -> None:
    if region.value.get("selected") not in ("left", "right"):
        raise _Wrong(f"selected is {_show(region.value.get('selected'))}", "Allowed: 'left', 'right'.")


def _ranker(region: _Region) -> None:
    ranked = region.value.get("ranker")
    groups = ranked if isinstance(ranked, Mapping) else {"_": ranked}
    seen: list[str] = []
    for bucket, members in groups.items():
        if isinstance(ranked, Mapping) and region.control.labels and bucket not in (*region.control.labels, "_"):
            raise _Wrong(f"{bucket[:80]!r} is no bucket", f"Allowed: {_listed(region.control.labels)}.")
        seen += _strings(members, "ranker")
    if len(set(seen)) != len(seen):
        raise _Wrong("it ranks something twice", "Rank each thing once.")


_VALUES: Mapping[str, Callable[[_Region], None]] = {
    "Choices": _choices,
    "Taxonomy": _taxonomy,
    "Rating": _rating,
    "Number": _quantity,
    "DateTime": _moment,
    "TextArea": _text_area,
    "Pairwise": _pairwise,
    "Ranker": _ranker,
}


# Reading.


def category_of(config: LabelingConfig, result: Sequence[Mapping[str, Json]]) -> str | None:
    """Return the category that an answer names in the config's categorical control; None when it names none.

    Several choices are one category: sorted and joined by " + ". A taxonomy path is joined by " / ".
    """
    control = config.categorical
    if control is None:
        return None
    for region in result:
        value = region.get("value")
        if region.get("from_name") != control.name or not isinstance(value, Mapping):
            continue
        content = value.get(control.tag.key)
        if control.tag.name == "Taxonomy" and isinstance(content, list):
            return " + ".join(sorted(" / ".join(_flat(path)) for path in content))
        if isinstance(content, list):
            return " + ".join(sorted(_flat(content)))
        if isinstance(content, float) and content == int(content):
            return str(int(content))
        return str(content)
    return None


def meaning_of(config: LabelingConfig, result: Sequence[Mapping[str, Json]]) -> str:
    """Return the text under which equal answers are equal: the category, else the canonical results without ids."""
    category = category_of(config, result)
    if category is not None:
        return category
    plain: list[Json] = [
        {"from_name": region.get("from_name"), "to_name": region.get("to_name"), "value": region.get("value")}
        for region in result
    ]
    return canonical(sorted(plain, key=canonical)).decode()


def result_for(config: LabelingConfig, answer: Json) -> list[dict[str, Json]]:
    """Return the result list for a plain answer such as "cat": what a known-answer file or an expert writes.

    A result list is taken as it is. Raises Invalid when the config has no categorical control to put it in.
    """
    if (
        isinstance(answer, list)
        and answer
        and all(isinstance(part, Mapping) and "from_name" in part for part in answer)
    ):
        return [dict(part) for part in answer if isinstance(part, Mapping)]
    control = config.categorical
    if control is None:
        raise Invalid(
            f"{_show(answer)} is not an answer to this labeling config.",
            help="Give a Label Studio result list: the config has no question about the whole item.",
        )
    value: Json
    if control.tag.name == "Choices":
        value = list(_flat(answer)) if isinstance(answer, list) else [str(answer)]
    elif control.tag.name == "Taxonomy":
        paths = answer if isinstance(answer, list) else str(answer).split(" / ")
        value = list(paths) if paths and isinstance(paths[0], list) else [list(paths)]
    elif control.tag.name == "Rating":
        value = int(str(answer)) if str(answer).strip().lstrip("-").isdigit() else str(answer)
    else:
        value = str(answer)
    return [
        {
            "from_name": control.name,
            "to_name": ",".join(control.to),
            "type": control.tag.result,
            "value": {control.tag.key: value},
        }
    ]
