"""content_of, numbered_by_id and proba_by_view: order, group numbers, views, samples."""

import numpy as np
import pytest

from weaklabel.core import LabelSchema, VoteMatrix, as_items
from weaklabel.errors import LabelsError
from weaklabel.refine._content import How, content_of, numbered_by_id, proba_by_view

SCHEMA = LabelSchema(["ham", "spam"])
ITEMS = as_items([{"item_id": key, "text": key * 3} for key in "cab"])
ORDER = np.array([1, 2, 0])


def test_content_comes_in_the_order_that_was_asked_for():
    made = content_of(ITEMS, ORDER, np.array([[3.0], [1.0], [2.0]]), ["text"], (), finite=True)
    assert made.items.item_ids.tolist() == ["a", "b", "c"]
    assert made.given.tolist() == [[1.0], [2.0], [3.0]]
    assert made.roles.texts == ("text",)
    assert content_of(ITEMS, ORDER, None, ["text"], (), finite=True).given is None


def test_features_that_are_in_order_already_are_not_copied():
    features = np.ones((3, 1))
    made = content_of(ITEMS, np.arange(3), features, None, (), finite=True)
    assert np.shares_memory(made.given, features)


def test_gaps_are_refused_only_where_features_must_be_finite():
    features = np.array([[np.nan], [1.0], [2.0]])
    assert np.isnan(content_of(ITEMS, ORDER, features, None, (), finite=False).given[2, 0])
    with pytest.raises(LabelsError, match=r"features\[0\] is nan"):
        content_of(ITEMS, ORDER, features, None, (), finite=True)


def test_groups_are_numbered_by_their_least_id():
    ids = as_items([{"item_id": key} for key in "dbca"]).item_ids
    assert numbered_by_id(np.array([7, 3, 7, 5]), ids).tolist() == [2, 1, 2, 0]
    assert numbered_by_id(np.array([], dtype=np.int64), ids[:0]).tolist() == []


def spam(n=1200):
    """Items with "free" that one function votes on, among words that say the class too."""
    truth = np.arange(n) % 2
    words = np.array([f"w{i:02d}" for i in range(40)])
    rng = np.random.default_rng(0)
    texts = [
        " ".join([*rng.choice(words[20 * y : 20 * y + 20], 6), "free" if y else "dear"])
        for y in truth
    ]
    items = as_items([{"item_id": f"i{i:04d}", "text": t} for i, t in enumerate(texts)])
    codes = np.stack([np.where(truth == 1, 1, -1), np.zeros(n, dtype=int)], axis=1)
    votes = VoteMatrix.from_array(codes, SCHEMA, item_ids=items.item_ids)
    content = content_of(items, np.arange(n), None, ["text"], (), finite=True)
    return content, votes, np.eye(2)[truth] * 0.8 + 0.1, truth


def test_a_second_view_does_not_see_what_gives_votes_away():
    content, votes, targets, truth = spam(200)
    trained, folds = np.ones(200, bool), np.arange(200) // 2 % 4
    plain, blind = proba_by_view(content, targets, trained, folds, How(None, votes, None, 0, False))
    sure = [p[np.arange(200), truth].mean() for p in (plain, blind)]
    assert sure[0] > sure[1] > 0.5
    (alone,) = proba_by_view(content, targets, trained, folds, How(None, None, None, 0, False))
    assert np.array_equal(alone, plain)


def test_a_sample_teaches_where_there_are_more_items_than_wanted():
    content, votes, targets, truth = spam()
    trained, folds = np.arange(1200) % 7 > 0, np.arange(1200) // 2 % 4
    how = How(None, votes, 600, 0, False)
    sampled = proba_by_view(content, targets, trained, folds, how)
    whole = proba_by_view(content, targets, trained, folds, how._replace(max_trained=1200))
    assert sampled.shape == whole.shape == (2, 1200, 2)
    assert not np.array_equal(sampled, whole)
    assert np.mean(sampled[0].argmax(axis=1) == truth) > 0.99
