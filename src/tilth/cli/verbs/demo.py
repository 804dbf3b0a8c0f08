"""`tilth demo`: the whole loop on real data."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from tilth.cli.grammar import Command
from tilth.cli.local import existing, local_path
from tilth.cli.session import Session, pass_session
from tilth.errors import Invalid


@click.command(
    "demo",
    cls=Command,
    short_help="Run the whole loop on real data.",
    example="tilth demo\ntilth demo clickbait --data ./data --rows source32k",
)
@click.argument("story", type=click.Choice(["digits", "clickbait"]), default="digits")
@click.option("--folder", metavar="DIR", help="Where to keep it; default: tilth-demo/STORY. A second run goes on.")
@click.option("--data", metavar="DIR", help="clickbait: the folder of the example's files.")
@click.option("--rows", type=click.Choice(["source32k"]), help="clickbait: ask about 2,000 headlines, not 30.")
@click.option("--seed", type=int, metavar="N", help="Of the simulated labelers' noise.")
@pass_session
def command(
    session: Session, story: str, folder: str | None, data: str | None, rows: str | None, seed: int | None
) -> None:
    """Run the whole loop on real data: version, label, train, find, trust.

    `digits` uses the scans inside scikit-learn and needs no download. The labelers are simulated, and said to be.
    """
    options: dict[str, Any] = {}
    if story == "clickbait":
        if data is None:
            raise Invalid(
                "The clickbait demo needs its files.",
                help="They are in example/data of github.com/Toloka/toloka-pachyderm; name it with --data DIR.",
            )
        options["data"] = existing(data)
        if rows is not None:
            options["rows"] = rows
    elif data is not None or rows is not None:
        raise Invalid(
            "--data and --rows belong to the clickbait demo.", help="Write `tilth demo clickbait --data DIR`."
        )
    if seed is not None:
        options["seed"] = seed
    place = local_path(folder) if folder is not None else Path("tilth-demo", story)
    if session.as_json:
        from rich.console import Console

        from tilth.demo.story import Story

        options["story"] = Story(Console(stderr=True, highlight=False))
    session.show(import_module(f"tilth.demo.{story}").run(place, **options), lambda _: None)
