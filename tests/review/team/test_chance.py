"""Numbers that look drawn, and are the same everywhere."""

import numpy as np

from weaklabel.review.team._chance import chance


def test_the_same_names_give_the_same_number_and_other_names_another_one() -> None:
    drawn = {
        chance(0, "overlap", "a"),
        chance(1, "overlap", "a"),
        chance(0, "overlap", "b"),
        chance(0, "gold", "a"),
    }
    assert chance(0, "overlap", "a") in drawn
    assert len(drawn) == 4


def test_numbers_are_spread_evenly_over_zero_to_one() -> None:
    drawn = [chance(0, "item", str(n)) for n in range(20_000)]
    counts, _ = np.histogram(drawn, bins=10, range=(0, 1))
    assert counts.sum() == 20_000
    assert np.abs(counts - 2000).max() < 200


def test_names_of_any_characters_are_taken() -> None:
    assert 0 <= chance(0, "\x00", "'", "\ud800") < 1
