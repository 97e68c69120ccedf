"""SoftLabels: posteriors and what follows from them."""

import numpy as np
import pytest

from weaklabel import LabelSchema, SoftLabels
from weaklabel.errors import ItemsError, LabelsError

SCHEMA = LabelSchema(["ham", "spam"])


def test_a_tie_has_no_hard_label():
    soft = SoftLabels([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], None, SCHEMA)
    assert soft.labels.tolist() == [0, -1, 1]
    assert soft.labels.dtype == np.int8


def test_confidence_margin_and_entropy_by_hand():
    soft = SoftLabels([[0.75, 0.25], [1.0, 0.0]], None, SCHEMA)
    np.testing.assert_allclose(soft.confidence, [0.75, 1.0])
    np.testing.assert_allclose(soft.margin, [0.5, 1.0])
    np.testing.assert_allclose(soft.entropy, [0.5623351446, 0.0], atol=1e-12)


def test_take_keeps_ids_and_provenance():
    soft = SoftLabels([[1, 0], [0, 1]], ["a", "b"], SCHEMA, "model:X").take(np.array([False, True]))
    assert soft.item_ids.tolist() == ["b"]
    assert soft.provenance == "model:X"


def test_to_pandas_names_classes():
    frame = SoftLabels([[0.25, 0.75]], ["a"], SCHEMA).to_pandas()
    assert frame.loc["a"].to_dict() == {
        "label": "spam",
        "confidence": 0.75,
        "p_ham": 0.25,
        "p_spam": 0.75,
    }


@pytest.mark.parametrize(
    ("posterior", "message"),
    [
        ([[0.5, 0.6]], "posterior[0] is [0.5, 0.6], must be finite, non-negative and sum to 1."),
        ([[1, 0], [np.nan, 1]], "posterior[1] is [nan, 1], must be finite"),
        ([[1.5, -0.5]], "posterior[0] is [1.5, -0.5], must be finite, non-negative"),
        (
            [[1, 0, 0]],
            "posterior has shape (1, 3), must be (n_items, 2). Give one column for each class.",
        ),
        ([0.5, 0.5], "posterior has shape (2,), must be (n_items, 2)."),
    ],
)
def test_what_is_no_distribution_is_refused_in_words(posterior, message):
    with pytest.raises(LabelsError) as caught:
        SoftLabels(posterior, None, SCHEMA)
    assert message in str(caught.value)


def test_ids_must_fit():
    with pytest.raises(ItemsError, match=r"item_ids has shape \(1,\), must be \(2,\)"):
        SoftLabels([[1, 0], [0, 1]], ["a"], SCHEMA)


def test_the_posterior_cannot_change():
    soft = SoftLabels([[1, 0]], None, SCHEMA)
    with pytest.raises(ValueError, match="read-only"):
        soft.posterior[0, 0] = 0


def test_no_items_are_soft_labels_too():
    soft = SoftLabels(np.empty((0, 2)), None, SCHEMA)
    assert soft.labels.tolist() == []
    assert soft.confidence.tolist() == []
    assert repr(soft) == "SoftLabels(0 items: no items; given)"


def test_reprs_are_readable_and_escaped():
    soft = SoftLabels([[1, 0], [0, 1]], ["<a>", "b"], SCHEMA, "model:X")
    assert repr(soft) == "SoftLabels(2 items: ham 50.0 %, spam 50.0 %; model:X)"
    assert "&lt;a&gt;" in soft._repr_html_()
