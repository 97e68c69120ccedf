"""Regions of uncovered items: planted clusters come back with their words."""

import numpy as np
import pytest

from weaklabel.triage._regions import log_odds, uncovered_regions

FILLER = ["and so it goes", "the day is long", "so it is the end", "the end and the day"]


def planted(n=60):
    """Return texts of two topics without votes and of a third with votes."""
    topics = ["win a free prize", "train to the station", "meeting about the budget"]
    texts = [f"{topics[i % 3]} {FILLER[i % 4]}" for i in range(3 * n)]
    return texts, np.arange(3 * n) % 3 == 2


def found(texts, covered, **options):
    settings = {"n_regions": 2, "n_words": 8, "seed": 0} | options
    return uncovered_regions(texts, covered, **settings)


def test_planted_topics_come_back_with_their_words():
    texts, covered = planted()
    regions = found(texts, covered)
    assert sorted(sorted(r.rows.tolist()) for r in regions) == [
        list(range(0, 180, 3)),
        list(range(1, 180, 3)),
    ]
    words = [set(r.words) for r in sorted(regions, key=lambda r: r.rows.min())]
    assert words[0] == {"win", "free", "prize"}
    assert words[1] == {"train", "station", "to"}


def test_words_of_covered_items_are_not_distinctive():
    texts = ["win a free prize today"] * 20 + ["a free prize"] * 60
    [region] = found(texts, np.arange(80) >= 20)
    assert region.words == ("today", "win")


def test_no_more_words_than_wanted_are_shown():
    texts, covered = planted()
    assert [len(r.words) for r in found(texts, covered, n_words=1)] == [1, 1]


def test_a_word_of_few_items_is_not_shown():
    texts, covered = planted()
    texts[0] += " zebra"
    texts[3] += " zebra"
    assert not any("zebra" in r.words for r in found(texts, covered))


def test_there_are_no_more_regions_than_one_for_ten_items():
    texts, covered = planted(n=15)
    assert len(found(texts, covered, n_regions=50)) <= 3


def test_the_largest_region_comes_first():
    texts = ["win a free prize"] * 20 + ["train to the station"] * 40
    sizes = [len(r.rows) for r in found(texts, np.zeros(60, dtype=bool))]
    assert sizes == [40, 20]


@pytest.mark.parametrize(
    "texts",
    [[], ["one word"] * 9, [f"unique{i}" for i in range(30)], ["!!!"] * 30, [""] * 30],
)
def test_too_little_in_common_makes_no_region(texts):
    assert found(texts, np.zeros(len(texts), dtype=bool)) == []


def test_one_common_word_makes_one_region():
    [region] = found(["hello"] * 12 + [""] * 3, np.zeros(15, dtype=bool))
    assert sorted(region.rows.tolist()) == list(range(12))
    assert region.words == ("hello",)


def test_where_all_are_alike_the_most_frequent_words_are_shown():
    texts = ["hello there"] * 12 + ["hello you"] * 8
    [region] = found(texts, np.zeros(20, dtype=bool), n_regions=1)
    assert region.words == ("hello", "there", "you")


def test_covered_items_are_in_no_region():
    texts, _ = planted()
    assert found(texts, np.ones(len(texts), dtype=bool)) == []


def test_many_terms_are_reduced_and_give_the_same_answer_twice():
    rng = np.random.default_rng(0)
    vocabulary = [f"w{i}" for i in range(400)]
    texts = [" ".join(rng.choice(vocabulary, 12)) for _ in range(300)]
    texts[:60] = [f"{text} parcel customs" for text in texts[:60]]
    first, second = (found(texts, np.zeros(300, dtype=bool), n_regions=4) for _ in range(2))
    assert [r.rows.tolist() for r in first] == [r.rows.tolist() for r in second]
    assert any({"parcel", "customs"} <= set(r.words) for r in first)


def test_log_odds_are_those_worked_out_by_hand():
    z = log_odds(np.array([30.0, 10.0]), np.array([30.0, 90.0]), np.array([5.0, 5.0]))
    odds = np.log(35 / 15) - np.log(35 / 95)
    assert z[0] == pytest.approx(odds / np.sqrt(1 / 35 + 1 / 35))
    assert z[1] == pytest.approx(-odds / np.sqrt(1 / 15 + 1 / 95))


def test_equal_shares_are_not_distinctive():
    assert log_odds(np.array([3.0, 6.0]), np.array([30.0, 60.0]), np.array([1.0, 2.0])) == (
        pytest.approx([0.0, 0.0])
    )
