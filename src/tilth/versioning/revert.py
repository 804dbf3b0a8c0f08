"""Undo one old commit and keep what came after it."""

from __future__ import annotations

from tilth.errors import BranchMoved, Conflict, Invalid
from tilth.model.commit import Commit, Derivation
from tilth.model.entry import Entry
from tilth.model.ids import ChangeId, CommitId
from tilth.versioning.ancestry import is_ancestor
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.commits import ATTEMPTS, commit_edits, get_commit, read_head
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.releasing import kept
from tilth.versioning.repos import RepoName
from tilth.versioning.trees import Tree
from tilth.versioning.turns import branch_turn

STAGE = "revert"
_NAMED = 10


@in_act
def revert(
    backend: Backend,
    repo: RepoName,
    branch: str,
    commit: CommitId,
    *,
    author: str,
    message: str = "",
    change: ChangeId | None = None,
) -> Commit:
    """Commit the opposite of `commit` onto the branch's head, path by path.

    A path that already is as it was before `commit` is left alone. Raises Conflict naming the paths that were
    changed again since, NothingToCommit when nothing is left to undo, Invalid when the commit is not in the branch's
    history. Costs O(paths that the commit changed).
    """
    undone = get_commit(backend, commit)
    parent = get_commit(backend, undone.parents[0]) if undone.parents else None
    kept(backend, undone, *([parent] if parent is not None else []))
    before = Tree(backend.store, parent.tree if parent is not None else None)
    changes = list(diff_trees(before, Tree(backend.store, undone.tree)))
    home = read_head(backend, repo, branch).repo
    for _ in range(ATTEMPTS):
        with branch_turn(backend, home.id, branch):
            head = read_head(backend, repo, branch)
            with backend.database.read() as conn:
                if head.id is None or not is_ancestor(conn, commit, head.id):
                    raise Invalid(
                        f"Commit {commit} is not in the history of {head.repo.full_name}@{branch}.",
                        help="`tilth log` shows which are.",
                        commit=commit,
                    )
            now = head.tree(backend.store)
            edits = Edits()
            meets: list[str] = []
            back: list[Entry] = []
            for each in changes:
                found = now.stat(each.path)
                if found == each.old:
                    continue
                if found != each.new:
                    meets.append(each.path)
                elif each.old is None:
                    edits.delete(each.path)
                else:
                    back.append(each.old)
            if meets:
                more = f" and {len(meets) - _NAMED} more" if len(meets) > _NAMED else ""
                named = ", ".join(meets[:_NAMED]) + more
                raise Conflict(
                    f"Cannot revert {commit}: changed again since: {named}.",
                    help="Revert the later commits first, or put the files as you want them.",
                    paths=meets[:1000],
                )
            # Deletes first: a path may have changed from file to folder, and both cannot stand.
            for entry in back:
                edits.put(entry)
            try:
                return commit_edits(
                    backend,
                    repo,
                    branch,
                    edits,
                    author=author,
                    message=message or _message(undone),
                    if_head=head.id,
                    change=change,
                    derivation=Derivation(STAGE, facts={"reverts": commit}),
                )
            except BranchMoved:
                continue
    raise Conflict(f"Branch {branch} moved {ATTEMPTS} times while {commit} was being reverted.", help="Try again.")


def _message(undone: Commit) -> str:
    return f"Revert {undone.message!r}" if undone.message else f"Revert {undone.id}"
