"""Predictions that are uploaded: how they join the dataset of their model, and keeping them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tilth.contract.models import JoinInfo, UploadMapping
from tilth.curation import uploads
from tilth.datasets.model_definition import UPLOADS
from tilth.datasets.parts import build_parts
from tilth.datasets.tables import is_table, read_table
from tilth.errors import Conflict, Invalid, NothingToCommit
from tilth.model.commit import Commit
from tilth.versioning import commits, releasing, revisions
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.model_infos import chosen_mapping, join_info, no_join, upload_column
from tilth.workspace.model_repos import ModelRepo, load_model
from tilth.workspace.model_scores import label_texts
from tilth.workspace.model_versions import yardstick_of
from tilth.workspace.opened import Opened

MAX_UPLOAD = 256 << 20
"""Bytes of an uploaded file of predictions."""


def upload(
    opened: Opened,
    name: str,
    content: bytes | None = None,
    *,
    file: str = "",
    reference: str = "",
    mapping: Mapping[str, Any] | None = None,
    save: bool = False,
    drop_bad: bool = False,
    message: str = "",
) -> JoinInfo:
    """Report how predictions join the model's dataset; with `save`, keep them."""
    model = load_model(opened.backend, name)
    if model.definition.follows is not None:
        raise Conflict(
            f"The model {model.name} follows {model.definition.follows.source}; its predictions come from there.",
            help="Register a model of its own for uploads.",
        )
    table = _uploaded(opened, content, file, reference)
    yardstick = yardstick_of(opened, model.definition.dataset)
    chosen = chosen_mapping(mapping or {}, uploads.guess(table, yardstick.keys, yardstick.labels.names))
    columns = [upload_column(table, column) for column in table.schema.names]
    told = UploadMapping(
        chosen.key, chosen.label, chosen.confidence, dict(chosen.probabilities), chosen.match, chosen.scale
    )
    try:
        report, kept = uploads.report(table, chosen, yardstick.keys, label_texts(yardstick.labels))
    except Invalid as problem:
        if save:
            raise
        return no_join(columns, told, len(table), len(yardstick), problem.message)
    refused = ""
    if not report.matched:
        examples = ", ".join(report.unmatched_items.examples[:2])
        refused = f"No row is of any item of {model.definition.dataset}, whose keys look like {examples}."
    elif report.bad_rows and not drop_bad:
        refused = f"{report.bad_rows:,} of {report.rows:,} rows cannot be kept."
    commit = None
    if save:
        if refused:
            raise Invalid(refused, help="Correct the file or the columns, or leave such rows out (drop_bad).")
        commit = save_predictions(opened, model, kept, message or f"Predictions of {report.matched:,} items")
    return join_info(report, columns, told, refused, commit)


def _uploaded(opened: Opened, content: bytes | None, file: str, reference: str) -> pa.Table:
    if (content is None) == (not reference):
        raise Invalid("An upload is a file, or a reference to one.", help="Give one of the two.")
    if content is None:
        asked = revisions.parse(reference)
        tree = Tree(opened.backend.store, releasing.readable(opened.backend, asked).tree)
        path = asked.path or ""
        files = [entry.path for entry in tree.walk(path) if entry.path == path or is_table(entry.path)]
        return read_table(tree.read, files)
    if len(content) > MAX_UPLOAD:
        raise Invalid(
            f"The file has {len(content) >> 20} MB; {MAX_UPLOAD >> 20} are the most.",
            help="Put it into a repo and name it by reference.",
        )
    given = content
    return read_table(lambda path: given, [file])


def save_predictions(opened: Opened, model: ModelRepo, kept: pa.Table, message: str) -> Commit:
    """Make these rows the predictions of a model. Raises Conflict, BranchMoved."""
    tree = Tree(opened.backend.store, model.head.tree)
    parts = build_parts(kept, key="key")
    edits = Edits()
    for entry in tree.walk(UPLOADS):
        if entry.path.removeprefix(f"{UPLOADS}/") not in parts:
            edits.delete(entry.path)
    for path, data in parts.items():
        edits.put(write_entry(opened.backend.store, f"{UPLOADS}/{path}", io.BytesIO(data)))
    try:
        # Onto the head that was read: parts of two uploads at once must not mix.
        return commits.commit_edits(
            opened.backend,
            model.repo.full_name,
            "main",
            edits,
            author=opened.author,
            message=message,
            if_head=model.head.id,
        )
    except NothingToCommit as same:
        raise Conflict(
            f"These are the predictions that {model.name} has already.",
            help="There is nothing to save.",
            model=model.name,
        ) from same
