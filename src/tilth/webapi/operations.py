"""Every operation of the web API and who may call it: one table, and what is not in it does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tilth.contract.principal import Role

Grant = frozenset[Role]

EVERYONE: Final[Grant] = frozenset(Role)
"""Anybody with a valid credential."""
STAFF: Final[Grant] = EVERYONE - {Role.LABELER}
"""Whoever may have credentials of its own making."""
LABEL: Final[Grant] = frozenset({Role.OWNER, Role.CURATOR, Role.WRITER, Role.LABELER})
"""To answer tasks. Not readers: an answer is a write; not reviewers: who decides does not vote."""
READ: Final[Grant] = frozenset({Role.OWNER, Role.CURATOR, Role.WRITER, Role.READER, Role.AUDITOR})
READ_LABELS: Final[Grant] = READ | {Role.REVIEWER}
"""To see labels, and who answered what."""
REVIEW: Final[Grant] = frozenset({Role.OWNER, Role.CURATOR, Role.WRITER, Role.REVIEWER})
"""To decide labels."""
WRITE: Final[Grant] = frozenset({Role.OWNER, Role.CURATOR, Role.WRITER})
"""To change data, datasets, slices, labeling projects, models. Of pipelines, curators make only those that ask people:
`workspace/pipelines.py` sees to it."""
AUDIT: Final[Grant] = frozenset({Role.OWNER, Role.AUDITOR})
OWN: Final[Grant] = frozenset({Role.OWNER})

ANSWER_BODY: Final = 4 << 20
SMALL_BODY: Final = 16 << 20
CODE_BODY: Final = 96 << 20
UPLOAD_BODY: Final = 256 << 20
ANY_BODY: Final = 1 << 50


@dataclass(frozen=True, slots=True)
class Operation:
    """How one facet method is called over HTTP: `METHOD /api/v1/<facet>/<name>`."""

    method: str
    grant: Grant
    body: int = SMALL_BODY
    """The largest body, in bytes."""
    special: bool = False
    """Whether bytes or waiting make it a route of its own; all others are made from the contract's signatures."""
    audited: bool = True
    """Whether the audit trail keeps it; reads never are, refusals always."""


OPERATIONS: Final[Mapping[str, Operation]] = {
    "repos.create": Operation("POST", WRITE),
    "repos.get": Operation("GET", READ),
    "repos.list": Operation("GET", READ),
    "repos.delete": Operation("POST", OWN),
    "repos.hold_out": Operation("POST", OWN),
    "branches.create": Operation("POST", WRITE),
    "branches.get": Operation("GET", READ),
    "branches.list": Operation("GET", READ),
    "branches.move": Operation("POST", WRITE),
    "branches.delete": Operation("POST", WRITE),
    "branches.drop": Operation("POST", WRITE),
    "branches.protect": Operation("POST", OWN),
    "branches.unprotect": Operation("POST", OWN),
    "branches.follow": Operation("POST", WRITE),
    "branches.unfollow": Operation("POST", WRITE),
    "branches.moves": Operation("GET", READ),
    "commits.get": Operation("GET", READ),
    "commits.log": Operation("GET", READ),
    "commits.diff": Operation("GET", READ),
    "commits.diff_content": Operation("GET", READ),
    "commits.merge": Operation("POST", WRITE),
    "commits.conflicts": Operation("GET", READ),
    "commits.revert": Operation("POST", WRITE),
    "commits.forget": Operation("POST", OWN),
    "files.put": Operation("POST", WRITE, ANY_BODY, special=True),
    "files.put_many": Operation("POST", WRITE, ANY_BODY, special=True),
    "files.put_archive": Operation("POST", WRITE, ANY_BODY, special=True),
    "files.put_url": Operation("POST", WRITE),
    "files.append": Operation("POST", WRITE, ANY_BODY, special=True),
    "files.copy": Operation("POST", WRITE),
    "files.move": Operation("POST", WRITE),
    "files.delete": Operation("POST", WRITE),
    "files.stat": Operation("GET", READ),
    "files.list": Operation("GET", READ),
    "files.walk": Operation("GET", READ),
    "files.read": Operation("GET", READ, special=True),
    "files.thumbnail": Operation("GET", READ, special=True),
    "files.archive": Operation("GET", READ, special=True),
    "files.put_bucket": Operation("POST", WRITE, special=True),
    "files.get_bucket": Operation("POST", WRITE, special=True),
    "drafts.open": Operation("POST", WRITE),
    "drafts.put": Operation("POST", WRITE, ANY_BODY, special=True, audited=False),
    "drafts.delete": Operation("POST", WRITE, audited=False),
    "drafts.get": Operation("GET", WRITE),
    "drafts.commit": Operation("POST", WRITE),
    "drafts.discard": Operation("POST", WRITE),
    "projects.list": Operation("GET", READ),
    "projects.branch": Operation("POST", WRITE),
    "projects.changes": Operation("GET", READ),
    "projects.promote": Operation("POST", WRITE),
    "projects.delete": Operation("POST", OWN),
    "pipelines.check": Operation("POST", WRITE, audited=False),
    "pipelines.create": Operation("POST", WRITE, CODE_BODY),
    "pipelines.get": Operation("GET", READ),
    "pipelines.list": Operation("GET", READ),
    "pipelines.delete": Operation("POST", WRITE),
    "pipelines.pause": Operation("POST", WRITE),
    "pipelines.resume": Operation("POST", WRITE),
    "pipelines.rerun": Operation("POST", WRITE),
    "jobs.list": Operation("GET", READ),
    "jobs.get": Operation("GET", READ),
    "jobs.datums": Operation("GET", READ),
    "jobs.logs": Operation("GET", READ, special=True),
    "jobs.wait": Operation("GET", READ, special=True),
    "jobs.stop": Operation("POST", WRITE),
    "labeling.list": Operation("GET", EVERYONE),
    "labeling.get": Operation("GET", READ_LABELS),
    "labeling.workers": Operation("GET", READ_LABELS),
    "labeling.labels": Operation("GET", READ_LABELS),
    "labeling.rule": Operation("POST", REVIEW),
    "labeling.reopen": Operation("POST", REVIEW),
    "labeling.ban": Operation("POST", REVIEW),
    "labeling.publish": Operation("POST", WRITE),
    "labeling.escalated": Operation("GET", READ_LABELS),
    "labeling.media": Operation("GET", READ_LABELS, special=True),
    "labeling.import_answers": Operation("POST", WRITE),
    "labeling.imports": Operation("GET", READ_LABELS),
    "labeling.undo_import": Operation("POST", WRITE),
    "labeling.set_guidelines": Operation("POST", WRITE),
    "reviews.start": Operation("POST", REVIEW),
    "reviews.list": Operation("GET", READ_LABELS),
    "reviews.get": Operation("GET", READ_LABELS),
    "reviews.items": Operation("GET", READ_LABELS),
    "reviews.decide": Operation("POST", REVIEW),
    "reviews.undo": Operation("POST", REVIEW),
    "reviews.end": Operation("POST", REVIEW),
    "reviews.rates": Operation("GET", READ_LABELS),
    "reviews.due": Operation("GET", READ_LABELS),
    "workers.list": Operation("GET", READ_LABELS),
    "workers.get": Operation("GET", READ_LABELS),
    "workers.answers": Operation("GET", READ_LABELS),
    "workers.unban": Operation("POST", REVIEW),
    "workers.compare": Operation("GET", READ_LABELS),
    "workers.flips": Operation("GET", READ_LABELS),
    "tags.create": Operation("POST", WRITE),
    "tags.list": Operation("GET", READ),
    "tags.delete": Operation("POST", WRITE),
    "annotations.set": Operation("POST", WRITE),
    "annotations.get": Operation("GET", READ),
    "annotations.remove": Operation("POST", WRITE),
    "annotations.find": Operation("GET", READ),
    "transactions.begin": Operation("POST", WRITE, audited=False),
    "transactions.get": Operation("GET", WRITE),
    "transactions.list": Operation("GET", WRITE),
    "transactions.put_many": Operation("POST", WRITE, ANY_BODY, special=True, audited=False),
    "transactions.append": Operation("POST", WRITE, ANY_BODY, special=True, audited=False),
    "transactions.commit": Operation("POST", WRITE),
    "transactions.abort": Operation("POST", WRITE, audited=False),
    "transfers.refs": Operation("GET", READ),
    "transfers.lacking": Operation("POST", READ, audited=False),
    "transfers.outline": Operation("POST", READ, special=True, audited=False),
    "transfers.records": Operation("POST", READ, UPLOAD_BODY, special=True, audited=False),
    "transfers.missing": Operation("POST", OWN, special=True, audited=False),
    "transfers.put_records": Operation("POST", OWN, ANY_BODY, special=True, audited=False),
    "transfers.take_over": Operation("POST", OWN),
    "uploads.lacking": Operation("POST", WRITE, UPLOAD_BODY, special=True, audited=False),
    "uploads.put": Operation("POST", WRITE, ANY_BODY, special=True, audited=False),
    "uploads.commit": Operation("POST", WRITE, ANY_BODY, special=True),
    "tasks.next": Operation("POST", LABEL, audited=False),
    "tasks.queue": Operation("POST", LABEL, audited=False),
    "tasks.submit": Operation("POST", LABEL, ANSWER_BODY, audited=False),
    "tasks.skip": Operation("POST", LABEL, audited=False),
    "tasks.release": Operation("POST", LABEL, audited=False),
    "tasks.media": Operation("GET", LABEL, special=True),
    "tasks.me": Operation("GET", LABEL),
    "tasks.practice": Operation("GET", LABEL),
    "tasks.compare": Operation("POST", LABEL, ANSWER_BODY, audited=False),
    "datasets.rows": Operation("GET", READ),
    "datasets.count": Operation("GET", READ),
    "datasets.define": Operation("POST", WRITE),
    "datasets.guess": Operation("GET", READ),
    "datasets.get": Operation("GET", READ),
    "datasets.list": Operation("GET", READ),
    "datasets.columns": Operation("GET", READ),
    "datasets.items": Operation("GET", READ),
    "datasets.item": Operation("GET", READ),
    "datasets.count_items": Operation("GET", READ),
    "datasets.histograms": Operation("GET", READ),
    "datasets.values": Operation("GET", READ),
    "datasets.metrics": Operation("GET", READ),
    "datasets.thumbnail": Operation("GET", READ, special=True),
    "datasets.fix": Operation("POST", WRITE),
    "datasets.mark": Operation("POST", WRITE),
    "datasets.undo": Operation("POST", WRITE),
    "datasets.acts": Operation("GET", READ),
    "datasets.save_version": Operation("POST", WRITE),
    "datasets.versions": Operation("GET", READ),
    "datasets.version_changes": Operation("GET", READ),
    "models.register": Operation("POST", WRITE),
    "models.get": Operation("GET", READ),
    "models.list": Operation("GET", READ),
    "models.versions": Operation("GET", READ),
    "models.upload": Operation("POST", WRITE, UPLOAD_BODY, special=True),
    "models.compare": Operation("GET", READ),
    "models.compared": Operation("GET", READ),
    "models.set_test": Operation("POST", WRITE),
    "models.remove_test": Operation("POST", WRITE),
    "models.board": Operation("GET", READ),
    "models.promote": Operation("POST", WRITE),
    "models.promotions": Operation("GET", READ),
    "models.train": Operation("POST", WRITE),
    "datasets.plan_send": Operation("POST", WRITE, audited=False),
    "datasets.send": Operation("POST", WRITE),
    "datasets.plan_export": Operation("GET", READ),
    "datasets.export": Operation("GET", READ, special=True),
    "slices.create": Operation("POST", WRITE),
    "slices.get": Operation("GET", READ),
    "slices.list": Operation("GET", READ),
    "slices.items": Operation("GET", READ),
    "slices.update": Operation("POST", WRITE),
    "slices.set_items": Operation("POST", WRITE),
    "slices.comment": Operation("POST", WRITE),
    "slices.delete": Operation("POST", WRITE),
    "analysis.start": Operation("POST", WRITE),
    "analysis.state": Operation("GET", READ),
    "analysis.stop": Operation("POST", WRITE),
    "analysis.map": Operation("GET", READ),
    "analysis.similar": Operation("POST", READ, audited=False),
    "analysis.neighbours": Operation("GET", READ),
    "analysis.duplicates": Operation("GET", READ),
    "analysis.explain": Operation("POST", READ, audited=False),
    "feedback.declare": Operation("POST", WRITE),
    "feedback.get": Operation("GET", READ),
    "feedback.list": Operation("GET", READ),
    "feedback.fire": Operation("POST", WRITE),
    "feedback.end": Operation("POST", WRITE),
    "lineage.of": Operation("GET", READ),
    "lineage.descendants": Operation("GET", READ),
    "access.me": Operation("GET", EVERYONE),
    "access.create_user": Operation("POST", OWN),
    "access.list_users": Operation("GET", AUDIT),
    "access.change_user": Operation("POST", OWN),
    "access.remove_user": Operation("POST", OWN),
    "access.create_token": Operation("POST", STAFF),
    "access.list_tokens": Operation("GET", STAFF),
    "access.revoke_token": Operation("POST", STAFF),
    "access.invite": Operation("POST", WRITE),
    "access.list_invites": Operation("GET", WRITE | AUDIT),
    "access.revoke_invite": Operation("POST", WRITE),
    "keys.create": Operation("POST", STAFF - {Role.REVIEWER}),
    "keys.list": Operation("GET", STAFF - {Role.REVIEWER}),
    "keys.revoke": Operation("POST", STAFF - {Role.REVIEWER}),
    "audit.list": Operation("GET", AUDIT),
    "audit.export": Operation("GET", AUDIT, special=True),
    "maintenance.status": Operation("GET", READ_LABELS),
    "maintenance.verify": Operation("POST", READ, special=True, audited=False),
    "maintenance.gc": Operation("POST", OWN, special=True),
    "maintenance.backup": Operation("POST", OWN, special=True),
    "maintenance.purge": Operation("POST", OWN, special=True),
    "maintenance.allow": Operation("POST", OWN),
    "maintenance.usage": Operation("GET", READ),
    "maintenance.repo_usage": Operation("GET", READ),
    "maintenance.events": Operation("GET", READ),
}

COMPOSED: Final = {
    "files.put_folder": "files.put_many",
    "files.get_folder": "files.archive",
    "maintenance.run": "maintenance.status",
}
"""Facet methods that a client builds from another operation."""

ACTS: Final = frozenset(
    name
    for name, route in [*((name, name) for name in OPERATIONS), *COMPOSED.items()]
    if OPERATIONS[route].method == "POST" and OPERATIONS[route].audited
)
"""What the audit trail keeps. Not what is kept better elsewhere: answers are in the ledger of their labeling pipeline,
with worker and time (tens of thousands an hour), and what is put into a draft is in its commit."""

PUBLIC_PATHS: Final = frozenset({"/openapi.json", "/api/v1/health"})
"""What answers without a credential: neither tells anything about the workspace."""


def path_of(name: str) -> str:
    """Return the URL path of the operation `facet.method`."""
    facet, _, method = name.partition(".")
    return f"/api/v1/{facet}/{method.replace('_', '-')}"
