"""The tags of Label Studio's labeling language that Tilth knows, and what each attribute may hold.

Names and meaning follow the public documentation of Label Studio 1.23. Tag names are exact; attribute names are
compared without case, as the editor does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class Role(Enum):
    """What a tag is for."""

    OBJECT = "object"
    CONTROL = "control"
    OPTION = "option"
    VISUAL = "visual"


Check = str | tuple[str, ...]
"""`text`, `bool`, `int`, `number`, or the words that are allowed."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its role, its attributes and, for a control, the answers that it gives.

    `result` is the `type` of its results; `key` is where in `value` the labels or the content lie. `region` names the
    geometry that each result has; None for answers about the whole item. `targets` are the object tags it may point
    to; empty means any. `options` are the child tags that list its allowed values.
    """

    name: str
    role: Role
    attributes: Mapping[str, Check] = field(default_factory=dict)
    result: str = ""
    key: str = ""
    region: str | None = None
    targets: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    needs_options: bool = False


_COMMON: dict[str, Check] = {
    "name": "text",
    "style": "text",
    "classname": "text",
    "idattr": "text",
    "hint": "text",
    "hotkey": "text",
    "visiblewhen": ("region-selected", "no-region-selected", "choice-selected", "choice-unselected"),
    "whentagname": "text",
    "whenlabelvalue": "text",
    "whenchoicevalue": "text",
}
_CONTROL: dict[str, Check] = {
    **_COMMON,
    "toname": "text",
    "required": "bool",
    "requiredmessage": "text",
    "perregion": "bool",
    "peritem": "bool",
    "whenrole": "text",
}
_LABELS: dict[str, Check] = {
    **_CONTROL,
    "choice": ("single", "multiple"),
    "maxusages": "int",
    "showinline": "bool",
    "opacity": "number",
    "fillcolor": "text",
    "fillopacity": "number",
    "strokecolor": "text",
    "strokewidth": "number",
    "canrotate": "bool",
    "snap": ("pixel", "none"),
    "smart": "bool",
    "smartonly": "bool",
    "value": "text",
    "allowempty": "bool",
    "pointsize": ("small", "medium", "large"),
    "pointstyle": ("rectangle", "circle"),
    "granularity": ("symbol", "word", "sentence", "paragraph"),
}
_OBJECT: dict[str, Check] = {**_COMMON, "value": "text", "valuetype": ("text", "url", "json"), "sync": "text"}
_TEXT: dict[str, Check] = {
    **_OBJECT,
    "savetextresult": ("yes", "no", "none"),
    "encoding": ("none", "base64", "base64unicode"),
    "selectionenabled": "bool",
    "highlightcolor": "text",
    "showlabels": "bool",
    "granularity": ("symbol", "word", "sentence", "paragraph"),
}
_SOUND: dict[str, Check] = {
    **_OBJECT,
    "volume": "bool",
    "speed": "bool",
    "zoom": "bool",
    "defaultspeed": "number",
    "defaultscale": "number",
    "defaultzoom": "number",
    "defaultvolume": "number",
    "height": "number",
    "waveheight": "number",
    "spectrogram": "bool",
    "splitchannels": "bool",
    "decoder": ("webaudio", "ffmpeg", "none"),
    "player": ("html5", "webaudio"),
}
_OPTION: dict[str, Check] = {
    **_COMMON,
    "value": "text",
    "alias": "text",
    "selected": "bool",
    "background": "text",
    "showalias": "bool",
    "aliasstyle": "text",
    "selectedcolor": "text",
    "granularity": ("symbol", "word", "sentence", "paragraph"),
    "maxusages": "int",
    "size": "text",
    "html": "text",
    "color": "text",
    "title": "text",
    "category": "int",
}

IMAGE = frozenset({"Image"})
SPOKEN = frozenset({"Text", "HyperText", "Audio", "AudioPlus", "Paragraphs", "Image", "Video", "TimeSeries"})
_LABEL = frozenset({"Label"})


def _object(name: str, attributes: Mapping[str, Check]) -> Tag:
    return Tag(name, Role.OBJECT, MappingProxyType(dict(attributes)))


def _regions(name: str, geometry: str, targets: frozenset[str]) -> Tag:
    """Return a control that draws regions, with labels if its name says so."""
    labelled = name.endswith("Labels")
    key = name.lower() if labelled else ""
    return Tag(
        name,
        Role.CONTROL,
        MappingProxyType(_LABELS),
        result=name.lower(),
        key=key,
        region=geometry,
        targets=targets,
        options=_LABEL if labelled else frozenset(),
        needs_options=labelled,
    )


def _answer(name: str, key: str, extra: Mapping[str, Check], *options: str, needs_options: bool = False) -> Tag:
    """Return a control whose answer is about the whole item."""
    return Tag(
        name,
        Role.CONTROL,
        MappingProxyType({**_CONTROL, **extra}),
        result=name.lower(),
        key=key,
        options=frozenset(options),
        needs_options=needs_options,
    )


def _visual(name: str, **extra: Check) -> Tag:
    return Tag(name, Role.VISUAL, MappingProxyType({**_COMMON, "value": "text", **extra}))


_ALL = [
    _object("Text", _TEXT),
    _object("HyperText", {**_TEXT, "inline": "bool", "clickablelinks": "bool"}),
    _object(
        "Image",
        {
            **_OBJECT,
            "valuelist": "text",
            "smoothing": "bool",
            "width": "text",
            "maxwidth": "text",
            "height": "text",
            "maxheight": "text",
            "zoom": "bool",
            "negativezoom": "bool",
            "zoomby": "number",
            "grid": "bool",
            "gridsize": "number",
            "gridcolor": "text",
            "zoomcontrol": "bool",
            "brightnesscontrol": "bool",
            "contrastcontrol": "bool",
            "rotatecontrol": "bool",
            "crosshair": "bool",
            "horizontalalignment": ("left", "center", "right"),
            "verticalalignment": ("top", "center", "bottom"),
            "defaultzoom": ("auto", "original", "fit"),
            "crossorigin": ("none", "anonymous", "use-credentials"),
        },
    ),
    _object("Audio", _SOUND),
    _object("AudioPlus", _SOUND),
    _object(
        "Video",
        {
            **_OBJECT,
            "framerate": "text",
            "muted": "bool",
            "height": "number",
            "timelineheight": "number",
            "defaultplaybackspeed": "number",
            "minplaybackspeed": "number",
            "defaultzoom": "number",
        },
    ),
    _object(
        "Paragraphs",
        {
            **_TEXT,
            "audiourl": "text",
            "showplayer": "bool",
            "layout": ("none", "dialogue"),
            "namekey": "text",
            "textkey": "text",
            "contextscroll": "bool",
        },
    ),
    _object(
        "TimeSeries",
        {
            **_OBJECT,
            "timecolumn": "text",
            "timeformat": "text",
            "timedisplayformat": "text",
            "durationdisplayformat": "text",
            "sep": "text",
            "overviewchannels": "text",
            "overviewwidth": "text",
            "fixedscale": "bool",
        },
    ),
    _object("List", {**_OBJECT, "title": "text"}),
    _object("Table", _OBJECT),
    _object("Pdf", {**_OBJECT, "defaultzoom": "number"}),
    _answer(
        "Choices",
        "choices",
        {
            "choice": ("single", "single-radio", "multiple"),
            "showinline": "bool",
            "layout": ("select", "inline", "vertical"),
            "allownested": "bool",
            "value": "text",
        },
        "Choice",
        needs_options=True,
    ),
    _answer(
        "Taxonomy",
        "taxonomy",
        {
            "leafsonly": "bool",
            "showfullpath": "bool",
            "pathseparator": "text",
            "maxusages": "int",
            "maxwidth": "text",
            "minwidth": "text",
            "placeholder": "text",
            "legacy": "bool",
            "labeling": "bool",
            "apiurl": "text",
            "value": "text",
        },
        "Choice",
        needs_options=True,
    ),
    _answer(
        "Rating",
        "rating",
        {
            "maxrating": "int",
            "defaultvalue": "int",
            "size": ("small", "medium", "large"),
            "icon": ("star", "heart", "fire", "smile"),
        },
    ),
    _answer("Number", "number", {"min": "number", "max": "number", "step": "number", "defaultvalue": "number"}),
    _answer(
        "DateTime",
        "datetime",
        {"only": "text", "format": "text", "min": "text", "max": "text", "defaultvalue": "text"},
    ),
    _answer(
        "TextArea",
        "text",
        {
            "value": "text",
            "label": "text",
            "placeholder": "text",
            "maxsubmissions": "int",
            "editable": "bool",
            "skipduplicates": "bool",
            "transcription": "bool",
            "displaymode": ("tag", "region-list"),
            "rows": "int",
            "showsubmitbutton": "bool",
            "smart": "bool",
        },
        "Choice",
    ),
    _answer(
        "Pairwise",
        "selected",
        {"selectionstyle": "text", "leftclass": "text", "rightclass": "text", "generatecomparison": "bool"},
    ),
    _answer("Ranker", "ranker", {"collapsible": "bool"}, "Bucket"),
    _answer("Relations", "", {}, "Relation"),
    _regions("Labels", "span", SPOKEN),
    _regions("HyperTextLabels", "span", frozenset({"HyperText", "Text"})),
    _regions("ParagraphLabels", "paragraph span", frozenset({"Paragraphs"})),
    _regions("TimeSeriesLabels", "interval", frozenset({"TimeSeries"})),
    _regions("TimelineLabels", "frame ranges", frozenset({"Video"})),
    _regions("RectangleLabels", "rectangle", IMAGE | {"Pdf"}),
    _regions("Rectangle", "rectangle", IMAGE | {"Pdf"}),
    _regions("EllipseLabels", "ellipse", IMAGE),
    _regions("Ellipse", "ellipse", IMAGE),
    _regions("PolygonLabels", "polygon", IMAGE),
    _regions("Polygon", "polygon", IMAGE),
    _regions("KeyPointLabels", "point", IMAGE),
    _regions("KeyPoint", "point", IMAGE),
    _regions("BrushLabels", "mask", IMAGE),
    _regions("Brush", "mask", IMAGE),
    _regions("VideoRectangle", "frame boxes", frozenset({"Video"})),
    Tag("Choice", Role.OPTION, MappingProxyType(_OPTION)),
    Tag("Label", Role.OPTION, MappingProxyType(_OPTION)),
    Tag("Bucket", Role.OPTION, MappingProxyType({**_OPTION, "default": "bool"})),
    Tag("Relation", Role.OPTION, MappingProxyType(_OPTION)),
    Tag("Channel", Role.OPTION, MappingProxyType({**_COMMON, "column": "text", "legend": "text", "units": "text"})),
    _visual("View", display=("block", "inline"), allowreorder="bool"),
    _visual("Header", size="int", underline="bool"),
    _visual("Style"),
    _visual("Markdown"),
    _visual("Collapse", accordion="bool", bordered="bool", open="bool"),
    _visual("Panel", open="bool"),
    _visual("Filter", placeholder="text", minlength="int", casesensitive="bool", toname="text", cleanup="bool"),
    _visual("Shortcut", alias="text", background="text", hotkey="text"),
    _visual("Dialog", opened="bool"),
]

TAGS: Mapping[str, Tag] = MappingProxyType({tag.name: tag for tag in _ALL})

_VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_.\-]*")


def attribute_problem(check: Check, value: str) -> str | None:
    """Say what is wrong with an attribute's value, or None. `$variable` is always allowed: the task's data decides."""
    if _VARIABLE.fullmatch(value):
        return None
    if isinstance(check, tuple):
        return None if value.lower() in check else "allowed: " + ", ".join(check)
    if check == "bool":
        return None if value.lower() in ("true", "false") else "allowed: true, false"
    if check == "int":
        return None if re.fullmatch(r"-?\d{1,9}", value.strip()) else "it must be a whole number"
    if check == "number":
        try:
            return None if math.isfinite(float(value)) else "it must be a number"
        except ValueError:
            return "it must be a number"
    return None
