"""How a team reviews: what may be set, and what contradicts itself."""

from typing import Any

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review.team._settings import TeamSettings, checked_rule


def test_by_default_every_item_gets_one_answer() -> None:
    settings = TeamSettings()
    assert {settings.rule_of(f"item {n}") for n in range(100)} == {(1, 1)}


def test_the_overlap_share_of_items_gets_two_answers_that_must_agree() -> None:
    settings = TeamSettings(overlap=0.2)
    rules = [settings.rule_of(f"item {n}") for n in range(5000)]
    assert 900 < rules.count((2, 2)) < 1100
    assert rules.count((1, 1)) == 5000 - rules.count((2, 2))
    assert [settings.has_second(f"item {n}") for n in range(5000)] == [r == (2, 2) for r in rules]


def test_another_seed_chooses_other_items() -> None:
    one, two = TeamSettings(overlap=0.5), TeamSettings(overlap=0.5, seed=1)
    assert any(one.has_second(str(n)) != two.has_second(str(n)) for n in range(50))


def test_n_answers_holds_for_every_item() -> None:
    assert TeamSettings(n_answers=(2, 3)).rule_of("any") == (2, 3)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n_answers": (1, 2)}, "k more than half of n"),
        ({"n_answers": (3, 2)}, "k more than half of n"),
        ({"n_answers": 2}, "k more than half of n"),
        ({"n_answers": (True, True)}, "k more than half of n"),
        ({"overlap": 1.5}, r"overlap is 1.5, must be a number in \[0, 1\]"),
        ({"overlap": 0.1, "n_answers": (2, 3)}, "Every item gets several answers already"),
        ({"gold_rate": 0.1}, "Give the classes of some items as gold"),
        ({"gold_rate": 1.0, "gold": {"a": "ham"}}, "gold_rate is 1.0, must be less than 1"),
        ({"gold": {"a": 1}}, "a mapping of item ids to names of classes"),
        ({"gold": ["a"]}, "a mapping of item ids to names of classes"),
        ({"lease_seconds": 0}, "lease_seconds is 0, must be a number in"),
        ({"batch": 0}, "batch is 0, must be an integer of at least 1"),
        ({"n_skips": 0}, "n_skips is 0, must be an integer of at least 1"),
        ({"seed": -1}, "seed is -1"),
        ({"blind_seconds": 1}, "blind_seconds is 1, must be True or False"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        TeamSettings(**wrong)


def test_gold_is_copied_and_cannot_be_changed() -> None:
    given = {"a": "ham"}
    settings = TeamSettings(gold=given)
    given["b"] = "spam"
    assert dict(settings.gold) == {"a": "ham"}
    with pytest.raises(TypeError):
        settings.gold["c"] = "ham"  # type: ignore[index]  # that is what is tested


def test_a_rule_may_be_a_list_as_files_have_it() -> None:
    assert checked_rule("n_answers", [2, 3]) == (2, 3)
