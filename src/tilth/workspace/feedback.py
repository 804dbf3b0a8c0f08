"""Feedback edges of a local workspace."""

from __future__ import annotations

from collections.abc import Iterator

from tilth.contract.commit import CommitInfo
from tilth.contract.feedback import FeedbackInfo
from tilth.contract.paging import Page
from tilth.datasets.tables import is_table, read_table
from tilth.errors import Invalid, NotFound
from tilth.model.commit import Commit
from tilth.model.entry import Entry
from tilth.versioning import branches, commits, feedback, releasing, revisions
from tilth.versioning.edits import Edits
from tilth.versioning.feedback import FeedbackEdge
from tilth.versioning.trees import Tree, content_of, entry_for
from tilth.workspace.infos import commit_info
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened

COLUMNS = ("reference", "path")


class LocalFeedback:
    """Feedback edges of the folder.

    The selection is what lies at the edge's source: a folder, whose files are the items; or a table file with a column
    `reference` (`repo@revision:path`) or `path` (in the source's own commit), whose rows name them.
    """

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def declare(
        self, name: str, source: str, target: str, *, trigger: str = "person", budget: int, max_rounds: int
    ) -> FeedbackInfo:
        """Declare an edge."""
        start, end = revisions.parse(source), revisions.parse(target)
        edge = feedback.declare(
            self._backend,
            name,
            source=(start.full_name, start.branch),
            target=(end.full_name, end.branch),
            trigger=trigger,
            budget=budget,
            max_rounds=max_rounds,
            by=self._author,
            source_path=start.path or "",
            target_path=end.path or "",
        )
        return _info(edge)

    def get(self, name: str) -> FeedbackInfo:
        """Return one edge."""
        return _info(feedback.get_edge(self._backend, name))

    def list(self) -> Page[FeedbackInfo]:
        """List edges."""
        return Page([_info(edge) for edge in feedback.list_edges(self._backend)])

    def fire(self, name: str, *, message: str = "") -> CommitInfo | None:
        """Send the items that the source's head names into the target."""
        edge = feedback.get_edge(self._backend, name)
        at = branches.get_branch(self._backend, edge.source, edge.source_branch).head
        chosen = dict(self._selection(edge, commits.get_commit(self._backend, at))) if at is not None else {}
        edits = Edits()
        prefix = f"{edge.target_path}/" if edge.target_path else ""
        for path, entry in chosen.items():
            edits.put(entry_for(prefix + path, content_of(entry), kind=entry.kind, attributes=dict(entry.attributes)))
        fired = feedback.fire(self._backend, name, edits, items=len(chosen), by=self._author, at=at, message=message)
        return commit_info(fired) if fired is not None else None

    def end(self, name: str) -> FeedbackInfo:
        """End an edge for good."""
        return _info(feedback.end_edge(self._backend, name, by=self._author))

    def _selection(self, edge: FeedbackEdge, commit: Commit) -> Iterator[tuple[str, Entry]]:
        """Yield the items with their paths in the target."""
        tree = Tree(self._backend.store, commit.tree)
        file = tree.stat(edge.source_path) if edge.source_path else None
        if file is not None and is_table(file.path):
            yield from self._named(edge, tree, file.path)
            return
        cut = len(edge.source_path) + 1 if edge.source_path and file is None else 0
        for entry in tree.walk(edge.source_path):
            yield entry.path.rpartition("/")[2] if file is not None else entry.path[cut:], entry

    def _named(self, edge: FeedbackEdge, tree: Tree, path: str) -> Iterator[tuple[str, Entry]]:
        table = read_table(tree.read, [path])
        column = next((name for name in COLUMNS if name in table.schema.names), None)
        if column is None:
            raise Invalid(
                f"The selection {edge.source}:{path} names no items.",
                help=f"Give it a column {' or '.join(COLUMNS)}.",
                columns=list(table.schema.names),
            )
        trees: dict[str, Tree] = {}
        for value in table[column].to_pylist():
            place, _, at = str(value).partition(":") if column == "reference" else ("", "", str(value))
            if place and place not in trees:
                trees[place] = Tree(self._backend.store, releasing.readable(self._backend, place).tree)
            entry = (trees[place] if place else tree).stat(at)
            if entry is None:
                raise NotFound(
                    f"The selection {edge.source}:{path} names {value}, which does not exist.", path=str(value)
                )
            yield entry.path, entry


def _info(edge: FeedbackEdge) -> FeedbackInfo:
    return FeedbackInfo(
        id=edge.id,
        name=edge.name,
        source=_place(edge.source, edge.source_branch, edge.source_path),
        target=_place(edge.target, edge.target_branch, edge.target_path),
        trigger=edge.trigger,
        budget=edge.budget,
        used=edge.spent,
        max_rounds=edge.max_rounds,
        rounds=edge.rounds,
        state="open" if edge.ended is None else f"ended: {edge.ended}",
    )


def _place(repo: str, branch: str, path: str) -> str:
    return f"{short_name(repo)}@{branch}" + (f":{path}" if path else "")
