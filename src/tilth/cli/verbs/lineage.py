"""`tilth lineage`: what a commit or file came from, or what came from it."""

from __future__ import annotations

import click

from tilth.cli.documents import plain
from tilth.cli.grammar import Command
from tilth.cli.session import Session, pass_session
from tilth.cli.wording import repo_name, safe, short, when
from tilth.contract.lineage import DatumTrace, LabelTrace, Lineage, LineageNode

_SHOWN_INPUTS = 12


@click.command(
    "lineage",
    cls=Command,
    short_help="Show what a commit or file came from.",
    example="tilth lineage predictions@main:0007.json\ntilth lineage --down images@main^3",
)
@click.argument("reference", metavar="REPO[@REVISION][:PATH]")
@click.option("--down", is_flag=True, help="Show what was derived from it instead.")
@click.option("--depth", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="Steps back.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N", help="With --down.")
@pass_session
def command(session: Session, reference: str, down: bool, depth: int, limit: int) -> None:
    """Show what a commit or file came from: commits, recipes, items, labels. People by opaque id."""
    lineage = session.workspace().lineage
    found = lineage.descendants(reference, limit=limit) if down else lineage.of(reference, depth=depth)
    session.show(found, _print)


def _print(lineage: Lineage) -> None:
    print(safe(lineage.of))
    for node in lineage.nodes:
        print(_node(node))
    for trace in lineage.datums:
        for line in _datum(trace):
            print(line)
    for label in lineage.labels:
        for line in _label(label):
            print(line)


def _node(node: LineageNode) -> str:
    commit, derivation = node.commit, node.commit.derivation
    line = f"{'  ' * node.depth}{repo_name(commit.repo)}@{commit.id}  {when(commit.at_ms)}"
    if node.record_of:
        return f"{line}  stands for {', '.join(short(each) for each in node.record_of)}: {safe(commit.message)}"
    if derivation is None:
        return f"{line}  put by {safe(commit.author)}{f': {safe(commit.message)}' if commit.message else ''}"
    if not derivation.inputs:
        return f"{line}  made by {repo_name(derivation.stage)} ({safe(commit.author)}): {safe(commit.message)}"
    inputs = ", ".join(f"{repo_name(source.repo)}@{short(source.commit)}" for source in derivation.inputs)
    recipe = f", recipe {short(derivation.recipe)}" if derivation.recipe else ""
    guideline = derivation.facts.get("guideline_version")
    guided = f", guidelines {safe(guideline)}" if guideline is not None else ""
    return f"{line}  made by {repo_name(derivation.stage)} from {inputs}{recipe}{guided}"


def _datum(trace: DatumTrace) -> list[str]:
    job = f", job {trace.job}" if trace.job else ""
    lines = [
        "",
        f"{safe(trace.path)}",
        f"  item {safe(trace.datum)} of {repo_name(trace.pipeline)}, recipe {short(trace.recipe)}{job}",
    ]
    lines += [f"    read {safe(source)}" for source in trace.inputs[:_SHOWN_INPUTS]]
    if len(trace.inputs) > _SHOWN_INPUTS:
        lines.append(f"    and {len(trace.inputs) - _SHOWN_INPUTS} more (see --json)")
    return lines


def _label(trace: LabelTrace) -> list[str]:
    lines = [
        "",
        f"label {safe(plain(trace.label))} of {safe(trace.key)} in {repo_name(trace.pipeline)}@{short(trace.commit)}, "
        f"guidelines {safe(trace.guideline_version)}",
    ]
    lines += [
        "    answer " + ", ".join(f"{safe(name)} {safe(plain(value))}" for name, value in answer.items())
        for answer in trace.answers
    ]
    return lines
