"""How commands look: an example in each help, `--json` everywhere, the nearest word for a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

import click

from tilth.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])

HELP_OPTIONS = ["-h", "--help"]
CONTEXT_SETTINGS = {"help_option_names": HELP_OPTIONS, "max_content_width": 100}


class Place(NamedTuple):
    """Where a command lives, and its one line; kept here so that the first help imports no command."""

    module: str
    summary: str


class Command(click.Command):
    """A verb: its help ends with an example, and it takes `--json` itself as well."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", CONTEXT_SETTINGS)
        super().__init__(*args, **kwargs)
        self.example = example
        self.params.append(
            click.Option(
                ["--json", "as_json"],
                is_flag=True,
                expose_value=False,
                callback=_ask_for_json,
                help="Print one JSON document.",
            )
        )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the options."""
        write_example(self.example, formatter)


class Noun(click.Group):
    """A noun: a group of verbs. An unknown verb names the nearest."""

    command_class = Command

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", CONTEXT_SETTINGS)
        super().__init__(*args, **kwargs)
        self.example = example

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; UsageError with the nearest when there is none."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(self.unknown(args[0], ctx), ctx)
        return super().resolve_command(ctx, args)

    def unknown(self, word: str, ctx: click.Context) -> str:
        """Say that there is no such verb, and which is nearest."""
        return _unknown(word, self.list_commands(ctx), ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the verbs."""
        write_example(self.example, formatter)


class Index(Noun):
    """The words after `tilth`; each is imported only when it is used."""

    def __init__(
        self, *args: Any, places: dict[str, dict[str, Place]], instead: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.instead = instead or {}

    def unknown(self, word: str, ctx: click.Context) -> str:
        """Say that there is no such word; for a word of other tools, what to write instead."""
        if word in self.instead:
            return f"There is no {f'{ctx.command_path} {word}'!r}. {self.instead[word]}"
        return super().unknown(word, ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List all words."""
        return [name for section in self.places.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command behind a word."""
        for section in self.places.values():
            if cmd_name in section:
                command: object = import_module(section[cmd_name].module).command
                return command if isinstance(command, click.Command) else None
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the words by section, without importing them."""
        for title, section in self.places.items():
            with formatter.section(title):
                formatter.write_dl([(name, place.summary) for name, place in section.items()])


def paging(default: int) -> Callable[[F], F]:
    """Add `--limit` and `--after` to a command that lists things."""

    def decorate(function: F) -> F:
        after = click.option("--after", metavar="KEY", help="Go on after this key (`next` of the page before).")
        limit = click.option(
            "--limit",
            type=click.IntRange(min=0),
            default=default,
            show_default=True,
            metavar="N",
            help="List at most N; 0 lists all.",
        )
        return limit(after(function))

    return decorate


def message_option(function: F) -> F:
    """Add `-m TEXT`."""
    return click.option("-m", "--message", default="", metavar="TEXT", help="Why; kept with the commit.")(function)


def write_example(example: str, formatter: click.HelpFormatter) -> None:
    """Write an `Example:` section."""
    if example:
        with formatter.section("Example"):
            for line in example.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word most like a mistyped one, or None."""
    return next(iter(difflib.get_close_matches(word, list(words), n=1, cutoff=0.5)), None)


def _unknown(word: str, words: Sequence[str], ctx: click.Context) -> str:
    match = nearest(word, words)
    hint = f" Did you mean {match!r}?" if match else ""
    return f"There is no {f'{ctx.command_path} {word}'!r}.{hint}"


def _ask_for_json(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).as_json = True
