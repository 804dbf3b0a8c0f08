"""What every Workspace does with people who label, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.contract.practice import PracticeAnswer
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, NotFound
from tilth.testing.material import RUN_S, AsUser, answer_all, choosing, every, make_labeler, make_labeling


class LabelingSuite:
    """Labeling, from both sides."""

    def test_people_label_and_what_they_say_becomes_a_commit(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        ask = make_labeling(workspace, name, overlap=2)
        people = [make_labeler(workspace, as_user, f"{name}-{number}", ask) for number in range(2)]
        for person in people:
            assert answer_all(person.tasks, ask, lambda shown: "bait" if "!" in shown else "news") == 3
        report = workspace.maintenance.run(timeout_s=RUN_S)
        assert report is not None
        rows = workspace.datasets.rows(f"{ask}:labels").items
        held = {row["key"]: row["label"] for row in rows}
        assert {key.rpartition("#")[2]: label for key, label in held.items()}
        assert sorted(held.values()) == ["bait", "bait", "news"]
        assert workspace.datasets.count(f"{ask}:answers") == 6
        state = workspace.labeling.get(ask)
        assert (state.tasks, state.done, state.open, state.answers) == (3, 3, 0, 6)
        workers = workspace.labeling.workers(ask).items
        first = workspace.labeling.workers(ask, limit=1)
        rest = workspace.labeling.workers(ask, after=first.items[-1].worker)
        assert [*first.items, *rest.items] == list(workers)
        assert len(workers) == 2
        assert not any(name in worker.worker for worker in workers)
        lineage = workspace.lineage.of(f"{ask}@main")
        facts = lineage.nodes[0].commit.derivation
        assert facts is not None
        assert facts.facts["guideline_version"] == "1"

    def test_a_task_is_lent_once_and_an_answer_counts_once(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        ask = make_labeling(workspace, name, overlap=1)
        first = make_labeler(workspace, as_user, f"{name}-a", ask)
        other = make_labeler(workspace, as_user, f"{name}-b", ask)
        lent = first.tasks.next(ask)
        assert lent is not None
        again = first.tasks.next(ask)
        assert again is not None
        assert again.id == lent.id
        theirs = other.tasks.next(ask)
        assert theirs is not None
        assert theirs.data != lent.data
        with pytest.raises(NotFound):
            other.tasks.submit(lent.id, choosing("bait"))
        told = first.tasks.submit(lent.id, choosing("bait"))
        assert told.worker_state == "active"
        assert first.tasks.submit(lent.id, choosing("bait")) == told
        with pytest.raises(Conflict):
            first.tasks.submit(lent.id, choosing("news"))
        with pytest.raises(Invalid):
            other.tasks.submit(theirs.id, choosing("neither"))
        assert other.tasks.skip(theirs.id).state == "skipped"
        assert first.tasks.me(ask).answers == 1
        assert workspace.labeling.get(ask).answers == 1

    def test_several_tasks_are_held_at_once(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = make_labeling(workspace, name, overlap=1)
        person = make_labeler(workspace, as_user, f"{name}-a", ask)
        first = person.tasks.queue(ask, limit=1)
        queue = person.tasks.queue(ask)
        assert [task.id for task in queue.tasks][:1] == [task.id for task in first.tasks]
        assert (len(queue.tasks), queue.state) == (2, "lent")
        with pytest.raises(Invalid):
            person.tasks.queue(ask, limit=50)
        for task in queue.tasks:
            person.tasks.submit(task.id, choosing("bait"), held_ms=3)
        rest = person.tasks.queue(ask, limit=3)
        assert (len(rest.tasks), rest.state) == (1, "nothing_new")
        assert person.tasks.release(rest.tasks[0].id).state == "expired"
        assert person.tasks.release(rest.tasks[0].id).state == "expired"
        assert person.tasks.release(queue.tasks[0].id).state == "answered"
        other = make_labeler(workspace, as_user, f"{name}-b", ask)
        with pytest.raises(NotFound):
            other.tasks.release(rest.tasks[0].id)
        taken = other.tasks.queue(ask, limit=3).tasks
        assert taken, "what was let go is there for others at once"
        for task in taken:
            other.tasks.release(task.id)
        rest = person.tasks.queue(ask, limit=3)
        assert len(rest.tasks) == 1, "it was free again"
        person.tasks.skip(rest.tasks[0].id)
        mine = person.tasks.me(ask)
        assert (mine.answers, mine.told_accuracy, mine.golden_total) == (2, None, 0)

    def test_done_items_are_for_practice(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = make_labeling(workspace, name, overlap=2)
        for number in range(2):
            answer_all(make_labeler(workspace, as_user, f"{name}-{number}", ask).tasks, ask, lambda shown: "bait")
        practice = workspace.tasks.practice(ask, limit=2)
        assert len(practice.tasks) == 2
        assert practice.config == workspace.labeling.get(ask).config
        said = [PracticeAnswer(task.id, choosing("bait"), 1.5) for task in practice.tasks]
        found = workspace.tasks.compare(ask, said)
        assert (found.me.n, found.me.agreed, found.me.median_seconds) == (2, 2, 1.5)
        assert found.me.low < 1
        assert [(other.n, other.agreed) for other in found.others] == [(3, 3), (3, 3)]
        assert all(other.worker for other in found.others)
        assert len(found.outcomes) == 2
        newcomer = make_labeler(workspace, as_user, f"{name}-new", ask)
        shown = newcomer.tasks.compare(ask, said)
        assert shown.outcomes == []
        assert not any(other.worker for other in shown.others)
        assert workspace.labeling.get(ask).answers == 6
        with pytest.raises(Invalid):
            workspace.tasks.compare(ask, [])
        with pytest.raises(Invalid):
            workspace.tasks.compare(ask, [PracticeAnswer(said[0].id, choosing("neither"), 1)])

    def test_an_expert_decides_and_publishes_by_hand(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = make_labeling(workspace, name, overlap=1)
        person = make_labeler(workspace, as_user, f"{name}-a", ask)
        answer_all(person.tasks, ask, lambda shown: "bait")
        labels = every(lambda after: workspace.labeling.labels(ask, after=after, limit=2))
        assert [label.label for label in labels] == ["bait"] * 3
        ruled = workspace.labeling.rule(ask, labels[0].key, "news", reason="it is")
        assert (ruled.label, ruled.final) == ("news", True)
        workspace.labeling.publish(ask)
        workspace.maintenance.run(timeout_s=RUN_S)
        rows = {row["key"]: row["label"] for row in workspace.datasets.rows(f"{ask}:labels").items}
        assert rows[labels[0].key] == "news"
        assert workspace.labeling.publish(ask) is None
        reopened = workspace.labeling.reopen(ask, labels[0].key, reason="read once more")
        assert (reopened.label, reopened.final) == ("bait", False)
        with pytest.raises(NotFound):
            workspace.labeling.reopen(ask, "no such item")

    def test_a_banned_workers_answers_are_asked_again(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = make_labeling(workspace, name, overlap=1)
        person = make_labeler(workspace, as_user, f"{name}-a", ask)
        answer_all(person.tasks, ask, lambda shown: "bait")
        (worker,) = workspace.labeling.workers(ask).items
        with pytest.raises(Invalid):
            workspace.labeling.ban(ask, worker.worker, " ")
        with pytest.raises(NotFound):
            workspace.labeling.ban(ask, "nobody", "answers at random")
        banned = workspace.labeling.ban(ask, worker.worker, "answers at random")
        assert (banned.worker, banned.state, banned.reason) == (worker.worker, "banned", "answers at random")
        assert banned.rejected == 3
        assert (workspace.labeling.get(ask).open, workspace.labeling.get(ask).banned) == (3, 1)
        with pytest.raises(Denied, match="answers at random"):
            person.tasks.next(ask)
        with pytest.raises(Conflict):
            workspace.labeling.ban(ask, worker.worker, "again")

    def test_labels_are_reviewed_and_people_seen_from_near(self, workspace: Workspace, name: str) -> None:
        """A sample is decided and undone, its rate told; a ban is taken back; methods are compared."""
        ask = make_labeling(workspace, name, overlap=1)
        answer_all(workspace.tasks, ask, lambda shown: "news")
        review = workspace.reviews.start(ask, size=2, seed=1)
        assert (review.size, review.state, review.counts) == (2, "open", True)
        items = workspace.reviews.items(review.id, limit=2).items
        assert [item.label for item in items] == ["news", "news"]
        assert items[0].answers[0].label == "news"
        workspace.reviews.decide(review.id, 0, "corrected", label="bait", reason="it is")
        workspace.reviews.decide(review.id, 1, "accepted")
        rates = workspace.reviews.rates(ask)
        assert (rates.wrong, rates.overall.n, rates.overall.value) == (1, 2, 0.5)
        undone = workspace.reviews.undo(review.id)
        assert undone is not None
        assert (undone.position, undone.verdict) == (1, "")
        assert [each.kind for each in workspace.reviews.due().items if each.pipeline == ask] == ["review"]
        assert workspace.reviews.end(review.id).state == "ended"
        assert [each.id for each in workspace.reviews.list(ask).items] == [review.id]
        (row,) = workspace.workers.list(ask).items
        assert workspace.workers.get(ask, row.worker).row == row
        assert len(workspace.workers.answers(ask, row.worker).items) == row.answers
        found = workspace.workers.compare(ask)
        assert found.answers == row.answers
        for method in found.methods:
            flips = workspace.workers.flips(ask, method=method.method).items
            assert len(flips) == method.differs
        assert workspace.labeling.escalated(ask).items == []
        workspace.labeling.ban(ask, row.worker, "answers at random")
        assert workspace.workers.unban(ask, row.worker, "another chance").state == "active"

    def test_answers_given_elsewhere_are_imported_once(self, workspace: Workspace, name: str) -> None:
        """Rows join items or are told why not; the same again imports nothing."""
        ask = make_labeling(workspace, name, overlap=1)
        key = workspace.labeling.labels(ask).items[0].key
        table = f"{name}-given@main:given.csv"
        workspace.repos.create(f"{name}-given")
        workspace.files.put(table, f"item,who,label\n{key},ann,news\nnone such,ann,news\n".encode())
        asked: dict[str, Any] = {"item": "item", "answer": "label", "worker": "who"}
        report = workspace.labeling.import_answers(ask, table, **asked)
        assert (report.rows, report.matched, report.imported, report.next) == (2, 1, 1, None)
        assert [(problem.kind, problem.count) for problem in report.problems] == [("item", 1)]
        assert workspace.labeling.import_answers(ask, table, **asked).imported == 0

    def test_an_import_of_answers_is_taken_back(self, workspace: Workspace, name: str) -> None:
        """What would go is told first; then the item is asked again, and the same may be imported again."""
        ask = make_labeling(workspace, name, overlap=1)
        key = workspace.labeling.labels(ask).items[0].key
        table = f"{name}-given@main:given.csv"
        workspace.repos.create(f"{name}-given")
        workspace.files.put(table, f"item,who,label\n{key},ann,news\n".encode())
        asked: dict[str, Any] = {"item": "item", "answer": "label", "worker": "who"}
        before = workspace.labeling.get(ask).open
        workspace.labeling.import_answers(ask, table, **asked)
        (found,) = workspace.labeling.imports(ask).items
        assert (found.answers, found.table.partition("@")[0], found.taken_back_ms) == (1, f"{name}-given", None)
        told = workspace.labeling.undo_import(ask, found.id, dry_run=True)
        assert (told.answers, told.items, told.unlabeled, told.asked, told.left) == (1, 1, 1, 1, 1)
        assert workspace.labeling.get(ask).open == before - 1
        assert workspace.labeling.undo_import(ask, found.id).left == 0
        assert workspace.labeling.get(ask).open == before
        with pytest.raises(Conflict):
            workspace.labeling.undo_import(ask, found.id)
        with pytest.raises(NotFound):
            workspace.labeling.undo_import(ask, "0" * 16)
        assert workspace.labeling.import_answers(ask, table, **asked).imported == 1

    def test_guidelines_are_changed_as_a_new_version(self, workspace: Workspace, name: str) -> None:
        """A typo asks nobody again; a breaking change says whom it asks again, and needs a yes."""
        ask = make_labeling(workspace, name, overlap=1)
        info = workspace.labeling.get(ask)
        same = workspace.labeling.set_guidelines(ask, "Look twice.", dry_run=True)
        assert (same.items, workspace.labeling.get(ask).guideline_version) == (0, info.guideline_version)
        made = workspace.labeling.set_guidelines(ask, "Look twice.")
        now = workspace.labeling.get(ask)
        assert (now.guidelines, now.guideline_version, now.tasks) == ("Look twice.", made.version, info.tasks)
        told = workspace.labeling.set_guidelines(ask, "All new.", breaking=True, dry_run=True)
        assert (told.items, told.asked) == (info.tasks, info.tasks)
        with pytest.raises(Conflict):
            workspace.labeling.set_guidelines(ask, "All new.", breaking=True)
        assert workspace.labeling.get(ask).guidelines == "Look twice."
        assert workspace.labeling.set_guidelines(ask, "All new.", breaking=True, reask=True).items == info.tasks
        assert workspace.labeling.get(ask).guidelines == "All new."

    def test_a_labeler_sees_only_its_own_labeling_pipelines(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        mine = make_labeling(workspace, name, overlap=1)
        other = make_labeling(workspace, f"{name}o", overlap=1)
        person = make_labeler(workspace, as_user, f"{name}-a", mine)
        assert [info.pipeline for info in person.labeling.list().items] == [mine]
        assert person.access.me().role == "labeler"
        with pytest.raises(Denied):
            person.tasks.next(other)
        with pytest.raises(Denied):
            person.tasks.me(other)
