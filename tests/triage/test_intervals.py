"""Intervals for wrong labels that are left: against Wilson, by exact counting, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import ParameterError
from weaklabel.triage._intervals import Rounds, answers_to_halve, unanswered_wrong, wilson

HUGE = 10**9


@pytest.mark.parametrize(("n_wrong", "n_drawn"), [(0, 20), (4, 20), (20, 20), (3, 400)])
def test_one_round_of_a_huge_frame_is_wilsons_interval(n_wrong, n_drawn):
    _, low, high = unanswered_wrong(Rounds([HUGE], [n_drawn], [n_wrong], [n_wrong]), HUGE)
    expected = wilson_interval(n_wrong, n_drawn)
    np.testing.assert_allclose([low / HUGE, high / HUGE], expected, atol=1e-7)


def test_what_answers_found_is_subtracted():
    # 100 items, 20 drawn, 4 wrong: 20 wrong in all; 4 of them drawn, 8 more found by choosing.
    assert unanswered_wrong(Rounds([100], [20], [4], [4]), 80)[0] == pytest.approx(16)
    assert unanswered_wrong(Rounds([100], [20], [4], [12]), 70)[0] == pytest.approx(8)


def test_two_rounds_are_weighted_by_their_variances():
    # Round 1 says 100 * 2/10 - 5 = 15 of 80, round 2 90 * 1/10 - 1 = 8;
    # variances go with N (N - m) / m: 900 and 720.
    found = unanswered_wrong(Rounds([100, 90], [10, 10], [2, 1], [5, 1]), 80)[0]
    assert found == pytest.approx((15 / 900 + 8 / 720) / (1 / 900 + 1 / 720))


def test_the_interval_shrinks_to_a_point_as_all_is_drawn():
    def width(n_drawn):
        n_wrong = n_drawn // 10
        _, low, high = unanswered_wrong(
            Rounds([1000], [n_drawn], [n_wrong], [n_wrong]), 1000 - n_drawn
        )
        return high - low

    assert width(900) < width(500) < width(100)
    assert width(990) <= 4
    assert unanswered_wrong(Rounds([10], [10], [3], [3]), 0) == (0, 0, 0)


def test_without_a_draw_nothing_is_known():
    for rounds in (Rounds([], [], [], []), Rounds([50], [0], [0], [7])):
        estimate, low, high = unanswered_wrong(rounds, 40)
        assert np.isnan(estimate)
        assert (low, high) == (0, 40)


def test_more_confidence_is_wider():
    rounds = Rounds([100], [20], [4], [4])
    _, low, high = unanswered_wrong(rounds, 80, 0.8)
    _, lower, higher = unanswered_wrong(rounds, 80, 0.99)
    assert lower < low < high < higher


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_figures_are_in_order_and_possible_whatever_the_rounds(data):
    n_unanswered = data.draw(st.integers(1, 50))
    frame, drawn, wrong, known = [], [], [], []
    answered, found = 0, 0.0
    for _ in range(data.draw(st.integers(1, 4))):  # from the last round back to the first
        n, others = data.draw(st.integers(0, 20)), data.draw(st.integers(0, 20))
        bad = data.draw(st.integers(0, n))
        answered, found = answered + n + others, found + bad + data.draw(st.integers(0, others))
        frame, drawn, wrong = [n_unanswered + answered, *frame], [n, *drawn], [bad, *wrong]
        known = [found, *known]
    estimate, low, high = unanswered_wrong(Rounds(frame, drawn, wrong, known), n_unanswered)
    assert 0 <= low <= high <= n_unanswered
    assert not sum(drawn) or 0 <= estimate <= n_unanswered


@pytest.mark.parametrize(("n_wrong", "n_drawn"), [(200, 100), (100, 100), (25, 400), (50, 200)])
def test_of_one_round_93_to_97_in_100_intervals_hold_the_truth(n_wrong, n_drawn):
    counts = np.arange(min(n_wrong, n_drawn) + 1)
    held = np.array(
        [_holds([500], [n_drawn], [x], [x], n_wrong - x, 500 - n_drawn) for x in counts]
    )
    chance = hypergeom.pmf(counts, 500, n_wrong, n_drawn)
    assert 0.93 <= chance[held].sum() <= 0.97


def test_of_reviews_that_choose_and_draw_in_rounds_93_to_97_in_100_intervals_hold_the_truth():
    rng = np.random.default_rng(0)
    held = [_review(rng, subtract=True) for _ in range(2000)]
    assert 0.93 <= np.mean(held) <= 0.97


def test_without_subtraction_they_would_not():
    rng = np.random.default_rng(0)
    held = [_review(rng, subtract=False) for _ in range(500)]
    assert np.mean(held) < 0.85


def _review(rng, subtract):
    """Draw 25 and choose 50 of the worst-looking of 800 items, three times; is the truth held?"""
    wrong = rng.random(800) < 0.15
    looks = wrong + rng.normal(0, 0.7, 800)
    answered = np.zeros(800, dtype=bool)
    queues = []
    for _ in range(3):
        drawn = rng.permutation(np.flatnonzero(~answered))[:25]
        frame = int((~answered).sum())
        answered[drawn] = True
        chosen = np.argsort(np.where(answered, -np.inf, looks))[-50:]
        answered[chosen] = True
        queues.append((frame, drawn, wrong[drawn].sum() + (wrong[chosen].sum() if subtract else 0)))
    known = np.cumsum([found for *_, found in queues][::-1])[::-1]
    frames = [frame - (0 if subtract else 50 * (3 - r)) for r, (frame, *_) in enumerate(queues)]
    n_wrong = [wrong[drawn].sum() for _, drawn, _ in queues]
    return _holds(frames, [25] * 3, n_wrong, known, wrong[~answered].sum(), int((~answered).sum()))


def _holds(frame, drawn, wrong, known, truth, n_unanswered):
    _, low, high = unanswered_wrong(Rounds(frame, drawn, wrong, known), n_unanswered)
    return low - 1e-9 <= truth <= high + 1e-9


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (([10], [11], [0], [0]), "11 items are drawn from a frame of 10"),
        (([10, 10], [5, 5], [1, 6], [0, 0]), "round 1 is impossible: 6 labels are wrong among"),
        (([10], [np.nan], [0], [0]), "round 0 is impossible"),
        (([10], [5, 5], [1], [1]), "arrays of different lengths"),
    ],
)
def test_impossible_rounds_are_refused(arrays, words):
    with pytest.raises(ParameterError, match=words):
        Rounds(*arrays)


def test_so_many_more_answers_halve_the_interval_and_one_fewer_does_not():
    rounds = Rounds([10_000], [100], [10], [10])
    _, low, high = unanswered_wrong(rounds, 9900)
    n = answers_to_halve(rounds, 9900)

    def width(n_more):
        found = n_more * 990 / 9900  # as estimated: 1000 wrong in all, 10 of them answered
        more = Rounds([10_000, 9900], [100, n_more], [10, found], [10 + found, found])
        _, lower, higher = unanswered_wrong(more, 9900 - n_more)
        return higher - lower

    assert width(n) <= (high - low) / 2 < width(n - 1)


def test_four_times_the_answers_halve_the_interval_of_many():
    assert answers_to_halve(Rounds([HUGE], [1000], [300], [300]), HUGE) == pytest.approx(
        3000, abs=15
    )


def test_no_more_answers_are_asked_for_than_there_are_items():
    assert answers_to_halve(Rounds([11], [10], [3], [3]), 1) == 1
    assert answers_to_halve(Rounds([10], [10], [3], [3]), 0) == 0
    assert 1 <= answers_to_halve(Rounds([], [], [], []), 30) <= 30


def test_wilson_takes_its_confidence():
    assert wilson(4, 20) == pytest.approx([float(x) for x in wilson_interval(4, 20)])
    assert wilson(4, 20, 0.5)[0] > wilson(4, 20)[0]
