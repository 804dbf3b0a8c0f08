"""Purging: content that must not be here any more, with everything that was made from it told or evicted."""

from __future__ import annotations

from tilth.contract.maintenance import PurgeReport
from tilth.errors import Conflict
from tilth.lineage.trace import descendants
from tilth.pipelines.purging import evict_results
from tilth.progress import Progress, silent
from tilth.versioning import purging, revisions
from tilth.versioning.garbage import collect
from tilth.versioning.item_copies import clear_item_copies
from tilth.versioning.purging import Held
from tilth.workspace.kept import kept
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened

TOLD = 20
"""So many of the other places are in the message; all are in the error's facts."""


def purge(
    opened: Opened,
    reference: str,
    *,
    reason: str,
    everywhere: bool,
    history: bool,
    wait_s: float,
    progress: Progress = silent,
) -> PurgeReport:
    """Take the bytes of a file, or of all below a folder, away for good, and delete them from the packs.

    With `history` those of every version that the path had in any kept commit of the repo.

    Raises Conflict, having done nothing, where other places name the same bytes and `everywhere` is not said.
    """
    backend = opened.backend
    asked = revisions.parse(reference)
    commit = revisions.resolve(backend, asked)
    find = purging.contents_ever if history else purging.contents_at
    files = find(backend, commit, asked.path or "")
    digests = {content.digest for _, content in files}
    progress.begin("look for the same bytes elsewhere", None, "places")
    places = purging.holders(backend, digests)
    progress.end()
    own = {(commit.repo, path) for path, _ in files}
    others = [_told(place) for place in places if (place.repo, place.path) not in own]
    if others and not everywhere:
        more = f" and {len(others) - TOLD:,} more" if len(others) > TOLD else ""
        raise Conflict(
            f"The same bytes are also at {', '.join(others[:TOLD])}{more}.",
            help="Nothing was purged. To take them away everywhere, add --everywhere.",
            places=others[:1000],
        )
    derived = {}
    for source in purging.sources(backend, places, digests):
        for node in descendants(backend, source.id).nodes[1:]:
            derived[node.commit.id] = node.commit
    stones = purging.purge(backend, files, repo=commit.repo, author=opened.author, reason=reason)
    evicted = evict_results(backend, list(derived.values()), places, digests)
    clear_item_copies(backend)
    opened.resources.forget()
    backend.store.rotate()
    done = collect(backend, kept(), wait_s=wait_s, progress=progress)
    return PurgeReport(
        [f"{short_name(commit.repo)}{'' if history else f'@{commit.id}'}:{path}" for path, _ in files],
        [digest.hex() for digest in sorted(digests)],
        others,
        [f"{short_name(each.repo)}@{each.id}" for each in derived.values()],
        evicted,
        done.freed,
        purging.still_here(backend, stones),
        done.waiting,
    )


def _told(place: Held) -> str:
    return f"{short_name(place.repo)}:{place.path}" if place.repo else place.told
