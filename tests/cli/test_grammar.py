"""The grammar: words, suggestions, help."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tilth
from tilth.cli.document import manual
from tilth.cli.grammar import Command, Noun
from tilth.cli.main import program

WORDS = [(name, place) for section in program.places.values() for name, place in section.items()]

GRAMMAR = {
    "repo": {"create", "list", "show", "delete", "hold-out", "export", "import"},
    "branch": {"create", "list", "move", "delete", "log", "follow", "unfollow", "protect", "unprotect"},
    "tag": {"create", "list", "delete"},
    "pipeline": {"create", "update", "list", "show", "check", "delete", "pause", "resume", "rerun"},
    "job": {"list", "show", "items", "wait", "stop", "logs"},
    "labeling": {
        "list",
        "show",
        "workers",
        "labels",
        "publish",
        "rule",
        "reopen",
        "ban",
        "unban",
        "review",
        "reviews",
        "rates",
        "compare",
        "import",
        "imports",
        "undo-import",
        "guidelines",
    },
    "feedback": {"declare", "list", "fire", "end"},
    "dataset": {
        "changes",
        "rows",
        "count",
        "export",
        "send",
        "define",
        "guess",
        "list",
        "show",
        "items",
        "metrics",
        "fix",
        "mark",
        "undo",
        "acts",
        "save",
        "versions",
        "analyse",
        "similar",
        "duplicates",
    },
    "slice": {"create", "list", "show", "items", "update", "add", "remove", "mark", "comment", "delete"},
    "user": {
        "create",
        "change",
        "list",
        "remove",
        "token",
        "tokens",
        "invite",
        "invites",
        "s3-key",
        "s3-keys",
    },
}


def all_commands() -> list[tuple[str, Command]]:
    found: list[tuple[str, Command]] = []
    for name, place in WORDS:
        command = import_module(place.module).command
        if isinstance(command, Noun):
            found += [(f"{name} {verb}", one) for verb, one in command.commands.items() if isinstance(one, Command)]
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize(("noun", "verbs"), GRAMMAR.items())
def test_each_noun_has_its_verbs(noun: str, verbs: set[str]) -> None:
    command = program.get_command(click.Context(program), noun)
    assert isinstance(command, Noun)
    assert set(command.commands) == verbs


@pytest.mark.parametrize(("name", "place"), WORDS)
def test_the_summary_in_the_first_help_is_that_of_the_command(name: str, place: object) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.short_help == getattr(place, "summary")  # noqa: B009


@pytest.mark.parametrize(("words", "command"), all_commands())
def test_each_verb_has_one_line_and_an_example_of_itself(words: str, command: Command) -> None:
    assert command.help is not None
    first = command.help.splitlines()[0]
    assert first.endswith((".", ":"))
    assert f"tilth {words}" in command.example
    result = CliRunner().invoke(program, [*words.split(), "--help"])
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "--json" in result.stdout


@pytest.mark.parametrize(
    ("args", "nearest"),
    [(["repp"], "repo"), (["pu", "x"], "put"), (["repo", "creat", "x"], "create"),
     (["repo", "list", "--limt", "3"], "--limit"), (["labelling", "list"], "labeling")],
)  # fmt: skip
def test_a_mistyped_word_names_the_nearest(args: list[str], nearest: str) -> None:
    result = CliRunner().invoke(program, args)
    assert result.exit_code == 2
    assert nearest in result.stderr.splitlines()[0]
    assert len(result.stderr.splitlines()) == 2
    assert result.stdout == ""


def test_a_mistyped_word_with_json_is_told_as_json() -> None:
    result = CliRunner().invoke(program, ["--json", "repp"])
    assert result.exit_code == 2
    failure = json.loads(result.stderr)
    assert failure["error"] == "invalid"
    assert "repo" in failure["message"]


def test_a_noun_alone_shows_its_help() -> None:
    result = CliRunner().invoke(program, ["repo"])
    assert result.exit_code == 2
    assert "create" in result.stderr


def test_a_noun_alone_with_json_is_an_error_as_json() -> None:
    result = CliRunner().invoke(program, ["--json", "repo"])
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"] == "invalid"


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(program, ["--version"]).stdout == f"tilth {tilth.__version__}\n"


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_the_first_help_imports_nothing_heavy(word: str) -> None:
    code = (
        "import sys\n"
        "from tilth.cli.main import program\n"
        "try:\n"
        f"    program.main([{word!r}])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'numpy', 'pyarrow', 'sqlalchemy', 'fastapi', 'duckdb', 'httpx', 'yaml', 'tilth.contract'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_short_command_loads_only_the_facets_it_uses(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tilth.cli.main import program\n"
        "try:\n"
        "    program.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pyarrow', 'alembic', 'duckdb', 'scipy', 'tilth.pipelines', 'tilth.labeling'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    argv = [sys.executable, "-c", code, "-w", str(tmp_path)]
    subprocess.run([*argv, "repo", "create", "images"], capture_output=True, check=True)
    done = subprocess.run([*argv, "repo", "list"], capture_output=True, text=True, check=True)
    assert "images" in done.stdout
    assert done.stderr.strip() == "[]"


def test_putting_a_folder_again_and_listing_it_load_what_they_need_and_no_more(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tilth.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pyarrow.compute', 'alembic', 'duckdb', 'scipy', 'pandas', 'pydantic', 'fastapi', 'httpx', 'rich',\n"
        "         'obstore', 'fsspec', 'tilth.pipelines', 'tilth.labeling', 'tilth.curation', 'tilth.datasets',\n"
        "         'tilth.client', 'tilth.contract.facets'}\n"
        "print('heavy', sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    files = tmp_path / "files"
    files.mkdir()
    for number in range(3):
        (files / f"{number}.txt").write_text(f"file {number}")
    argv = [sys.executable, "-c", code, "-w", str(tmp_path / "w")]
    for words in (["repo", "create", "texts"], ["put", "texts", str(files)], ["put", "texts", str(files)]):
        done = subprocess.run([*argv, *words], capture_output=True, text=True, check=True)
    assert "Nothing changed" in done.stdout + done.stderr
    assert "heavy []" in done.stderr
    done = subprocess.run([*argv, "ls", "texts"], capture_output=True, text=True, check=True)
    assert "2.txt" in done.stdout
    assert "heavy []" in done.stderr


def test_the_manual_is_current() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
    assert written.read_text() == manual(), "run: python -m tilth.cli.document > docs/cli.md"
