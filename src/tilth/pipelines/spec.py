"""Pipeline specs: what people write, checked field by field. The names are those of Pachyderm's pipeline spec."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import yaml

from tilth.datums.fields import Fields
from tilth.datums.globs import compile_glob, template_groups
from tilth.datums.inputs import InputSpec, leaves, parse_input
from tilth.errors import Invalid
from tilth.execution.batch import FUNCTION_PATTERN
from tilth.model.canonical import Json, canonical
from tilth.model.names import DEFAULT_BRANCH, DEFAULT_PROJECT, check_name
from tilth.pipelines.duration import parse_duration

Kind = Literal["code", "function", "labeling"]

MAX_SPEC_BYTES = 1 << 20
MAX_TRIES = 1000
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNSERVED = {
    "egress": ("egress comes in a later version", "Read the output branch, or mirror it with the S3 gateway."),
    "s3_out": ("S3 outputs come in a later version", "Write to /pfs/out."),
    "service": ("service pipelines come in a later version", "Run the service beside Tilth."),
    "spout": ("spouts come in a later version", "Let the source commit to a repo."),
    "tf_job": ("TensorFlow jobs are not run by Tilth", "Use a code or function pipeline."),
    "cron": ("cron comes in a later version", "Commit from a scheduler."),
}
_NOTED = (
    "autoscaling",
    "datum_set_spec",
    "maximum_expected_uptime",
    "metadata",
    "pod_patch",
    "pod_spec",
    "resource_limits",
    "resource_requests",
    "scheduling_spec",
    "sidecar_resource_limits",
    "sidecar_resource_requests",
    "tolerations",
)
"""Fields of a Kubernetes cluster: kept with the spec, without effect here."""
_NOTED_TRANSFORM = ("image", "image_pull_secrets", "user", "debug", "dockerfile", "memory_volume")


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """What a code pipeline runs for each datum."""

    cmd: tuple[str, ...]
    stdin: str = ""
    err_cmd: tuple[str, ...] = ()
    err_stdin: str = ""
    accept_return_code: tuple[int, ...] = ()
    working_dir: str | None = None


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A checked spec. `document` is what was written, as JSON; parse_spec reads it back to an equal value."""

    name: str
    project: str
    kind: Kind
    input: InputSpec
    document: Mapping[str, Json]
    description: str = ""
    command: CommandSpec | None = None
    function: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    code: str | None = None
    image: str | None = None
    labeling: Mapping[str, Json] | None = None
    output_branch: str = DEFAULT_BRANCH
    parallelism: int = 0
    datum_tries: int = 3
    datum_timeout_s: float | None = None
    job_timeout_s: float | None = None
    reprocess: Literal["until_success", "every_job"] = "until_success"
    salt: str = ""
    trains: bool = False
    backlog: Literal["every", "newest"] = "every"
    warnings: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """PROJECT/NAME."""
        return f"{self.project}/{self.name}"


def read_documents(text: str) -> list[Mapping[str, Json]]:
    """Read YAML or JSON text: one spec, a list of specs, or several YAML documents. Raises Invalid with the line."""
    if len(text.encode()) > MAX_SPEC_BYTES:
        raise Invalid("The spec is larger than 1 MB.", help="Move data into a repo or the code folder.")
    try:
        found = [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error)
        raise Invalid(f"The spec is not YAML or JSON{at}: {problem}.", help="Correct that line.") from error
    specs = [spec for document in found for spec in (document if isinstance(document, list) else [document])]
    for spec in specs:
        if not isinstance(spec, Mapping):
            raise Invalid(f"The spec is not a mapping: {spec!r}.", help="Begin with 'pipeline:'.")
    return specs


def parse_spec(document: object, *, project: str = DEFAULT_PROJECT) -> PipelineSpec:
    """Check one spec. Raises Invalid that names the field; an unknown field's help names the nearest known one."""
    written = _json(document)
    fields = Fields(written, "")
    name, project = _name(fields, project)
    fields.where = ""
    for unserved, (why, help) in _UNSERVED.items():
        fields.refuse(unserved, why, help)
    warnings = [
        f"{noted} is kept with the spec and has no effect here." for noted in _NOTED if fields.any(noted) is not None
    ]
    kind: Kind = "code"
    command: CommandSpec | None = None
    env: dict[str, str] = {}
    image: str | None = None
    if "transform" in fields:
        command, env, image = _transform(fields.any("transform"), warnings)
    else:
        fields.any("transform")
    function = fields.text("function", "") or None
    labeling = fields.mapping("labeling") if "labeling" in fields else None
    fields.any("labeling")
    given = [n for n, v in (("transform", command), ("function", function), ("labeling", labeling)) if v is not None]
    if function is not None and given == ["transform", "function"] and command == CommandSpec(()):
        given, command = ["function"], None
    if len(given) != 1:
        if not given:
            fields.misspelled("transform", "function", "labeling")
        raise Invalid(
            f"The spec of {name!r} has {' and '.join(given) or 'nothing to run'}.",
            help="Give exactly one of transform (a command), function (module:name) and labeling.",
        )
    if function is not None:
        kind = "function"
        if not FUNCTION_PATTERN.fullmatch(function):
            raise Invalid(
                f"function is {function!r}.", help="Write module:name, such as steps:clean.", field="function"
            )
    elif labeling is not None:
        kind = "labeling"
    elif command == CommandSpec(()):
        raise Invalid("transform.cmd is missing.", help='Give an argv, such as ["python3", "run.py"].')
    source = parse_input(fields.any("input"), project=project)
    spec = PipelineSpec(
        name=name,
        project=project,
        kind=kind,
        input=source,
        document=written,
        description=fields.text("description", ""),
        command=command,
        function=function,
        env=env,
        parameters=_parameters(fields),
        code=fields.text("code", "") or None,
        image=image,
        labeling=labeling,
        output_branch=check_name(fields.text("output_branch", DEFAULT_BRANCH), "branch"),
        parallelism=_parallelism(fields),
        datum_tries=fields.number("datum_tries", 3, least=1, most=MAX_TRIES),
        datum_timeout_s=parse_duration(fields.any("datum_timeout"), "datum_timeout"),
        job_timeout_s=parse_duration(fields.any("job_timeout"), "job_timeout"),
        reprocess="every_job"
        if fields.choice("reprocess_spec", ("until_success", "every_job"), "until_success") == "every_job"
        else "until_success",
        salt=fields.text("salt", ""),
        trains=fields.flag("trains"),
        backlog="newest" if fields.choice("backlog", ("every", "newest"), "every") == "newest" else "every",
        warnings=(*warnings, *_input_warnings(source)),
    )
    fields.end()
    if labeling is not None and (spec.code or spec.parameters):
        raise Invalid(f"The labeling pipeline {name!r} has code or parameters.", help="People run no code; remove it.")
    if any(leaf.repo == spec.full_name for leaf in leaves(source)):
        raise Invalid(f"{name!r} would read its own output.", help="Choose another input repo or pipeline name.")
    return spec


def _json(document: object) -> dict[str, Json]:
    """Return the document as plain JSON values. Raises Invalid for what JSON cannot hold (dates, bytes, NaN)."""
    if not isinstance(document, Mapping):
        raise Invalid(f"The spec is not a mapping: {document!r}.", help="Begin with 'pipeline:'.")
    try:
        encoded = canonical(dict(document))
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"The spec holds a value that is not JSON: {error}.", help="Put it in quotes.") from error
    if len(encoded) > MAX_SPEC_BYTES:
        raise Invalid("The spec is larger than 1 MB.", help="Move data into a repo or the code folder.")
    value: dict[str, Json] = json.loads(encoded)
    return value


def _name(fields: Fields, project: str) -> tuple[str, str]:
    written = fields.any("pipeline")
    if isinstance(written, str):
        written = {"name": written}
    if written is None:
        raise Invalid("pipeline is missing.", help="Give it a name: 'pipeline: {name: clean}'.", field="pipeline")
    inner = Fields(written, "pipeline")
    name = inner.text("name")
    if "project" in inner:
        owner = inner.any("project")
        project = owner if isinstance(owner, str) else Fields(owner, "pipeline.project").text("name")
    inner.any("project")
    inner.end()
    if "/" in name:
        project, _, name = name.partition("/")
    return check_name(name, "pipeline"), check_name(project, "project")


def _transform(value: object, warnings: list[str]) -> tuple[CommandSpec, dict[str, str], str | None]:
    fields = Fields(value, "transform")
    fields.refuse("secrets", "secrets come in a later version", "Set the variable in Tilth's own environment.")
    if fields.flag("datum_batching"):
        raise Invalid(
            "transform.datum_batching is not served.", help="Use function: its worker stays warm between datums."
        )
    image = fields.any("image")
    warnings.extend(
        f"transform.{noted} is kept with the spec and has no effect here."
        for noted in _NOTED_TRANSFORM
        if (image if noted == "image" else fields.any(noted)) is not None
    )
    env = fields.pairs("env")
    for variable in env:
        if not _VARIABLE.fullmatch(variable):
            raise Invalid(
                f"transform.env has {variable!r}.", help="Use letters, digits and '_'.", field="transform.env"
            )
    command = CommandSpec(
        cmd=fields.texts("cmd"),
        stdin=_lines(fields.texts("stdin")),
        err_cmd=fields.texts("err_cmd"),
        err_stdin=_lines(fields.texts("err_stdin")),
        accept_return_code=fields.numbers("accept_return_code"),
        working_dir=fields.text("working_dir", "") or None,
    )
    fields.end()
    return command, env, str(image) if image is not None else None


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _parameters(fields: Fields) -> dict[str, Json]:
    parameters = fields.mapping("parameters")
    for name in parameters:
        if not _VARIABLE.fullmatch(name):
            raise Invalid(f"parameters has {name!r}.", help="Use letters, digits and '_'.", field="parameters")
    return parameters


def _parallelism(fields: Fields) -> int:
    """Return the wanted number of slots; 0 leaves it to the executor."""
    if "parallelism_spec" not in fields:
        fields.any("parallelism_spec")
        return 0
    inner = Fields(fields.any("parallelism_spec"), "parallelism_spec")
    inner.refuse("coefficient", "a coefficient needs a cluster", "Give constant.")
    constant = inner.number("constant", 1, least=1)
    inner.end()
    return constant


def _input_warnings(source: InputSpec) -> list[str]:
    """Tell of join keys that name a group which the glob does not have: all items then share one key."""
    return [
        f"Input {leaf.name!r}: the template {template!r} names group ${group}, but {leaf.glob!r} has {groups}."
        for leaf in leaves(source)
        for template in (leaf.join_on, leaf.group_by)
        for group in template_groups(template)
        if group > (groups := compile_glob(leaf.glob).groups)
    ]
