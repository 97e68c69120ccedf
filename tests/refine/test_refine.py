"""refine: better labels from content, ids, order, gold, odd input."""

import sys

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from weaklabel.core import Items, LabelSchema, SoftLabels, SoftVotes, VoteMatrix, as_items
from weaklabel.errors import DataWarning, ItemsError, LabelsError, ParameterError
from weaklabel.models import PrecisionNaiveBayes
from weaklabel.refine import refine

SCHEMA = LabelSchema(["ham", "spam"])
SPAM = ["free", "money", "click", "subscribe", "win", "gift", "offer", "cash"]
HAM = ["song", "lovely", "voice", "guitar", "memories", "album", "melody", "dance"]


def case(n=120, seed=0, n_uncovered=30, n_wrong=9):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    texts = [" ".join(rng.choice(SPAM if y else HAM, 5)) for y in truth]
    codes = truth.copy()
    codes[n - n_uncovered :] = -1
    codes[:n_wrong] = 1 - codes[:n_wrong]
    items = Items(pa.table({"text": texts}), [f"i{i:03d}" for i in range(n)])
    votes = VoteMatrix.from_array(codes[:, None], SCHEMA, item_ids=items.item_ids)
    q = np.where(codes == 1, 0.85, np.where(codes == 0, 0.15, 0.5))
    soft = SoftLabels(np.stack([1 - q, q], axis=1), items.item_ids, SCHEMA, "model:Test")
    return soft, items, votes, truth


def several_functions():
    """The votes of `case`, a third of the items to each of three functions; wrong ones doubted."""
    soft, items, votes, truth = case()
    posterior = soft.posterior.copy()
    posterior[:9] = 0.2 * posterior[:9] + 0.4
    soft = SoftLabels(posterior, items.item_ids, SCHEMA, soft.provenance)
    codes = np.where(np.arange(120)[:, None] % 3 == np.arange(3), votes.codes, -1)
    return soft, items, VoteMatrix.from_array(codes, SCHEMA, item_ids=items.item_ids), truth


def test_a_function_that_alone_voted_is_not_contradicted():
    soft, items, votes, _ = case()
    made = refine(soft, items, votes=votes)
    assert np.allclose(made.soft.posterior[:90], soft.posterior[:90])
    assert made.content_weight.tolist() == [0.0] * 90 + [1.0] * 30
    assert refine(soft, items).content_weight.tolist() == [1.0] * 120


def test_gold_lets_content_contradict_it():
    soft, items, votes, truth = case()
    gold = np.where(np.arange(120) % 2 == np.arange(120) // 2 % 2, truth, -1)
    made = refine(soft, items, votes=votes, gold=gold)
    assert made.content_weight[:90].min() > 0.4
    assert np.mean(made.soft.labels[:9] == truth[:9]) > np.mean(soft.labels[:9] == truth[:9])


def test_two_views_of_items_without_votes_count_as_two_pieces_of_evidence():
    soft, items, votes, _ = keyword_case()
    without = votes.codes.copy()
    without[500:] = -1
    votes = VoteMatrix.from_array(without, SCHEMA, item_ids=items.item_ids)
    made = refine(soft, items, votes=votes)
    doubt = [
        np.abs(made.soft.posterior[500:, 1] - 0.5),
        np.abs(made.pred_probs.posterior[500:, 1] - 0.5),
    ]
    assert np.mean(doubt[0] > doubt[1]) > 0.9


def test_groups_are_near_duplicates_numbered_by_their_least_id():
    texts = ["lovely old song 1", "free money", "Lovely OLD song 2!", "win cash"]
    items = as_items([{"item_id": k, "text": t} for k, t in zip("dbca", texts, strict=True)])
    soft = SoftLabels([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]], items.item_ids, SCHEMA)
    made = refine(soft, items, text_columns=["text"])
    assert made.groups.tolist() == [2, 1, 2, 0]
    assert made.groups.dtype == np.int64
    turned = refine(soft, items.take([2, 0, 3, 1]), text_columns=["text"])
    assert turned.groups.tolist() == [2, 2, 0, 1]
    with pytest.raises(ValueError, match="read-only"):
        made.groups[0] = 5


def many(n=1500):
    """Real words, so that most items are no near-duplicates; every tenth has no vote."""
    soft, items, votes, truth = case(n=n, n_uncovered=n // 10, n_wrong=n // 20)
    codes = np.where(np.arange(n)[:, None] % 3 == np.arange(3), votes.codes, -1)
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=items.item_ids)
    return soft, items, votes, truth


def test_with_more_items_than_wanted_a_sample_teaches_and_all_are_predicted():
    soft, items, votes, truth = many()
    whole = refine(soft, items, votes=votes)
    made = refine(soft, items, votes=votes, max_trained=1000)
    assert not np.array_equal(made.pred_probs.posterior, whole.pred_probs.posterior)
    assert np.mean(made.pred_probs.labels == whole.pred_probs.labels) > 0.97
    assert np.mean(made.soft.labels == truth) > np.mean(soft.labels == truth) + 0.09
    assert np.array_equal(made.groups, whole.groups)
    order = np.random.default_rng(1).permutation(1500)
    mixed = refine(soft, items.take(order), votes=votes, max_trained=1000)
    assert np.array_equal(mixed.soft.posterior, made.soft.posterior[order])


def test_with_enough_wanted_or_none_all_items_teach():
    soft, items, votes, _ = many()
    expected = refine(soft, items, votes=votes).soft.posterior
    for max_trained in (1500, None):
        made = refine(soft, items, votes=votes, max_trained=max_trained)
        assert np.array_equal(made.soft.posterior, expected)


def test_own_features_and_classifiers_learn_from_a_sample_too():
    soft, items, votes, truth = many()
    features = np.random.default_rng(0).normal(size=(1500, 3)) + truth[:, None]
    made = refine(soft, items, votes=votes, features=features, max_trained=1000)
    assert np.mean(made.pred_probs.labels == truth) > 0.75
    tree = RandomForestClassifier(n_estimators=5)
    made = refine(soft, items, votes=votes, classifier=tree, max_trained=1000)
    assert np.mean(made.pred_probs.labels == truth) > 0.8


def test_each_stage_shows_how_far_it_is(capsys):
    soft, items, votes, _ = case()
    refine(soft, items, votes=votes, progress=True)
    shown = capsys.readouterr().err
    for stage in ("near-duplicates", "words of 'text'", "characters of 'text'", "refining"):
        assert f"{stage}: 100%" in shown
    soft, items, votes, _ = many()
    refine(soft, items, votes=votes, progress=True, max_trained=1000)
    assert "predicting: 100%" in capsys.readouterr().err
    refine(soft, items, votes=votes, progress=False, max_trained=1000)
    assert capsys.readouterr().err == ""


def test_soft_votes_tell_which_items_have_votes_too():
    soft, items, votes, _ = case()
    expected = refine(soft, items, votes=votes).soft.posterior
    given = refine(soft, items, votes=SoftVotes.from_votes(votes)).soft.posterior
    assert np.array_equal(given, expected)


def test_refined_labels_correct_votes_and_complete_them():
    soft, items, votes, truth = several_functions()
    made = refine(soft, items, votes=votes)
    assert np.mean(soft.labels == truth) < 0.7
    assert np.mean(made.soft.labels[:9] == truth[:9]) > 0.8
    assert np.mean(made.soft.labels == truth) > 0.95
    assert made.soft.provenance == "refine:model:Test"
    assert made.pred_probs.provenance == "refine:out-of-fold"
    assert np.array_equal(made.soft.item_ids, items.item_ids)


def test_items_without_votes_get_the_classifiers_probabilities():
    soft, items, votes, _ = case()
    made = refine(soft, items, votes=votes)
    assert np.allclose(made.soft.posterior[~votes.covered], made.pred_probs.posterior[90:])


def test_items_are_matched_by_id_and_order_changes_nothing():
    soft, items, votes, _ = case()
    order = np.random.default_rng(1).permutation(items.n_items)
    straight = refine(soft, items, votes=votes)
    mixed = refine(soft, items.take(order), votes=votes.take(order[::-1]))
    assert np.array_equal(mixed.soft.item_ids, items.item_ids[order])
    assert np.array_equal(mixed.soft.posterior, straight.soft.posterior[order])


def test_the_same_seed_gives_the_same_bits_even_for_a_forest():
    soft, items, votes, _ = case()
    forest = RandomForestClassifier(n_estimators=5)
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - that the global generator is untouched
    once = refine(soft, items, votes=votes, classifier=forest, seed=3)
    again = refine(soft, items, votes=votes, classifier=forest, seed=3)
    assert np.array_equal(once.soft.posterior, again.soft.posterior)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_a_data_frame_is_taken_as_it_is_with_its_id_column_or_without():
    soft, items, votes, _ = case()
    expected = refine(soft, items, votes=votes).soft.posterior
    frame = items.to_pandas().reset_index()
    assert np.array_equal(refine(soft, frame, votes=votes).soft.posterior, expected)
    keyed = frame.rename(columns={"item_id": "key"})
    made = refine(soft, keyed, id_column="key", votes=votes).soft
    assert np.array_equal(made.posterior, expected)


def test_gold_is_learned_from_with_full_weight():
    soft, items, votes, truth = case(n_uncovered=120, n_wrong=0)
    gold = [SCHEMA.name(int(y)) if i < 40 else None for i, y in enumerate(truth)]
    made = refine(soft, items, votes=votes, gold=gold)
    assert np.mean(made.soft.labels == truth) == 1.0


def test_gold_does_not_overwrite_its_own_refined_label():
    soft, items, votes, truth = case()
    gold = np.full(120, -1)
    gold[50] = 1 - truth[50]
    assert refine(soft, items, votes=votes, gold=gold).soft.labels[50] == truth[50]


def test_own_features_and_transformers_are_accepted():
    soft, items, votes, truth = case()
    array = np.stack([truth, np.arange(120) / 120], axis=1).astype(float)
    for features in (array, lambda _: array):
        made = refine(soft, items, votes=votes, features=features)
        assert np.mean(made.pred_probs.labels == truth) == 1.0
        assert np.mean(made.soft.labels == truth) > 0.9
    made = refine(soft, items, votes=votes, features=TfidfVectorizer(), text_columns=["text"])
    assert np.mean(made.soft.labels == truth) > 0.9


def test_a_table_of_numbers_and_categories_is_refined():
    rng = np.random.default_rng(0)
    truth = np.arange(100) % 2
    items = as_items(
        pa.table(
            {
                "size": [
                    None if i % 9 == 0 else float(y * 3 + e)
                    for i, (y, e) in enumerate(zip(truth, rng.normal(size=100), strict=True))
                ],
                "kind": [f"k{(y + i // 50) % 2}" for i, y in enumerate(truth)],
            }
        )
    )
    wrong = rng.random(100) < 0.1
    q = np.where(truth ^ wrong, 0.8, 0.2)
    soft = SoftLabels(np.stack([1 - q, q], axis=1), items.item_ids, SCHEMA)
    refined = refine(soft, items).soft.labels
    assert np.mean(refined == truth) > np.mean(soft.labels == truth)


def test_labels_all_of_one_class_stay_so():
    _, items, votes, _ = case()
    soft = SoftLabels(np.tile([0.0, 1.0], (120, 1)), items.item_ids, SCHEMA)
    made = refine(soft, items, votes=votes)
    assert (made.soft.labels == 1).all()


def test_a_class_that_nobody_has_stays_improbable():
    _, items, _, truth = case()
    schema = LabelSchema(["ham", "spam", "news"])
    soft = SoftLabels(np.eye(3)[truth], items.item_ids, schema)
    made = refine(soft, items)
    assert np.isfinite(made.soft.posterior).all()
    assert made.pred_probs.posterior[:, 2].max() < 0.001


def test_fewer_items_than_folds_are_enough():
    items = as_items(["free money now", "lovely old song", "money for free"])
    soft = SoftLabels([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8]], items.item_ids, SCHEMA)
    assert refine(soft, items).pred_probs.n_items == 3


def test_near_duplicates_alone_give_the_prior_and_a_warning():
    items = as_items(["free money 1", "free money 2", "FREE money 3!"])
    soft = SoftLabels([[0.1, 0.9], [0.3, 0.7], [0.2, 0.8]], items.item_ids, SCHEMA)
    with pytest.warns(DataWarning, match=r"near-duplicates of each other, so none can be held out"):
        made = refine(soft, items)
    assert np.allclose(made.pred_probs.posterior, [[0.2, 0.8]] * 3)


def test_no_votes_at_all_is_an_error():
    soft, items, votes, _ = case(n_uncovered=120, n_wrong=0)
    with pytest.raises(LabelsError, match=r"no item has a vote or a gold label, must be at least"):
        refine(soft, items, votes=votes)


def test_items_without_usable_columns_are_an_error():
    items = as_items(pa.table({"tags": [["a"], ["b"]]}))
    soft = SoftLabels([[0.1, 0.9], [0.9, 0.1]], items.item_ids, SCHEMA)
    with pytest.raises(ItemsError, match=r"items has no usable column among \['tags'\]"):
        refine(soft, items)


def test_items_that_the_soft_labels_lack_are_an_error():
    soft, items, votes, _ = case()
    with pytest.raises(ItemsError, match=r"1 of 120 item ids are not among the soft labels"):
        refine(soft.take(np.arange(119)), items, votes=votes)
    with pytest.raises(ItemsError, match=r"1 of 120 item ids are not among the votes"):
        refine(soft, items, votes=votes.take(np.arange(119)))


def test_gold_of_another_length_is_an_error():
    soft, items, votes, _ = case()
    with pytest.raises(LabelsError, match=r"gold has 2 labels, must have 120, one for each item"):
        refine(soft, items, votes=votes, gold=[0, 1])


def test_features_with_nan_are_an_error_unless_the_classifier_takes_them():
    soft, items, votes, truth = case()
    features = np.stack([truth, np.arange(120)], axis=1).astype(float)
    features[3, 1] = np.nan
    rotated = items.take(np.roll(np.arange(120), 1))  # the row in the order that was given
    with pytest.raises(LabelsError, match=r"features\[3\] is nan"):
        refine(soft, rotated, votes=votes, features=features)
    with pytest.raises(
        LabelsError, match=r"features\[3\] is nan, must be finite everywhere\. Fill"
    ):
        refine(soft, items, votes=votes, features=features)
    forest = RandomForestClassifier(n_estimators=5)
    assert (
        refine(soft, items, votes=votes, features=features, classifier=forest).soft.n_items == 120
    )


def test_features_of_another_shape_are_an_error():
    soft, items, votes, _ = case()
    with pytest.raises(
        LabelsError, match=r"features has shape \(3, 2\), must be \(120, n_features\)"
    ):
        refine(soft, items, votes=votes, features=np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_folds", 1), ("n_folds", 2.5), ("seed", -1), ("max_trained", 999), ("max_trained", 1e6)],
)
def test_wrong_parameters_are_refused(name, value):
    soft, items, votes, _ = case()
    with pytest.raises(ParameterError, match=rf"{name} is {value}, must be an integer of at least"):
        refine(soft, items, votes=votes, **{name: value})


def test_a_wrong_classifier_is_refused():
    soft, items, votes, _ = case()
    with pytest.raises(
        ParameterError, match=r"must be a scikit-learn classifier with predict_proba"
    ):
        refine(soft, items, votes=votes, classifier="forest")


@pytest.mark.parametrize("classifier", [LogisticRegression(), KNeighborsClassifier(100)])
def test_a_classifier_that_fails_is_named_with_what_it_said(classifier):
    soft, items, votes, truth = case()
    features = np.stack([truth, np.arange(120)], axis=1).astype(float)
    features[3, 1] = np.nan
    name = type(classifier).__name__
    with pytest.raises(
        ParameterError, match=rf"classifier {name} failed on \d+ rows .* NaN\. Give"
    ):
        refine(soft, items, votes=votes, features=features, classifier=classifier)


def test_rows_of_different_length_are_refused():
    soft, items, votes, _ = case()
    with pytest.raises(LabelsError, match=r"features is a nested list of .*must be an array"):
        refine(soft, items, votes=votes, features=[[1.0]] * 119 + [[1.0, 2.0]])


def test_texts_that_are_all_empty_are_refused_before_any_warning():
    items = as_items([{"item_id": key, "text": ""} for key in "abc"])
    soft = SoftLabels([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8]], items.item_ids, SCHEMA)
    with pytest.raises(ItemsError, match=r"no usable column among .*, must have a text"):
        refine(soft, items, text_columns=["text"])


def test_a_single_item_keeps_its_label():
    items = as_items(["free money now"])
    soft = SoftLabels([[0.1, 0.9]], items.item_ids, SCHEMA)
    with pytest.warns(DataWarning, match=r"none can be held out"):
        made = refine(soft, items)
    assert made.soft.labels.tolist() == [1]


def test_a_class_with_one_member_is_refined():
    _, items, _, _ = case()
    posterior = np.tile([0.9, 0.1], (120, 1))
    posterior[7] = [0.1, 0.9]
    made = refine(SoftLabels(posterior, items.item_ids, SCHEMA), items)
    assert np.isfinite(made.soft.posterior).all()
    assert (made.pred_probs.posterior > 0).all()
    forest = RandomForestClassifier(n_estimators=5)
    made = refine(SoftLabels(posterior, items.item_ids, SCHEMA), items, classifier=forest)
    assert np.isfinite(made.soft.posterior).all()


def test_labels_that_are_all_tied_stay_finite():
    _, items, votes, _ = case()
    soft = SoftLabels(np.full((120, 2), 0.5), items.item_ids, SCHEMA)
    assert np.allclose(refine(soft, items, votes=votes).soft.posterior, 0.5)


def test_the_repr_names_both_results_and_html_is_escaped():
    soft, items, _, _ = case(n=40, n_uncovered=4, n_wrong=2)
    schema = LabelSchema(["ham", "<b>"])
    soft = SoftLabels(soft.posterior, soft.item_ids, schema)
    made = refine(soft, items)
    assert repr(made).startswith("Refinement(soft=SoftLabels(40 items: ")
    assert "refine:out-of-fold" in repr(made)
    assert repr(made).endswith("near-duplicate groups, content weight 1.00 on average)")
    assert "<b>" not in made._repr_html_()
    assert "&lt;b&gt;" in made._repr_html_()


def keyword_case(n=600, seed=0):
    """A function votes spam on "free", where one item in four reads like ham otherwise."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 6)) for _ in range(80)]
    truth = np.arange(n) % 2
    has_free = (truth == 1) | (np.arange(n) % 6 == 0)
    texts = [
        " ".join([*rng.choice(words[40:] if y else words[:40], 6), *(["free"] if f else [])])
        for y, f in zip(truth, has_free, strict=True)
    ]
    items = as_items([{"item_id": f"i{i:03d}", "text": t} for i, t in enumerate(texts)])
    codes = np.stack([np.where(has_free, 1, -1), np.zeros(n, dtype=int)], axis=1)
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=items.item_ids)
    q = np.where(has_free, 0.95, 0.05)
    return SoftLabels(np.stack([1 - q, q], axis=1), items.item_ids, SCHEMA), items, votes, truth


def test_holding_out_functions_doubts_what_only_a_keyword_says():
    soft, items, votes, truth = keyword_case()
    wrong = soft.labels != truth
    by = {
        way: refine(soft, items, votes=votes, hold_out=way).pred_probs.posterior[wrong, 1].mean()
        for way in ("items", "functions")
    }
    assert by["items"] > 0.55
    assert by["functions"] < by["items"] - 0.08


def test_functions_are_held_out_by_default_and_need_votes_and_terms():
    soft, items, votes, _ = keyword_case()

    def posterior(**how):
        return refine(soft, items, **how).pred_probs.posterior

    assert np.array_equal(posterior(votes=votes), posterior(votes=votes, hold_out="functions"))
    assert not np.array_equal(posterior(votes=votes), posterior(votes=votes, hold_out="items"))
    assert np.array_equal(posterior(), posterior(hold_out="items"))
    dense = np.random.default_rng(0).normal(size=(600, 3))
    assert np.array_equal(
        posterior(votes=votes, features=dense),
        posterior(votes=votes, features=dense, hold_out="items"),
    )


def test_an_unknown_way_to_hold_out_is_refused():
    soft, items, votes, _ = case()
    with pytest.raises(ParameterError, match=r"hold_out is 'rules', must be .*functions"):
        refine(soft, items, votes=votes, hold_out="rules")


def test_memory_mapped_features_give_the_same_up_to_rounding(tmp_path):
    soft, items, votes, truth = case()
    array = np.random.default_rng(0).normal(size=(120, 4)) + truth[:, None]
    mixed = items.take(np.random.default_rng(1).permutation(120))
    rows = [items.item_ids.tolist().index(key) for key in mixed.item_ids.tolist()]
    np.save(tmp_path / "e.npy", array[rows])
    mapped = np.load(tmp_path / "e.npy", mmap_mode="r")
    made = refine(soft, mixed, votes=votes, features=mapped).soft.posterior
    expected = refine(soft, items, votes=votes, features=array).soft.posterior[rows]
    assert np.allclose(made, expected, atol=1e-3)


def test_empty_texts_and_a_class_with_one_member_are_refined():
    texts = ["", "free money now", "", "win cash today", "lovely song here", "   "]
    items = as_items(texts)
    q = np.array([[0.1, 0.9], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]])
    made = refine(SoftLabels(q, items.item_ids, SCHEMA), items, text_columns=["text"])
    assert np.isfinite(made.soft.posterior).all()
    assert np.array_equal(made.pred_probs.posterior[0], made.pred_probs.posterior[2])


@pytest.mark.shared
def test_refined_labels_beat_the_label_model_on_real_comments(shared, monkeypatch):
    monkeypatch.syspath_prepend(str(shared / "bench"))
    import bench

    codes, gold, _ = bench.load("youtube")
    items = as_items(bench.texts("youtube")["text"].fillna("").tolist())
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=items.item_ids)
    soft = PrecisionNaiveBayes().fit(votes).soft_labels(votes)
    refined = refine(soft, items, votes=votes).soft
    sys.modules.pop("bench")
    assert np.mean(refined.labels == gold) >= 0.89
    assert np.mean(refined.labels == gold) > np.mean(soft.labels == gold)
