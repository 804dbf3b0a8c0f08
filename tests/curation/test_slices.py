"""What a slice is and what may happen to it."""

from __future__ import annotations

import pytest

from tilth.curation.slices import MAX_COMMENTS, STATES, Round, Slice
from tilth.errors import Conflict, Corrupt, Invalid


def _new(**given: object) -> Slice:
    facts = {"type": "bucket", "owner": "", "note": "", "live": False, "where": "", "by": "ann", "at_ms": 1, **given}
    return Slice.new("blurry", **facts)  # type: ignore[arg-type]


def test_a_new_slice_is_in_triage() -> None:
    made = _new(type="bad data", note="night shift", owner="bo")
    assert (made.state, made.type, made.owner, made.note, made.members) == (
        "triage",
        "bad data",
        "bo",
        "night shift",
        0,
    )


@pytest.mark.parametrize(
    "given", [{"type": "thing"}, {"note": "x" * 10_001}, {"live": True}, {"live": True, "where": "label ="}]
)
def test_what_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        _new(**given)


def test_states_follow_one_another_and_no_step_is_left_out() -> None:
    made = _new()
    for state in ("in progress", "in review", "resolved", "in progress"):
        made = made.moved(state, at_ms=2)
    with pytest.raises(Conflict) as caught:
        made.moved("resolved", at_ms=3)
    assert "in review" in caught.value.help
    with pytest.raises(Invalid):
        made.moved("done", at_ms=3)
    assert made.moved("in progress", at_ms=9) is made


def test_every_state_can_be_left_for_states_that_exist() -> None:
    assert all(after and set(after) <= STATES.keys() for after in STATES.values())


def test_only_a_live_slice_follows_another_filter() -> None:
    assert _new(live=True, where="label = 'a'").changed(at_ms=2, where="label = 'b'").where == "label = 'b'"
    with pytest.raises(Invalid):
        _new(where="label = 'a'").changed(at_ms=2, where="label = 'b'")


def test_comments_are_kept_in_order_and_not_without_end() -> None:
    made = _new().said(" first ", by="ann", at_ms=2).said("second", by="bo", at_ms=3, key="a.png")
    assert [(each.by, each.text, each.key) for each in made.comments] == [
        ("ann", "first", ""),
        ("bo", "second", "a.png"),
    ]
    with pytest.raises(Invalid):
        made.said("  ", by="ann", at_ms=4)
    for number in range(MAX_COMMENTS - 2):
        made = made.said(str(number), by="ann", at_ms=5)
    with pytest.raises(Conflict):
        made.said("one more", by="ann", at_ms=6)


def test_what_is_written_is_read_back() -> None:
    made = _new(type="campaign", where="label = 'ü'").said("see <b>", by="ann", at_ms=2)
    made = made.counted(members=3, statuses={"done": 2, "open": -2}, at_ms=4).sent(Round("again", "bo", 5, 3, 2, "c1"))
    assert made.statuses == {"done": 2}
    assert Slice.from_bytes("blurry", made.to_bytes()) == made


@pytest.mark.parametrize("data", [b"", b"[]", b'{"state": "x"}', b'{"items": "many"}', b'{"comments": [1]}'])
def test_a_file_that_is_no_slice_is_named(data: bytes) -> None:
    with pytest.raises(Corrupt) as caught:
        Slice.from_bytes("blurry", data)
    assert "blurry" in caught.value.message
