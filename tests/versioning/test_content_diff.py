"""What differs inside a file."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.versioning.content_diff import LARGEST, ContentChange, diff_content


def told(path: str, old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    return [(each.place, each.old, each.new) for each in diff_content(path, old.encode(), new.encode()).changes]


def test_lines_are_told_by_number() -> None:
    assert told("a.txt", "one\ntwo\nthree\n", "one\nthree\nfour\n") == [("-2", "two", None), ("+3", None, "four")]
    assert told("a.txt", "same", "same") == []


@settings(max_examples=150, deadline=None)
@given(*[st.lists(st.sampled_from("abcdef"), max_size=25)] * 2)
def test_applying_the_changes_to_the_old_text_gives_the_new_one(old: list[str], new: list[str]) -> None:
    gone: set[int] = set()
    added: dict[int, str] = {}
    for place, _, line in told("x", "\n".join(old), "\n".join(new)):
        if place[0] == "-":
            gone.add(int(place[1:]) - 1)
        else:
            added[int(place[1:]) - 1] = line or ""
    rest = iter([line for number, line in enumerate("\n".join(old).splitlines()) if number not in gone])
    total = len("\n".join(new).splitlines())
    assert [added[at] if at in added else next(rest) for at in range(total)] == "\n".join(new).splitlines()
    assert next(rest, None) is None


def test_cells_rows_and_columns_of_a_table_are_told() -> None:
    old = "id,label,note\n1,cat,\n2,dog,x\n3,cow,\n"
    new = 'id,label,by\n1,cat,mara\n2,"d,og",jo\n4,hen,jo\n'
    assert told("labels.csv", old, new) == [
        ("column note", "note", None),
        ("column by", None, "by"),
        ("2 / label", "dog", "d,og"),
        ("row 3", "3,cow,", None),
        ("row 4", None, "4,hen,jo"),
    ]
    assert told("x.tsv", "a\tb\n1\t2\n", "a\tb\n1\t3\n") == [("1 / b", "2", "3")]
    assert told("x.csv", "a\n1\n1\n2\n", "a\n2\n1\n3\n") == [("row", "1", None), ("row", None, "3")]


def test_values_of_a_document_are_told_by_path() -> None:
    old = '{"a": {"b": [1, 2, {"c": null}]}, "gone": true, "n": 1}'
    new = '{"a": {"b": [1, 3, {"c": "x"}, 4]}, "n": true}'
    assert told("x.json", old, new) == [
        ("$.a.b[1]", "2", "3"),
        ("$.a.b[2].c", "null", '"x"'),
        ("$.a.b[3]", None, "4"),
        ("$.gone", "true", None),
        ("$.n", "1", "true"),
    ]


def test_what_is_not_what_its_name_says_is_compared_as_what_it_is() -> None:
    assert diff_content("x.json", b"{", b"[").kind == "text"
    assert diff_content("x.json", b"[" * 200_000, b"[").kind == "text"
    assert diff_content("x.csv", b'a,b\n"1', b"a,b").kind == "text"
    assert diff_content("x.csv", b"a,a\n1,1", b"a,b").kind == "text"
    assert diff_content("x.txt", b"\xff\xfe", b"").kind == "binary"
    assert diff_content("x.txt", b"a\0b", b"").kind == "binary"
    assert diff_content("x.txt", bytes(LARGEST + 1), b"").kind == "large"


def test_more_than_was_asked_for_is_said_and_long_lines_are_cut() -> None:
    found = diff_content("x", b"", "\n".join(f"{n}" for n in range(20)).encode(), limit=5)
    assert (len(found.changes), found.more) == (5, True)
    (change,) = diff_content("x", b"", b"y" * 5000).changes
    assert isinstance(change, ContentChange)
    assert len(change.new or "") == 1001


def test_hostile_texts_cost_no_more_than_others() -> None:
    chance = random.Random(5)
    repeated = ["\n".join(chance.choice("ab") for _ in range(60_000)) for _ in range(2)]
    shuffled = ["\n".join(str(n) for n in chance.sample(range(60_000), 60_000)) for _ in range(2)]
    for old, new in (repeated, shuffled):
        start = time.process_time()
        diff_content("x", old.encode(), new.encode())
        assert time.process_time() - start < 3


def test_tables_of_many_columns_cost_no_more_than_their_cells() -> None:
    names = [f"c{n}" for n in range(60_000)]
    heads = ["k," + ",".join(names), "k," + ",".join(reversed(names)), "k," + ",".join(f"d{n}" for n in range(60_000))]
    rows = "\n".join(f"{n},{{}}" for n in range(20_000))
    for old, new in ((heads[0], heads[1]), (heads[0], heads[2])):
        start = time.process_time()
        found = diff_content("x.csv", f"{old}\n{rows.format(*'1' * 20_000)}".encode(), f"{new}\n{rows}".encode())
        assert found.more
        assert time.process_time() - start < 3


def test_cells_that_one_side_leaves_out_are_empty() -> None:
    found = diff_content("x.csv", b"k,a,b\n1,2\n2,3,4\n", b"k,b,a\n1,5\n2,4\n")
    assert [(change.place, change.old, change.new) for change in found.changes] == [
        ("1 / b", "", "5"),
        ("1 / a", "2", ""),
        ("2 / a", "3", ""),
    ]
