"""item_signals: the table, its words, ranks and order; and what it refuses."""

from html import escape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.errors import DecisionsError, ItemsError, LabelsError, ParameterError, VotesError
from weaklabel.triage import function_health, item_signals
from weaklabel.triage._signal_words import SIGNALS

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
ALWAYS = ["small_margin", "entropy", "disagreement", "label_doubt", "low_quality", "label_issue"]
ALWAYS += ["odd_prediction", "accurate_conflict", "confident_uncovered"]


def pair(spam, ids=None, provenance="given"):
    """Return soft labels with these probabilities of spam."""
    spam = np.asarray(spam, dtype=float)
    return SoftLabels(np.stack([1 - spam, spam], axis=1), ids, SCHEMA, provenance)


def case(n=200, seed=0, n_uncovered=40):
    """Return soft labels, votes and held-out probabilities of unrelated noise."""
    rng = np.random.default_rng(seed)
    ids = [f"item-{i:04d}" for i in range(n)]
    codes = rng.integers(0, 2, (n, 3))
    codes[rng.random((n, 3)) < 0.3] = -1
    codes[: n - n_uncovered, 0] = rng.integers(0, 2, n - n_uncovered)
    codes[n - n_uncovered :] = -1
    votes = VoteMatrix.from_array(codes, SCHEMA, ["a", "b", "c"], ids)
    return pair(rng.random(n), ids, "model:Test"), votes, pair(rng.random(n), ids, "refine")


def plain(n=40, **changed):
    """Return a case in which votes and classifier agree everywhere, but for `changed` arguments.

    Item i is spam where i is odd. ``q={i: p}`` and ``p={i: p}`` change a probability of spam.
    """
    truth = np.arange(n) % 2
    q, p = (np.where(truth, 0.95, 0.05) for _ in range(2))
    for array, name in ((q, "q"), (p, "p")):
        for i, value in changed.get(name, {}).items():
            array[i] = value
    votes = VoteMatrix.from_array(changed.get("votes", truth[:, None]), SCHEMA)
    return pair(q), votes, pair(p)


def log_of(answers, reviewer="ann"):
    return DecisionLog(Decision(key, label, reviewer, AT) for key, label in answers.items())


def test_every_signal_is_a_column_beside_the_items():
    soft, votes, pred = case()
    found = item_signals(soft, votes, pred)
    assert found.table.columns.tolist() == ALWAYS
    assert found.table.index.name == "item_id"
    assert found.table.index.tolist() == soft.item_ids.tolist()
    assert found.table["label_issue"].dtype == np.bool_


def test_groups_features_and_decisions_add_theirs():
    soft, votes, pred = case()
    more = {
        "groups": np.zeros(200, int),
        "features": np.random.default_rng(0).random((200, 4)),
        "decisions": log_of({"item-0001": "ham"}),
    }
    assert item_signals(soft, votes, pred, **more).table.columns.tolist() == list(SIGNALS)


def test_values_are_those_worked_out_by_hand():
    votes = VoteMatrix.from_array([[1, 0], [1, -1], [-1, -1], [0, 0]], SCHEMA)
    soft, pred = pair([0.75, 0.9, 0.5, 0.1]), pair([0.75, 0.9, 0.8, 0.1])
    precision = np.full((2, 2, 2), 0.9)
    table = item_signals(soft, votes, pred, precision=precision).table
    nan = np.nan
    assert table["small_margin"].tolist() == pytest.approx([0.5, 0.2, nan, 0.2], nan_ok=True)
    half = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    tenth = -(0.9 * np.log2(0.9) + 0.1 * np.log2(0.1))
    assert table["entropy"].tolist() == pytest.approx([half, tenth, nan, tenth], nan_ok=True)
    # Two functions of precision 0.9 (weight 0.8) disagree: entropy 1 times 0.8.
    assert table["accurate_conflict"].tolist() == pytest.approx([0.8, 0, nan, 0], nan_ok=True)
    assert table["confident_uncovered"].tolist() == pytest.approx([nan, nan, 0.8, nan], nan_ok=True)
    # The classifier says what the votes say, so that its scale stays, up to the ridge.
    assert table["disagreement"].tolist() == pytest.approx([0, 0, nan, 0], nan_ok=True, abs=1e-3)
    assert table["odd_prediction"].between(0, 1).all()


def test_doubt_is_what_the_product_of_votes_and_classifier_leaves():
    soft, votes, pred = plain(400, q={1: 0.8}, p={1: 0.2})
    table = item_signals(soft, votes, pred).table
    # 0.8 * 0.2 to 0.2 * 0.8: both classes are as probable.
    assert table["label_doubt"].iloc[1] == pytest.approx(0.5, abs=0.02)
    assert table["label_doubt"].drop("1").max() < 0.01


def test_a_tie_is_undecided_but_has_no_label_to_doubt():
    table = item_signals(*plain(q={3: 0.5})).table
    row = table.loc["3"]
    assert row["small_margin"] == row["entropy"] == 1.0
    assert np.isnan(row[["disagreement", "label_doubt", "low_quality"]].astype(float)).all()
    assert not row["label_issue"]


def test_one_contradicted_label_is_the_most_suspect_by_every_such_signal():
    found = item_signals(*plain(p={7: 0.01}))
    for signal in ("disagreement", "label_doubt", "low_quality", "label_issue"):
        assert found.top(signal, 1).index.tolist() == ["7"], signal
    reasons = found.reasons("7")
    assert "flagged by cleanlab as a likely label error" in reasons
    assert any(r.startswith("held-out classifier says ham 0.9") for r in reasons)
    assert any(r.startswith("votes and classifier together give the label spam") for r in reasons)
    assert any(r.startswith("label spam has quality 0.") for r in reasons)


def test_disagreement_is_on_the_scale_of_the_votes():
    """A timid classifier that always agrees in kind contradicts nobody."""
    truth = np.arange(400) % 2
    votes = VoteMatrix.from_array(truth[:, None], SCHEMA)
    soft, timid = pair(np.where(truth, 0.97, 0.03)), pair(np.where(truth, 0.6, 0.4))
    assert item_signals(soft, votes, timid).table["disagreement"].max() < 0.01


def test_reasons_are_the_most_extreme_first():
    q = {i: 0.7 if i % 2 else 0.3 for i in (3, 5, 8)}  # three of a hundred are less decided
    soft, votes, pred = plain(100, q=q, p={3: 0.02})
    found = item_signals(soft, votes, pred)
    reasons = found.reasons("3")
    place = [r.startswith("label model undecided") for r in reasons].index(True)
    assert 0 < place == len(reasons) - 1  # it shares that with two others
    assert "label model undecided: spam 0.70, ham 0.30" in found.reasons("5")


def test_only_the_worst_twentieth_is_worth_a_reason():
    q = {i: (0.6 if i % 2 else 0.4) for i in range(5)}
    found = item_signals(*plain(100, q=q))
    assert "label model undecided: ham 0.60, spam 0.40" in found.reasons("4")
    one_more = item_signals(*plain(100, q={**q, 5: 0.6}))
    assert not any("undecided" in r for r in one_more.reasons("4"))
    assert found.reasons("50") == ()


def test_every_flagged_label_says_so_however_many_there_are():
    found = item_signals(*plain(100, p={i: 1 - (i % 2) for i in range(12)}))
    flagged = found.table.index[found.table["label_issue"]]
    assert len(flagged) > 5
    for key in flagged:
        assert "flagged by cleanlab as a likely label error" in found.reasons(key)


def test_of_few_items_one_is_the_worst():
    found = item_signals(*plain(6, q={2: 0.4}))
    assert found.reasons("2")[0] == "label model undecided: ham 0.60, spam 0.40"


def test_entropy_is_said_only_where_it_tells_more_than_the_margin():
    schema = LabelSchema(["a", "b", "c"])
    q = np.tile([0.9, 0.05, 0.05], (40, 1))
    q[4] = [0.35, 0.33, 0.32]
    votes = VoteMatrix.from_array(np.zeros((40, 1), int), schema)
    soft = SoftLabels(q, None, schema)
    found = item_signals(soft, votes, SoftLabels(q.copy(), None, schema))
    assert "label model spread over classes: a 0.35, b 0.33, c 0.32" in found.reasons("4")
    two = item_signals(*plain(q={3: 0.6}))
    assert not any("spread" in r for r in two.reasons("3"))
    assert two.top("entropy", 1)["words"].iloc[0].startswith("label model spread over classes")


def test_near_duplicates_with_other_labels_are_counted():
    groups = np.arange(40)
    groups[[1, 3, 5, 6]] = 99
    found = item_signals(*plain(), groups=groups)
    assert found.table["near_duplicate_conflict"].iloc[[1, 3, 5, 6]].tolist() == [0.25] * 3 + [0.75]
    words = "near-duplicates have other labels: this one ham, 3 spam"
    assert found.top("near_duplicate_conflict", 1)["words"].tolist() == [words]
    assert words in found.reasons("6")
    assert len(found.top("near_duplicate_conflict", 10)) == 4  # nobody else is suspect


def test_functions_that_are_usually_right_conflict_by_name():
    codes = np.stack([np.arange(40) % 2, np.full(40, -1)], axis=1)
    codes[4, 1], codes[1, 1] = 1, 1  # the second function contradicts the first on item 4
    votes = VoteMatrix.from_array(codes, SCHEMA, ["first", "second"])
    soft, _, pred = plain()
    precision = np.full((2, 2, 2), np.nan)
    precision[:, 1, 1] = 0.8, 0.9
    found = item_signals(soft, votes, pred, precision=precision)
    assert found.top("accurate_conflict").index.tolist() == ["4"]
    # What a model does not know is the mean of the soft labels over the votes.
    words = "accurate labeling functions conflict: first (0.95) votes ham, second (0.90) votes spam"
    assert found.top("accurate_conflict")["words"].tolist() == [words]


def test_precision_from_soft_labels_is_that_of_function_health():
    soft, votes, pred = case()
    believed = function_health(votes, soft, pred)["learned_precision"]
    precision = np.full((3, 2, 2), np.nan)
    for (lf, name), value in believed.items():
        precision["abc".index(lf), SCHEMA.code(name), SCHEMA.code(name)] = value
    given_ = item_signals(soft, votes, pred, precision=precision).table["accurate_conflict"]
    np.testing.assert_allclose(given_, item_signals(soft, votes, pred).table["accurate_conflict"])


def test_an_odd_row_of_features_stands_out():
    features = np.random.default_rng(0).normal(size=(40, 8)) + 5
    features[9] *= -1
    found = item_signals(*plain(), features=features)
    assert found.top("odd_features", 1).index.tolist() == ["9"]
    words = "unlike all other items: its nearest neighbors are far away"
    assert words in found.reasons("9")
    sparse_too = item_signals(*plain(), features=sparse.coo_matrix(features))
    assert sparse_too.table["odd_features"].tolist() == pytest.approx(
        found.table["odd_features"].tolist()
    )


def test_an_uncovered_item_says_only_what_the_classifier_knows():
    truth = np.arange(40) % 2
    codes = truth[:, None].copy()
    codes[10:13] = -1
    found = item_signals(*plain(votes=codes, p={11: 0.99, 10: 0.4, 12: 0.6}))
    row = found.table.loc["11"].astype(float)
    assert set(row.index[row.isna()]) == {
        "small_margin", "entropy", "disagreement", "label_doubt", "low_quality", "accurate_conflict",
    }  # fmt: skip
    assert found.reasons("11") == (
        "no labeling function votes, yet the classifier is sure: spam 0.99",
    )


def test_an_answer_that_votes_and_classifier_contradict_is_to_be_checked():
    answers = {"2": "spam", "3": "ham", "4": "ham", "5": None, "gone": "spam"}
    found = item_signals(*plain(q={3: 0.6}), decisions=log_of(answers))
    assert found.table["contradicted_answer"].dropna().index.tolist() == ["2", "3", "4"]
    assert found.answers_to_check().index.tolist() == ["2"]  # of item 3 the votes are not sure
    assert (
        found.answers_to_check()["words"]
        .iloc[0]
        .startswith(
            "decided as spam, but label model says ham 0.95 and held-out classifier ham 0.9"
        )
    )
    assert any(r.startswith("decided as spam, but") for r in found.reasons("2"))
    assert not any(r.startswith("decided") for r in found.reasons("3"))


def test_no_decision_leaves_no_answer_to_check():
    found = item_signals(*plain(), decisions=DecisionLog())
    assert found.table["contradicted_answer"].isna().all()
    assert len(found.answers_to_check()) == 0


def test_reviewers_who_disagree_and_items_without_votes_are_not_contradicted():
    codes = (np.arange(40) % 2)[:, None].copy()
    codes[2] = -1
    log = DecisionLog([*log_of({"2": "spam", "4": "spam"}), *log_of({"4": "ham"}, "bob")])
    found = item_signals(*plain(votes=codes), decisions=log)
    assert found.table["contradicted_answer"].isna().all()


def test_the_most_suspect_come_first_and_ties_by_id():
    ids = ["d", "c", "b", "a"]
    votes = VoteMatrix.from_array([[1]] * 4, SCHEMA, item_ids=ids)
    found = item_signals(pair([0.6, 0.7, 0.7, 0.9], ids), votes, pair([0.6, 0.7, 0.7, 0.9], ids))
    top = found.top("small_margin", 3)
    assert top.index.tolist() == ["d", "b", "c"]
    assert top["small_margin"].tolist() == pytest.approx([0.8, 0.6, 0.6])
    assert top["words"].iloc[0] == "label model undecided: spam 0.60, ham 0.40"
    assert len(found.top("small_margin", 100)) == 4


def test_the_order_of_rows_changes_nothing():
    soft, votes, pred = case()
    rng = np.random.default_rng(5)
    groups, features = rng.integers(0, 60, 200), rng.random((200, 5))
    log = log_of({f"item-{i:04d}": "ham" for i in range(20)})
    order = rng.permutation(200)
    found = item_signals(soft, votes, pred, groups=groups, features=features, decisions=log)
    mixed = item_signals(
        soft.take(order), votes.take(order[::-1]), pred.take(rng.permutation(200)),
        groups=groups[order], features=features[order], decisions=log,
    )  # fmt: skip
    assert mixed.table.index.tolist() == soft.item_ids[order].tolist()
    assert mixed.table.loc[found.table.index].equals(found.table)
    for key in soft.item_ids[::20].tolist():
        assert mixed.reasons(key) == found.reasons(key)
    for signal in SIGNALS:
        assert mixed.top(signal).equals(found.top(signal))


def test_votes_and_probabilities_of_more_items_are_ignored():
    soft, votes, pred = case()
    some = np.arange(0, 200, 2)
    few = item_signals(soft.take(some), votes.take(some), pred.take(some))
    assert few.table.equals(item_signals(soft.take(some), votes, pred).table)


def test_sparse_votes_give_the_same_table():
    soft, votes, pred = case()
    items, lfs, codes = votes.entries
    thin = VoteMatrix.from_entries(
        items, lfs, codes, (200, 3), SCHEMA, votes.lf_names, votes.item_ids
    )
    a, b = item_signals(soft, thin, pred), item_signals(soft, votes, pred)
    assert a.table.equals(b.table)
    assert a.top("accurate_conflict").equals(b.top("accurate_conflict"))


@given(st.data())
@settings(max_examples=40)
def test_any_input_gives_signals_in_range(data):
    """Missing classes, one class, no votes, no items: what cleanlab fails on is not said."""
    k, n, m = data.draw(st.integers(2, 4)), data.draw(st.integers(0, 12)), 3
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    classes = data.draw(st.integers(1, k))
    codes = rng.integers(-1, classes, (n, m))
    if data.draw(st.booleans()):
        codes[:] = -1
    schema = LabelSchema([f"c{y}" for y in range(k)])
    votes = VoteMatrix.from_array(codes.reshape(n, m), schema, ["a", "b", "c"])
    proba = [rng.dirichlet(np.full(k, 0.1), n).reshape(n, k) for _ in range(2)]
    if data.draw(st.booleans()):
        proba = [np.eye(k)[rng.integers(0, classes, n)].reshape(n, k) for _ in range(2)]
    soft, pred = (SoftLabels(q, None, schema) for q in proba)
    found = item_signals(
        soft, votes, pred, groups=rng.integers(0, 3, n), features=rng.random((n, 2)),
        decisions=log_of({str(i): "c0" for i in range(0, n, 2)}),
    )  # fmt: skip
    values = found.table.to_numpy(dtype=float)
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()
    assert found.table["odd_prediction"].notna().all()
    for key in found.table.index[:3]:
        assert all(found.reasons(key))
    assert all(found.top(signal)["words"].map(len).gt(0).all() for signal in SIGNALS)


def test_the_notebook_view_is_escaped():
    schema = LabelSchema(["<ham>", "spam & co"])
    ids = [f"<{i}>" for i in range(10)]
    votes = VoteMatrix.from_array([[0], [1]] * 5, schema, ["<lf>"], ids)
    soft = SoftLabels([[0.9, 0.1], [0.2, 0.8]] * 5, ids, schema)
    found = item_signals(soft, votes, SoftLabels([[0.8, 0.2], [0.3, 0.7]] * 5, ids, schema))
    assert repr(found).startswith("ItemSignals(10 items: small_margin, entropy, ")
    html = found._repr_html_()
    assert escape("<1>") in html
    assert escape("spam & co 0.80") in html
    assert "<ham>" not in html
    assert "<1>" not in html


def test_an_unknown_item_is_refused():
    found = item_signals(*plain(6))
    for key in ("7", 3, None, ["1"]):
        with pytest.raises(ItemsError, match=r"item_id is .*, must be one of the 6 items"):
            found.reasons(key)


def test_an_unknown_signal_says_what_is_missing():
    found = item_signals(*plain(6))
    with pytest.raises(ParameterError, match=r"signal is 'contradicted_answer', must be one of"):
        found.answers_to_check()
    with pytest.raises(
        ParameterError, match=r"Give item_signals the decisions, groups or features"
    ):
        found.top("odd_features")
    with pytest.raises(ParameterError, match=r"n is 0, must be an integer of at least 1"):
        found.top("entropy", 0)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, None)])
def test_arguments_in_another_order_are_refused(order):
    given_ = plain(6)
    with pytest.raises(ParameterError, match=r"Check the order of the arguments, or name them"):
        item_signals(*(None if i is None else given_[i] for i in order))


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"groups": [1, 2]}, ItemsError, r"groups is 'int64 of shape \(2,\)', must be integers"),
        ({"groups": [0.5] * 6}, ItemsError, r"groups is 'float64 of shape \(6,\)'"),
        (
            {"features": np.ones((5, 2))},
            LabelsError,
            r"features has shape \(5, 2\), must be \(6, n",
        ),
        (
            {"features": [["a"]] * 6},
            LabelsError,
            r"features is <U1 of shape \(6, 1\), must be numb",
        ),
        (
            {"precision": np.ones((1, 2))},
            VotesError,
            r"precision is float64 of shape \(1, 2\), must",
        ),
        ({"precision": np.full((1, 2, 2), 2)}, VotesError, r"precision is up to 2, must be in"),
        ({"decisions": "1"}, ParameterError, r"decisions is '1', must be a DecisionLog"),
        ({"seed": -1}, ParameterError, r"seed is -1, must be an integer of at least 0"),
    ],
)
def test_what_does_not_fit_is_refused(changed, error, words):
    with pytest.raises(error, match=words):
        item_signals(*plain(6), **changed)


def test_an_answer_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match=r"label of decision on '1' is 'eggs'"):
        item_signals(*plain(6), decisions=log_of({"1": "eggs"}))


def test_soft_votes_other_items_classes_and_a_models_own_probabilities_are_refused():
    soft, votes, pred = plain(6)
    with pytest.raises(VotesError, match=r"must be a VoteMatrix for item_signals"):
        item_signals(soft, SoftVotes.from_votes(votes), pred)
    with pytest.raises(ItemsError, match=r"are not among the votes, for example 'x'"):
        item_signals(pair([0.5], ["x"]), votes, pred)
    with pytest.raises(ItemsError, match=r"are not among the pred_probs"):
        item_signals(soft, votes, pred.take([0, 1]))
    with pytest.raises(LabelsError, match=r"pred_probs comes from 'model:X', must be out-of-fold"):
        item_signals(soft, votes, pair([0.5] * 6, None, "model:X"))
    with pytest.raises(LabelsError, match=r"pred_probs has classes \['a', 'b'\], must have those"):
        item_signals(soft, votes, SoftLabels([[0.5, 0.5]] * 6, None, LabelSchema(["a", "b"])))
