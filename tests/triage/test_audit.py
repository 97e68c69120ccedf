"""estimate_accuracy: by hand on small logs, how often it holds the truth, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, VoteMatrix
from weaklabel.errors import DecisionsError, ItemsError, LabelsError, ParameterError
from weaklabel.triage._apply_decisions import apply_decisions
from weaklabel.triage._audit import estimate_accuracy
from weaklabel.triage._rank import rank_for_review

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def soft(n=100, p_spam=0.1):
    p = np.broadcast_to(p_spam, n)
    return SoftLabels(np.stack([1 - p, p], axis=1), None, SCHEMA)


def said(item, label, stratum="random", proposed="ham", reviewer="ann"):
    return Decision(str(item), label, reviewer, AT, proposed, stratum)


def drawn(n_wrong, n, first=0):
    return [said(first + i, "spam" if i < n_wrong else "ham") for i in range(n)]


def test_unanswered_items_are_as_good_as_the_random_ones():
    # 20 of 100 wrong, 4 of them answered: 16 are left.
    estimate = estimate_accuracy(DecisionLog(drawn(4, 20)), soft(), queue_starts=[0])
    assert estimate.accuracy == pytest.approx(0.84)
    assert estimate.open_accuracy == pytest.approx(0.8)
    assert (estimate.n_items, estimate.n_answered, estimate.n_random) == (100, 20, 20)
    assert (estimate.n_random_wrong, estimate.basis) == (4, "shown")
    assert estimate.low < 0.84 < estimate.high


def test_wrong_labels_that_choosing_found_are_left_no_more():
    log = DecisionLog([*drawn(4, 20), *(said(i, "spam", "margin") for i in range(50, 58))])
    estimate = estimate_accuracy(log, soft(), queue_starts=[0])
    assert estimate.accuracy == pytest.approx(1 - 8 / 100)
    assert estimate.n_random == 20


def test_chosen_items_without_a_known_label_count_as_right_labels_found():
    chosen = [said(i, "spam", "margin", proposed=None) for i in range(50, 58)]
    estimate = estimate_accuracy(DecisionLog([*drawn(4, 20), *chosen]), soft(), queue_starts=[0])
    assert estimate.accuracy == pytest.approx(1 - 16 / 100)


def test_a_second_queue_is_drawn_from_what_the_first_left():
    first = [*drawn(2, 10), *(said(i, "spam", "margin") for i in range(10, 15))]
    log = DecisionLog([*first, *drawn(1, 10, first=20)])
    estimate = estimate_accuracy(log, soft(), queue_starts=[0, 15])
    # Round 1: 20 of 100, less 8 found = 12 of 75; round 2: 8.5 of 85, less 1 = 7.5.
    weight = np.array([10 / (100 * 90), 10 / (85 * 75)])
    expected = weight @ [12, 7.5] / weight.sum()
    assert estimate.accuracy == pytest.approx(1 - expected / 100)


def test_when_queues_are_unknown_the_interval_holds_that_of_one_queue_and_errs_low():
    chosen = [said(i, "spam", "margin") for i in range(50, 58)]
    log = DecisionLog([*drawn(4, 20)[:10], *chosen, *drawn(4, 20)[10:]])
    known = estimate_accuracy(log, soft(), queue_starts=[0])
    unknown = estimate_accuracy(log, soft())
    assert unknown.low <= known.low < known.high <= unknown.high
    assert unknown.accuracy < known.accuracy
    assert not unknown.queues_known
    assert known.queues_known


def test_held_out_labels_say_how_good_labels_are_now():
    log = DecisionLog(drawn(4, 20))
    better = soft(20, [0.9] * 4 + [0.1] * 16)
    estimate = estimate_accuracy(log, soft(), held_out=better, queue_starts=[0])
    assert (estimate.accuracy, estimate.n_random_wrong, estimate.basis) == (1.0, 0, "held out")
    assert estimate.high == 1


def test_a_data_set_that_is_all_answered_is_right():
    estimate = estimate_accuracy(DecisionLog(drawn(4, 20)), soft(20), queue_starts=[0])
    assert (estimate.accuracy, estimate.low, estimate.high, estimate.n_to_halve) == (1, 1, 1, 0)
    assert np.isnan(estimate.open_accuracy)


def test_a_disputed_item_counts_by_its_answers_and_keeps_its_label():
    log = DecisionLog([*drawn(0, 9), said(9, "spam"), said(9, "ham", reviewer="bob")])
    estimate = estimate_accuracy(log, soft(), queue_starts=[0])
    assert (estimate.n_random, estimate.n_random_wrong, estimate.n_disputed) == (10, 0.5, 1)
    # 5 of 100 wrong, none of which is put right: the half that was found stays in the data.
    assert estimate.accuracy == pytest.approx(0.95)
    assert estimate.n_answered == 9
    assert estimate.high < 1


def test_skips_and_items_elsewhere_are_counted():
    log = DecisionLog([*drawn(2, 10), said(50, None), said("x", "ham"), said("y", "eggs")])
    estimate = estimate_accuracy(log, soft(), queue_starts=[0])
    assert (estimate.n_random, estimate.n_skipped, estimate.n_elsewhere) == (10, 1, 2)
    assert estimate.accuracy == pytest.approx(1 - 18 / 100)


def test_each_class_has_its_own_precision():
    labels = soft(100, [0.1] * 60 + [0.9] * 40)
    log = DecisionLog(
        [
            *drawn(3, 10),  # labelled ham: 3 of 10 wrong
            *(said(60 + i, "spam", proposed="spam") for i in range(5)),  # labelled spam, right
        ]
    )
    ham, spam = estimate_accuracy(log, labels, queue_starts=[0]).by_class
    # 50 more are labelled ham, 15 of them wrong; 7 answers say ham.
    assert (ham.name, ham.n_items, ham.n_random, ham.n_random_wrong) == ("ham", 57, 10, 3)
    assert ham.accuracy == pytest.approx(1 - 15 / 57)
    # 35 more are labelled spam; 8 answers say spam.
    assert (spam.name, spam.n_items, spam.accuracy, spam.high) == ("spam", 43, 1, 1)
    assert spam.low < 0.8


def test_a_class_without_a_random_answer_is_unknown():
    labels = soft(100, [0.1] * 60 + [0.9] * 40)
    spam = estimate_accuracy(DecisionLog(drawn(3, 10)), labels, queue_starts=[0]).by_class[1]
    assert np.isnan(spam.accuracy)
    assert (spam.n_items, spam.n_random) == (43, 0)
    assert (spam.low, spam.high) == pytest.approx((3 / 43, 1))


def test_a_class_that_no_item_has_is_unknown():
    spam = estimate_accuracy(DecisionLog(drawn(0, 10)), soft(), queue_starts=[0]).by_class[1]
    assert (spam.n_items, spam.low, spam.high) == (0, 0, 1)
    assert np.isnan(spam.accuracy)


def test_yields_are_counted_by_stratum_and_the_last_fifty_chosen_are_recent():
    found = [said(50 + i, "spam", "margin") for i in range(30)]
    vain = [said(100 + i, "ham", "outlier") for i in range(40)]
    estimate = estimate_accuracy(DecisionLog([*drawn(1, 10), *found, *vain]), soft(200))
    counts = {y.stratum: (y.n_answers, y.n_wrong) for y in estimate.yields}
    assert counts == {"margin": (30, 30), "outlier": (40, 0), "random": (10, 1)}
    assert (estimate.recent.n_answers, estimate.recent.n_wrong) == (50, 10)
    assert estimate.advice().startswith("To choose items still pays: the last 50 chosen answers")


def test_neither_the_order_of_items_nor_of_queue_starts_given_twice_matters():
    log, labels = DecisionLog(drawn(4, 20)), soft()
    turned = labels.take(np.arange(99, -1, -1))
    one = estimate_accuracy(log, labels, queue_starts=[0, 10])
    other = estimate_accuracy(log, turned, queue_starts=[0, 10, 10])
    assert one.words() == other.words()


@pytest.mark.parametrize("queues_known", [True, False])
def test_93_to_97_in_100_intervals_hold_the_true_accuracy(queues_known):
    rng = np.random.default_rng(5)
    held = [_review(rng, queues_known) for _ in range(500)]
    # Where queues are unknown the interval is wider than it need be, and may hold it more often.
    assert 0.93 <= np.mean(held) <= (0.97 if queues_known else 0.99)


def _review(rng, queues_known):
    """Review 300 items in two queues of 25 random and 25 suspicious ones; is the truth held?"""
    wrong = rng.random(300) < 0.2
    looks = wrong + rng.normal(0, 0.7, 300)
    answered = np.zeros(300, dtype=bool)
    decisions = []
    for _ in range(2):
        sample = rng.permutation(np.flatnonzero(~answered))[:25]
        answered[sample] = True
        chosen = np.argsort(np.where(answered, -np.inf, looks))[-25:]
        answered[chosen] = True
        for pair in zip(sample, chosen, strict=True):
            for item, stratum in zip(pair, ("random", "margin"), strict=True):
                decisions.append(said(item, "spam" if wrong[item] else "ham", stratum))
    starts = [0, 50] if queues_known else None
    estimate = estimate_accuracy(DecisionLog(decisions), soft(300), queue_starts=starts)
    truth = 1 - wrong[~answered].sum() / 300
    return estimate.low - 1e-9 <= truth <= estimate.high + 1e-9


@pytest.mark.slow
def test_held_out_labels_estimate_labels_that_learn_from_the_answers_and_those_of_now_do_not():
    rng = np.random.default_rng(3)
    reviews = [_learning_review(rng, seed) for seed in range(40)]
    held, error, error_of_now = np.mean(reviews, axis=0)
    assert held >= 0.87  # 95 in 100 less 2.5 standard errors
    assert abs(error) < 0.03 < 0.08 < error_of_now


def _learning_review(rng, seed):
    """Review 200 items in two queues; is the truth held, and by how much are estimates too high?"""
    gold = rng.integers(0, 2, 200)
    wrong = rng.random((200, 3)) < [0.25, 0.3, 0.4]
    silent = rng.random((200, 3)) < 0.3
    codes = np.where(silent, -1, np.where(wrong, 1 - gold[:, None], gold[:, None]))
    votes = VoteMatrix.from_array(codes, SCHEMA)
    p_spam = (codes == 1).sum(axis=1) + 1
    p_spam = p_spam / (p_spam + (codes == 0).sum(axis=1) + 1)
    labels = SoftLabels(np.stack([1 - p_spam, p_spam], axis=1), None, SCHEMA)
    content = np.clip(0.5 + 0.2 * (gold - 0.5) + rng.normal(0, 0.15, 200), 0.02, 0.98)
    pred_probs = SoftLabels(np.stack([1 - content, content], axis=1), None, SCHEMA, "refine")
    log = []
    for q in range(2):
        queue = rank_for_review(
            labels,
            votes,
            pred_probs,
            40,
            decisions=DecisionLog(log),
            random_share=0.5,
            seed=seed + q,
        )
        pairs = zip(queue.item_ids.tolist(), queue.strata, strict=True)
        log += [said(key, SCHEMA.classes[gold[int(key)]], stratum) for key, stratum in pairs]
    decisions = DecisionLog(log)
    feedback = apply_decisions(decisions, labels, votes, pred_probs)
    truth = (feedback.soft.posterior.argmax(axis=1) == gold).mean()
    found, of_now = (
        estimate_accuracy(decisions, feedback.soft, held_out=held_out, queue_starts=[0, 40])
        for held_out in (feedback.held_out, feedback.soft)
    )
    held = found.low - 1e-9 <= truth <= found.high + 1e-9
    return held, found.accuracy - truth, of_now.accuracy - truth


def test_chosen_answers_alone_estimate_nothing():
    log = DecisionLog([said(1, "spam", "margin")])
    with pytest.raises(
        DecisionsError, match=r"0 answers of the stratum 'random' on items of labels, must have"
    ):
        estimate_accuracy(log, soft())


def test_skips_alone_estimate_nothing():
    log = DecisionLog([said(1, None), said(2, None)])
    with pytest.raises(DecisionsError, match=r"on items of labels \(2 were skipped\), must have"):
        estimate_accuracy(log, soft())


def test_a_label_to_hold_the_answer_against_is_needed():
    log = DecisionLog([said(1, "ham", proposed=None)])
    with pytest.raises(DecisionsError, match=r"do not say which label was shown .* Give held_out"):
        estimate_accuracy(log, soft())
    assert estimate_accuracy(log, soft(), held_out=soft()).accuracy == 1


def test_random_answers_whose_label_was_not_kept_are_left_out():
    log = DecisionLog([*drawn(2, 10), said(50, "ham", proposed=None)])
    estimate = estimate_accuracy(log, soft(), queue_starts=[0])
    assert (estimate.n_random, estimate.n_not_shown, estimate.n_answered) == (10, 1, 11)


def test_labels_need_an_item():
    with pytest.raises(ItemsError, match="labels has 0 items, must have at least one"):
        estimate_accuracy(DecisionLog(drawn(0, 3)), SoftLabels(np.empty((0, 2)), [], SCHEMA))


def test_held_out_labels_must_have_the_random_items():
    with pytest.raises(LabelsError, match="held_out lacks item '3'"):
        estimate_accuracy(DecisionLog(drawn(0, 5)), soft(), held_out=soft(3))


@pytest.mark.parametrize("starts", [[], [1], [0, 5, 3], [0, 21], [0, -1], [0.5]])
def test_queue_starts_must_fit_the_log(starts):
    with pytest.raises(ParameterError, match="queue_starts"):
        estimate_accuracy(DecisionLog(drawn(4, 20)), soft(), queue_starts=starts)


def test_confidence_is_a_share_below_one():
    with pytest.raises(
        ParameterError, match=r"confidence is 95, must be a number in \[0\.5, 0\.999"
    ):
        estimate_accuracy(DecisionLog(drawn(4, 20)), soft(), confidence=95)


def test_escalated_items_are_counted_and_gold_checks_yield_nothing():
    passed = Decision("50", None, "ann", AT, "ham", "random", kind="escalation")
    check = replace(said(60, "spam", "gold check"), gold=True)
    estimate = estimate_accuracy(DecisionLog([*drawn(2, 10), passed, check]), soft())
    assert (estimate.n_random, estimate.n_skipped, estimate.n_escalated) == (10, 0, 1)
    assert [found.stratum for found in estimate.yields] == ["random"]
    with pytest.raises(DecisionsError, match=r"on items of labels \(1 wait for an expert\)"):
        estimate_accuracy(DecisionLog([passed]), soft())
