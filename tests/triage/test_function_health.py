"""function_health: precisions by hand, who looks wrong, suspicious items, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pytest

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import (
    ItemsError,
    LabelsError,
    NotFittedError,
    ParameterError,
    SchemaError,
    VotesError,
)
from weaklabel.triage._function_health import function_health

SCHEMA = LabelSchema(["ham", "spam"])


def case(n=400, seed=0):
    """Return votes of two good functions and a bad one, soft labels that trust all, and truth.

    What the classifier says is right nine times in ten, whatever the functions vote.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    ids = [f"item-{i:04d}" for i in range(n)]
    right = rng.random((n, 3)) < [0.95, 0.95, 0.2]
    codes = np.where(right, truth[:, None], 1 - truth[:, None])
    codes[rng.random((n, 3)) < 0.5] = -1
    votes = VoteMatrix.from_array(codes, SCHEMA, ["good", "better", "bad"], ids)
    share = ((codes == 1).sum(axis=1) + 0.5) / ((codes >= 0).sum(axis=1) + 1)
    soft = SoftLabels(np.stack([1 - share, share], axis=1), ids, SCHEMA, "model:Test")
    says = np.where(rng.random(n) < 0.9, truth, 1 - truth)
    proba = np.where(says[:, None] == [0, 1], 0.9, 0.1)
    held_out = SoftLabels(proba, ids, SCHEMA, "refine:out-of-fold")
    return votes, soft, held_out, truth


def believes(value, n_lfs=3):
    return SimpleNamespace(precision_=np.full((n_lfs, 2, 2), value))


def test_only_the_function_that_is_wrong_looks_wrong():
    votes, soft, held_out, truth = case()
    table = function_health(votes, soft, held_out, gold=truth, model=believes(0.8))
    assert table.index.get_level_values("lf")[table["looks_wrong"]].tolist() == ["bad", "bad"]
    bad = table.loc[("bad", "ham")]
    assert bad["accuracy_high"] < 0.5
    assert bad["words"].endswith("this function looks wrong on items like these")
    by_function = table["held_out_precision"].groupby("lf").mean()
    assert by_function["bad"] + 0.1 < by_function[["good", "better"]].min()


def test_a_classifier_alone_does_not_make_a_function_look_wrong():
    votes = VoteMatrix.from_array([[1, -1]] * 40 + [[-1, 0], [-1, 1]] * 200, SCHEMA)
    even = [[0.9, 0.1], [0.1, 0.9]] * 200
    soft = SoftLabels([[0.005, 0.995]] * 40 + even, None, SCHEMA)
    held_out = SoftLabels([[0.6, 0.4]] * 40 + even, None, SCHEMA)
    row = function_health(votes, soft, held_out, model=believes(0.9, 2)).loc[("lf_0", "spam")]
    assert row["held_out_high"] < row["learned_precision"] < row["combined_precision"]
    assert not row["looks_wrong"]
    assert row["words"].endswith("look at these items, the classifier may be wrong")


def test_precisions_are_means_over_the_votes():
    votes = VoteMatrix.from_array([[1], [1], [0], [-1]], SCHEMA)
    q = np.array([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1], [0.5, 0.5]])
    p = np.array([[0.1, 0.9], [0.3, 0.7], [0.8, 0.2], [0.5, 0.5]])
    table = function_health(votes, SoftLabels(q, None, SCHEMA), SoftLabels(q * 1.0, None, SCHEMA))
    assert table.index.tolist() == [("lf_0", "ham"), ("lf_0", "spam")]
    assert table["votes"].tolist() == [1, 2]
    assert table["learned_precision"].tolist() == pytest.approx([0.9, 0.7])
    # The classifier says what the label model says: its scale hardly changes.
    assert table["held_out_precision"].tolist() == pytest.approx([0.9, 0.7], abs=0.01)
    low, high = wilson_interval(table["held_out_precision"] * [1, 2], [1, 2])
    assert table["held_out_low"].tolist() == pytest.approx(low.tolist())
    assert table["held_out_high"].tolist() == pytest.approx(high.tolist())
    other = function_health(votes, SoftLabels(q, None, SCHEMA), SoftLabels(p, None, SCHEMA))
    assert other["gap"].tolist() == pytest.approx(
        (other["learned_precision"] - other["held_out_precision"]).tolist()
    )


def test_both_together_are_the_product_over_the_prior():
    votes = VoteMatrix.from_array([[1], [1], [0], [0]], SCHEMA)
    q = np.array([[0.2, 0.8], [0.2, 0.8], [0.8, 0.2], [0.8, 0.2]])
    soft = SoftLabels(q, None, SCHEMA)
    table = function_health(votes, soft, SoftLabels(q * 1.0, None, SCHEMA))
    expected = 0.8**2 / (0.8**2 + 0.2**2)  # the prior is even
    assert table["combined_precision"].tolist() == pytest.approx([expected] * 2, abs=0.01)


def test_the_models_precision_is_that_of_the_voted_class():
    votes, soft, held_out, _ = case(60)
    precision = np.arange(12, dtype=float).reshape(3, 2, 2) / 12
    table = function_health(votes, soft, held_out, model=SimpleNamespace(precision_=precision))
    assert table["learned_precision"].tolist() == [j / 12 for j in (0, 3, 4, 7, 8, 11)]


def test_a_model_that_learns_no_precision_leaves_it_to_the_soft_labels():
    votes, soft, held_out, _ = case(60)
    silent = SimpleNamespace(precision_=None, class_prior_=np.array([0.5, 0.5]))
    by_soft = function_health(votes, soft, held_out)["learned_precision"]
    assert function_health(votes, soft, held_out, model=silent)["learned_precision"].equals(by_soft)
    unknown = function_health(votes, soft, held_out, model=believes(np.nan))
    assert unknown["learned_precision"].equals(by_soft)


def test_suspicious_items_are_the_least_probable_first_and_ties_go_by_id():
    ids = ["d", "c", "b", "a"]
    votes = VoteMatrix.from_array([[1]] * 4, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.2, 0.8]] * 4, ids, SCHEMA)
    held_out = SoftLabels([[0.1, 0.9], [0.7, 0.3], [0.4, 0.6], [0.4, 0.6]], ids, SCHEMA)
    table = function_health(votes, soft, held_out, n_suspicious=3)
    assert table["suspicious"].tolist() == [("c", "a", "b")]
    assert function_health(votes, soft, held_out, n_suspicious=0)["suspicious"].tolist() == [()]


def test_near_duplicates_are_shown_once_and_count_less():
    ids = [f"i{i}" for i in range(8)]
    votes = VoteMatrix.from_array([[1]] * 8, SCHEMA, item_ids=ids)
    soft = SoftLabels([[0.2, 0.8]] * 8, ids, SCHEMA)
    p = np.linspace(0.9, 0.2, 8)
    held_out = SoftLabels(np.stack([p, 1 - p], axis=1), ids, SCHEMA)
    alone = function_health(votes, soft, held_out, n_suspicious=3)
    groups = [5, 5, 5, 5, 2, 2, 3, 3]
    grouped = function_health(votes, soft, held_out, n_suspicious=3, groups=groups)
    assert alone["suspicious"].tolist() == [("i0", "i1", "i2")]
    assert grouped["suspicious"].tolist() == [("i0", "i4", "i6")]
    n_different = 8**2 / (4**2 + 2**2 + 2**2)
    low, _ = wilson_interval(grouped["held_out_precision"] * n_different, n_different)
    assert grouped["held_out_low"].tolist() == pytest.approx(low.tolist())
    assert grouped["words"].tolist() == ["votes 8 times: too few different items to judge"]


def test_four_votes_are_too_few_to_look_wrong():
    soft, held_out = [[0.1, 0.9]], [[0.999, 0.001]]
    for n, looks_wrong in ((4, False), (5, True)):
        fillers = 40
        votes = VoteMatrix.from_array([[1, -1]] * n + [[-1, 0], [-1, 1]] * fillers, SCHEMA)
        even = [[0.9, 0.1], [0.1, 0.9]] * fillers
        table = function_health(
            votes,
            SoftLabels(soft * n + even, None, SCHEMA),
            SoftLabels(held_out * n + even, None, SCHEMA),
            model=believes(0.99, 2),
        )
        assert bool(table.loc[("lf_0", "spam"), "looks_wrong"]) is looks_wrong


def test_gold_is_measured_against_where_it_is_known():
    votes = VoteMatrix.from_array([[1], [1], [1], [0]], SCHEMA)
    soft = SoftLabels([[0.2, 0.8]] * 4, None, SCHEMA)
    held_out = SoftLabels([[0.4, 0.6]] * 4, None, SCHEMA)
    table = function_health(votes, soft, held_out, gold=["spam", "ham", None, None])
    assert table["correct"].tolist() == [0, 1]
    assert table["incorrect"].tolist() == [0, 1]
    assert np.isnan(table["accuracy"].tolist()[0])
    assert table["accuracy"].tolist()[1] == 0.5
    by_code = function_health(votes, soft, held_out, gold=np.array([1, 0, -1, -1]))
    assert by_code.equals(table)
    assert table.drop(columns=table.filter(regex="correct|accuracy").columns).equals(
        function_health(votes, soft, held_out)
    )


def test_the_order_of_rows_changes_nothing():
    votes, soft, held_out, truth = case()
    groups = np.arange(400) // 3
    table = function_health(votes, soft, held_out, gold=truth, groups=groups)
    order = np.random.default_rng(3).permutation(400)
    mixed = function_health(
        votes.take(order), soft.take(order[::-1]), held_out, gold=truth[order], groups=groups[order]
    )
    assert mixed.equals(table)


def test_sparse_votes_give_the_same_table():
    votes, soft, held_out, _ = case(50)
    items, lfs, codes = votes.entries
    sparse = VoteMatrix.from_entries(
        items, lfs, codes, (50, 3), SCHEMA, votes.lf_names, votes.item_ids
    )
    assert function_health(sparse, soft, held_out).equals(function_health(votes, soft, held_out))


@pytest.mark.parametrize("shape", [(0, 2), (3, 2), (3, 0)])
def test_no_votes_give_no_rows(shape):
    votes = VoteMatrix.from_array(np.full(shape, -1), SCHEMA)
    soft = SoftLabels(np.full((shape[0], 2), 0.5), None, SCHEMA)
    held_out = SoftLabels(np.full((shape[0], 2), 0.5), None, SCHEMA)
    table = function_health(votes, soft, held_out, gold=[None] * shape[0])
    assert len(table) == 0
    assert table.index.names == ["lf", "class"]
    assert {"votes", "looks_wrong", "words", "suspicious", "accuracy"} <= set(table.columns)


def test_arrays_of_another_length_are_refused():
    votes, soft, held_out, truth = case(10)
    with pytest.raises(LabelsError, match="gold has 9 labels, must have 10, one for each item"):
        function_health(votes, soft, held_out, gold=truth[:9])
    with pytest.raises(LabelsError, match=r"groups has shape \(9,\), must be \(10,\), one number"):
        function_health(votes, soft, held_out, groups=np.arange(9))
    with pytest.raises(ItemsError, match="are not among the pred_probs"):
        function_health(votes, soft, held_out.take(np.arange(9)))
    with pytest.raises(SchemaError):
        function_health(votes, soft, held_out, gold=["eggs"] * 10)


def test_models_that_do_not_fit_are_refused():
    votes, soft, held_out, _ = case(10)
    with pytest.raises(NotFittedError, match=r"SimpleNamespace is not fitted. Call fit\(votes\)"):
        function_health(votes, soft, held_out, model=SimpleNamespace())
    with pytest.raises(VotesError, match=r"shape \(2, 2, 2\), must be \(3, 2, 2\)"):
        function_health(votes, soft, held_out, model=believes(0.5, 2))
    with pytest.raises(VotesError, match=r"VoteMatrix for function_health"):
        function_health(SoftVotes.from_votes(votes), soft, held_out)


@pytest.mark.parametrize("name", ["n_suspicious", "seed"])
def test_negative_numbers_are_refused(name):
    votes, soft, held_out, _ = case(10)
    with pytest.raises(ParameterError, match=f"{name} is -1, must be an integer of at least 0"):
        function_health(votes, soft, held_out, **{name: -1})
