"""Values that cross a door: frozen, JSON-shaped, the same for the local and the remote workspace.

Times are milliseconds since 1970 UTC; digests and seals are 64 hex digits; sizes are bytes; money is in the
workspace's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeAlias, TypeVar

from tilth.contract.branching import FollowInfo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; pass `next` as `after` to read on; None means that this was the last."""

    items: Sequence[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A repo: a namespace of branches of one kind of data."""

    name: str
    project: str
    description: str
    held_out: bool
    created_ms: int
    branches: Sequence[str] = ()
    owner: str | None = None
    """The pipeline that alone may write here; None for source repos."""
    kind: str = "data"
    """data, dataset or model."""


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A movable name for a commit."""

    repo: str
    name: str
    head: str | None
    inputs: Sequence[str] = ()
    """For derived branches: `repo@branch` of each input."""
    owner: str | None = None
    protected: Sequence[str] | None = None
    """For a protected branch, the roles that may write to it; its head never moves back."""
    follows: FollowInfo | None = None
    """How it follows another branch, if it does."""


@dataclass(frozen=True, slots=True)
class InputInfo:
    """One input of a derivation."""

    repo: str
    branch: str
    commit: str
    seal: str
    kind: str


@dataclass(frozen=True, slots=True)
class DerivationInfo:
    """How a commit came from others."""

    stage: str
    """The pipeline by name; else `merge`, `revert`, `feedback`, ..."""
    inputs: Sequence[InputInfo]
    recipe: str | None = None
    job: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitCounts:
    """Files that a commit added, changed and removed against its first parent; `put` is the size of those added and
    changed, in bytes, `stored` what of it was not stored before, as it lies on disk (None where nobody counted)."""

    added: int
    changed: int
    removed: int
    put: int
    stored: int | None = None


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit as its record says it."""

    id: str
    change: str
    repo: str
    parents: Sequence[str]
    author: str
    at_ms: int
    message: str
    seal: str
    files: int
    size: int
    derivation: DerivationInfo | None = None
    changed: bool = True
    """False when a write changed nothing, so that this is the head that was there before."""
    counts: CommitCounts | None = None
    """Only where a commit is asked for or listed; None for commits that were made before they were counted."""


@dataclass(frozen=True, slots=True)
class HeadMove:
    """One move of a branch head."""

    position: int
    branch: str
    old: str | None
    new: str | None
    change: str
    author: str
    at_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file, link or (in a one-level list) folder."""

    path: str
    kind: str
    size: int
    digest: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link to write; where it leads is not looked at."""

    target: str


@dataclass(frozen=True, slots=True)
class Executable:
    """Bytes to write as an executable file."""

    content: bytes | BinaryIO


FileSource: TypeAlias = bytes | BinaryIO | Path | Link | Executable
"""What can be written: bytes, an open stream, a local file (with its mode) or link, a link, an executable."""


@dataclass(frozen=True, slots=True)
class BucketReport:
    """What writing a version to an object store came to: `sent` of `files` objects, the others were there."""

    files: int
    sent: int
    size: int
    """Bytes that were sent."""
    links: Sequence[str] = ()
    """Paths of symbolic links: they were left out, an object store has none."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that differs between two commits; `old` or `new` is None when it was added or deleted."""

    path: str
    old: FileInfo | None
    new: FileInfo | None


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """Unfinished writes to a branch."""

    id: str
    repo: str
    branch: str
    changes: int
    author: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """A pipeline and where it stands."""

    name: str
    project: str
    kind: str
    version: int
    state: str
    """active, paused, or invalid where the stored spec cannot be understood (any more)."""
    spec: Mapping[str, Any]
    output: str
    """`repo@branch` that it writes."""
    recipe: str
    created_ms: int
    updated_ms: int
    last_job: str | None = None
    last_job_state: str | None = None
    paused_by: str | None = None


@dataclass(frozen=True, slots=True)
class SpecCheck:
    """What a spec would do, without doing it."""

    name: str
    kind: str
    inputs: Sequence[str]
    output: str
    items: int | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A pipeline at a change."""

    id: str
    pipeline: str
    change: str
    state: str
    reason: str
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    total: int
    run: int
    reused: int
    failed: int
    recovered: int
    cpu_s: float
    wall_s: float
    output: str | None = None
    """The commit it published, if any."""

    @property
    def ended(self) -> bool:
        """Whether the job will not change any more."""
        return self.state not in ("created", "running")


@dataclass(frozen=True, slots=True)
class DatumInfo:
    """One datum of a job."""

    key: str
    state: str
    reason: str = ""
    reused: bool = False
    tries: int = 1
    wall_s: float = 0.0
    cpu_s: float = 0.0
    outputs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """One person (or simulated person) in one labeling pipeline, under an opaque public id."""

    worker: str
    state: str
    """active or banned."""
    reason: str
    answers: int
    rejected: int
    golden_total: int
    golden_right: int
    skipped: int
    mean_seconds: float
    earned: float
    told_accuracy: float | None = None
    """For the worker alone: share of known answers right, in steps of 5 %, as of their first `told_answers` answers."""
    told_answers: int = 0


@dataclass(frozen=True, slots=True)
class LabelingInfo:
    """A labeling pipeline and how far it is, from counters."""

    pipeline: str
    state: str
    reason: str
    tasks: int
    done: int
    open: int
    withdrawn: int
    escalated: int
    golden: int
    answers: int
    rejected: int
    spent: float
    budget: float | None
    workers: int
    banned: int
    overlap: int
    guideline_version: str
    published_sequence: int
    ledger_sequence: int
    config: str = ""
    guidelines: str = ""
    method: str = ""
    """How labels follow from answers: dawid_skene (each person weighed by how often they seem right) or majority."""
    blocked: str = ""
    """Why it cannot start: what keeps its known answers from being loaded. No task is given out meanwhile."""
    taking_in: bool = False
    """Whether its items are taken in for the first time: `tasks` and `open` count those so far."""


@dataclass(frozen=True, slots=True)
class AssignmentInfo:
    """A task lent to a worker until `expires_ms`. Known-answer tasks look like any other."""

    id: str
    pipeline: str
    data: Mapping[str, Any]
    """Label Studio task data: names of the config's variables to text or to a media URL path."""
    media: Mapping[str, str]
    """Variable name → content type, for variables whose bytes are read through `media()`."""
    config: str
    guidelines: str
    guideline_version: str
    expires_ms: int
    price: float


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """The tasks that a worker holds, the one to do first first."""

    tasks: Sequence[AssignmentInfo]
    state: str
    """lent: as many as asked for. Else why there are fewer: finished, nothing_new (only others' work is left), closed,
    paused, budget or preparing."""


@dataclass(frozen=True, slots=True)
class PracticeTaskInfo:
    """A done item for practice."""

    id: str
    data: Mapping[str, Any]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PracticeInfo:
    """Done items of one labeling pipeline, for practice."""

    pipeline: str
    tasks: Sequence[PracticeTaskInfo]
    config: str
    guidelines: str
    guideline_version: str


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """An answer to a practice item: a Label Studio result list, and how long it took."""

    id: str
    result: Sequence[Mapping[str, Any]]
    seconds: float


@dataclass(frozen=True, slots=True)
class StandingInfo:
    """How often somebody agreed with what all others held, with a 95 % interval, and how quick they were."""

    worker: str
    """Opaque id; empty for the caller, and for everybody where the caller may not see who works."""
    n: int
    agreed: int
    low: float
    high: float
    median_seconds: float


@dataclass(frozen=True, slots=True)
class PracticeOutcome:
    """One practised item: what the caller said, and what the others held."""

    id: str
    mine: str
    theirs: str
    share: float
    """Share of the others' answers that said so."""


@dataclass(frozen=True, slots=True)
class ComparisonInfo:
    """The caller beside all who did the work, the most agreeing first.

    `outcomes` is empty for callers who may not see labels.
    """

    me: StandingInfo
    others: Sequence[StandingInfo]
    outcomes: Sequence[PracticeOutcome]


@dataclass(frozen=True, slots=True)
class SubmitInfo:
    """What became of a submitted answer."""

    assignment: str
    state: str
    worker_state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LabelInfo:
    """What holds for one item: consensus or an expert's ruling."""

    key: str
    label: Any
    confidence: float
    answers: int
    final: bool
    state: str


@dataclass(frozen=True, slots=True)
class FeedbackInfo:
    """A declared edge by which chosen items go back into a source repo."""

    id: str
    name: str
    source: str
    target: str
    trigger: str
    budget: int
    used: int
    max_rounds: int
    rounds: int
    state: str


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One commit in a lineage graph, with what produced it."""

    commit: CommitInfo
    depth: int
    record_of: Sequence[str] = ()
    """Of the newest record of a model or dataset: the commits that it stands for now, which are not sealed in it."""


@dataclass(frozen=True, slots=True)
class DatumTrace:
    """Which item of which run wrote a file, and from what."""

    path: str
    commit: str
    pipeline: str
    job: str | None
    datum: str
    recipe: str
    inputs: Sequence[str]
    """`repo@commit:path` of each file read (with `#row` for rows)."""


@dataclass(frozen=True, slots=True)
class LabelTrace:
    """Where one label came from: who answered what, under which guidelines. People by opaque id."""

    key: str
    commit: str
    pipeline: str
    guideline_version: str
    label: Any
    answers: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a commit (or one file of it) came from, nearest first."""

    of: str
    nodes: Sequence[LineageNode]
    datums: Sequence[DatumTrace] = ()
    labels: Sequence[LabelTrace] = ()


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A principal and what it may do."""

    name: str
    role: str
    """owner, curator, writer, reader, reviewer, labeler or auditor."""
    labels: Sequence[str] = ()
    """For labelers and reviewers: the labeling pipelines that they may work on; empty means all."""
    created_ms: int = 0
    display: str = ""
    """What a person who joined by an invite calls itself; any text."""
    disabled: bool = False
    """Whether its tokens are refused for now."""
    invite: str | None = None
    """The id of the invite by which it joined."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A new credential; `token` is shown once and only its hash is kept."""

    id: str
    user: str
    token: str


@dataclass(frozen=True, slots=True)
class ProblemInfo:
    """One bad thing that verify found."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was wrong.

    A bad file is named `repo@commit:path`, by the commit that put it there. `gone` is what was taken out on purpose:
    purged files, forgotten and dropped commits. `resumed` packs were found whole before an interruption.
    """

    commits: int
    records: int
    bytes: int
    problems: Sequence[ProblemInfo]
    gone: Sequence[ProblemInfo] = ()
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class GcReport:
    """What a collection of garbage did. Of `condemned` records those were deleted that nothing took up again.

    `waiting` names the processes that the rest waits for: the next collection deletes it. `damaged` are packs that
    could not be written anew.
    """

    condemned: int
    records: int
    freed: int
    packs_before: int
    packs_after: int
    forgotten_results: int
    waiting: Sequence[str]
    damaged: Sequence[str]


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge took away: `files` as they were named, the digests of their bytes, other `places` with the same.

    `derived` are commits that were made from them and are not purged; so many cached `results` were evicted. `left`
    records of the purged files are still on disk: `waiting` names processes that hold them up (the next collection
    deletes them), else other files share them, or a living process writes their pack.
    """

    files: Sequence[str]
    digests: Sequence[str]
    places: Sequence[str]
    derived: Sequence[str]
    results: int
    freed: int
    left: int
    waiting: Sequence[str]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Where a backup lies, how many packs and bytes it holds, and what of that was copied now."""

    folder: str
    packs: int
    size: int
    copied_packs: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class UsageInfo:
    """Bytes as the user sees them and as they lie on disk."""

    logical: int
    stored: int
    packs: int
    commits: int
    repos: int


@dataclass(frozen=True, slots=True)
class RepoUsage:
    """Bytes of one repo: as its branches show it, as all its kept commits lie on disk, and what is its own of that.

    The rest of `stored` other repos need too: to delete the repo would free `own`.
    """

    repo: str
    logical: int
    stored: int
    own: int


@dataclass(frozen=True, slots=True)
class EventInfo:
    """One piece of news from the feed."""

    position: int
    kind: str
    change: str
    at_ms: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuietReport:
    """What ran until nothing was left to run."""

    jobs: Sequence[JobInfo]
    commits: int


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """Whether anything is left to run, and who runs it."""

    quiet: bool
    """True when all that commits have asked for is done."""
    coordinator: str | None
    """Who holds the coordinator's lease: a server or a command; None when nobody works."""
    position: int
    """The newest feed position."""
    taken: int
    """The feed position up to which the coordinator has read."""
    waiting: int
    """Jobs created and not started."""
    running: int
    at_ms: int
    """The workspace's clock."""
