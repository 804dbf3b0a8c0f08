"""Short verbs on files, on a real workspace."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from .conftest import Shell


def paths(shell: Shell, reference: str) -> list[str]:
    return [file["path"] for file in shell.json("ls", "-r", reference)["items"]]


def test_a_folder_is_put_listed_and_read(notes: Shell) -> None:
    assert paths(notes, "notes") == ["a.txt", "b.txt", "sub/c.txt"]
    listing = notes.run("ls", "notes").stdout
    assert [line.split()[-1] for line in listing.splitlines()] == ["a.txt", "b.txt", "sub/"]
    assert notes.run("cat", "notes:sub/c.txt").stdout == "this is sub/c.txt\n"
    assert notes.json("cat", "notes:a.txt") == {"text": "this is a.txt\n"}


def test_a_part_of_a_file_is_read(notes: Shell) -> None:
    assert notes.run("cat", "notes:a.txt", "--start", "5", "--stop", "7").stdout == "is"


def test_bytes_that_are_no_text_are_base64_in_json(notes: Shell) -> None:
    notes.run("put", "notes:raw", "-", stdin=b"\xff\x00")
    assert notes.run("cat", "notes:raw").stdout_bytes == b"\xff\x00"
    assert base64.b64decode(notes.json("cat", "notes:raw")["base64"]) == b"\xff\x00"


def test_listing_matches_a_glob(notes: Shell) -> None:
    assert [file["path"] for file in notes.json("ls", "notes", "--glob", "**/c.*")["items"]] == ["sub/c.txt"]


def test_lists_page_by_limit_and_after(notes: Shell) -> None:
    first = notes.json("ls", "-r", "notes", "--limit", "2")
    assert [file["path"] for file in first["items"]] == ["a.txt", "b.txt"]
    rest = notes.json("ls", "-r", "notes", "--limit", "2", "--after", first["next"])
    assert [file["path"] for file in rest["items"]] == ["sub/c.txt"]
    assert rest["next"] is None
    assert "--after" in notes.run("ls", "-r", "notes", "--limit", "2").stderr


def test_one_file_becomes_the_path_or_lands_in_the_folder(notes: Shell) -> None:
    source = str(notes.file("x.bin", b"12345"))
    notes.run("put", "notes:renamed.bin", source)
    notes.run("put", "notes:sub/", source)
    notes.run("put", "notes", source)
    assert {"renamed.bin", "sub/x.bin", "x.bin"} <= set(paths(notes, "notes"))


def test_several_sources_land_under_their_own_names_in_one_commit(notes: Shell) -> None:
    notes.file("more/d.txt", "d")
    notes.file("more/deep/e.txt", "e")
    single = notes.file("f.txt", "f")
    before = len(notes.json("log", "notes")["items"])
    notes.run("put", "notes@main:new", str(notes.folder / "more"), str(single))
    assert {"new/more/d.txt", "new/more/deep/e.txt", "new/f.txt"} <= set(paths(notes, "notes"))
    assert len(notes.json("log", "notes")["items"]) == before + 1


def test_two_sources_of_one_name_are_refused_and_nothing_is_written(notes: Shell) -> None:
    one, two = notes.file("one/x.txt", "1"), notes.file("two/x.txt", "2")
    before = notes.json("log", "notes")
    assert notes.failure("put", "notes", str(one), str(two), code=4)["error"] == "conflict"
    assert notes.json("log", "notes") == before


def test_a_mirrored_folder_also_deletes(notes: Shell) -> None:
    (notes.folder / "notes" / "b.txt").unlink()
    notes.run("put", "notes", str(notes.folder / "notes"))
    assert "b.txt" in paths(notes, "notes")
    notes.run("put", "--mirror", "notes", str(notes.folder / "notes"))
    assert paths(notes, "notes") == ["a.txt", "sub/c.txt"]


def test_mirror_needs_one_folder(notes: Shell) -> None:
    notes.run("put", "--mirror", "notes", str(notes.file("x", "x")), code=2)


def test_putting_the_same_again_changes_nothing(notes: Shell) -> None:
    head = notes.json("log", "notes")["items"][0]["id"]
    again = notes.json("put", "notes", str(notes.folder / "notes"))
    assert (again["id"], again["changed"]) == (head, False)
    assert "Nothing changed" in notes.run("put", "notes", str(notes.folder / "notes")).stdout


def test_standard_input_needs_a_path(notes: Shell) -> None:
    notes.run("put", "notes", "-", stdin="x", code=2)
    notes.run("put", "notes:a/", "-", stdin="x", code=2)
    notes.run("put", "notes:new.txt", "-", stdin="typed\n")
    assert notes.run("cat", "notes:new.txt").stdout == "typed\n"


def test_a_source_that_is_missing_is_named(notes: Shell) -> None:
    assert "nowhere" in notes.failure("put", "notes", "nowhere", code=3)["message"]


def test_a_commit_comes_back_as_it_was(notes: Shell) -> None:
    assert notes.run("get", "notes", "out").stdout == "Wrote 3 files to out.\n"
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        assert (notes.folder / "out" / name).read_text() == f"this is {name}\n"


def test_a_folder_of_a_commit_lands_below_the_destination(notes: Shell) -> None:
    assert notes.json("get", "notes:sub", "out") == 1
    assert (notes.folder / "out" / "c.txt").read_text() == "this is sub/c.txt\n"


def test_a_file_becomes_the_destination_or_lands_in_it(notes: Shell) -> None:
    notes.run("get", "notes:sub/c.txt", "mine.txt")
    assert (notes.folder / "mine.txt").read_text() == "this is sub/c.txt\n"
    (notes.folder / "into").mkdir()
    notes.run("get", "notes:sub/c.txt", "into")
    assert (notes.folder / "into" / "c.txt").read_text() == "this is sub/c.txt\n"
    assert sorted(path.name for path in (notes.folder / "into").iterdir()) == ["c.txt"]


def test_nothing_is_overwritten_without_force(notes: Shell) -> None:
    mine = notes.file("out/sub/c.txt", "mine")
    refused = notes.failure("get", "notes", "out", code=4)
    assert "c.txt" in refused["message"]
    assert "--force" in refused["help"]
    assert mine.read_text() == "mine"
    assert not (notes.folder / "out" / "a.txt").exists()
    notes.run("get", "notes:a.txt", str(mine), code=4)
    assert mine.read_text() == "mine"
    notes.run("get", "--force", "notes", "out")
    assert mine.read_text() == "this is sub/c.txt\n"
    notes.run("get", "--force", "notes:a.txt", str(mine))
    assert mine.read_text() == "this is a.txt\n"


def test_links_and_modes_travel_both_ways_and_links_are_not_followed(notes: Shell) -> None:
    run = notes.file("tree/run.sh", "#!/bin/sh\n")
    run.chmod(0o755)
    (notes.folder / "tree" / "link").symlink_to("/etc/passwd")
    (notes.folder / "tree" / "folderlink").symlink_to("/etc")
    notes.run("put", "notes:one", str(notes.folder / "tree"))
    notes.run("put", "notes:two", str(notes.folder / "tree"), str(notes.file("beside", "x")))
    for source in ("one", "two/tree"):
        notes.run("get", f"notes:{source}", f"out/{source}")
        notes.run("get", f"notes:{source}/link", f"single/{source}-link")
        notes.run("get", f"notes:{source}/run.sh", f"single/{source}-run")
        assert (notes.folder / "out" / source / "link").readlink() == Path("/etc/passwd")
        assert (notes.folder / "out" / source / "folderlink").readlink() == Path("/etc")
        assert (notes.folder / "out" / source / "run.sh").stat().st_mode & 0o100
        assert (notes.folder / "single" / f"{source}-link").readlink() == Path("/etc/passwd")
        assert (notes.folder / "single" / f"{source}-run").stat().st_mode & 0o100


def test_the_workspace_is_not_put_into_itself(notes: Shell) -> None:
    notes.run("put", "notes:all", str(notes.folder))
    notes.run("put", "notes:both", str(notes.folder), str(notes.file("beside", "x")))
    assert not [path for path in paths(notes, "notes") if ".tilth" in path]


def test_files_beside_those_of_the_commit_do_not_hinder(notes: Shell) -> None:
    other = notes.file("out/other.txt", "other")
    notes.run("get", "notes", "out")
    assert other.read_text() == "other"


def test_a_destination_that_is_a_file_is_refused(notes: Shell) -> None:
    notes.file("out", "x")
    notes.run("get", "notes", "out", code=4)


def test_a_file_is_deleted_and_its_history_stays(notes: Shell) -> None:
    notes.run("rm", "notes:a.txt", "-m", "not needed")
    assert paths(notes, "notes") == ["b.txt", "sub/c.txt"]
    assert notes.run("cat", "notes@main^:a.txt").stdout == "this is a.txt\n"
    assert len(notes.json("log", "notes:a.txt")["items"]) == 2
    notes.run("rm", "notes", code=2)


def test_the_log_names_full_commits_newest_first(notes: Shell) -> None:
    notes.run("put", "notes:d.txt", "-", "-m", "a fourth", stdin="d")
    newest, oldest = notes.json("log", "notes")["items"]
    text = notes.run("log", "notes").stdout
    assert (newest["message"], oldest["message"]) == ("a fourth", "three notes")
    assert text.index(newest["id"]) < text.index(oldest["id"])
    assert text.splitlines()[0].split() == ["COMMIT", "WHEN", "AUTHOR", "FILES", "SIZE", "MESSAGE"]


def test_a_diff_marks_what_was_added_deleted_and_changed(notes: Shell) -> None:
    (notes.folder / "notes" / "b.txt").unlink()
    notes.file("notes/a.txt", "changed\n")
    notes.file("notes/z.txt", "new\n")
    notes.run("put", "--mirror", "notes", str(notes.folder / "notes"))
    marks = [line[:7] for line in notes.run("diff", "notes").stdout.splitlines()]
    assert marks == ["~ a.txt", "- b.txt", "+ z.txt"]
    assert notes.run("diff", "notes@main^", "notes@main").stdout == notes.run("diff", "notes").stdout
    assert [change["path"] for change in notes.json("diff", "notes@main^:z.txt", "notes")["items"]] == ["z.txt"]
    assert notes.run("diff", "notes", "notes").stdout == "Nothing differs.\n"
    notes.run("diff", "notes:a.txt", "notes:b.txt", code=2)


def test_one_commit_is_undone_and_later_ones_kept(notes: Shell) -> None:
    notes.run("put", "notes:bad.txt", "-", stdin="bad")
    notes.run("put", "notes:good.txt", "-", stdin="good")
    notes.run("revert", "notes@main^", "-m", "it was bad")
    assert "made by revert (owner): it was bad" in notes.run("lineage", "notes").stdout
    assert paths(notes, "notes") == ["a.txt", "b.txt", "good.txt", "sub/c.txt"]
    assert notes.json("log", "notes")["items"][0]["message"] == "it was bad"


def test_sizes_are_told_for_workspace_commit_folder(notes: Shell) -> None:
    usage = notes.json("du")
    assert usage["repos"] == 1
    assert usage["logical"] > 0
    assert "on disk" in notes.run("du").stdout
    assert notes.json("du", "notes") == {"files": 3, "size": 46}
    assert notes.json("du", "notes:sub") == {"files": 1, "size": 18}
    assert notes.run("du", "notes").stdout == "46 B in 3 files: notes\n"


def test_a_sound_workspace_verifies_also_against_a_seal(notes: Shell) -> None:
    assert notes.run("verify").stdout.startswith("All is as it was stored: ")
    seal = notes.json("log", "notes")["items"][0]["seal"]
    assert notes.json("verify", "--against", seal)["problems"] == []


def test_a_damaged_pack_is_found_with_exit_code_7(notes: Shell) -> None:
    damaged = 0
    for pack in Path(notes.place, "packs").rglob("*"):
        if pack.is_file() and (bytes_ := bytearray(pack.read_bytes())):
            place = bytes_.find(b"this is a.txt")
            if place >= 0:
                bytes_[place] ^= 0xFF
                pack.write_bytes(bytes_)
                damaged += 1
    assert damaged, "small files are stored raw"
    result = notes.run("verify", code=7)
    assert "problem" in result.stdout
    document = json.loads(notes.run("--json", "verify", code=7).stdout)
    assert document["problems"]
    for part in Path(notes.place).glob("*.db*"):
        part.unlink()
    assert document["problems"][0]["where"] in notes.run("rebuild", code=7).stdout


def test_a_lost_database_is_rebuilt_from_the_packs(notes: Shell) -> None:
    history = notes.json("log", "notes")
    assert notes.failure("rebuild", code=4)["help"]
    for part in Path(notes.place).glob("*.db*"):
        part.unlink()
    assert "1 repo, 1 branch and 1 commit" in notes.run("rebuild").stdout
    assert notes.json("log", "notes") == history
    assert notes.run("cat", "notes:a.txt").stdout == "this is a.txt\n"


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a//b", "..", "a/./b", "a\0b", "a\x1bb", "//etc/x"])
def test_a_path_that_leaves_the_repo_is_refused(notes: Shell, path: str) -> None:
    before = notes.json("log", "notes")
    assert notes.failure("put", f"notes:{path}", str(notes.file("x", "x")), code=2)["error"] == "invalid"
    notes.run("put", f"notes:{path}", "-", stdin="x", code=2)
    assert notes.json("log", "notes") == before
    for verb in ("cat", "rm", "ls"):
        assert notes.run(verb, f"notes:{path}", code=2).stdout == ""


def test_an_absolute_path_is_refused(notes: Shell) -> None:
    outside = notes.folder / "outside.txt"
    source = notes.file("source.txt", "x")
    refusal = notes.failure("put", f"notes:{outside}", str(source), code=2)
    assert "absolute" in refusal["message"]
    assert not outside.exists()


@pytest.mark.parametrize("source", ["a\0b", ""])
def test_a_local_path_that_no_file_system_holds_is_refused(notes: Shell, source: str) -> None:
    assert notes.failure("put", "notes", source, code=2)["error"] == "invalid"
    assert notes.failure("get", "notes", source, code=2)["error"] == "invalid"


@pytest.mark.parametrize("words", [("ls", "nope"), ("cat", "notes:nope"), ("log", "notes@nope"), ("diff", "nope"),
                                   ("rm", "notes:nope"), ("get", "nope", "x"), ("du", "nope"), ("lineage", "nope"),
                                   ("revert", "nope"), ("cat", "nope:a"), ("repo", "show", "nope"),
                                   ("branch", "list", "nope"), ("pipeline", "show", "nope"), ("job", "show", "nope"),
                                   ("labeling", "show", "nope"), ("feedback", "fire", "nope"),
                                   ("labeling", "publish", "nope"), ("du", "notes:nope"),
                                   ("dataset", "rows", "nope:x")])  # fmt: skip
def test_a_missing_thing_is_named_with_exit_code_3(notes: Shell, words: tuple[str, ...]) -> None:
    failure = notes.failure(*words, code=3)
    assert failure["error"] == "not_found"
    assert "nope" in failure["message"]
    assert failure["help"]


def test_a_glob_that_is_not_closed_is_refused(notes: Shell) -> None:
    assert "not closed" in notes.failure("ls", "notes", "--glob", "[", code=2)["message"]
