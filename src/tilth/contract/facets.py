"""What one can do with a workspace: one small Protocol per noun.

The local workspace and the remote client implement the same facets and pass the same suite
(`tilth.testing.WorkspaceSuite`). A *reference* is `[PROJECT/]REPO[@REVISION][:PATH]`. All of them raise the errors of
`tilth.errors`; lists are paged by key and never longer than `limit` (at most 1,000).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from tilth.contract.access import CredentialInfo, InviteInfo
from tilth.contract.branching import ReleaseInfo
from tilth.contract.content import ContentDiffInfo
from tilth.contract.escalation import EscalatedItem
from tilth.contract.importing import AnswerImportInfo, GuidelinesChange, ImportReport, ImportUndo
from tilth.contract.merging import ConflictInfo, MergeInfo
from tilth.contract.values import (
    AssignmentInfo,
    BackupReport,
    BranchInfo,
    BucketReport,
    CommitInfo,
    ComparisonInfo,
    DatumInfo,
    DraftInfo,
    EventInfo,
    FeedbackInfo,
    FileChange,
    FileInfo,
    FileSource,
    GcReport,
    HeadMove,
    JobInfo,
    LabelInfo,
    LabelingInfo,
    Lineage,
    Page,
    PipelineInfo,
    PracticeAnswer,
    PracticeInfo,
    PurgeReport,
    QueueInfo,
    QuietReport,
    RepoInfo,
    RepoUsage,
    SpecCheck,
    StatusInfo,
    SubmitInfo,
    TokenInfo,
    UsageInfo,
    UserInfo,
    VerifyReport,
    WorkerInfo,
)
from tilth.progress import Progress, silent


class Repos(Protocol):
    """Repos of the workspace."""

    def create(self, name: str, *, description: str = "", held_out: bool = False) -> RepoInfo:
        """Make a repo with an empty `main` branch. `name` may be `PROJECT/REPO`. Raises Conflict if it exists."""

    def get(self, name: str) -> RepoInfo:
        """Return one repo."""

    def list(self, *, kind: str | None = None, after: str | None = None, limit: int = 100) -> Page[RepoInfo]:
        """List repos by name; with `kind` (data, dataset, model) only those."""

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a repo. Raises Conflict when something is derived from it, unless `force`."""

    def hold_out(self, name: str, held_out: bool = True) -> RepoInfo:
        """Mark a repo as held out: nothing trained may have it upstream."""


class Branches(Protocol):
    """Branches of a repo."""

    def create(self, repo: str, name: str, *, head: str | None = None) -> BranchInfo:
        """Make a branch at `head` (a revision of the same repo), or empty."""

    def get(self, repo: str, name: str) -> BranchInfo:
        """Return one branch."""

    def list(self, repo: str) -> Page[BranchInfo]:
        """List the branches of a repo."""

    def move(self, repo: str, name: str, to: str, *, message: str = "") -> BranchInfo:
        """Move the head to the revision `to` of the same repo: deploy or roll back. Starts a new change."""

    def delete(self, repo: str, name: str) -> None:
        """Delete a branch; its commits stay. Raises Conflict when something is derived from it."""

    def drop(self, repo: str, name: str, *, to: str | None = None, reason: str = "") -> BranchInfo:
        """Take the newest commit (or all behind the revision `to`) off a branch and let go of its data.

        Record and lineage stay. Raises Conflict when a derived commit, another branch or a tag needs it.
        """

    def protect(self, repo: str, name: str, *, roles: Sequence[str] = ("owner",)) -> BranchInfo:
        """Let only `roles` write to a branch, whose head then never moves back."""

    def unprotect(self, repo: str, name: str) -> BranchInfo:
        """Take the protection away."""

    def follow(
        self,
        repo: str,
        name: str,
        source: str,
        *,
        commits: int | None = None,
        size: int | None = None,
        rate: str | None = None,
        cron: str | None = None,
        every: bool = False,
    ) -> BranchInfo:
        """Let a branch follow the branch `source` of its repo: its head becomes the same commit.

        After `commits` commits, growth by `size` bytes, or not more often than the schedule `rate`: one condition
        suffices unless `every`. `cron` (alone) moves it at those times. It takes no commits of its own then.
        """

    def unfollow(self, repo: str, name: str) -> BranchInfo:
        """Let it stay where it is."""

    def moves(self, repo: str, name: str, *, after: str | None = None, limit: int = 100) -> Page[HeadMove]:
        """List head moves, newest first."""


class Commits(Protocol):
    """Immutable versions."""

    def get(self, reference: str) -> CommitInfo:
        """Resolve a reference to its commit."""

    def log(self, reference: str, *, after: str | None = None, limit: int = 100) -> Page[CommitInfo]:
        """List a commit and its ancestors, newest first; with a path, only commits that touched it."""

    def diff(
        self, old: str | None, new: str, *, path: str = "", after: str | None = None, limit: int = 1000
    ) -> Page[FileChange]:
        """List paths that differ, by path; `old` None means the first parent of `new`."""

    def diff_content(self, old: str | None, new: str, *, path: str = "", limit: int = 1000) -> ContentDiffInfo:
        """Tell what differs inside one file (lines of text, cells of CSV, values of JSON); `old` as for `diff`.

        What is not there counts as empty. Costs O(size of the two files), at most 8 MB each.
        """

    def merge(
        self,
        source: str,
        into: str,
        *,
        decisions: Mapping[str, str] | None = None,
        draft: str | None = None,
        message: str = "",
        if_head: str | None = None,
        dry_run: bool = False,
    ) -> MergeInfo:
        """Merge a commit of the repo into `repo[@branch]`, path by path; conflicts are returned and nothing is done.

        `decisions` say `ours` or `theirs` for a path or all below it ("" is everything, the longest counts); the files
        and deletes in `draft` (of the same branch) decide theirs by content. A branch that is only behind follows.
        """

    def conflicts(self, source: str, into: str, *, after: str | None = None, limit: int = 1000) -> Page[ConflictInfo]:
        """List the conflicts of a merge by path."""

    def revert(self, reference: str, *, branch: str | None = None, message: str = "") -> CommitInfo:
        """Undo one commit on its branch and keep what came later. Raises Conflict that names the paths."""

    def forget(self, reference: str, *, reason: str = "") -> ReleaseInfo:
        """Let go of a commit's data and keep its record and lineage. Raises Conflict for a head or a tagged commit."""


class Files(Protocol):
    """Bytes in commits. Each writing call makes one commit, or changes nothing."""

    def put(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write one file at `repo[@branch]:path`."""

    def put_many(
        self,
        branch: str,
        files: Iterable[tuple[str, FileSource]],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
        progress: Progress = silent,
    ) -> CommitInfo:
        """Write and delete many files in one commit on `repo[@branch]`; deletes (files or folders) come first."""

    def put_folder(
        self, reference: str, folder: Path, *, mirror: bool = False, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write a local folder under `repo[@branch][:path]`; `mirror` also deletes what the folder lacks."""

    def put_archive(
        self, reference: str, source: bytes | BinaryIO | Path, *, message: str = "", progress: Progress = silent
    ) -> CommitInfo:
        """Write the files of an archive (tar, also compressed, or zip) under `repo[@branch][:path]`.

        Raises Invalid that names the member which leaves the archive, is a device, or makes it too large.
        """

    def put_url(
        self, reference: str, url: str, *, unpack: bool = False, private: bool = False, message: str = ""
    ) -> CommitInfo:
        """Write what an http(s) URL answers; with `unpack` the files of the archive that it is.

        Who holds the workspace fetches it: of a remote one the server, which raises Denied unless it was started to
        allow that. `private` asks for addresses of its own machine and networks too. A path that ends with a slash, or
        none, gets the name that the URL has.
        """

    def put_bucket(
        self, reference: str, url: str, *, message: str = "", by_server: bool = False, progress: Progress = silent
    ) -> CommitInfo:
        """Write all objects below an s3://, gs:// or az:// URL under `repo[@branch][:path]`.

        The credentials are the caller's. An object whose ETag and size are those of the last time is not fetched again,
        also when that was interrupted. Cost: a listing, and the reading of what is new. `by_server` lets a server do it
        with its own credentials; it raises Denied unless its `TILTH_BUCKETS` names that place.
        """

    def append(self, reference: str, source: bytes | BinaryIO, *, message: str = "") -> CommitInfo:
        """Write `source` behind what the file at `repo[@branch]:path` holds; a missing file begins so."""

    def copy(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Put what is at `source` (any `repo[@revision][:path]`) at `target` (`repo[@branch][:path]`), as one commit.

        A file becomes the target's path, or lands in it when that ends with a slash; a folder's content lands below it.
        No data is read, between repos neither.
        """

    def move(self, source: str, target: str, *, message: str = "") -> CommitInfo:
        """Move a file or folder like `copy` and return the target's commit.

        Between two branches it is one commit on each, of one change, both or none.
        """

    def delete(self, reference: str, *, message: str = "") -> CommitInfo:
        """Delete a file or folder."""

    def stat(self, reference: str) -> FileInfo:
        """Return one file or folder."""

    def list(self, reference: str, *, after: str | None = None, limit: int = 1000) -> Page[FileInfo]:
        """List one level of a folder."""

    def walk(
        self, reference: str, *, glob: str | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[FileInfo]:
        """List all files below a path, or those that match a glob, by path."""

    def read(self, reference: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Stream the bytes of a file, or a range of them."""

    def archive(self, reference: str, *, format: str = "tar") -> Iterator[bytes]:
        """Stream a commit, folder or file as `tar`, `tgz`, `tzst` or `zip`, with paths relative to it."""

    def get_folder(self, reference: str, destination: Path, *, progress: Progress = silent) -> int:
        """Write a commit, folder or file below `destination`; returns the number of files."""

    def get_bucket(
        self, reference: str, url: str, *, by_server: bool = False, progress: Progress = silent
    ) -> BucketReport:
        """Write a commit, folder or file below an s3://, gs:// or az:// URL, with the caller's credentials.

        Only what is not there or differs is sent; a file becomes the object `url`, or lands below it where that ends
        with a slash. Links are left out, and what else lies there stays. `by_server` as for `put_bucket`.
        """


class Drafts(Protocol):
    """Writes that are not a commit yet; each acknowledged one is durable."""

    def open(self, branch: str) -> DraftInfo:
        """Open a private draft on `repo[@branch]`."""

    def put(self, draft: str, path: str, source: bytes | BinaryIO) -> FileInfo:
        """Write a file in the draft."""

    def delete(self, draft: str, path: str) -> None:
        """Delete a file or folder in the draft."""

    def get(self, draft: str) -> DraftInfo:
        """Return one draft."""

    def commit(self, draft: str, *, message: str = "", if_head: str | None = None) -> CommitInfo:
        """Make the draft a commit on the current head. With `if_head`, raises BranchMoved when it is another."""

    def discard(self, draft: str) -> None:
        """Forget the draft."""


class Pipelines(Protocol):
    """Pipelines: code, function, labeling."""

    def check(self, spec: Mapping[str, Any]) -> SpecCheck:
        """Say what a spec would do. Raises Invalid that names the field."""

    def create(
        self,
        spec: Mapping[str, Any],
        *,
        code: bytes | None = None,
        update: bool = False,
        keep_outputs: bool = False,
        reask: bool = False,
    ) -> PipelineInfo:
        """Create (or with `update` change) a pipeline. `code` is an archive of its code folder (see `archive_code`).

        An update without it keeps the code that is there, when the spec names the same folder as before.
        Raises Conflict, with count and cost, when people would be asked everything again; `reask` says that they shall.
        """

    def get(self, name: str) -> PipelineInfo:
        """Return one pipeline."""

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[PipelineInfo]:
        """List pipelines by name."""

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a pipeline; its output repo and lineage stay."""

    def pause(self, name: str) -> PipelineInfo:
        """Let it get no more jobs (and lend no more tasks) until resumed; a job that runs is finished."""

    def resume(self, name: str) -> PipelineInfo:
        """Let a paused pipeline run again, at its inputs' heads: what it missed meanwhile is one job."""

    def rerun(self, name: str, *, reprocess: bool = False) -> str:
        """Start a new change for the pipeline at its inputs' heads; `reprocess` ignores earlier results. Returns it."""


class Jobs(Protocol):
    """Runs of pipelines."""

    def list(
        self, *, pipeline: str | None = None, change: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[JobInfo]:
        """List jobs, newest first."""

    def get(self, job: str) -> JobInfo:
        """Return one job by id."""

    def datums(
        self, job: str, *, state: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[DatumInfo]:
        """List the datums of a job, failed ones first when no state is given."""

    def logs(self, job: str, *, datum: str | None = None) -> Iterator[bytes]:
        """Stream the log of one datum, or of the first failing (else first) one."""

    def wait(self, what: str, *, timeout_s: float | None = None, progress: Progress = silent) -> Sequence[JobInfo]:
        """Wait until a job, or all jobs of a change, have ended. Raises Unavailable on timeout."""

    def stop(self, job: str) -> JobInfo:
        """Stop a job; its branch does not move."""


class Labeling(Protocol):
    """Labeling pipelines, from the side of those who run them."""

    def list(self) -> Page[LabelingInfo]:
        """List labeling pipelines with their progress (those the caller may work on, for a labeler)."""

    def get(self, pipeline: str) -> LabelingInfo:
        """Return one labeling pipeline's progress, from counters."""

    def workers(self, pipeline: str, *, after: str | None = None, limit: int = 1000) -> Page[WorkerInfo]:
        """List the workers of a labeling pipeline by opaque id."""

    def labels(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[LabelInfo]:
        """List what holds now for each item, published or not."""

    def rule(self, pipeline: str, key: str, label: Any, *, reason: str = "") -> LabelInfo:
        """Decide an item as an expert; final until reopened."""

    def reopen(self, pipeline: str, key: str, *, reason: str = "") -> LabelInfo:
        """Take a ruling back: the answers hold again, and missing ones are asked for."""

    def ban(self, pipeline: str, worker: str, reason: str) -> WorkerInfo:
        """Ban a worker (by opaque id) for good: answers are rejected and unpaid, their tasks asked again.

        Raises Conflict when the worker is banned already.
        """

    def publish(self, pipeline: str) -> CommitInfo | None:
        """Publish answers and labels now; None when there is nothing new."""

    def escalated(self, pipeline: str, *, after: str | None = None, limit: int = 20) -> Page[EscalatedItem]:
        """List items that wait for an expert's ruling, with the answers so far."""

    def media(self, pipeline: str, task: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes that a task shows for one variable, to those who run the pipeline."""

    def import_answers(
        self,
        pipeline: str,
        table: str,
        *,
        item: str,
        answer: str,
        worker: str = "",
        seconds: str = "",
        per: int = 1,
        match: str = "auto",
        labels: Mapping[str, str] | None = None,
        dry_run: bool = False,
        start: int = 0,
        most: int = 20_000,
    ) -> ImportReport:
        """Take answers that people gave elsewhere into the ledger, unpaid, marked as imported.

        `table` is `repo@revision:file` (CSV, JSONL, Parquet); the others name its columns (no `worker`: all are one
        person's). `match`: path, name, stem or auto; `seconds` were spent on `per` answers; `labels` says which class a
        word of the table means. Rows `start` to `start + most` are imported, in one transaction; the report counts all
        rows; its `next` is where to go on (None: done). `dry_run` only reports. The same again imports nothing twice.
        """

    def imports(self, pipeline: str) -> Page[AnswerImportInfo]:
        """List the imports of answers, newest first."""

    def undo_import(self, pipeline: str, import_id: str, *, dry_run: bool = False, most: int = 20_000) -> ImportUndo:
        """Take an import of answers back, `most` answers in one transaction; `dry_run` tells what all would do.

        The answers stay in the history and count no more; items without enough others are asked again, and the next
        publication withdraws their labels. Repeat it while `left` is not 0. Raises Conflict when nothing is left.
        """

    def set_guidelines(
        self, pipeline: str, text: str, *, breaking: bool = False, reask: bool = False, dry_run: bool = False
    ) -> GuidelinesChange:
        """Change what people are told, as a new version of the pipeline; answers given so far stay.

        `breaking` ones ask every item again: that needs `reask`, else Conflict, with count and cost, is raised.
        """


class Tasks(Protocol):
    """Labeling, from the side of the person who labels."""

    def next(self, pipeline: str) -> AssignmentInfo | None:
        """Lend the caller a task; None when there is none. Raises Denied when the caller is banned (and says why)."""

    def queue(self, pipeline: str, *, limit: int = 2) -> QueueInfo:
        """Return up to `limit` (at most 4) tasks that the caller holds, lending what is missing, the first to do first.

        So that the next task is there before this one is answered. Raises Denied as `next` does.
        """

    def submit(
        self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False, held_ms: int = 0
    ) -> SubmitInfo:
        """Answer with a Label Studio result list. Repeating the same call is safe.

        `held_ms`: how long the answer was kept before it was sent, so that its giver could take it back.
        """

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""

    def release(self, assignment: str) -> SubmitInfo:
        """Let go of a task that was taken ahead, as if its time had run out: others may have it at once."""

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task."""

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers; how known answers came out only now and then, rounded, and not which."""

    def practice(self, pipeline: str, *, limit: int = 10) -> PracticeInfo:
        """Return up to `limit` done items that the caller has not labeled, to try one's hand at. Nothing is lent."""

    def compare(self, pipeline: str, answers: list[PracticeAnswer]) -> ComparisonInfo:
        """Compare practice answers with those of the people who did the work. Nothing is kept.

        Cost: the answers to at most a thousand done items. Raises Invalid for an answer that does not fit.
        """


class Feedback(Protocol):
    """Declared edges by which chosen items go back to a source repo."""

    def declare(
        self, name: str, source: str, target: str, *, trigger: str = "person", budget: int, max_rounds: int
    ) -> FeedbackInfo:
        """Declare an edge from `repo@branch[:path of a selection file]` to `repo@branch`. `budget` counts items."""

    def get(self, name: str) -> FeedbackInfo:
        """Return one edge."""

    def list(self) -> Page[FeedbackInfo]:
        """List edges."""

    def fire(self, name: str, *, message: str = "") -> CommitInfo | None:
        """Send the items that the source's head names into the target; None when the selection is empty."""

    def end(self, name: str) -> FeedbackInfo:
        """End an edge for good: it fires no more, its rounds stay on record. An ended one stays as it is."""


class LineageFacet(Protocol):
    """Where things came from and what came from them."""

    def of(self, reference: str, *, depth: int = 50) -> Lineage:
        """Trace a commit, or one file of it down to items, recipes, guidelines and (opaque) labelers."""

    def descendants(self, reference: str, *, limit: int = 1000) -> Lineage:
        """List commits derived from a commit."""


class Access(Protocol):
    """Who may do what."""

    def me(self) -> UserInfo:
        """Return the caller."""

    def create_user(self, name: str, role: str, *, labels: Iterable[str] = ()) -> UserInfo:
        """Make a user with one of the seven roles; labelers and reviewers may be limited to labeling pipelines."""

    def list_users(self) -> Page[UserInfo]:
        """List users."""

    def change_user(
        self, name: str, *, role: str | None = None, labels: Sequence[str] | None = None, disabled: bool | None = None
    ) -> UserInfo:
        """Change what is given, at once for all its tokens and sessions. Raises Conflict for the last active owner."""

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""

    def create_token(self, user: str) -> TokenInfo:
        """Make a token; it is shown this once. Others than owners make their own only."""

    def list_tokens(self) -> Page[CredentialInfo]:
        """List tokens and sessions, without secrets: all for owners and auditors, else the caller's own."""

    def revoke_token(self, token_id: str) -> None:
        """Make a token (or session) invalid, and the sessions that it opened."""

    def invite(
        self, pipeline: str, *, role: str = "labeler", expires_ms: int | None = None, max_uses: int = 100
    ) -> InviteInfo:
        """Make a link by which people join a labeling pipeline, as labelers or reviewers; in 14 days it expires."""

    def list_invites(self) -> Page[InviteInfo]:
        """List invites, newest first."""

    def revoke_invite(self, invite_id: str) -> InviteInfo:
        """Let nobody else join by a link; who joined already stays."""


class Maintenance(Protocol):
    """Care of the workspace as a whole."""

    def verify(self, *, against: str | None = None, again: bool = False, progress: Progress = silent) -> VerifyReport:
        """Re-hash everything and name every bad file; `against` a seal proves that nothing before it was rewritten.

        An interrupted verification is gone on with, unless `again`.
        """

    def gc(self, *, wait_s: float = 60.0, progress: Progress = silent) -> GcReport:
        """Delete what nothing reaches and merge small packs, beside whoever reads and writes.

        Waits up to `wait_s` for those who write now. Raises Conflict while another process collects.
        """

    def purge(
        self,
        reference: str,
        *,
        reason: str,
        everywhere: bool = False,
        history: bool = False,
        wait_s: float = 60.0,
        progress: Progress = silent,
    ) -> PurgeReport:
        """Take the bytes of a file, or of all files below a folder, away for good: from every commit, and from disk.

        With `history` that is every version that the path had in any commit of the repo. Whoever reads them is told
        who purged them, when and why; the same bytes are not taken again. Raises Conflict,
        naming them, where other places hold the same bytes, unless `everywhere`.
        """

    def allow(self, digest: str) -> None:
        """Let bytes that were purged be put again. Raises NotFound."""

    def backup(self, folder: str | None = None, *, progress: Progress = silent) -> BackupReport:
        """Copy the workspace into a folder of its machine, beside whoever works; only packs that are not there yet.

        A server backs up only to the folder that who runs it names in TILTH_BACKUP. Raises Conflict while garbage is
        collected, Invalid without a folder.
        """

    def usage(self) -> UsageInfo:
        """Sum up sizes, from counters."""

    def repo_usage(self) -> Sequence[RepoUsage]:
        """Measure what each repo takes on disk and what it shares. Reads all trees once per repo."""

    def events(self, *, after: int = 0, limit: int = 100) -> Page[EventInfo]:
        """Read the feed."""

    def status(self) -> StatusInfo:
        """Tell whether anything is left to run, and who runs it. Cheap; from counters."""

    def run(self, *, timeout_s: float | None = None, progress: Progress = silent) -> QuietReport:
        """Do all work that commits have asked for, until nothing is left (or wait while a server does it)."""
