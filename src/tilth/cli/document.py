"""The command line's own manual, from the commands' help: `python -m tilth.cli.document > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tilth.cli.grammar import HELP_OPTIONS, Command, Noun
from tilth.cli.main import program

_HEAD = """# The command line

<!-- Made by `python -m tilth.cli.document > docs/cli.md` from the commands' help; do not edit. -->

    tilth [-w FOLDER_OR_URL] [--json] NOUN VERB …

Without `-w` the workspace is `$TILTH_WORKSPACE`, else the nearest `.tilth` folder upward, else `./.tilth`, which the
first `repo create` makes. A URL goes by the token in `$TILTH_TOKEN`, or is the link that `tilth up` printed.
`REPO[@REVISION][:PATH]` names a repo, a commit or a file; a revision is a branch, a commit id, a change id, `branch^`,
`branch^3` or `branch@{3 days ago}`.

`--json`, before the noun or after the verb, prints one JSON document with the values as the API has them, and errors
as `{"error", "message", "help", "facts"}` on stderr. Lists are pages, `{"items": […], "next": KEY}`; pass `next` as
`--after`. Progress goes to stderr: bars on a terminal, else a line every five seconds.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | some other known failure |
| 2 | the request is wrong as it stands |
| 3 | the named thing does not exist |
| 4 | conflict: the state has changed, look again |
| 5 | not allowed |
| 6 | something is missing for now (disk, lock, network) |
| 7 | stored bytes are not what was stored |
| 8 | your own code or job failed |
| 9 | the bytes were taken away on purpose: purged |
| 70 | a defect of Tilth; `TILTH_DEBUG=1` shows the trace |
| 130 | stopped by Ctrl-C |
| 141 | the reader of the output went away |
"""


def manual() -> str:
    """Return the whole manual as Markdown."""
    ctx = click.Context(program, info_name="tilth")
    parts = [_HEAD]
    for title, section in program.places.items():
        parts.append(f"\n## {title}\n")
        for name in section:
            command = program.get_command(ctx, name)
            assert command is not None, f"{name} is listed"
            parts.extend(_pages(command, f"tilth {name}"))
    return "".join(parts)


def _pages(command: click.Command, words: str) -> Iterator[str]:
    ctx = click.Context(command, info_name=words)
    if isinstance(command, Noun):
        yield f"\n### {words}\n\n{(command.help or '').strip()}\n"
        for name in command.list_commands(ctx):
            verb = command.get_command(ctx, name)
            assert verb is not None, f"{name} is listed"
            yield from _pages(verb, f"{words} {name}")
        return
    yield f"\n#### {words}\n\n"
    yield "".join(f"    {line}\n" if line else "\n" for line in _help(command, words).splitlines())


def _help(command: click.Command, words: str) -> str:
    ctx = click.Context(command, info_name=words, terminal_width=96, help_option_names=HELP_OPTIONS)
    assert isinstance(command, Command), f"{words} is made by the grammar"
    return command.get_help(ctx)


if __name__ == "__main__":
    print(manual(), end="")
