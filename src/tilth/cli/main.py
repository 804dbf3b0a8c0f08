"""The entry of the command line: wires the words to their commands and ends with the right exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from tilth.cli.grammar import Index, Place
from tilth.cli.session import Session
from tilth.errors import NotFound
from tilth.version import __version__
from tilth.without_pandas import do_without_pandas

_DAILY = "Daily acts on REPO[@REVISION][:PATH]"
_PLACES = {
    _DAILY: {
        "purge": Place("tilth.cli.verbs.purge", "Take the bytes of a file away for good."),
        "put": Place("tilth.cli.verbs.put", "Write files, folders, archives or URLs, as one commit."),
        "get": Place("tilth.cli.verbs.get", "Write a commit, folder or file to this machine."),
        "ls": Place("tilth.cli.verbs.ls", "List files."),
        "cat": Place("tilth.cli.verbs.cat", "Print the bytes of a file."),
        "cp": Place("tilth.cli.verbs.cp", "Copy a file or folder, within a repo or between repos."),
        "mv": Place("tilth.cli.verbs.mv", "Move a file or folder, within a repo or between repos."),
        "rm": Place("tilth.cli.verbs.rm", "Delete a file or folder, as one commit."),
        "log": Place("tilth.cli.verbs.log", "List commits, newest first."),
        "show": Place("tilth.cli.verbs.show", "Show one commit, what it changed and what that took."),
        "diff": Place("tilth.cli.verbs.diff", "List the paths that differ between two commits."),
        "merge": Place("tilth.cli.verbs.merge", "Merge one branch into another."),
        "revert": Place("tilth.cli.verbs.revert", "Undo one commit and keep what came later."),
        "drop": Place("tilth.cli.verbs.drop", "Take the newest commit off a branch."),
        "forget": Place("tilth.cli.verbs.forget", "Let go of a commit's data, keep its record."),
        "lineage": Place("tilth.cli.verbs.lineage", "Show what a commit or file came from."),
        "du": Place("tilth.cli.verbs.du", "Show sizes."),
    },
    "The workspace": {
        "run": Place("tilth.cli.verbs.run", "Do all work that commits have asked for, until quiet."),
        "mirror": Place("tilth.cli.verbs.mirror", "Bring repos from one workspace to another."),
        "verify": Place("tilth.cli.verbs.verify", "Re-hash everything that is stored."),
        "gc": Place("tilth.cli.verbs.gc", "Delete what nothing reaches any more, and merge small packs."),
        "backup": Place("tilth.cli.verbs.backup", "Copy the workspace into a folder, beside whoever works."),
        "restore": Place("tilth.cli.verbs.restore", "Make a workspace from a backup, and verify it."),
        "rebuild": Place("tilth.cli.verbs.rebuild", "Recover the database of a workspace from its packs."),
        "up": Place("tilth.cli.verbs.up", "Serve the workspace until Ctrl-C."),
        "demo": Place("tilth.cli.verbs.demo", "Run the whole loop on real data."),
    },
    "Nouns": {
        "project": Place("tilth.cli.nouns.project", "Projects: a whole project branched, and brought back."),
        "repo": Place("tilth.cli.nouns.repo", "Repos: where data lives."),
        "branch": Place("tilth.cli.nouns.branch", "Branches: movable names for commits."),
        "tag": Place("tilth.cli.nouns.tag", "Tags: names for commits that never move."),
        "annotation": Place("tilth.cli.nouns.annotation", "Annotations: words about repos, branches, commits, files."),
        "transaction": Place("tilth.cli.nouns.transaction", "Transactions: writes to several repos as one change."),
        "pipeline": Place("tilth.cli.nouns.pipeline", "Pipelines: work that runs on every change."),
        "job": Place("tilth.cli.nouns.job", "Jobs: runs of pipelines."),
        "labeling": Place("tilth.cli.nouns.labeling", "Labeling pipelines: work that people do."),
        "feedback": Place("tilth.cli.nouns.feedback", "Feedback edges: chosen items go back to a source repo."),
        "dataset": Place("tilth.cli.nouns.dataset", "Datasets, and tables in commits."),
        "model": Place("tilth.cli.nouns.model", "Models: versions, comparisons, tests, promotion."),
        "slice": Place("tilth.cli.nouns.slice", "Slices: named sets of a dataset's items."),
        "user": Place("tilth.cli.nouns.user", "Users, their tokens, invites."),
        "workspace": Place("tilth.cli.nouns.workspace", "The workspace itself, moved to other backends."),
        "audit": Place("tilth.cli.nouns.audit", "Who did what, and what was refused."),
    },
}


_INSTEAD = {
    "add": "`tilth put REPO FOLDER -m WHY` writes files, as one commit; nothing is staged.",
    "commit": "`tilth put REPO FOLDER -m WHY` commits at once; several repos at once: `tilth transaction begin`.",
    "status": "There is no working copy: `tilth log REPO` lists commits, `tilth diff REPO` what the newest changed.",
    "checkout": "`tilth get REPO@REVISION FOLDER` writes a branch, tag or commit to this machine.",
    "clone": "`tilth get REPO FOLDER` writes the files here; `tilth mirror FROM TO REPO` brings the whole history.",
    "pull": "`tilth get REPO FOLDER` writes the files here; `tilth mirror FROM TO REPO` brings what is new.",
    "push": "`tilth put REPO FOLDER` commits at once; `tilth mirror FROM TO REPO` brings repos to another workspace.",
}


class PipeClosed(Exception):
    """The reader of our output went away."""


class Program(Index):
    """`tilth` itself: turns every failure into a message and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one invocation and exit; `standalone_mode` is ignored."""
        words = list(sys.argv[1:] if args is None else args)
        sys.exit(self._run(words, prog_name or "tilth", complete_var, windows_expand_args, extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and flush, so that a closed pipe is met here and not at exit."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise PipeClosed from error
        except NotFound as error:
            session = ctx.find_object(Session)
            if "repo" in error.facts and session is not None and session.opened is not None:
                from tilth.cli import guesses

                guesses.add(error, session.opened)
            raise
        return result

    def _run(self, words: list[str], name: str, complete: str | None, expand: bool, extra: dict[str, Any]) -> int:
        as_json = _wants_json(words)
        try:
            code = super().main(words, name, complete, standalone_mode=False, windows_expand_args=expand, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            return _missing_verb(error, as_json=as_json)
        except Exception as error:  # noqa: BLE001 - this is the rim: nothing above could do better
            from tilth.cli import failures

            if isinstance(error, PipeClosed):
                return failures.pipe_closed()
            if isinstance(error, click.Abort):
                return failures.interrupted(as_json=as_json)
            return failures.report(error, as_json=as_json, words=words)
        return code if isinstance(code, int) else 0


def _missing_verb(error: click.UsageError, *, as_json: bool) -> int:
    if as_json:
        from tilth.cli import failures

        words = error.ctx.command_path if error.ctx else "tilth"
        return failures.report(click.UsageError(f"A word is missing after `{words}`.", error.ctx), as_json=True)
    print(error.format_message(), file=sys.stderr)
    return error.exit_code


def _wants_json(words: Sequence[str]) -> bool:
    """Tell whether `--json` is asked for, also where the words cannot be parsed."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


@click.command(
    cls=Program,
    places=_PLACES,
    instead=_INSTEAD,
    example="tilth repo create images\ntilth put images ./scans -m 'first scans'\ntilth log images",
)
@click.option("-w", "--workspace", "place", metavar="FOLDER_OR_URL", help="Which workspace to use.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; errors as JSON on stderr.")
@click.version_option(__version__, prog_name="tilth", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context, place: str | None, as_json: bool) -> None:
    """Version data, run pipelines on every change, ask people for labels, find where a model fails.

    Without -w the workspace is $TILTH_WORKSPACE, else the nearest .tilth folder upward, else ./.tilth, which the
    first `repo create` makes. A URL goes by the token in $TILTH_TOKEN, or is the link that `tilth up` printed.
    """
    ctx.obj = Session(option=place, as_json=as_json)


def _is_daily(words: Sequence[str]) -> bool:
    """Tell whether the first command among these words is one of the daily acts on files."""
    commands = {name: title for title, places in _PLACES.items() for name in places}
    return next((commands[word] for word in words if word in commands), None) == _DAILY


def main() -> None:
    """Run the command line (the `tilth` script)."""
    # A command's modules and rows are no garbage: looking through them over and over is a tenth of its time.
    gc.set_threshold(200_000, 20, 20)
    if _is_daily(sys.argv[1:]):
        gc.set_threshold(1_000_000, 20, 20)  # it ends soon
        # None of them does linear algebra, but numpy would start a thread for it on every core.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    do_without_pandas()
    try:
        program.main()
    finally:
        # The end of the process frees everything: looking for garbage once more took a fifth of a second. DuckDB's
        # bindings count on it, and else print all that they find alive.
        if "_duckdb" not in sys.modules:
            gc.freeze()


if __name__ == "__main__":
    main()
