"""fit_correction: a few answers that agree turn a pattern, and chosen items mislead nobody."""

import numpy as np
import pytest

from weaklabel.triage._correction import Shifts, base_posterior, fit_correction
from weaklabel.triage._vote_patterns import VotePatterns

NO_ANSWER = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def grouped(numbers, cells=None):
    """Return patterns by number; each has the votes in `cells`, by default one of its own."""
    of = np.asarray(numbers)
    sizes = np.bincount(of)
    cells = [[v] for v in range(len(sizes))] if cells is None else cells
    owner = np.array([v for v, votes in enumerate(cells) for _ in votes], dtype=np.int64)
    flat = np.array([c for votes in cells for c in votes], dtype=np.int64)
    n_votes = np.bincount(flat, sizes[owner]).astype(np.int64)
    return VotePatterns(of, sizes, owner, flat, n_votes)


def test_without_answers_labels_stay_as_they_are():
    q = np.array([[0.6, 0.4], [0.1, 0.9]])
    fitted = fit_correction(q, None, grouped([0, 1]), *NO_ANSWER)
    assert (fitted.votes_weight, fitted.content_weight) == (1.0, 0.0)
    assert fitted.posterior(q, None, grouped([0, 1])) == pytest.approx(q)


@pytest.mark.parametrize(("n_answers", "turned"), [(1, False), (8, True)])
@pytest.mark.parametrize("sure", [0.6, 0.85])
def test_one_answer_does_not_turn_a_large_pattern_and_several_do(sure, n_answers, turned):
    q = np.tile([sure, 1 - sure], (300, 1))
    rows = np.arange(n_answers)
    patterns = grouped([0] * 300)
    fitted = fit_correction(q, None, patterns, rows, np.ones(n_answers, dtype=np.int64))
    labels = fitted.posterior(q, None, patterns).argmax(axis=1)
    assert (labels == int(turned)).all()


def test_the_larger_the_pattern_the_more_answers_it_takes():
    moved = []
    for n in (3, 30, 300):
        q, patterns = np.tile([0.7, 0.3], (n, 1)), grouped([0] * n)
        fitted = fit_correction(q, None, patterns, np.arange(2), np.ones(2, dtype=np.int64))
        moved.append(fitted.posterior(q, None, patterns)[0, 1])
    assert moved[0] > moved[1] > moved[2] > 0.3


def test_other_patterns_move_little():
    q = np.tile([0.7, 0.3], (20, 1))
    patterns = grouped(np.repeat([0, 1], 10))
    fitted = fit_correction(q, None, patterns, np.arange(8), np.ones(8, dtype=np.int64))
    moved = fitted.posterior(q, None, patterns)
    assert moved[0].argmax() == 1
    assert moved[15].argmax() == 0
    assert fitted.by_pattern.groups.tolist() == fitted.by_cell.groups.tolist() == [0]


def test_items_that_were_chosen_for_their_content_are_not_taken_for_typical():
    """Of a pattern that is right in 90 of 100, the ten that the classifier contradicts are answered."""
    q = np.tile([0.8, 0.2], (100, 1))
    p = np.tile([0.9, 0.1], (100, 1))
    p[:10] = [0.02, 0.98]
    rows, answers = np.arange(10), np.ones(10, dtype=np.int64)
    patterns = grouped([0] * 100)
    with_content = fit_correction(q, p, patterns, rows, answers).posterior(q, p, patterns)
    without = fit_correction(q, None, patterns, rows, answers).posterior(q, None, patterns)
    assert (with_content[10:].argmax(axis=1) == 0).all()
    assert (without[10:].argmax(axis=1) == 1).all()


def test_a_vote_that_patterns_share_carries_over_and_one_that_they_do_not_does_not():
    """Pattern 1 shares a wrong function with the answered one, pattern 2 has votes of its own."""
    q = np.tile([0.6, 0.4], (30, 1))
    patterns = grouped(np.repeat([0, 1, 2], 10), [[0, 2], [0, 4], [6]])
    fitted = fit_correction(q, None, patterns, np.arange(8), np.ones(8, dtype=np.int64))
    moved = fitted.posterior(q, None, patterns)[[0, 10, 20], 1]
    assert moved[0] > moved[1] > 0.5 > moved[2]
    alone = fitted.without_shifts().posterior(q, None, patterns)
    assert alone[0] == pytest.approx(alone[20])


def test_items_without_votes_share_nothing_and_do_not_follow_answers_to_voted_ones():
    q = np.array([[0.6, 0.4]] * 20 + [[0.7, 0.3]] * 20)
    p = np.tile([0.2, 0.8], (40, 1))
    patterns = grouped([0] * 20 + [1] * 20, [[], [0]])
    alone = fit_correction(q, p, patterns, np.arange(8), np.ones(8, dtype=np.int64))
    assert alone.by_cell.groups.tolist() == alone.by_pattern.groups.tolist() == []
    assert alone.alone_weight < 1
    assert (alone.posterior(q, p, patterns).argmax(axis=1) == 0).all()
    voted = fit_correction(q, p, patterns, np.arange(20, 28), np.ones(8, dtype=np.int64))
    assert voted.content_weight > 0
    assert voted.posterior(q, p, patterns)[:20] == pytest.approx(q[:20])


def test_labels_that_say_nothing_without_votes_are_those_of_content():
    q = np.array([[0.9, 0.1], [0.5, 0.5], [0.5, 0.5]])
    p = np.array([[0.2, 0.8], [0.3, 0.7], [0.6, 0.4]])
    covered = np.array([True, False, False])
    assert base_posterior(q, p, covered).tolist() == [q[0].tolist(), *p[1:].tolist()]
    refined = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])
    assert base_posterior(refined, p, covered) is refined
    assert base_posterior(q, None, covered) is q
    assert base_posterior(q, p, np.ones(3, dtype=bool)) is q


def test_shifts_of_groups_that_are_not_known_are_zero():
    shifts = Shifts(np.array([2, 5]), np.array([[1.0, -1.0], [0.5, 0.0]]))
    assert shifts.of(np.array([0, 5, 2, 9])).tolist() == [[0, 0], [0.5, 0], [1, -1], [0, 0]]


def test_the_fit_is_the_maximum():
    rng = np.random.default_rng(0)
    q, p = (rng.dirichlet(np.ones(3), 50) for _ in range(2))
    patterns, rows = (
        grouped(rng.integers(0, 6, 50), [[0], [0, 1], [1, 2], [2], [0, 2], []]),
        np.arange(30),
    )
    answers = rng.integers(0, 3, 30)
    fitted = fit_correction(q, p, patterns, rows, answers)

    def loss(found):
        proba = found.posterior(q, p, patterns)[rows, answers]
        prior = ((found.votes_weight - 1) / 0.3) ** 2 + (found.content_weight / 0.5) ** 2
        prior += ((found.alone_weight - 1) / 0.3) ** 2
        for shifts, sizes, sd in (
            (found.by_pattern, patterns.sizes, 0.8),
            (found.by_cell, patterns.cell_sizes, 0.7),
        ):
            precision = (1 + np.log10(sizes[shifts.groups])) / sd**2
            prior += (precision[:, None] * shifts.values**2).sum()
        return -np.log(proba).sum() + 0.5 * prior

    def moved(shifts):
        return Shifts(shifts.groups, shifts.values + rng.normal(0, 0.05, shifts.values.shape))

    best = loss(fitted)
    for _ in range(50):
        other = type(fitted)(
            fitted.votes_weight + rng.normal(0, 0.05),
            fitted.content_weight + rng.normal(0, 0.05),
            fitted.alone_weight + rng.normal(0, 0.05),
            moved(fitted.by_pattern),
            moved(fitted.by_cell),
        )
        assert loss(other) > best - 1e-6
