"""Held-out probabilities beside votes: matched by id, refused where useless, brought to scale."""

import numpy as np
import pytest

from weaklabel.core import LabelSchema, SoftLabels, VoteMatrix
from weaklabel.core._numerics import log_normalize
from weaklabel.errors import ItemsError, LabelsError
from weaklabel.triage._held_out import matching_rows, rescaled

SCHEMA = LabelSchema(["ham", "spam"])
VOTES = VoteMatrix.from_array([[1], [0]], SCHEMA, item_ids=["a", "b"])
SOFT = SoftLabels([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], ["b", "a", "c"], SCHEMA, "model:Test")
HELD_OUT = SoftLabels([[0.3, 0.7], [0.6, 0.4]], ["a", "b"], SCHEMA, "refine:out-of-fold")


def test_rows_are_matched_by_id():
    posterior, proba = matching_rows(VOTES, SOFT, HELD_OUT)
    assert posterior.tolist() == [[0.2, 0.8], [0.9, 0.1]]
    assert proba.tolist() == [[0.3, 0.7], [0.6, 0.4]]


def test_an_item_that_is_missing_is_an_error():
    with pytest.raises(ItemsError, match="1 of 2 item ids are not among the soft labels"):
        matching_rows(VOTES, SOFT.take([0, 2]), HELD_OUT)
    with pytest.raises(ItemsError, match="1 of 2 item ids are not among the pred_probs"):
        matching_rows(VOTES, SOFT, HELD_OUT.take([0]))


def test_other_classes_are_an_error():
    other = SoftLabels([[0.3, 0.7]], ["a"], LabelSchema(["no", "yes"]))
    with pytest.raises(LabelsError, match=r"soft has classes \['no', 'yes'\], must have those of"):
        matching_rows(VOTES, other, HELD_OUT)
    with pytest.raises(LabelsError, match=r"pred_probs has classes \['no', 'yes'\], must have"):
        matching_rows(VOTES, SOFT, other)


def test_a_label_models_posterior_is_no_held_out_evidence():
    with pytest.raises(LabelsError, match=r"pred_probs comes from 'model:Test', must be out-of"):
        matching_rows(VOTES, SOFT, SOFT)


def test_a_timid_classifier_gets_the_scale_of_the_posterior():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (2000, 3))
    sure = log_normalize(logits)
    timid = log_normalize(logits / 3 + np.array([0.5, 0.0, -0.5]))
    assert np.abs(timid - sure).max() > 0.3
    assert np.abs(rescaled(timid, sure) - sure).max() < 0.02


def test_probabilities_that_contradict_stay_contrary():
    posterior = np.array([[0.9, 0.1]] * 50 + [[0.1, 0.9]] * 50)
    proba = posterior.copy()
    proba[3] = [0.2, 0.8]
    scaled = rescaled(proba, posterior)
    assert scaled[3].argmax() == 1
    assert (scaled[:3].argmax(axis=1) == 0).all()


def test_a_class_that_no_item_has_stays_finite():
    posterior, proba = np.array([[1.0, 0.0]] * 20), np.array([[0.6, 0.4]] * 19 + [[0.0, 1.0]])
    scaled = rescaled(proba, posterior)
    assert np.isfinite(scaled).all()
    assert scaled.sum(axis=1) == pytest.approx(np.ones(20))


def test_no_items_give_no_rows():
    assert rescaled(np.empty((0, 2)), np.empty((0, 2))).shape == (0, 2)
