"""What users of data versioning rely on: the reference's cases 1 to 24 in our own words.

Where we differ (5, 7, 12, 13, 23, 24), docs/design/004 says why. Other cases stand where they belong: 2 in
test_appending and test_transactions, 22 to 24 in test_releasing, 25 in test_touches, 26 in test_copying, 28 and 29 in
test_triggers; 16 to 20 in tests/workspace/test_conformance.
"""

from __future__ import annotations

import pytest
from writing import edits_of, files_of, put

from tilth.errors import Conflict, Denied, Invalid, NotFound, NothingToCommit
from tilth.model.commit import InputKind
from tilth.model.ids import CommitId, new_id
from tilth.versioning import drafts
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch, get_branch, move_branch
from tilth.versioning.commits import commit_edits, get_commit
from tilth.versioning.diff import diff_trees
from tilth.versioning.history import log
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import Repo, create_repo, delete_repo, list_repos
from tilth.versioning.revisions import resolve
from tilth.versioning.trees import Folder, Tree
from tilth.versioning.verify import verify


def test_01_a_put_replaces_and_a_delete_before_it_changes_nothing(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"file": b"foo"})
    assert files_of(backend, put(backend, repo, {"file": b"bar"})) == {"file": b"bar"}
    edits = edits_of(backend, {"file": None})
    for edit in edits_of(backend, {"file": b"buzz"}):
        edits.put(edit.entry)  # type: ignore[union-attr]
    last = commit_edits(backend, repo, "main", edits, author="mara")
    assert files_of(backend, last) == {"file": b"buzz"}


def test_03_a_session_of_two_puts_is_one_commit_and_an_empty_one_is_one_where_it_is_asked_for(
    backend: Backend, repo: Repo
) -> None:
    draft = drafts.open_draft(backend, repo, "main", author="mara").id
    for name in ("a", "b"):
        drafts.add_to_draft(backend, draft, edits_of(backend, {name: b"1"}))
    drafts.commit_draft(backend, draft)
    assert len(log(backend, repo, "main")) == 1
    with pytest.raises(NothingToCommit):
        commit_edits(backend, repo, "main", edits_of(backend, {}), author="mara")
    commit_edits(backend, repo, "main", edits_of(backend, {}), author="mara", allow_empty=True)
    assert len(log(backend, repo, "main")) == 2


def test_04_the_order_of_writes_in_a_commit_holds(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"older": b"1"})
    edits = edits_of(backend, {"file": b"1"})
    edits.delete("/")
    last = commit_edits(backend, repo, "main", edits, author="mara")
    assert list(Tree(backend.store, last.tree).glob("**")) == []


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\x7f"])
def test_05_control_characters_are_refused_and_all_other_text_is_a_name(backend: Backend, repo: Repo, bad: str) -> None:
    """We differ: `*`, brackets and every script are allowed; a glob quotes what it means."""
    with pytest.raises(Invalid):
        put(backend, repo, {f"a{bad}b": b"1"})
    names = ["a b", "a~b", "a*b", "a?[b]", "картинка 1.png", "ラベル/一", "(@+^!)"]
    last = put(backend, repo, dict.fromkeys(names, b"1"))
    assert set(files_of(backend, last)) == set(names)


@pytest.mark.parametrize("bad", ["../foo", "foo/../bar", "/foo", "foo//bar", "."])
def test_06_paths_that_leave_the_repo_fail_the_whole_session(backend: Backend, repo: Repo, bad: str) -> None:
    with pytest.raises(Invalid):
        put(backend, repo, {"good": b"1", bad: b"1"})
    assert log(backend, repo, "main") == []


def test_07_a_path_that_is_file_and_folder_is_refused_before_there_is_a_commit(backend: Backend, repo: Repo) -> None:
    """We differ: no commit is born with an error; the write is refused, naming both."""
    with pytest.raises(Conflict, match="foo is a file, and foo/bar needs it"):
        put(backend, repo, {"foo": b"1", "foo/bar": b"1"})
    put(backend, repo, {"foo": b"1"})
    with pytest.raises(Conflict, match="foo/bar"):
        put(backend, repo, {"foo/bar": b"1"})
    assert len(log(backend, repo, "main")) == 1


def test_08_globs_stop_at_slashes_and_two_stars_do_not(backend: Backend, repo: Repo) -> None:
    names = [f"{folder}file{number}" for folder in ("", "dir1/", "dir2/dir3/") for number in range(100)]
    tree = Tree(backend.store, put(backend, repo, dict.fromkeys(names, b"1")).tree)

    def count(pattern: str) -> int:
        return len(list(tree.glob(pattern)))

    assert (count("*"), count("*/*"), count("dir2/dir3/file1?"), count("**file1?")) == (100, 100, 10, 30)
    assert len(list(tree.list(""))) == 102
    assert count("{dir1,dir2/dir3}/file[0-4]") == 10


def test_09_a_folder_lists_one_level(backend: Backend, repo: Repo) -> None:
    tree = Tree(backend.store, put(backend, repo, {"dir1/a.1": b"1", "dir2/b.2": b"1", "c.2": b"1"}).tree)
    assert [each.path for each in tree.list("/")] == ["c.2", "dir1", "dir2"]
    assert [isinstance(each, Folder) for each in tree.list("/")] == [False, True, True]
    assert [each.path for each in tree.glob("**.2")] == ["c.2", "dir2/b.2"]


def test_10_a_deleted_folder_is_gone_with_all_in_it(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"dir/a": b"1", "dir/b": b"1", "c": b"1"})
    last = put(backend, repo, {"dir/": None})
    assert files_of(backend, last) == {"c": b"1"}
    assert not Tree(backend.store, last.tree).is_folder("dir")
    everything = edits_of(backend, {})
    everything.delete("/")
    assert files_of(backend, commit_edits(backend, repo, "main", everything, author="mara")) == {}


def test_11_ancestors_are_counted_from_the_head(backend: Backend, repo: Repo) -> None:
    made = [put(backend, repo, {"a": b"%d" % number}).id for number in range(3)]
    assert resolve(backend, "digits@main^").id == made[1]
    assert resolve(backend, "digits@main~2").id == made[0]
    assert resolve(backend, "digits@main^^").id == made[0]
    with pytest.raises(NotFound, match="further than the first"):
        resolve(backend, "digits@main^3")


def test_12_nobody_waits_for_an_unfinished_write(backend: Backend, repo: Repo) -> None:
    """We differ: what is unfinished is a draft, and there may be many on one branch; each commits onto the head."""
    first, second = (drafts.open_draft(backend, repo, "main", author="mara").id for _ in range(2))
    drafts.add_to_draft(backend, first, edits_of(backend, {"a": b"1"}))
    drafts.add_to_draft(backend, second, edits_of(backend, {"b": b"2"}))
    drafts.commit_draft(backend, second)
    assert files_of(backend, drafts.commit_draft(backend, first)) == {"a": b"1", "b": b"2"}


def test_13_a_write_that_fails_leaves_no_commit_and_the_next_builds_on_the_last_good(
    backend: Backend, repo: Repo
) -> None:
    """We differ: heads always name a good commit, so {f1}, then {f1, f3}; the failed one is nowhere."""
    put(backend, repo, {"f1": b"1"})
    with pytest.raises(Conflict):
        put(backend, repo, {"f2": b"1", "f2/x": b"1"})
    assert set(files_of(backend, put(backend, repo, {"f3": b"1"}))) == {"f1", "f3"}


def test_14_a_name_like_an_id_is_refused(backend: Backend, repo: Repo) -> None:
    with pytest.raises(Invalid, match="looks like an id"):
        create_branch(backend, repo, new_id())


def test_15_a_head_is_of_its_own_repo(backend: Backend, repo: Repo) -> None:
    create_repo(backend, "other")
    stranger = put(backend, "other", {"a": b"1"})
    with pytest.raises(Invalid, match="not of repo default/digits"):
        create_branch(backend, repo, "side", head=stranger.id)


def test_21_what_is_read_is_deleted_leaf_first_or_by_force(backend: Backend, repo: Repo) -> None:
    create_repo(backend, "out")
    put(backend, repo, {"a": b"1"})
    with backend.database.transaction() as conn:
        declare_inputs(conn, "out", "main", [(repo, "main", InputKind.DATA)], owner="stage")
    with pytest.raises(Conflict, match="is an input of default/out"):
        delete_repo(backend, repo)
    with pytest.raises(Denied, match="output of stage"):
        put(backend, "out", {"a": b"1"})
    assert verify(backend).problems == []
    delete_repo(backend, repo, force=True)
    assert verify(backend).problems == []
    assert get_branch(backend, "out", "main").inputs == ()


def test_27_a_diff_names_new_changed_and_deleted(backend: Backend, repo: Repo) -> None:
    before = put(backend, repo, {"dir/same": b"1", "dir/changed": b"1", "dir/gone": b"1"})
    after = put(backend, repo, {"dir/changed": b"2", "dir/gone": None, "dir/new": b"1"})
    changes = diff_trees(Tree(backend.store, before.tree), Tree(backend.store, after.tree))
    assert [(each.path, each.old is not None, each.new is not None) for each in changes] == [
        ("dir/changed", True, True),
        ("dir/gone", True, False),
        ("dir/new", False, True),
    ]


def test_30_a_project_is_its_repos(backend: Backend) -> None:
    """A project cannot be deleted away from under its repos: there is one as long as there are any."""
    create_repo(backend, "lab/images")
    with pytest.raises(NotFound):
        delete_repo(backend, "lab", force=True)
    assert [repo.full_name for repo in list_repos(backend, project="lab")] == ["lab/images"]
    delete_repo(backend, "lab/images")
    assert list_repos(backend, project="lab") == []


def test_a_head_moved_back_and_forth_keeps_every_commit(backend: Backend, repo: Repo) -> None:
    made = [put(backend, repo, {"a": b"%d" % number}).id for number in range(3)]
    move_branch(backend, repo, "main", made[0], author="mara")
    move_branch(backend, repo, "main", made[2], author="mara")
    assert [get_commit(backend, CommitId(id)).id for id in made] == made
