"""near_duplicate_groups and near_duplicate_rows: what is grouped, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import ItemsError, ParameterError
from weaklabel.near_duplicates import near_duplicate_groups, near_duplicate_rows

LONG = "please subscribe to my channel where I sing songs about the sea and the mountains"


def test_case_punctuation_spacing_and_digits_do_not_count():
    texts = ["Call  555-1234 now!!!", "call 9-1 NOW", "call me now"]
    assert near_duplicate_groups(texts).tolist() == [0, 0, 1]


def test_a_small_edit_of_a_long_text_is_a_near_duplicate():
    assert near_duplicate_groups([LONG, "other words entirely", LONG + " :) ok"]).tolist() == [
        0,
        1,
        0,
    ]


def test_a_shared_half_is_no_near_duplicate():
    assert near_duplicate_groups([LONG, LONG[:40] + "x" * 40]).tolist() == [0, 1]


def test_short_texts_are_grouped_only_when_equal():
    assert near_duplicate_groups(["good", "goods", "Good!", "", " "]).tolist() == [0, 1, 0, 2, 2]


def test_texts_without_letters_are_compared_as_they_are():
    assert near_duplicate_groups(["!!!", "???", "! ! !"]).tolist() == [0, 1, 0]


def test_threshold_one_groups_equal_texts_alone():
    assert near_duplicate_groups([LONG, LONG + "s", LONG], threshold=1.0).tolist() == [0, 1, 0]


def test_a_low_threshold_groups_more():
    texts = [LONG, LONG[:60] + " all night long"]
    assert near_duplicate_groups(texts).tolist() == [0, 1]
    assert near_duplicate_groups(texts, threshold=0.4).tolist() == [0, 0]


def test_no_texts_give_no_groups():
    assert near_duplicate_groups([]).shape == (0,)


def test_a_chain_of_small_edits_is_one_group():
    words = LONG.split()
    chain = [" ".join(words[: len(words) - i]) for i in range(4)]
    assert set(near_duplicate_groups(chain, threshold=0.7).tolist()) == {0}


def test_group_numbers_follow_first_appearance():
    groups = near_duplicate_groups(["zebra crossing", "apple pie", "zebra crossing"])
    assert groups.tolist() == [0, 1, 0]
    assert groups.dtype == np.int64


def test_the_grouping_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    words = [f"word{c}{d}" for c in "abcdefgh" for d in "xyz"]
    base = [rng.choice(words, 15).tolist() for _ in range(30)]
    texts = [" ".join([*t[:-1], str(rng.choice(words))]) for t in base for _ in range(4)]
    order = rng.permutation(len(texts))
    straight = near_duplicate_groups(texts)
    shuffled = np.empty(len(texts), dtype=np.int64)
    shuffled[order] = near_duplicate_groups([texts[i] for i in order])
    assert np.array_equal(straight[:, None] == straight, shuffled[:, None] == shuffled)
    assert straight.max() + 1 < len(texts) / 2


def test_many_texts_alike_are_one_group():
    texts = [f"{LONG} {chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(500)]
    assert set(near_duplicate_groups(texts).tolist()) == {0}


@given(st.lists(st.text(max_size=30), max_size=20))
@settings(max_examples=50, deadline=None)
def test_equal_texts_always_share_a_group(texts):
    groups = near_duplicate_groups(texts + texts)
    assert np.array_equal(groups[: len(texts)], groups[len(texts) :])


def test_a_missing_text_is_refused_with_its_place():
    with pytest.raises(ItemsError, match=r"texts\[1\] is None, must be a text\. Replace missing"):
        near_duplicate_groups(["a", None])


@pytest.mark.parametrize("threshold", [0.0, 1.5, float("nan"), "high"])
def test_a_wrong_threshold_is_refused(threshold):
    with pytest.raises(ParameterError, match=r"threshold is .*must be a number in \[0.1, 1\]"):
        near_duplicate_groups(["a"], threshold=threshold)


def test_a_negative_seed_is_refused():
    with pytest.raises(ParameterError, match=r"seed is -1, must be an integer of at least 0"):
        near_duplicate_groups(["a"], seed=-1)


def embeddings(n=400, width=64, seed=0):
    """Rows of random direction around a common one, each followed by a near-duplicate."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(n, width))
    noise = rng.normal(size=(n, width))
    pairs = np.stack([first, first + 0.15 * noise], axis=1)  # cosine of about 0.99
    return pairs.reshape(2 * n, width) + 20.0


def test_rows_that_point_nearly_the_same_way_are_one_group():
    groups = near_duplicate_rows(embeddings())
    assert (groups[0::2] == groups[1::2]).mean() == 1.0
    assert len(np.unique(groups)) == 400


def test_a_direction_that_all_rows_share_does_not_count():
    rows = embeddings()[::2]  # with the mean, any two have a cosine above 0.99
    assert len(np.unique(near_duplicate_rows(rows))) == 400


def test_the_length_of_a_row_does_not_count_and_a_higher_threshold_groups_less():
    rows = embeddings() - 20.0
    rows -= rows.mean(axis=0)
    rows[1::2] *= 0.5
    rows[:2] = rows[2:4] * 3
    rows = np.vstack([rows, -rows])  # so that the mean is zero
    groups = near_duplicate_rows(rows)
    assert set(groups[:4].tolist()) == {groups[0]}
    assert len(np.unique(near_duplicate_rows(rows, threshold=0.9999))) > len(np.unique(groups))


def test_few_rows_equal_rows_and_single_precision_are_grouped():
    assert near_duplicate_rows(np.empty((0, 40))).shape == (0,)
    assert near_duplicate_rows(np.ones((1, 40))).tolist() == [0]
    assert near_duplicate_rows(np.ones((3, 40))).tolist() == [0, 0, 0]
    single = embeddings().astype(np.float32)
    assert np.array_equal(near_duplicate_rows(single), near_duplicate_rows(embeddings()))


def test_a_cosine_below_a_half_is_refused():
    with pytest.raises(ParameterError, match=r"threshold is 0\.2, must be a number in \[0\.5, 1\]"):
        near_duplicate_rows(np.ones((2, 40)), threshold=0.2)


def test_the_steps_can_be_watched():
    seen = []

    def watch(steps):
        seen.append(0)
        for step in steps:
            yield step
            seen[-1] += 1

    near_duplicate_groups([LONG, LONG + "s"], watch=watch)
    near_duplicate_rows(embeddings(), watch=watch)
    assert len(seen) == 2
    assert min(seen) > 8
