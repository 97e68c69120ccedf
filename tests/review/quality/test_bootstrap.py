"""BCa intervals by resampling items."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from weaklabel.core._numerics import wilson_interval
from weaklabel.review.quality import _bootstrap
from weaklabel.review.quality._bootstrap import Resampling, intervals
from weaklabel.review.quality._coefficients import (
    item_disagreement,
    item_terms,
    pair_disagreement,
    pair_terms,
)

HOW = Resampling(1000, 0, 0.95)


def pair(table, how=HOW):
    """Return the intervals of two reviewers from their table of counts."""
    table = np.asarray(table)
    first, second = np.nonzero(table)
    n_each = table[first, second]
    return intervals(pair_terms(first, second, len(table)), n_each, pair_disagreement, how)


def test_bounds_are_those_of_scipys_bca():
    first, second = np.repeat(np.indices((2, 2)).reshape(2, -1), [20, 4, 6, 15], axis=1)

    def kappa(index, axis=-1):
        terms = pair_terms(first, second, 2)[index.astype(int)].sum(axis=-2)
        return (
            pair_disagreement(terms.reshape(-1, 6)).coefficients()[:, 1].reshape(index.shape[:-1])
        )

    theirs = bootstrap(
        (np.arange(45),), kappa, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    found = pair([[20, 4], [6, 15]], Resampling(20_000, 1, 0.95))
    assert found.low[1] == pytest.approx(theirs.low, abs=0.02)
    assert found.high[1] == pytest.approx(theirs.high, abs=0.02)


def test_bounds_are_shifted_from_the_percentiles_where_the_spread_is_skewed():
    table = np.array([[60, 2], [3, 8]])
    found = pair(table, Resampling(10_000, 0, 0.95))
    first, second = np.nonzero(table)
    drawn = _bootstrap._resampled(
        pair_terms(first, second, 2), table[first, second], pair_disagreement, HOW
    )
    low, high = np.nanquantile(drawn[:, 1], [0.025, 0.975])
    assert found.low[1] < low - 0.02
    assert found.high[1] <= high


@pytest.mark.parametrize("draw", ["_draw_by_kind", "_draw_by_item"])
def test_as_many_items_are_drawn_as_there_are_and_each_kind_as_often_as_its_share(draw):
    n_each = np.array([1, 5, 14])
    weights = getattr(_bootstrap, draw)(np.random.default_rng(0), n_each, 4000)
    assert weights.shape == (4000, 3)
    assert (weights.sum(axis=1) == 20).all()
    assert weights.mean(axis=0) == pytest.approx(n_each, abs=0.15)
    # Binomial: n p (1 - p).
    assert weights.var(axis=0) == pytest.approx([0.95, 3.75, 4.2], abs=0.3)


def test_few_items_of_many_kinds_give_the_same_interval_as_one_row_an_item():
    table = [[20, 4], [6, 15]]
    first, second = np.repeat(np.indices((2, 2)).reshape(2, -1), [20, 4, 6, 15], axis=1)
    ones = np.ones(45, dtype=np.int64)
    how = Resampling(10_000, 0, 0.95)
    by_item = intervals(pair_terms(first, second, 2), ones, pair_disagreement, how)
    by_kind = pair(table, how)
    assert by_item.values == pytest.approx(by_kind.values)
    assert by_item.low == pytest.approx(by_kind.low, abs=0.02)
    assert by_item.high == pytest.approx(by_kind.high, abs=0.02)


def test_the_seed_decides_and_global_generators_do_not():
    table = [[20, 4], [6, 15]]
    np.random.seed(1)  # noqa: NPY002 - it must not matter
    one = pair(table)
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(one, pair(table))
    assert not np.array_equal(one.low, pair(table, HOW._replace(seed=1)).low)


def test_more_confidence_is_a_wider_interval():
    table = [[20, 4], [6, 15]]
    narrow, wide = (pair(table, HOW._replace(confidence=c)) for c in (0.8, 0.99))
    assert (narrow.low > wide.low).all()
    assert (narrow.high < wide.high).all()


def test_where_no_answers_differ_the_lower_bound_is_what_so_few_items_leave_possible():
    found = pair([[9, 0], [0, 3]])
    most = float(wilson_interval(0, 12)[1])
    chance = (9 / 12) ** 2 + (3 / 12) ** 2
    assert found.values.tolist() == [1, 1]
    assert found.high.tolist() == [1, 1]
    assert found.low == pytest.approx([1 - most, 1 - most / (1 - chance)])


def test_where_all_answers_differ_the_upper_bound_is_what_so_few_items_leave_possible():
    found = pair([[0, 4], [3, 0]])
    least = 1 - float(wilson_interval(0, 7)[1])
    assert found.values[0] == 0
    assert found.high[0] == pytest.approx(1 - least)


def test_what_is_undefined_has_no_bounds():
    found = pair([[9, 0], [0, 0]])
    assert np.isnan([found.values[1], found.low[1], found.high[1]]).all()
    assert found.values[0] == 1


def test_no_item_is_undefined():
    counts = np.zeros((0, 2), dtype=np.int64)
    found = intervals(item_terms(counts), np.zeros(0, np.int64), item_disagreement, HOW)
    assert np.isnan(np.array(found)).all()
    assert np.array(found).shape == (3, 3)


def test_blocks_of_resamples_change_nothing(monkeypatch):
    whole = pair([[20, 4], [6, 15]])
    monkeypatch.setattr(_bootstrap, "_BLOCK", 60)
    assert np.array_equal(whole, pair([[20, 4], [6, 15]]))


def test_intervals_hold_the_truth_as_often_as_they_say():
    # 40 items, two reviewers right in 85 of 100: kappa 0.49. Percentiles reach 93 to 94 of 100.
    chance = np.array([0.3725, 0.1275, 0.1275, 0.3725])
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(300):
        table = rng.multinomial(40, chance).reshape(2, 2)
        found = pair(table, Resampling(400, seed, 0.95))
        held += found.low[1] <= 0.49 <= found.high[1]
    assert 0.92 <= held / 300 <= 0.98
