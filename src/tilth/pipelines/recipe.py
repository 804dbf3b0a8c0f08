"""Recipes: the digest of all that decides what a datum's output is, but its inputs."""

from __future__ import annotations

import sys

from tilth.errors import Invalid
from tilth.execution.batch import Transform
from tilth.execution.datum import PARAMETERS
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_of
from tilth.pipelines.spec import PipelineSpec

RECIPE_VERSION = 0


def recipe_of(spec: PipelineSpec, code: Digest | None) -> Digest:
    """Return the digest of what runs: command or function, code, environment, parameters, accepted codes, salt.

    Tries, timeouts and parallelism are not in it: they decide whether an output comes, not which.
    """
    command = spec.command
    facts: dict[str, Json] = {
        "version": RECIPE_VERSION,
        "kind": spec.kind,
        "env": dict(spec.env),
        "parameters": dict(spec.parameters),
        "code": code.hex() if code is not None else None,
        "salt": spec.salt,
    }
    if spec.kind == "function":
        facts |= {"function": spec.function, "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    elif command is not None:
        facts |= {
            "cmd": list(command.cmd),
            "stdin": command.stdin,
            "err_cmd": list(command.err_cmd),
            "err_stdin": command.err_stdin,
            "accept_return_code": sorted(command.accept_return_code),
            "working_dir": command.working_dir,
            "image": spec.image,
        }
    else:
        facts["labeling"] = dict(spec.labeling or {})
    return digest_of(b"tilth recipe\0" + canonical(facts))


def transform_of(spec: PipelineSpec, code: Digest | None) -> Transform:
    """Return what the executor runs. Raises Invalid for a labeling pipeline: people run it."""
    env = dict(spec.env) | parameter_variables(spec)
    if spec.kind == "function":
        return Transform("function", function=spec.function, code=code, env=env, timeout_s=spec.datum_timeout_s)
    if spec.command is None:
        raise Invalid(f"{spec.full_name} has nothing that a machine could run.", help="Its workers are people.")
    command = spec.command
    return Transform(
        "cmd",
        cmd=command.cmd,
        stdin=command.stdin,
        env=env,
        working_dir=command.working_dir,
        code=code,
        err_cmd=command.err_cmd,
        err_stdin=command.err_stdin,
        accept_return_code=command.accept_return_code,
        timeout_s=spec.datum_timeout_s,
    )


def parameter_variables(spec: PipelineSpec) -> dict[str, str]:
    """Return the parameters as variables `TILTH_PARAM_<name>` (text as it is, all else as JSON), and all in one."""
    if not spec.parameters:
        return {}
    variables = {
        f"TILTH_PARAM_{name}": value if isinstance(value, str) else canonical(value).decode()
        for name, value in spec.parameters.items()
    }
    return variables | {PARAMETERS: canonical(dict(spec.parameters)).decode()}
