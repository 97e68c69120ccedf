"""rank_for_review: strata, shares, reasons, independence of row order, and what it refuses."""

from collections import Counter

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.errors import ItemsError, LabelsError, ParameterError, VotesError
from weaklabel.triage import rank_for_review

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


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


def log_of(answers, stratum="error", reviewer="ann"):
    """Return the decisions of {item id: class or None}."""
    return DecisionLog(
        Decision(key, label, reviewer, AT, stratum=stratum) for key, label in answers.items()
    )


def test_a_tenth_is_random_and_the_rest_is_shared_out():
    counts = Counter(rank_for_review(*case(), budget=50).strata)
    assert counts["random"] == 5
    assert counts["uncovered"] in (11, 12)
    assert counts["outlier"] <= 1
    assert counts["error"] + counts["pattern"] >= 32
    assert min(counts["error"], counts["pattern"]) > 5


def test_a_larger_random_share_is_rounded_up():
    queue = rank_for_review(*case(), budget=7, random_share=0.5)
    assert Counter(queue.strata)["random"] == 4


def test_a_short_stratum_leaves_its_places_to_the_others():
    queue = rank_for_review(*case(n_uncovered=3), budget=60)
    counts = Counter(queue.strata)
    assert queue.n_items == 60
    assert counts["uncovered"] <= 3
    assert counts["error"] + counts["pattern"] >= 45


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
    decided = dict.fromkeys([*(f"item-{i:04d}" for i in range(0, 200, 2)), "gone"], "ham")
    decided["item-0002"] = None  # skipped
    queue = rank_for_review(*case(), budget=500, decisions=log_of(decided))
    assert sorted(queue.item_ids.tolist()) == [f"item-{i:04d}" for i in range(1, 200, 2)]


def test_nothing_left_to_decide_is_an_empty_queue():
    soft, votes, pred = case(n=10, n_uncovered=2)
    log = log_of(dict.fromkeys(soft.item_ids.tolist(), "ham"))
    assert rank_for_review(soft, votes, pred, decisions=log).n_items == 0


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
    ranked = [k for k, s in zip(queue.item_ids.tolist(), queue.strata, strict=True) if s == "error"]
    assert ranked == sorted(ranked)


def test_each_stratum_is_in_the_order_of_its_scores():
    soft, votes, pred = case()
    log = log_of({f"item-{i:04d}": "ham" for i in range(12)})
    queue = rank_for_review(soft, votes, pred, budget=90, decisions=log)
    for stratum in ("error", "pattern", "uncovered"):
        scores = queue.scores[[s == stratum for s in queue.strata]]
        assert (np.diff(scores) <= 0).all()


def test_strata_are_spread_evenly_over_the_queue():
    strata = rank_for_review(*case(), budget=100).strata
    half, whole = Counter(strata[:50]), Counter(strata)
    for stratum, n in whole.items():
        assert abs(half[stratum] - n / 2) <= 1


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


def test_a_torn_proposed_label_says_so():
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


@pytest.mark.parametrize("share", [0.05, 1.2, float("nan")])
def test_a_random_share_below_a_tenth_is_refused(share):
    with pytest.raises(ParameterError, match=r"random_share is .*, must be a number in \[0.1, 1\]"):
        rank_for_review(*case(n=10, n_uncovered=2), random_share=share)


def test_what_is_no_log_is_refused():
    with pytest.raises(ParameterError, match=r"decisions is 'item-0001', must be a DecisionLog"):
        rank_for_review(*case(n=10, n_uncovered=2), decisions="item-0001")


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, None)])
def test_arguments_in_another_order_are_refused(order):
    given = [*case(n=10, n_uncovered=2)]
    with pytest.raises(ParameterError, match=r"Check the order of the arguments, or name them"):
        rank_for_review(*(None if i is None else given[i] for i in order))


def find_wrong(n=400, seed=0):
    """Return a case in which the classifier alone tells wrong labels, and the gold."""
    rng = np.random.default_rng(seed)
    ids = [f"item-{i:04d}" for i in range(n)]
    codes = rng.integers(0, 2, (n, 6))
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=ids)
    share = (codes.mean(axis=1) * 0.98 + 0.01)[:, None]
    soft = SoftLabels(np.hstack([1 - share, share]), ids, SCHEMA, "model:Test")
    label = soft.posterior.argmax(axis=1)
    wrong = rng.random(n) < 0.15
    gold = np.where(wrong, 1 - label, label)
    p = np.clip(np.where(wrong, 0.7, 0.2) + rng.normal(0, 0.15, n), 0.01, 0.99)
    held_out = np.where(label[:, None] == [0, 1], 1 - p[:, None], p[:, None])
    return (soft, votes, SoftLabels(held_out, ids, SCHEMA, "refine")), gold, wrong


def test_answers_teach_where_wrong_labels_are():
    (soft, votes, pred), gold, wrong = find_wrong()
    log, found = DecisionLog(), []
    for start in range(0, 60, 20):
        queue = rank_for_review(soft, votes, pred, 20, decisions=log, seed=start)
        rows = [int(key[5:]) for key in queue.item_ids.tolist()]
        found.append(int(wrong[rows].sum()))
        answers = {f"item-{i:04d}": SCHEMA.classes[gold[i]] for i in rows}
        parts = [
            log_of({key: answers[key]}, stratum)
            for key, stratum in zip(queue.item_ids.tolist(), queue.strata, strict=True)
        ]
        log = DecisionLog([*log, *(decision for part in parts for decision in part)])
    assert found[1] > found[0]
    assert sum(found[1:]) > 2.5 * 40 * wrong.mean()
    assert any("label wrong with probability" in words[0] for words in queue.reasons)


def test_a_stratum_that_finds_nothing_gets_little():
    soft, votes, pred = case()
    right = {
        k: SCHEMA.classes[y]
        for k, y in zip(soft.item_ids.tolist(), soft.posterior.argmax(1), strict=True)
    }
    wrong = {k: SCHEMA.classes[1 - SCHEMA.classes.index(c)] for k, c in right.items()}
    keys = list(right)
    fruitless = log_of({k: right[k] for k in keys[:20]}, "pattern")
    fruitful = log_of({k: wrong[k] for k in keys[20:40]}, "error")
    queue = rank_for_review(soft, votes, pred, 40, decisions=DecisionLog([*fruitless, *fruitful]))
    assert Counter(queue.strata)["pattern"] <= 1


def test_one_of_each_group_is_chosen_and_none_of_an_answered_one():
    soft, votes, pred = case(n_uncovered=0)
    groups = np.arange(200) // 4
    log = log_of({"item-0000": "ham"})
    queue = rank_for_review(soft, votes, pred, 30, decisions=log, groups=groups)
    chosen = [
        int(k[5:]) // 4
        for k, s in zip(queue.item_ids.tolist(), queue.strata, strict=True)
        if s != "random"
    ]
    assert len(set(chosen)) == len(chosen) == 27
    assert 0 not in chosen
    everything = rank_for_review(soft, votes, pred, 500, decisions=log, groups=groups)
    assert everything.n_items == 199


@pytest.mark.parametrize("groups", [[1, 2], np.zeros(10), [["a"]] * 10])
def test_groups_that_do_not_fit_are_refused(groups):
    with pytest.raises(ItemsError, match=r"groups is .*, must be integers of shape \(10,\)"):
        rank_for_review(*case(n=10, n_uncovered=2), groups=groups)


def test_skipped_items_teach_nothing_and_are_not_shown_again():
    soft, votes, pred = case()
    log = log_of({f"item-{i:04d}": None for i in range(12)})
    queue = rank_for_review(soft, votes, pred, 300, decisions=log)
    assert not {f"item-{i:04d}" for i in range(12)} & set(queue.item_ids.tolist())
    assert not any("answers so far" in reason for words in queue.reasons for reason in words)


def test_disputed_items_stay_open_and_say_who_said_what():
    soft, votes, pred = case()
    keys = [f"item-{i:04d}" for i in range(8)]
    log = [
        *log_of(dict.fromkeys(keys, "ham")),
        *log_of(dict.fromkeys(keys, "spam"), reviewer="bob"),
    ]
    queue = rank_for_review(soft, votes, pred, 50, decisions=DecisionLog(log))
    shown = dict(zip(queue.item_ids.tolist(), queue.reasons, strict=True))
    assert Counter(queue.strata)["disputed"] == 5
    assert [shown[key][0] for key in keys[:5]] == [
        "reviewers disagree: ann says ham, bob says spam"
    ] * 5
    settled = [*log, *log_of(dict.fromkeys(keys, "ham"), reviewer="bob")]
    again = rank_for_review(soft, votes, pred, 50, decisions=DecisionLog(settled))
    assert "disputed" not in again.strata


def test_near_duplicates_with_other_labels_are_a_stratum_of_their_own():
    soft, votes, pred = case(n_uncovered=0)
    groups = np.arange(200)
    groups[[0, 50, 100, 150]] = 0
    labels = soft.posterior.copy()
    labels[[0, 50, 100]], labels[150] = [0.1, 0.9], [0.9, 0.1]
    soft = SoftLabels(labels, soft.item_ids, SCHEMA, "model:Test")
    queue = rank_for_review(soft, votes, pred, 50, groups=groups)
    [place] = [i for i, s in enumerate(queue.strata) if s == "contradiction"]
    assert queue.item_ids[place] == "item-0150"
    assert queue.reasons[place][0] == (
        "near-duplicates contradict the label ham: 75 % of the group have another"
    )
    assert "contradiction" not in rank_for_review(soft, votes, pred, 50).strata


def test_outliers_are_asked_about_once_they_have_found_errors():
    soft, votes, pred = case(n_uncovered=0)
    right = {
        k: SCHEMA.classes[y]
        for k, y in zip(soft.item_ids.tolist(), soft.posterior.argmax(1), strict=True)
    }
    wrong = {k: SCHEMA.classes[1 - SCHEMA.classes.index(c)] for k, c in right.items()}
    keys = list(right)
    log = [
        *log_of({k: right[k] for k in keys[:12]}),
        *log_of({k: wrong[k] for k in keys[12:18]}, "outlier"),
    ]
    queue = rank_for_review(soft, votes, pred, 40, decisions=DecisionLog(log))
    rows = [i for i, s in enumerate(queue.strata) if s == "outlier"]
    assert len(rows) > 8
    assert all("fits no class" in queue.reasons[i][0] for i in rows)


def test_labels_that_answers_corrected_are_not_looked_for_again():
    """The votes [1] are wrong; where the labels shown have learned it, others are more doubtful."""
    ids = [f"i{i:03d}" for i in range(120)]
    codes = [[1, -1]] * 60 + [[-1, 1]] * 60
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.3, 0.7]] * 120, ids, SCHEMA, "model:Test")
    pred = SoftLabels([[0.5, 0.5]] * 120, ids, SCHEMA, "refine")
    log = log_of(dict.fromkeys(ids[:14], "ham"))
    learned = SoftLabels([[0.97, 0.03]] * 60 + [[0.3, 0.7]] * 60, ids, SCHEMA)
    given = {"decisions": log, "budget": 20, "random_share": 0.1}
    before = rank_for_review(soft, votes, pred, **given)
    after = rank_for_review(soft, votes, pred, proposed=learned, **given)

    def n_of_wrong_votes(queue):
        pairs = zip(queue.item_ids.tolist(), queue.strata, strict=True)
        return sum(int(key[1:]) < 60 for key, stratum in pairs if stratum != "random")

    assert n_of_wrong_votes(before) > 9
    assert n_of_wrong_votes(after) == 0


def test_the_reasons_say_what_an_answer_would_change():
    ids = [f"i{i:03d}" for i in range(100)]
    votes = VoteMatrix.from_array([[1, 0]] * 100, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.48, 0.52]] * 100, ids, SCHEMA, "model:Test")
    pred = SoftLabels([[0.5, 0.5]] * 100, ids, SCHEMA, "refine")
    queue = rank_for_review(soft, votes, pred, 5)
    words = [reason for reasons in queue.reasons for reason in reasons]
    assert any(
        "100 open items have these votes: an answer is expected to correct" in w for w in words
    )


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
