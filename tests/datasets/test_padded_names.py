"""Tables say what their files say: also of names that look like numbers."""

from __future__ import annotations

from tilth.datasets.tables import read_table


def test_names_that_look_like_numbers_stay_as_they_were_written() -> None:
    files = {"truth.csv": b"item,label,size\n0663,7,10\n1249,9,0.5\n"}
    table = read_table(files.__getitem__, files)
    assert table.to_pylist() == [{"item": "0663", "label": 7, "size": 10.0}, {"item": "1249", "label": 9, "size": 0.5}]


def test_a_column_is_text_in_all_files_when_one_shows_that_it_is() -> None:
    files = {"a.csv": b"zip,n\n10115,0\n", "b.csv": b'zip,n\n"01067",-1\n', "c.tsv": b"zip\tn\n20095\t2\n"}
    table = read_table(files.__getitem__, files)
    assert table["zip"].to_pylist() == ["10115", "01067", "20095"]
    assert table["n"].to_pylist() == [0, -1, 2]


def test_numbers_dates_and_missing_values_stay_what_they_are() -> None:
    files = {"t.csv": b"n,share,day,none\n0,0.25,2024-01-05,\n,00.5x,2024-02-06,\n-0,0,2024-03-07,\n"}
    table = read_table(files.__getitem__, files)
    assert table["n"].to_pylist() == [0, None, 0]
    assert table["share"].to_pylist() == ["0.25", "00.5x", "0"]
    assert str(table["day"].type) == "date32[day]"


def test_two_columns_of_one_name_and_padded_numbers_are_both_kept() -> None:
    table = read_table({"t.csv": b"a,a,b\n01,02,003\n"}.__getitem__, ["t.csv"])
    assert table.num_columns == 3
    assert table["b"].to_pylist() == ["003"]
