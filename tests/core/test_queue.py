"""ReviewQueue: items, reasons, proposals."""

import numpy as np
import pytest

from weaklabel import LabelSchema, ReviewQueue
from weaklabel.errors import ItemsError, LabelsError

SCHEMA = LabelSchema(["ham", "spam"])


def queue(**changes):
    arguments = {
        "item_ids": ["a", "b"],
        "strata": ["margin", "random"],
        "scores": [0.9, 0.1],
        "reasons": [["undecided"], ["random check", "no votes"]],
        "posterior": [[0.4, 0.6], [0.5, 0.5]],
        "schema": SCHEMA,
    }
    return ReviewQueue(**(arguments | changes))


def test_the_most_probable_class_is_proposed_and_the_first_on_a_tie():
    assert queue().proposed.tolist() == [1, 0]


def test_to_pandas_says_everything():
    frame = queue().to_pandas()
    assert frame.loc["b"].to_dict() == {
        "stratum": "random",
        "score": 0.1,
        "proposed": "ham",
        "probability": 0.5,
        "reasons": "random check; no votes",
    }


def test_every_item_needs_a_reason():
    with pytest.raises(LabelsError, match=r"reasons\[0\] is empty, must say why the item is here"):
        queue(reasons=[[], ["x"]])


def test_lengths_must_fit():
    with pytest.raises(LabelsError, match="has 1 strata, 2 scores, 2 reasons and 2 posteriors"):
        queue(strata=["margin"])


def test_an_item_is_queued_once():
    with pytest.raises(ItemsError, match="1 duplicates"):
        queue(item_ids=["a", "a"])


def test_an_empty_queue_is_a_queue():
    empty = queue(item_ids=[], strata=[], scores=[], reasons=[], posterior=np.empty((0, 2)))
    assert repr(empty) == "ReviewQueue(0 items)"
    assert empty.proposed.tolist() == []


def test_reprs_are_readable_and_escaped():
    assert repr(queue()) == "ReviewQueue(2 items: 1 margin, 1 random)"
    assert "&lt;img&gt;" in queue(reasons=[["<img>"], ["x"]])._repr_html_()
