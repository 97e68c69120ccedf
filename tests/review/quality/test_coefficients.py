"""Coefficients of agreement, against the published examples and other implementations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from weaklabel.review.quality._coefficients import (
    class_disagreement,
    class_terms,
    item_disagreement,
    item_terms,
    pair_disagreement,
    pair_terms,
)

#: Table 1 of Fleiss (1971): 30 patients, 6 psychiatrists each; depression, personality disorder,
#: schizophrenia, neurosis, other.
FLEISS = np.array(
    [
        int(n)
        for n in "000600300301401000060303020400004022031020040000061005011040033001005002031"
        "005013001251000020401020300006010500201320040100410501040002020401050000006"
    ]
).reshape(30, 5)
#: One row for each observer, "." for no answer. Krippendorff, "Computing Krippendorff's
#: Alpha-Reliability" (2011), parts A and C; the last as in Wikipedia's article on alpha.
TWO_OBSERVERS = ["0100000010", "1110010000"]
FOUR_OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
THREE_OBSERVERS = [".....34121133.3", "1.213343.......", "..21344.21133.4"]


def counts_of(answers, classes):
    """Return the counts by item of texts with one answer to each item, "." for none."""
    return np.array([[column.count(c) for c in classes] for column in zip(*answers, strict=True)])


def of_items(counts):
    """Return percent agreement, Fleiss' kappa, alpha of the items with two answers or more."""
    counts = counts[counts.sum(axis=1) >= 2]
    return item_disagreement(item_terms(counts).sum(axis=0)[None]).coefficients()[0]


def of_class(counts):
    return class_disagreement(class_terms(counts).sum(axis=0)[None]).coefficients()[0]


def of_pair(first, second, k):
    terms = pair_terms(np.asarray(first), np.asarray(second), k)
    return pair_disagreement(terms.sum(axis=0)[None]).coefficients()[0]


def test_fleiss_kappa_of_his_own_example():
    observed, fleiss, _ = of_items(FLEISS)
    # Fleiss gives 0.5556, 0.2201 and 0.430.
    assert observed == pytest.approx(0.5556, abs=5e-5)
    assert fleiss == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize(("code", "kappa"), list(enumerate([0.245, 0.245, 0.520, 0.471, 0.566])))
def test_fleiss_kappa_of_each_class_of_his_own_example(code, kappa):
    both = np.stack([FLEISS[:, code], 6 - FLEISS[:, code]], axis=1)
    assert of_class(both)[1] == pytest.approx(kappa, abs=5e-4)


@pytest.mark.parametrize(
    ("observers", "classes", "alpha"),
    [
        (TWO_OBSERVERS, "01", 0.095),
        (FOUR_OBSERVERS, "12345", 0.743),
        (THREE_OBSERVERS, "1234", 0.691),
    ],
    ids=["two", "four", "three"],
)
def test_alpha_of_published_examples(observers, classes, alpha):
    assert of_items(counts_of(observers, classes))[2] == pytest.approx(alpha, abs=5e-4)


def test_percent_agreement_with_missing_answers_is_gwets():
    # irrCAC gives 0.8181818 for the same data (cac.raw4raters).
    assert of_items(counts_of(FOUR_OBSERVERS, "12345"))[0] == pytest.approx(0.8181818, abs=5e-8)


def test_cohens_kappa_of_gwets_abstractors():
    # Gwet's table of three classes (irrCAC, cont3x3abstractors): kappa 0.7964094.
    table = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    first, second = np.repeat(np.indices((3, 3)).reshape(2, -1), table.ravel(), axis=1)
    assert of_pair(first, second, 3)[1] == pytest.approx(0.7964094, abs=5e-8)


@given(st.integers(2, 5), st.integers(0, 1000), st.integers(2, 60))
def test_cohens_kappa_is_scikit_learns(k, seed, n):
    first, second = np.random.default_rng(seed).integers(k, size=(2, n))
    observed, kappa = of_pair(first, second, k)
    assert observed == pytest.approx((first == second).mean())
    if len({*first, *second}) > 1:
        assert kappa == pytest.approx(cohen_kappa_score(first, second))


@given(st.integers(2, 4), st.integers(0, 1000))
def test_alpha_of_unequal_numbers_of_answers_is_that_of_all_pairs(k, seed):
    rng = np.random.default_rng(seed)
    items = [rng.integers(k, size=rng.integers(2, 6)).tolist() for _ in range(8)]
    flat = [c for answers in items for c in answers]
    # By definition: disagreeing pairs within items, weighted, over those of all answers.
    within = sum(
        sum(a != b for a in answers for b in answers) / (len(answers) - 1) for answers in items
    ) / len(flat)
    among = sum(a != b for a in flat for b in flat) / (len(flat) * (len(flat) - 1))
    counts = np.array([[answers.count(c) for c in range(k)] for answers in items])
    if among:
        assert of_items(counts)[2] == pytest.approx(1 - within / among)


@given(st.integers(2, 4), st.integers(0, 1000))
def test_fleiss_of_unequal_numbers_counts_every_item_once(k, seed):
    rng = np.random.default_rng(seed)
    items = [rng.integers(k, size=rng.integers(2, 6)).tolist() for _ in range(8)]
    agree = np.mean(
        [(sum(a == b for a in x for b in x) - len(x)) / (len(x) * (len(x) - 1)) for x in items]
    )
    shares = np.mean([[x.count(c) / len(x) for c in range(k)] for x in items], axis=0)
    counts = np.array([[x.count(c) for c in range(k)] for x in items])
    chance = (shares**2).sum()
    found = of_items(counts)
    assert found[0] == pytest.approx(agree)
    if chance < 1:
        assert found[1] == pytest.approx((agree - chance) / (1 - chance))


def test_specific_agreement_is_the_chance_that_another_says_it_too():
    counts = np.array([[2, 0], [2, 1], [1, 1], [0, 2]])
    # 2 answers repeated for sure, 2 with one of two others, 1 not at all: (2 + 2/2 + 0) / 5.
    assert of_class(counts)[3] == pytest.approx(3 / 5)


def test_one_class_alone_leaves_all_but_percent_agreement_undefined():
    observed, fleiss, alpha = of_items(np.array([[2, 0], [3, 0]]))
    assert observed == 1
    assert np.isnan([fleiss, alpha]).all()
    assert np.isnan(of_pair([1, 1], [1, 1], 2)[1])


def test_a_class_that_nobody_gave_has_no_specific_agreement():
    assert np.isnan(of_class(np.array([[0, 2], [0, 3]]))[3])


def test_no_item_leaves_everything_undefined():
    assert np.isnan(of_items(np.zeros((0, 3), dtype=np.int64))).all()
    assert np.isnan(of_pair(np.zeros(0, int), np.zeros(0, int), 3)).all()
    assert np.isnan(of_class(np.zeros((0, 2), dtype=np.int64))).all()


def test_two_who_always_agree_have_a_kappa_of_exactly_one():
    assert of_pair([0, 1, 2, 0, 1, 2, 2], [0, 1, 2, 0, 1, 2, 2], 3).tolist() == [1, 1]
    assert of_items(np.array([[3, 0], [0, 7], [5, 0]])).tolist() == [1, 1, 1]
