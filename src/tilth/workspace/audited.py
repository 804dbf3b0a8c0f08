"""A workspace whose acts are written into the audit trail, through whichever door they come."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from typing import Any, Final

from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.errors import Denied, TilthError, Unavailable
from tilth.metadata.database import Database
from tilth.model.ids import is_id
from tilth.workspace import audit_ledger
from tilth.workspace.audit_ledger import Act
from tilth.workspace.limits import REFUSALS_PER_MINUTE, Limit

NAMING: Final = frozenset(
    (
        "assignment",
        "branch",
        "change",
        "commit",
        "dataset",
        "draft",
        "edge",
        "import_id",
        "invite_id",
        "job",
        "key",
        "key_id",
        "model",
        "name",
        "path",
        "pipeline",
        "reference",
        "repo",
        "review",
        "role",
        "slice",
        "source",
        "table",
        "target",
        "test",
        "to",
        "token_id",
        "transaction",
        "user",
        "version",
        "worker",
    )
)
"""The arguments that say what an act is about. Only these are kept, and only where they are short text: others may hold
data or secrets."""

SAYING: Final = frozenset(
    ("breaking", "disabled", "drop_bad", "dry_run", "force", "held_out", "labels", "position", "reprocess")
)
"""The arguments that say which of two opposite acts it was, or how far rights go: kept as `held_out=false` where they
are not what is meant without a word."""

_log = logging.getLogger(__name__)


class AuditedWorkspace(Workspace):
    """A workspace as its principal sees it; each act is recorded right after it, with how it came out.

    `acts` holds `facet.method` of what changes something. What is denied is recorded whatever it is, up to
    `refusals` of one user, so that nobody fills the trail.
    """

    def __init__(
        self,
        inner: Workspace,
        database: Database,
        principal: Principal,
        acts: Container[str],
        refusals: Limit | None = None,
    ) -> None:
        vars(self).update(
            place=inner.place,
            close=inner.close,
            _inner=inner,
            _database=database,
            _principal=principal,
            _acts=acts,
            _refusals=refusals or Limit(REFUSALS_PER_MINUTE),
        )

    def __getattr__(self, name: str) -> Any:
        # Asked for facets only: they are no attributes before, so that each is loaded when it is first used.
        if name.startswith("_"):
            raise AttributeError(name)
        facet = _AuditedFacet(name, getattr(vars(self)["_inner"], name), self._record, vars(self)["_acts"])
        vars(self)[name] = facet
        return facet

    def _record(self, operation: str, about: str, outcome: str, detail: str) -> None:
        who: Principal = vars(self)["_principal"]
        if outcome == "denied":
            limit: Limit = vars(self)["_refusals"]
            told = limit.told(who.name or who.origin, detail)
            if told is None:
                return
            detail = told
        act = Act(who.name, who.token, operation, about, outcome, detail, who.origin)
        try:
            audit_ledger.record(vars(self)["_database"], act)
        except Unavailable:
            # Raised, it would tell the caller that the act was not done; commits and feed name its author too.
            _log.error("the audit trail could not be written: %s %s %s", act.user, operation, outcome)


class _AuditedFacet:
    """One facet whose methods are recorded."""

    def __init__(
        self, name: str, facet: object, record: Callable[[str, str, str, str], None], acts: Container[str]
    ) -> None:
        self._name, self._facet, self._record, self._acts = name, facet, record, acts

    def __getattr__(self, method: str) -> Any:
        bound = getattr(self._facet, method)
        operation = f"{self._name}.{method}"
        changes = operation in self._acts

        def call(*args: Any, **named: Any) -> Any:
            try:
                result = bound(*args, **named)
            except Denied as error:
                self._record(operation, _about(bound, args, named), "denied", error.code)
                raise
            except Exception as error:
                if changes:
                    code = error.code if isinstance(error, TilthError) else "error"
                    self._record(operation, _about(bound, args, named), "failed", code)
                raise
            if changes:
                self._record(operation, _about(bound, args, named), "ok", _made(result))
            return result

        vars(self)[method] = call
        return call


def _about(bound: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """Return what a call is about: the names among its arguments, in their order, and then what sets its direction."""
    parameters = _parameters(bound)
    given = [*zip(parameters, args, strict=False), *((name, named[name]) for name in parameters if name in named)]
    usual = _defaults(bound)
    found = [value for name, value in given if name in NAMING and isinstance(value, str) and value]
    for name, value in given:
        if name in ("spec", "definition") and isinstance(value, Mapping):
            inner = value.get("pipeline", value)
            told = inner.get("name") if isinstance(inner, Mapping) else None
            found += [told] if isinstance(told, str) else []
    saying = [(name, value) for name, value in given if name in SAYING and value != usual[name]]
    found += [f"{name}={told}" for name, value in saying if (told := _told(value)) is not None]
    return " ".join(found)


def _told(value: object) -> str | None:
    """Return a setting as words; None for what says nothing."""
    if isinstance(value, bool | int):
        return str(value).lower()
    if not isinstance(value, list | tuple):
        return None
    words = [each for each in value if isinstance(each, str)]
    return ",".join(words) if len(words) == len(value) else None


def _parameters(bound: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(_signature(getattr(bound, "__func__", bound)))


def _defaults(bound: Callable[..., Any]) -> Mapping[str, Any]:
    return {name: each.default for name, each in _signature(getattr(bound, "__func__", bound)).items()}


@lru_cache(maxsize=1024)
def _signature(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return {name: each for name, each in inspect.signature(function).parameters.items() if name != "self"}


def _made(result: object) -> str:
    """Return the id of what an act made: a commit's, a token's (never its secret)."""
    for name in ("commit", "id"):
        value = getattr(result, name, None)
        if isinstance(value, str):
            return value
    return result if isinstance(result, str) and is_id(result) else ""
