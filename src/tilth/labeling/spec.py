"""The `labeling:` part of a pipeline spec, as a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

from tilth.errors import Invalid
from tilth.labeling.config import LabelingConfig, nearest, parse_config
from tilth.labeling.results import result_for, validate_result
from tilth.labeling.rules import FastRule, GoldenRule, Rules, SkipRule
from tilth.model.canonical import Json
from tilth.model.digest import Digest, digest_of

MICROS = 1_000_000
"""Money is counted in millionths of the project's currency, as whole numbers."""
MAX_CURRENCY = 8
MAX_OVERLAP = 100
MAX_GUIDELINES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Guidelines:
    """What people are told: Markdown, with a version. A breaking version asks everything again."""

    text: str = ""
    version: str = ""
    breaking: bool = False

    @property
    def digest(self) -> Digest:
        """Digest of the text."""
        return digest_of(self.text.encode())


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people answer one task: `minimum`, then more up to `maximum` until the label is `confidence` sure."""

    minimum: int = 1
    maximum: int = 1
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """One known answer written in the spec: an item named by path or given as data, and its result."""

    path: str | None
    data: Mapping[str, Json] | None
    answer: Json


@dataclass(frozen=True, slots=True)
class Golden:
    """Where known answers come from and how often a worker meets one.

    Either `source` names a CSV or JSON Lines file (`REPO[@BRANCH]:PATH`) with an `answer` column and, for each row,
    a `path` column that names a file in `items` (`REPO[@BRANCH]`) or the task's data in its other columns; or
    `answers` lists them. One in `every` tasks of a worker is a known one.
    """

    source: str | None = None
    answer: str = "label"
    path: str | None = None
    items: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Task data field → column of the file; empty: every other column under its own name."""
    answers: tuple[KnownAnswer, ...] = ()
    every: int = 5


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, known-answer tasks included; None: no limit."""

    micros: int | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Publish:
    """When labels become a commit: when all tasks are done, and also every N settled tasks or every T seconds."""

    every: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class LabelingSpec:
    """A checked labeling spec. Build it with `parse_spec`."""

    config: LabelingConfig
    guidelines: Guidelines = Guidelines()
    overlap: Overlap = Overlap()
    golden: Golden | None = None
    rules: Rules = field(default_factory=Rules)
    price_micros: int = 0
    currency: str = ""
    """What prices, budget and pay are in, as people write it ("EUR", "$"); "" for none named."""
    budget: Budget = Budget()
    publish: Publish = Publish()
    lease_seconds: float = 600.0
    retry: int = 10
    """Rejected answers after which a task goes to an expert instead of to one more person."""
    escalate_after: int = 1
    """People who say "unsure" before a task goes to an expert."""
    aggregation: Literal["dawid-skene", "majority"] = "dawid-skene"

    @property
    def method(self) -> str:
        """How labels follow from answers, but where too many different ones are given for categories."""
        return "majority" if self.aggregation == "majority" or self.config.categorical is None else "dawid_skene"


FIELDS = (
    "config",
    "guidelines",
    "overlap",
    "golden",
    "rules",
    "price",
    "currency",
    "budget",
    "publish",
    "lease",
    "retry",
    "escalate_after",
    "aggregation",
    "tasks_per_assignment",
)


def parse_spec(raw: Mapping[str, Json]) -> LabelingSpec:
    """Check the `labeling` mapping of a pipeline spec. Raises Invalid that names the field."""
    top = _Fields("labeling", raw, FIELDS)
    text = top.text("config", None)
    if text is None:
        raise Invalid("labeling.config is missing.", help="Give the Label Studio XML of the task page.")
    config = parse_config(text)
    if top.whole("tasks_per_assignment", 1, 1, 1) != 1:
        raise Invalid("labeling.tasks_per_assignment can only be 1.", help="Leave it out.")
    aggregation = top.word("aggregation", "dawid-skene", ("dawid-skene", "majority"))
    spec = LabelingSpec(
        config=config,
        guidelines=_guidelines(top),
        overlap=_overlap(top),
        golden=_golden(top, config),
        rules=_rules(top),
        price_micros=top.money("price", 0) or 0,
        currency=_currency(top),
        budget=_budget(top),
        publish=_publish(top),
        lease_seconds=top.seconds("lease", 600.0),
        retry=top.whole("retry", 10, 0, 1000),
        escalate_after=top.whole("escalate_after", 1, 1, MAX_OVERLAP),
        aggregation="majority" if aggregation == "majority" else "dawid-skene",
    )
    if spec.rules.golden and spec.golden is None:
        raise Invalid("labeling.rules.golden needs known answers.", help="Add labeling.golden, or remove the rule.")
    if spec.overlap.confidence is not None and config.categorical is None:
        raise Invalid(
            "labeling.overlap.confidence needs a question with categories.",
            help="Add <Choices>, <Rating>, <Pairwise> or <Taxonomy> about the whole item, or use a fixed overlap.",
        )
    return spec


def _currency(top: _Fields) -> str:
    text = top.text("currency", "") or ""
    if len(text) > MAX_CURRENCY or not text.isprintable() or any(each.isspace() or each.isdigit() for each in text):
        raise Invalid(
            f"labeling.currency is no name of a currency of up to {MAX_CURRENCY} letters or signs.",
            help="Write it as EUR or $.",
        )
    return text


def _guidelines(top: _Fields) -> Guidelines:
    raw = top.raw.get("guidelines")
    if raw is None:
        return Guidelines(version="0")
    fields = _Fields(
        "labeling.guidelines", {"text": raw} if isinstance(raw, str) else raw, ("text", "version", "breaking")
    )
    text = fields.text("text", "") or ""
    if len(text.encode()) > MAX_GUIDELINES:
        raise Invalid(f"labeling.guidelines has more than {MAX_GUIDELINES:,} bytes.", help="Shorten the text.")
    version = fields.raw.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, str | int | float)):
        raise Invalid("labeling.guidelines.version is not a text or a number.", help="Write it as version: 2.")
    named = str(version) if version is not None else digest_of(text.encode()).hex()[:8]
    return Guidelines(text, named, fields.flag("breaking", False))


def _overlap(top: _Fields) -> Overlap:
    raw = top.raw.get("overlap", 1)
    if not isinstance(raw, Mapping):
        overlap = top.whole("overlap", 1, 1, MAX_OVERLAP)
        return Overlap(overlap, overlap)
    fields = _Fields("labeling.overlap", raw, ("min", "max", "confidence"))
    low = fields.whole("min", 1, 1, MAX_OVERLAP)
    high = fields.whole("max", low, 1, MAX_OVERLAP)
    if high < low:
        raise Invalid(f"labeling.overlap.max is {high}, less than min {low}.", help="Swap them.")
    confidence = fields.number("confidence", None, 0.5, 0.9999)
    if confidence is None and high > low:
        raise Invalid("labeling.overlap has max but no confidence.", help="Add confidence: 0.9, or use one number.")
    return Overlap(low, high, confidence)


def _golden(top: _Fields, config: LabelingConfig) -> Golden | None:
    if top.raw.get("golden") is None:
        return None
    fields = _Fields(
        "labeling.golden", top.raw["golden"], ("from", "answer", "path", "items", "columns", "answers", "every")
    )
    source = fields.text("from", None)
    columns = fields.raw.get("columns") or {}
    if not isinstance(columns, Mapping) or not all(isinstance(value, str) for value in columns.values()):
        raise Invalid("labeling.golden.columns is not a mapping.", help="Write `columns: {headline: INPUT:headline}`.")
    listed = fields.raw.get("answers")
    if (source is None) == (listed is None):
        raise Invalid("labeling.golden needs either `from` or `answers`.", help="Name a file, or list the answers.")
    if source is not None and ":" not in source:
        raise Invalid(
            f"labeling.golden.from is {source!r}.", help="Write it as REPO[@BRANCH]:PATH of a CSV or JSONL file."
        )
    return Golden(
        source=source,
        answer=fields.text("answer", "label") or "label",
        path=fields.text("path", None),
        items=fields.text("items", None),
        columns={name: str(column) for name, column in columns.items()},
        answers=_known_answers(listed, config) if listed is not None else (),
        every=fields.whole("every", 5, 2, 1000),
    )


def _known_answers(listed: Json, config: LabelingConfig) -> tuple[KnownAnswer, ...]:
    if not isinstance(listed, list) or not listed:
        raise Invalid("labeling.golden.answers is not a list.", help="List {path or data, label}.")
    known = []
    for position, raw in enumerate(listed):
        fields = _Fields(f"labeling.golden.answers[{position}]", raw, ("path", "data", "label"))
        path, data = fields.text("path", None), fields.raw.get("data")
        if (path is None) == (data is None) or (data is not None and not isinstance(data, Mapping)):
            raise Invalid(f"{fields.where} needs either `path` or `data`.", help="Name the item by one of them.")
        if "label" not in fields.raw:
            raise Invalid(f"{fields.where} has no label.", help="Give the known answer.")
        answer = fields.raw["label"]
        try:
            validate_result(config, result_for(config, answer), data if isinstance(data, Mapping) else {})
        except Invalid as error:
            raise Invalid(f"{fields.where} does not fit the config. {error.message}", help=error.help) from None
        known.append(KnownAnswer(path, data if isinstance(data, Mapping) else None, answer))
    return tuple(known)


def _rules(top: _Fields) -> Rules:
    if top.raw.get("rules") is None:
        return Rules()
    fields = _Fields("labeling.rules", top.raw["rules"], ("golden", "fast", "skips"))
    golden = fast = skips = None
    if (raw := fields.raw.get("golden")) is not None:
        part = _Fields("labeling.rules.golden", raw, ("min_answers", "max_errors", "min_accuracy", "last"))
        errors, accuracy = part.raw.get("max_errors"), part.number("min_accuracy", None, 0.0, 1.0)
        if errors is None and accuracy is None:
            raise Invalid(
                "labeling.rules.golden says no limit.", help="Add max_errors: 3 or min_accuracy: 0.7 (or both)."
            )
        golden = GoldenRule(
            min_answers=part.whole("min_answers", 1, 1, 100_000),
            max_errors=part.whole("max_errors", 0, 0, 100_000) if errors is not None else None,
            min_accuracy=accuracy,
            last=part.whole("last", 0, 0, 1000) or None,
        )
    if (raw := fields.raw.get("fast")) is not None:
        part = _Fields("labeling.rules.fast", raw, ("seconds", "count", "of"))
        count = part.whole("count", 2, 1, 1000)
        fast = FastRule(part.seconds("seconds", 1.0), count, part.whole("of", max(5, count), count, 1000))
    if (raw := fields.raw.get("skips")) is not None:
        if isinstance(raw, Mapping):
            part = _Fields("labeling.rules.skips", raw, ("in_a_row",))
            skips = SkipRule(part.whole("in_a_row", 10, 1, 100_000))
        else:
            skips = SkipRule(fields.whole("skips", 10, 1, 100_000))
    return Rules(golden, fast, skips)


def _budget(top: _Fields) -> Budget:
    raw = top.raw.get("budget")
    if raw is None:
        return Budget()
    if not isinstance(raw, Mapping):
        return Budget(micros=top.money("budget", None))
    fields = _Fields("labeling.budget", raw, ("money", "answers"))
    answers = fields.raw.get("answers")
    return Budget(fields.money("money", None), fields.whole("answers", 0, 0, 10**12) if answers is not None else None)


def _publish(top: _Fields) -> Publish:
    raw = top.raw.get("publish", "complete")
    if raw == "complete":
        return Publish()
    fields = _Fields("labeling.publish", raw if isinstance(raw, Mapping) else {}, ("every",))
    every = fields.raw.get("every")
    if isinstance(every, int) and not isinstance(every, bool):
        return Publish(every=fields.whole("every", 1, 1, 10**9))
    if isinstance(every, str):
        return Publish(seconds=fields.seconds("every", 60.0))
    raise Invalid(
        "labeling.publish is not understood.",
        help='Write `complete`, `{every: 100}` (settled tasks) or `{every: "10m"}` (time).',
    )


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}


class _Fields:
    """One mapping of the spec: known fields only, each read with its type and limits."""

    def __init__(self, where: str, raw: Json, known: tuple[str, ...]) -> None:
        if not isinstance(raw, Mapping):
            raise Invalid(f"{where} is not a mapping.", help=f"It has the fields {', '.join(known)}.", field=where)
        self.where, self.raw = where, raw
        for name in raw:
            if name not in known:
                guess = nearest(str(name), list(known))
                raise Invalid(
                    f"{where} has an unknown field {str(name)[:80]!r}.",
                    help=f"Did you mean {guess!r}?" if guess else f"Known fields: {', '.join(known)}.",
                    field=f"{where}.{str(name)[:80]}",
                )

    def _wrong(self, name: str, needs: str) -> Invalid:
        shown = repr(self.raw.get(name))[:80]
        return Invalid(f"{self.where}.{name} is {shown}.", help=f"It is {needs}.", field=f"{self.where}.{name}")

    def text(self, name: str, default: str | None) -> str | None:
        value = self.raw.get(name, default)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def word(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.raw.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            raise self._wrong(name, "one of " + ", ".join(allowed))
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.raw.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(name, f"a whole number from {low:,} to {high:,}")
        return value

    def number(self, name: str, default: float | None, low: float, high: float) -> float | None:
        value = self.raw.get(name, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self._wrong(name, f"a number from {low:g} to {high:g}")
        return float(value)

    def money(self, name: str, default: int | None) -> int | None:
        """Read an amount of money as millionths."""
        value = self.raw.get(name)
        if value is None:
            return default
        try:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise InvalidOperation
            amount = Decimal(str(value)) * MICROS
            if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value() or amount > 10**15:
                raise InvalidOperation
        except InvalidOperation:
            raise self._wrong(name, "an amount of money with at most 6 decimals, not negative") from None
        return int(amount)

    def seconds(self, name: str, default: float) -> float:
        value = self.raw.get(name, default)
        match = _DURATION.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
        seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
        if not 0 < seconds <= 366 * 86400:
            raise self._wrong(name, "a time, such as 90, '90s', '10m' or '2h'")
        return seconds
