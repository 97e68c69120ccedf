"""rank_for_review: strata, shares, reasons, independence of row order, and what it refuses."""

from collections import Counter

import numpy as np
import pytest

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.errors import ItemsError, LabelsError, ParameterError, VotesError
from weaklabel.triage import rank_for_review

SCHEMA = LabelSchema(["ham", "spam"])


def case(n=200, seed=0, n_uncovered=40):
    rng = np.random.default_rng(seed)
    ids = [f"item-{i:04d}" for i in range(n)]
    codes = rng.integers(0, 2, (n, 3))
    codes[rng.random((n, 3)) < 0.3] = -1
    codes[: n - n_uncovered, 0] = rng.integers(0, 2, n - n_uncovered)
    codes[n - n_uncovered :] = -1
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=ids)
    q, p = rng.random(n).round(2), rng.random(n).round(2)
    q[n - n_uncovered :] = 0.4
    soft = SoftLabels(np.stack([1 - q, q], axis=1), ids, SCHEMA, "model:Test")
    pred = SoftLabels(np.stack([1 - p, p], axis=1), ids, SCHEMA, "refine:out-of-fold")
    return soft, votes, pred


def content(queue):
    return list(
        zip(
            queue.item_ids.tolist(), queue.strata, queue.scores.tolist(), queue.reasons, strict=True
        )
    )


def test_a_fifth_is_random_and_the_rest_is_shared_out():
    queue = rank_for_review(*case(), budget=50)
    assert Counter(queue.strata) == {"random": 10, "margin": 14, "label_issue": 13, "uncovered": 13}


def test_a_larger_random_share_is_rounded_up():
    queue = rank_for_review(*case(), budget=7, random_share=0.5)
    assert Counter(queue.strata)["random"] == 4


def test_a_short_stratum_leaves_its_places_to_the_others():
    queue = rank_for_review(*case(n_uncovered=3), budget=60)
    counts = Counter(queue.strata)
    assert queue.n_items == 60
    assert counts["uncovered"] <= 3
    assert counts["margin"] + counts["label_issue"] >= 45


def test_the_random_sample_is_drawn_from_all_items_before_the_others():
    soft, votes, pred = case()
    small = rank_for_review(soft, votes, pred, budget=50)
    reversed_ = rank_for_review(soft, votes, pred, budget=50, proposed=pred)
    drawn = [
        {key for key, s in zip(q.item_ids.tolist(), q.strata, strict=True) if s == "random"}
        for q in (small, reversed_)
    ]
    assert drawn[0] == drawn[1]
    other = rank_for_review(soft, votes, pred, budget=50, seed=1)
    assert content(other) != content(small)


def test_a_budget_above_the_number_of_items_takes_them_all_once():
    queue = rank_for_review(*case(n=20, n_uncovered=5), budget=1000)
    assert sorted(queue.item_ids.tolist()) == [f"item-{i:04d}" for i in range(20)]


def test_a_budget_of_one_is_the_random_item():
    assert rank_for_review(*case(), budget=1).strata == ("random",)


def test_decided_items_are_left_out_and_unknown_ids_ignored():
    decided = [f"item-{i:04d}" for i in range(0, 200, 2)]
    queue = rank_for_review(*case(), budget=500, decided=[*decided, "gone"])
    assert sorted(queue.item_ids.tolist()) == [f"item-{i:04d}" for i in range(1, 200, 2)]


def test_nothing_left_to_decide_is_an_empty_queue():
    soft, votes, pred = case(n=10, n_uncovered=2)
    assert rank_for_review(soft, votes, pred, decided=soft.item_ids.tolist()).n_items == 0


def test_the_order_of_rows_changes_nothing():
    soft, votes, pred = case()
    order = np.random.default_rng(3).permutation(soft.n_items)
    mixed = rank_for_review(soft.take(order), votes.take(order[::-1]), pred, budget=60)
    assert content(mixed) == content(rank_for_review(soft, votes, pred, budget=60))


def test_ties_go_by_item_id():
    ids = ["d", "c", "b", "a"]
    votes = VoteMatrix.from_array([[1], [1], [1], [1]], SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.4, 0.6]] * 4, ids, SCHEMA)
    pred = SoftLabels([[0.3, 0.7]] * 4, ids, SCHEMA)
    queue = rank_for_review(soft, votes, pred, budget=4)
    ranked = [
        k for k, s in zip(queue.item_ids.tolist(), queue.strata, strict=True) if s == "margin"
    ]
    assert ranked == sorted(ranked)


def test_each_stratum_is_in_the_order_of_its_scores():
    queue = rank_for_review(*case(), budget=90)
    for stratum in ("margin", "label_issue", "uncovered"):
        scores = queue.scores[[s == stratum for s in queue.strata]]
        assert (np.diff(scores) <= 0).all()


def test_strata_are_spread_evenly_over_the_queue():
    half = Counter(rank_for_review(*case(), budget=100).strata[:50])
    assert half == {"random": 10, "margin": 14, "label_issue": 13, "uncovered": 13}


def test_an_item_carries_the_reasons_of_all_strata_and_its_own_first():
    ids = ["a", "b", "c"]
    votes = VoteMatrix.from_array([[1, 1, 0], [0, 0, -1], [-1, -1, -1]], SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.48, 0.52], [0.9, 0.1], [0.5, 0.5]], ids, SCHEMA)
    pred = SoftLabels([[0.97, 0.03], [0.8, 0.2], [0.09, 0.91]], ids, SCHEMA)
    queue = rank_for_review(soft, votes, pred, budget=3)
    reasons = dict(zip(queue.item_ids.tolist(), queue.reasons, strict=True))
    assert "held-out classifier says ham 0.97, label model spam 0.52" in reasons["a"]
    assert "labeling functions conflict: 2 spam, 1 ham" in reasons["a"]
    assert "no labeling function votes; classifier says spam 0.91" in reasons["c"]
    [drawn] = [
        k for k, s in zip(queue.item_ids.tolist(), queue.strata, strict=True) if s == "random"
    ]
    assert reasons[drawn][0] == "random check"


def test_a_torn_proposed_label_is_in_the_margin_stratum_and_says_so():
    ids = [f"i{i}" for i in range(10)]
    votes = VoteMatrix.from_array([[1]] * 10, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.2, 0.8]] * 10, ids, SCHEMA)
    refined = np.tile([0.05, 0.95], (10, 1))
    refined[6] = [0.45, 0.55]
    pred = SoftLabels([[0.1, 0.9]] * 10, ids, SCHEMA)
    queue = rank_for_review(soft, votes, pred, 10, proposed=SoftLabels(refined, ids, SCHEMA))
    place = queue.item_ids.tolist().index("i6")
    assert "proposed label undecided: spam 0.55, ham 0.45" in queue.reasons[place]


def test_the_proposed_labels_are_what_the_queue_shows():
    soft, votes, pred = case(n=10, n_uncovered=2)
    queue = rank_for_review(soft, votes, pred, budget=10, proposed=pred)
    shown = dict(zip(queue.item_ids.tolist(), queue.posterior.tolist(), strict=True))
    assert shown == dict(zip(pred.item_ids.tolist(), pred.posterior.tolist(), strict=True))


def test_sparse_votes_give_the_same_queue():
    soft, votes, pred = case()
    items, lfs, codes = votes.entries
    sparse = VoteMatrix.from_entries(
        items, lfs, codes, (200, 3), SCHEMA, votes.lf_names, votes.item_ids
    )
    assert content(rank_for_review(soft, sparse, pred)) == content(
        rank_for_review(soft, votes, pred)
    )


def test_contradicted_labels_come_first_in_their_stratum():
    ids = [f"i{i:02d}" for i in range(40)]
    truth = np.arange(40) % 2
    votes = VoteMatrix.from_array(truth[:, None], SCHEMA, item_ids=ids)
    soft = SoftLabels(np.where(truth[:, None] == [0, 1], 0.95, 0.05), ids, SCHEMA)
    held_out = np.where(truth[:, None] == [0, 1], 0.9, 0.1)
    held_out[7] = [0.99, 0.01]
    queue = rank_for_review(soft, votes, SoftLabels(held_out, ids, SCHEMA), budget=10)
    assert "i07" in queue.item_ids.tolist()
    place = queue.item_ids.tolist().index("i07")
    assert any("flagged by cleanlab" in r for r in queue.reasons[place])


@pytest.mark.parametrize("budget", [0, -5, 2.5, None, True])
def test_a_wrong_budget_is_refused(budget):
    with pytest.raises(ParameterError, match=r"budget is .*, must be an integer of at least 1"):
        rank_for_review(*case(n=10, n_uncovered=2), budget=budget)


@pytest.mark.parametrize("share", [0.1, 1.2, float("nan")])
def test_a_random_share_below_a_fifth_is_refused(share):
    with pytest.raises(ParameterError, match=r"random_share is .*, must be a number in \[0.2, 1\]"):
        rank_for_review(*case(n=10, n_uncovered=2), random_share=share)


def test_one_id_as_decided_is_refused():
    with pytest.raises(ParameterError, match=r"decided is 'item-0001', must be several item ids"):
        rank_for_review(*case(n=10, n_uncovered=2), decided="item-0001")


def test_an_item_that_an_input_lacks_is_an_error():
    soft, votes, pred = case(n=10, n_uncovered=2)
    with pytest.raises(ItemsError, match=r"1 of 10 item ids are not among the votes"):
        rank_for_review(soft, votes.take(np.arange(9)), pred)
    with pytest.raises(ItemsError, match=r"1 of 10 item ids are not among the pred_probs"):
        rank_for_review(soft, votes, pred.take(np.arange(9)))
    with pytest.raises(ItemsError, match=r"are not among the proposed labels"):
        rank_for_review(soft, votes, pred, proposed=pred.take(np.arange(9)))


def test_other_classes_are_an_error():
    soft, votes, pred = case(n=10, n_uncovered=2)
    other = SoftLabels(pred.posterior, pred.item_ids, LabelSchema(["no", "yes"]))
    with pytest.raises(LabelsError, match=r"pred_probs has classes \['no', 'yes'\], must have"):
        rank_for_review(soft, votes, other)


def test_the_label_models_own_posterior_is_refused_as_pred_probs():
    soft, votes, _ = case(n=10, n_uncovered=2)
    with pytest.raises(LabelsError, match=r"pred_probs comes from 'model:Test', must be out-of"):
        rank_for_review(soft, votes, soft)


def test_soft_votes_are_refused_with_what_to_call():
    soft, votes, pred = case()
    with pytest.raises(VotesError, match=r"VoteMatrix for rank_for_review, .* Call votes.hard\(\)"):
        rank_for_review(soft, SoftVotes.from_votes(votes), pred, budget=5)
