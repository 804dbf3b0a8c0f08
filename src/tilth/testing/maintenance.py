"""What every Workspace does for its own care, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound, Purged
from tilth.testing.material import Watched


class MaintenanceSuite:
    """Verify, collection, purge, usage."""

    def test_verify_re_hashes_everything_and_holds_a_seal_against_it(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        commit = workspace.files.put(f"{name}:a", b"1")
        seen = Watched()
        report = workspace.maintenance.verify(against=commit.seal, progress=seen)
        assert not report.problems
        assert report.commits >= 1
        assert report.bytes > 0
        assert seen.begun
        assert not workspace.maintenance.verify(again=True).resumed
        with pytest.raises(NotFound):
            workspace.maintenance.verify(against="0" * 64)

    def test_garbage_goes_and_what_was_committed_stays(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:gone", name.encode() * 10_000)
        workspace.repos.delete(name)
        workspace.repos.create(name)
        kept = workspace.files.put(f"{name}:kept", name.encode() * 5_000)
        report = workspace.maintenance.gc(wait_s=30.0)
        assert not report.waiting, "somebody holds what nobody is about to record"
        assert report.packs_after >= 1
        assert b"".join(workspace.files.read(f"{name}@{kept.id}:kept")) == name.encode() * 5_000
        assert not workspace.maintenance.verify().problems

    def test_purged_bytes_are_told_refused_and_allowed_again(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        secret = name.encode() * 3_000
        commit = workspace.files.put_many(name, [("a", secret), ("b", secret), ("c", b"kept")])
        with pytest.raises(Conflict) as raised:
            workspace.maintenance.purge(f"{name}:a", reason="asked to", wait_s=30.0)
        assert raised.value.facts["places"] == [f"{name}:b"]
        report = workspace.maintenance.purge(f"{name}:a", reason="asked to", everywhere=True, wait_s=30.0)
        assert (list(report.files), list(report.places)) == ([f"{name}@{commit.id}:a"], [f"{name}:b"])
        assert (list(report.waiting), report.left) == ([], 0), "somebody holds what nobody is about to record"
        with pytest.raises(Purged, match="asked to"):
            b"".join(workspace.files.read(f"{name}:b"))
        with pytest.raises(Purged, match="asked to"):
            workspace.files.put(f"{name}:d", secret)
        assert b"".join(workspace.files.read(f"{name}:c")) == b"kept"
        verified = workspace.maintenance.verify(again=True)
        assert not verified.problems
        assert {f"{name}@{commit.id}:{path}" for path in "ab"} <= {
            gone.where.removeprefix("default/") for gone in verified.gone
        }
        workspace.maintenance.allow(report.digests[0])
        workspace.files.put(f"{name}:d", secret)

    def test_usage_and_news_are_told(self, workspace: Workspace, name: str) -> None:
        before = workspace.maintenance.usage()
        workspace.repos.create(name)
        commit = workspace.files.put(f"{name}:a", name.encode() * 100)
        after = workspace.maintenance.usage()
        assert after.repos == before.repos + 1
        assert after.logical >= before.logical + 100 * len(name)
        assert after.stored > before.stored
        position = workspace.maintenance.status().position
        news = workspace.maintenance.events(after=max(0, position - 20)).items
        assert any(event.facts.get("commit") == commit.id for event in news)

    def test_each_repo_is_told_what_it_takes_and_what_is_its_own(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:a", name.encode() * 100)
        (mine,) = [each for each in workspace.maintenance.repo_usage() if each.repo == name]
        assert mine.shared == mine.stored - mine.own
        assert mine.logical == 100 * len(name)
        assert mine.stored >= mine.own > 0

    def test_a_page_longer_than_a_thousand_is_refused(self, workspace: Workspace) -> None:
        for limit in (0, 1001):
            with pytest.raises(Invalid):
                workspace.repos.list(limit=limit)
