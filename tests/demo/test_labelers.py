"""Simulated labelers hold no truth, only their own noisy look."""

from __future__ import annotations

from tilth.demo.labelers import Perception, Profile
from tilth.model.digest import digest_of

CLASSES = [str(digit) for digit in range(10)]
SHOWN = [f"scan {index}".encode() for index in range(2000)]
TRUTH = {digest_of(shown): CLASSES[index % 10] for index, shown in enumerate(SHOWN)}


def _errors(profile: Profile) -> float:
    look = Perception(TRUTH, CLASSES, seed=3).of(profile)
    return sum(look(shown) != TRUTH[digest_of(shown)] for shown in SHOWN) / len(SHOWN)


def test_a_careful_labeler_errs_as_often_as_its_profile_says() -> None:
    assert abs(_errors(Profile("a", "careful", 0.10)) - 0.10) < 0.025


def test_a_spammer_is_right_by_chance_and_an_adversary_never() -> None:
    assert abs(_errors(Profile("s", "spammer")) - 0.9) < 0.03
    assert _errors(Profile("x", "adversary")) == 1.0


def test_a_labeler_answers_the_same_item_the_same_way_and_differs_from_others() -> None:
    perception = Perception(TRUTH, CLASSES, seed=3)
    one, again, other = (perception.of(Profile(name, "hasty", 0.3)) for name in ("one", "one", "other"))
    assert [one(shown) for shown in SHOWN] == [again(shown) for shown in SHOWN]
    assert [one(shown) for shown in SHOWN] != [other(shown) for shown in SHOWN]


def test_honest_mistakes_are_mostly_between_digits_that_look_alike() -> None:
    perception = Perception(TRUTH, CLASSES, confusable={digit: ["4"] for digit in CLASSES}, seed=3)
    look = perception.of(Profile("h", "hasty", 0.5))
    wrong = [look(shown) for shown in SHOWN if look(shown) != TRUTH[digest_of(shown)]]
    assert wrong.count("4") / len(wrong) > 0.5
