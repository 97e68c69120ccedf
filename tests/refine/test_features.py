"""item_features, given_features and content_groups: shapes, values, and what they refuse."""

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import FunctionTransformer

from weaklabel.core import as_items
from weaklabel.errors import ItemsError, LabelsError
from weaklabel.refine._columns import ColumnRoles
from weaklabel.refine._features import (
    check_finite,
    content_groups,
    fit_features,
    given_features,
    item_features,
)

TEXTS = as_items(["free money now", "lovely song", "free song"])


def roles(texts=(), numbers=(), categories=()):
    return ColumnRoles(tuple(texts), tuple(numbers), tuple(categories))


def table(**columns):
    return as_items(pa.table(columns))


def test_texts_become_two_blocks_of_unit_length():
    made = item_features(TEXTS, roles(texts=["text"]))
    assert made.dtype == np.float32
    assert np.allclose(made.multiply(made).sum(axis=1), 2.0, atol=1e-5)


def test_numbers_are_standardized_and_missing_ones_flagged():
    made = item_features(table(x=[1.0, 2.0, 3.0, None]), roles(numbers=["x"])).toarray()
    spread = np.sqrt(0.5)  # of 1, 2, 3 and the median 2
    assert np.allclose(made[:, 0], np.array([-1, 0, 1, 0]) / spread)
    assert np.allclose(made[:, 1], [-0.25, -0.25, -0.25, 0.75])


def test_other_items_get_the_same_columns_and_unknown_values_none():
    learned = as_items(
        pa.table({"t": ["free money", "song"], "x": [1.0, None], "c": ["a", "b"], "y": [0.0, 4.0]})
    )
    others = as_items(
        pa.table({"t": ["new", "song"], "x": [2.0, 1.0], "c": ["z", "b"], "y": [np.inf, 1e308]})
    )
    matrix, encode = fit_features(learned, roles(["t"], ["x", "y"], ["c"]))
    assert np.array_equal(encode(learned).toarray(), matrix.toarray())
    made = encode(others).toarray()
    assert made.shape == matrix.shape
    assert np.isfinite(made).all()
    assert made[0, -2:].tolist() == [0.0, 0.0]
    assert np.array_equal(made[1, -2:], matrix.toarray()[1, -2:])


def test_numbers_that_are_missing_everywhere_stay_out_of_other_items_too():
    learned = table(x=[np.nan, np.nan], c=["a", "b"])
    matrix, encode = fit_features(learned, roles(numbers=["x"], categories=["c"]))
    assert matrix.shape == (2, 2)
    assert encode(table(x=[1.0], c=["a"])).toarray().tolist() == [[1.0, 0.0]]


def test_each_pass_over_texts_has_a_progress_bar(capsys):
    item_features(TEXTS, roles(texts=["text"]), progress=True)
    content_groups(TEXTS, roles(texts=["text"]), None, 0, progress=True)
    shown = capsys.readouterr().err
    for words in ("words of 'text'", "characters of 'text'", "near-duplicates"):
        assert f"{words}: 100%" in shown
    item_features(TEXTS, roles(texts=["text"]))
    assert capsys.readouterr().err == ""


def test_without_columns_and_features_nothing_can_be_grouped():
    with pytest.raises(ItemsError, match=r"items has no usable column among \['text'\]"):
        content_groups(TEXTS, roles(), None, 0)


def test_nan_and_infinity_count_as_missing():
    made = item_features(table(x=[1.0, np.nan, np.inf, 3.0]), roles(numbers=["x"]))
    assert np.isfinite(made.toarray()).all()
    assert made.shape == (4, 2)


def test_huge_numbers_stay_finite():
    made = item_features(table(x=[1e308, -1e308, 0.0]), roles(numbers=["x"]))
    assert np.isfinite(made.toarray()).all()


def test_categories_get_one_column_each_and_so_does_a_missing_one():
    made = item_features(table(c=["a", "b", "a", None]), roles(categories=["c"])).toarray()
    assert made.shape == (4, 3)
    assert made.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert np.array_equal(made[0], made[2])


def test_booleans_and_integers_are_numbers():
    made = item_features(table(b=[True, False], i=[3, 5]), roles(numbers=["b", "i"])).toarray()
    assert made.tolist() == [[1, -1], [-1, 1]]


def test_a_constant_column_says_nothing():
    with pytest.raises(ItemsError, match=r"items has no usable column among \['x'\]"):
        item_features(table(x=[1, 1, 1]), roles(numbers=["x"]))


def test_texts_without_any_term_are_refused_in_our_words():
    with pytest.raises(ItemsError, match=r"no usable column among \['text'\], must have a text"):
        item_features(as_items(["", " "]), roles(texts=["text"]))


def test_own_features_may_be_an_array_a_function_or_a_transformer():
    array = np.arange(6).reshape(3, 2)
    assert np.array_equal(given_features(array, TEXTS, None), array)
    lengths = given_features(lambda items: [[len(t)] for t in items.texts()], TEXTS, None)
    assert lengths.tolist() == [[14], [11], [9]]
    assert given_features(sp.coo_array(array), TEXTS, None).format == "csr"
    counted = given_features(CountVectorizer(), TEXTS, ["text"])
    assert counted.shape == (3, 5)
    widths = FunctionTransformer(lambda frame: frame["text"].str.len().to_numpy()[:, None])
    assert given_features(widths, TEXTS, None).tolist() == [[14], [11], [9]]


def test_own_features_of_another_shape_are_refused():
    with pytest.raises(
        LabelsError, match=r"features has shape \(2, 1\), must be \(3, n_features\)"
    ):
        given_features(np.zeros((2, 1)), TEXTS, None)
    with pytest.raises(LabelsError, match=r"features has shape \(3,\), must be"):
        given_features(np.zeros(3), TEXTS, None)


def test_own_features_of_words_are_refused():
    with pytest.raises(LabelsError, match=r"dtype of features is '<U1', must be numbers"):
        given_features(np.array([["a"], ["b"], ["c"]]), TEXTS, None)


def test_groups_are_near_duplicate_texts_or_equal_rows():
    texts = as_items([{"text": "Free money 5!"}, {"text": "free MONEY 6"}, {"text": "song"}])
    features = np.zeros((3, 1))
    assert same(content_groups(texts, roles(texts=["text"]), features, 0)) == [[0, 1], [2]]
    numbers = table(x=[1.0, 2.0, 1.0], c=["a", "a", "a"])
    assert same(content_groups(numbers, roles(numbers=["x"], categories=["c"]), features, 0)) == [
        [0, 2],
        [1],
    ]


def test_without_usable_columns_equal_features_are_one_group():
    features = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    for made in (features, sp.csr_array(features)):
        assert same(content_groups(TEXTS, roles(), made, 0)) == [[0, 2], [1]]


def same(groups):
    return sorted(np.flatnonzero(groups == g).tolist() for g in np.unique(groups))


def test_rows_of_own_sparse_features_are_grouped_without_making_them_dense():
    import scipy.sparse as sp

    items = as_items([{"item_id": key} for key in "abc"])
    wide = sp.csr_array(([1.0, 2.0, 1.0], ([0, 1, 2], [7, 10**8, 7])), shape=(3, 10**9))
    assert content_groups(items, roles(), wide, 0).tolist() in ([0, 1, 0], [1, 0, 1])
    assert (
        content_groups(items, roles(), np.array([[1.0], [2.0], [1.0]]), 0)[0]
        == content_groups(items, roles(), np.array([[1.0], [2.0], [1.0]]), 0)[2]
    )


def test_embeddings_keep_their_precision_and_are_not_copied(tmp_path):
    np.save(tmp_path / "e.npy", np.ones((3, 2), dtype=np.float32))
    mapped = np.load(tmp_path / "e.npy", mmap_mode="r")
    made = given_features(mapped, TEXTS, None)
    assert made.dtype == np.float32
    assert np.shares_memory(made, mapped)


@pytest.mark.parametrize(
    ("given", "kept"), [("f2", "f4"), ("i1", "f4"), ("?", "f4"), ("i4", "f8"), ("f8", "f8")]
)
def test_other_numbers_become_floats_that_hold_them(given, kept):
    assert given_features(np.ones((3, 2), dtype=given), TEXTS, None).dtype == np.dtype(kept)


def test_one_number_for_each_item_is_refused_with_what_to_write():
    with pytest.raises(LabelsError, match=r"has shape \(3,\).* as features\[:, None\]"):
        given_features(np.zeros(3), TEXTS, None)
    with pytest.raises(
        LabelsError, match=r"features has shape \(3, 0\), must be \(3, n_features\)"
    ):
        given_features(np.zeros((3, 0)), TEXTS, None)


def test_what_is_not_finite_is_named_by_its_row():
    dense = np.zeros((4, 2))
    check_finite(dense)
    dense[2, 1] = np.inf
    for made in (dense, sp.csr_array(dense)):
        with pytest.raises(LabelsError, match=r"features\[2\] is inf, must be finite everywhere"):
            check_finite(made)


def test_embeddings_of_items_without_texts_are_grouped_by_cosine():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20, 40))
    near = np.vstack([rows, rows + 0.01 * rng.normal(size=rows.shape)])
    items = as_items([{"item_id": f"{i}"} for i in range(40)])
    groups = content_groups(items, roles(), near, 0)
    assert groups[:20].tolist() == groups[20:].tolist()
    assert len(np.unique(groups)) == 20
    near[3, 3] = np.nan  # a table with gaps: equal rows alone are one group
    assert len(np.unique(content_groups(items, roles(), near, 0))) == 40
