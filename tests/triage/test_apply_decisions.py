"""apply_decisions: what answers do to other labels, and what an answer alone would not."""

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.errors import DecisionsError, ItemsError, LabelsError, ParameterError, VotesError
from weaklabel.triage import apply_decisions

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def log_of(answers, reviewer="ann"):
    return DecisionLog(Decision(key, label, reviewer, AT) for key, label in answers.items())


def case(n=60, seed=0):
    """Return labels, votes and held-out probabilities; the last five items have no vote."""
    rng = np.random.default_rng(seed)
    ids = [f"i{i:03d}" for i in range(n)]
    codes = rng.integers(-1, 2, (n, 3))
    codes[-5:] = -1
    votes = VoteMatrix.from_array(codes, SCHEMA, ["a", "b", "c"], ids)
    q, p = (rng.uniform(0.2, 0.8, n) for _ in range(2))
    soft = SoftLabels(np.stack([1 - q, q], axis=1), ids, SCHEMA, "model:Test")
    return soft, votes, SoftLabels(np.stack([1 - p, p], axis=1), ids, SCHEMA, "refine")


def labels_of(soft):
    return dict(zip(soft.item_ids.tolist(), soft.posterior.argmax(axis=1).tolist(), strict=True))


def test_without_answers_nothing_changes():
    soft, votes, pred = case()
    feedback = apply_decisions(DecisionLog(), soft, votes, pred)
    assert np.array_equal(feedback.soft.posterior, soft.posterior)
    assert feedback.held_out.n_items == 0
    assert set(feedback.flipped.values()) == {0}
    assert (feedback.functions["change"] == 0).all()


def test_answered_items_have_their_answer():
    soft, votes, pred = case()
    answers = {"i001": "spam", "i002": "ham", "i059": "spam"}
    now = labels_of(apply_decisions(log_of(answers), soft, votes, pred).soft)
    assert [now[key] for key in answers] == [1, 0, 1]


def test_skips_disputes_and_strangers_change_nothing():
    soft, votes, pred = case()
    log = [*log_of({"i001": "ham"}), *log_of({"i001": "spam"}, "bob")]
    log += [*log_of({"i002": None, "gone": "spam"})]
    feedback = apply_decisions(DecisionLog(log), soft, votes, pred)
    assert np.array_equal(feedback.soft.posterior, soft.posterior)


def test_items_with_the_same_votes_follow_answers_that_agree():
    ids = [str(i) for i in range(30)]
    codes = [[0, -1]] * 20 + [[-1, 1]] * 10
    votes = VoteMatrix.from_array(codes, SCHEMA, ["wrong", "right"], ids)
    soft = SoftLabels([[0.7, 0.3]] * 20 + [[0.3, 0.7]] * 10, ids, SCHEMA)
    feedback = apply_decisions(log_of(dict.fromkeys(ids[:6], "spam")), soft, votes)
    assert set(labels_of(feedback.soft).values()) == {1}
    assert dict(feedback.flipped) == {
        "answered": 6,
        "same votes": 14,
        "same functions": 0,
        "content": 0,
    }
    moved = feedback.functions
    assert moved.index[0] == "wrong"
    assert moved.loc["wrong", "before"] == pytest.approx(0.7)
    assert moved.loc["wrong", "now"] < 0.3
    assert abs(moved.loc["right", "change"]) < 0.1


def test_items_with_the_same_vote_of_one_function_follow_too():
    """Every item has other votes beside it, so that no two have the same."""
    n_other = 5
    patterns = [[0, *(i >> j & 1 for j in range(n_other))] for i in range(2**n_other)]
    codes = np.array(patterns)
    codes[:, 1:][codes[:, 1:] == 0] = -1
    ids = [f"i{i:02d}" for i in range(len(codes))]
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.6, 0.4]] * len(ids), ids, SCHEMA)
    answers = dict.fromkeys(ids[::3], "spam")
    feedback = apply_decisions(log_of(answers), soft, votes)
    assert set(labels_of(feedback.soft).values()) == {1}
    assert feedback.flipped["same functions"] == len(ids) - len(answers)
    assert feedback.flipped["same votes"] == 0


def test_held_out_labels_do_not_know_their_own_answer():
    ids = [str(i) for i in range(40)]
    votes = VoteMatrix.from_array([[0]] * 40, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.9, 0.1]] * 40, ids, SCHEMA)
    answers = dict.fromkeys(ids[:20], "ham") | {"20": "spam"}
    feedback = apply_decisions(log_of(answers), soft, votes)
    assert labels_of(feedback.soft)["20"] == 1
    assert labels_of(feedback.held_out)["20"] == 0
    assert sorted(feedback.held_out.item_ids.tolist()) == sorted(answers)


def test_one_answer_is_held_out_by_labels_without_any():
    soft, votes, pred = case()
    feedback = apply_decisions(log_of({"i003": "spam"}), soft, votes, pred)
    assert feedback.held_out.posterior[0] == pytest.approx(soft.posterior[3])


def test_items_without_votes_go_by_the_classifier():
    soft, votes, pred = case()
    proba = pred.posterior.copy()
    proba[-5:] = [[0.1, 0.9], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]]
    pred = SoftLabels(proba, pred.item_ids, SCHEMA, "refine")
    feedback = apply_decisions(log_of({"i000": "spam", "i001": "ham"}), soft, votes, pred)
    assert feedback.soft.posterior[-5:].argmax(axis=1).tolist() == [1, 0, 1, 0, 1]


def test_the_order_of_rows_changes_nothing():
    soft, votes, pred = case()
    log = log_of({f"i{i:03d}": SCHEMA.classes[i % 2] for i in range(12)})
    order = np.random.default_rng(1).permutation(soft.n_items)
    mixed = apply_decisions(log, soft.take(order), votes.take(order[::-1]), pred)
    plain = apply_decisions(log, soft, votes, pred)
    assert np.array_equal(mixed.soft.posterior, plain.soft.posterior[order])
    assert np.array_equal(mixed.held_out.posterior, plain.held_out.posterior)


def test_what_does_not_fit_is_answered():
    soft, votes, pred = case()
    with pytest.raises(ItemsError, match="are not among the votes"):
        apply_decisions(DecisionLog(), soft, votes.take(np.arange(9)))
    with pytest.raises(ItemsError, match="are not among the pred_probs"):
        apply_decisions(DecisionLog(), soft, votes, pred.take(np.arange(9)))
    other = SoftLabels(pred.posterior, pred.item_ids, LabelSchema(["no", "yes"]))
    with pytest.raises(LabelsError, match=r"pred_probs has classes \['no', 'yes'\], must have"):
        apply_decisions(DecisionLog(), soft, votes, other)
    with pytest.raises(DecisionsError, match="'egg', must be one of"):
        apply_decisions(log_of({"i001": "egg"}), soft, votes, pred)
    with pytest.raises(VotesError, match=r"apply_decisions, .* Call votes.hard\(\)"):
        apply_decisions(DecisionLog(), soft, SoftVotes.from_votes(votes), pred)


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2), (3, 1, 2, 0)])
def test_arguments_in_another_order_are_refused(order):
    given = [DecisionLog(), *case()]
    with pytest.raises(ParameterError, match=r"Check the order of the arguments, or name them"):
        apply_decisions(*(given[i] for i in order))


def test_it_is_shown_in_words():
    soft, votes, pred = case()
    feedback = apply_decisions(log_of({"i001": "spam"}), soft, votes, pred)
    assert repr(feedback).startswith("Feedback(1 answers; labels flipped: ")
    assert "<table" in feedback._repr_html_()


def test_few_votes_and_many_answers_do_not_lower_labels():
    """Three quarters have no vote; answers to the most doubtful labels must not mislead the rest."""
    rng = np.random.default_rng(0)
    n = 800
    gold = rng.integers(0, 2, n)
    content = np.clip(np.where(gold == 1, 0.68, 0.32) + rng.normal(0, 0.2, n), 0.02, 0.98)
    codes = np.where(rng.random(n) < 0.25, np.where(rng.random(n) < 0.9, gold, 1 - gold), -1)
    ids = [f"i{i:03d}" for i in range(n)]
    votes = VoteMatrix.from_array(codes[:, None], SCHEMA, item_ids=ids)
    pred = SoftLabels(np.stack([1 - content, content], axis=1), ids, SCHEMA, "refine:out-of-fold")
    q = np.where(codes >= 0, np.where(codes == 1, 0.8, 0.2), content)
    soft = SoftLabels(np.stack([1 - q, q], axis=1), ids, SCHEMA, "refine:model")
    before = soft.posterior.argmax(axis=1)
    wrong = np.flatnonzero((before != gold) & (codes < 0))
    answers = {ids[i]: SCHEMA.classes[gold[i]] for i in wrong[:40]}
    after = apply_decisions(log_of(answers), soft, votes, pred).soft.posterior.argmax(axis=1)
    assert (after == gold).sum() >= (before == gold).sum() + 40
