"""Input specs: where the items of a pipeline come from. Values only; the field names are Pachyderm's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tilth.datums.fields import Fields
from tilth.datums.globs import compile_glob, template_columns
from tilth.errors import Invalid
from tilth.model.canonical import Json
from tilth.model.names import DEFAULT_BRANCH, DEFAULT_PROJECT, check_name

MAX_DEPTH = 16
KINDS = ("pfs", "cross", "join", "union", "group")


@dataclass(frozen=True, slots=True)
class Pfs:
    """Items of one branch: the files and folders that a glob matches, or (`rows`) the rows of those files."""

    name: str
    repo: str
    """PROJECT/REPO."""
    branch: str
    glob: str
    join_on: str = ""
    group_by: str = ""
    outer_join: bool = False
    reference: bool = False
    rows: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Cross:
    """Every combination of one item of each input."""

    inputs: tuple[InputSpec, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """The combinations of items of each input that have one join key."""

    inputs: tuple[Pfs, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """The items of each input, one after another."""

    inputs: tuple[InputSpec, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One item per group key, holding all items of all inputs that have it."""

    inputs: tuple[Pfs, ...]


InputSpec: TypeAlias = Pfs | Cross | Join | Union | Group


def parse_input(value: object, *, project: str = DEFAULT_PROJECT, where: str = "input") -> InputSpec:
    """Read an input as people write it: a mapping with exactly one of pfs, cross, join, union, group.

    Raises Invalid, naming the field, for unknown fields, bad globs, names used twice.
    """
    spec = _parse(value, project, where, 0)
    _check_names(spec)
    return spec


def leaves(spec: InputSpec) -> Iterator[Pfs]:
    """Yield the pfs inputs of `spec`, in the order written."""
    if isinstance(spec, Pfs):
        yield spec
    else:
        for child in spec.inputs:
            yield from leaves(child)


def branches(spec: InputSpec) -> list[tuple[str, str, str]]:
    """Return the distinct (PROJECT/REPO, branch, kind) that `spec` reads; kind is data or reference."""
    kinds: dict[tuple[str, str], str] = {}
    for leaf in leaves(spec):
        at = (leaf.repo, leaf.branch)
        kinds[at] = "reference" if leaf.reference and kinds.get(at) != "data" else "data"
    return [(repo, branch, kind) for (repo, branch), kind in kinds.items()]


def input_json(spec: InputSpec) -> dict[str, Json]:
    """Return `spec` as JSON, without what is left at its default; parse_input reads it back."""
    if isinstance(spec, Pfs):
        project, _, repo = spec.repo.partition("/")
        fields: dict[str, Json] = {
            "name": spec.name,
            "project": project,
            "repo": repo,
            "branch": spec.branch,
            "glob": spec.glob,
        }
        extras: dict[str, Json] = {
            "join_on": spec.join_on,
            "group_by": spec.group_by,
            "outer_join": spec.outer_join,
            "reference": spec.reference,
            "rows": spec.rows,
            "key": spec.key,
        }
        return {"pfs": fields | {name: value for name, value in extras.items() if value}}
    kind = type(spec).__name__.lower()
    return {kind: [input_json(child) for child in spec.inputs]}


def _parse(value: object, project: str, where: str, depth: int) -> InputSpec:
    if depth > MAX_DEPTH:
        raise Invalid(f"{where} is nested more than {MAX_DEPTH} deep.", help="Split it over two pipelines.")
    fields = Fields(value, where)
    fields.refuse("cron", "cron inputs come in a later version", "Commit to a repo from a scheduler instead.")
    found = {kind: fields.any(kind) for kind in KINDS}
    given = [kind for kind in KINDS if found[kind] is not None]
    fields.end()
    if len(given) != 1:
        raise Invalid(
            f"{where} has {' and '.join(given) or 'no input'}.", help=f"Give exactly one of {', '.join(KINDS)}."
        )
    kind = given[0]
    at = fields.at(kind)
    if kind == "pfs":
        return _pfs(found[kind], project, at)
    members = found[kind]
    if not isinstance(members, list) or not members:
        raise Invalid(f"{at} must be a list of inputs.", help="List at least one input, e.g. '- pfs: {...}'.")
    children = tuple(_parse(member, project, f"{at}[{n}]", depth + 1) for n, member in enumerate(members))
    if kind == "cross":
        return Cross(children)
    if kind == "union":
        return Union(children)
    needed = "join_on" if kind == "join" else "group_by"
    plain: list[Pfs] = []
    for number, child in enumerate(children):
        if not isinstance(child, Pfs):
            raise Invalid(f"{at}[{number}] is not a pfs input.", help=f"A {kind} takes pfs inputs only.")
        if not getattr(child, needed):
            raise Invalid(
                f"{at}[{number}].pfs.{needed} is missing.", help="Give it a template such as '$1' or '${column}'."
            )
        plain.append(child)
    return Join(tuple(plain)) if kind == "join" else Group(tuple(plain))


def _pfs(value: object, project: str, where: str) -> Pfs:
    fields = Fields(value, where)
    repo = fields.text("repo")
    if "/" in repo:
        project, _, repo = repo.partition("/")
    project = check_name(fields.text("project", project), "project")
    check_name(repo, "repo")
    name = check_name(fields.text("name", repo), "pipeline input")
    if name == "out":
        raise Invalid(f"{fields.at('name')} is 'out', where outputs go.", help="Give the input another name.")
    glob = fields.text("glob")
    compile_glob(glob)
    for unserved in ("lazy", "empty_files", "s3"):
        if fields.flag(unserved):
            raise Invalid(
                f"{fields.at(unserved)} is not served in this version.",
                help="Leave it out; functions open inputs as streams.",
            )
    fields.refuse("trigger", "triggers come in a later version", "Leave it out.")
    fields.refuse("commit", "a pipeline reads a branch", "Give a branch instead.")
    rows = fields.flag("rows")
    key = fields.text("key", "") or None
    if key and not rows:
        raise Invalid(f"{fields.at('key')} is given without rows.", help="Add 'rows: true', or leave key out.")
    join_on, group_by = fields.text("join_on", ""), fields.text("group_by", "")
    for template in (join_on, group_by):
        if template_columns(template) and not rows:
            raise Invalid(
                f"{where} names the column {template_columns(template)[0]!r}, but its items are files.",
                help="Add 'rows: true', or use $1 for a group of the glob.",
            )
    pfs = Pfs(
        name=name,
        repo=f"{project}/{repo}",
        branch=fields.text("branch", DEFAULT_BRANCH),
        glob=glob,
        join_on=join_on,
        group_by=group_by,
        outer_join=fields.flag("outer_join"),
        reference=fields.flag("reference"),
        rows=rows,
        key=key,
    )
    fields.end()
    return pfs


def _check_names(spec: InputSpec) -> None:
    """Refuse a name used twice, except by different inputs of a union."""

    def names(node: InputSpec) -> set[str]:
        if isinstance(node, Pfs):
            return {node.name}
        seen: set[str] = set()
        for child in node.inputs:
            inner = names(child)
            if not isinstance(node, Union) and seen & inner:
                twice = sorted(seen & inner)[0]
                raise Invalid(
                    f"Two inputs are named {twice!r}.", help="Give one of them another name with 'name:'.", name=twice
                )
            seen |= inner
        return seen

    names(spec)
