"""What gold says: accuracy, and the yield of a review set."""

import numpy as np

from weaklabel import LabelSchema, ReviewQueue, SoftLabels
from weaklabel.project import label_accuracy, queue_yield

SCHEMA = LabelSchema(["ham", "spam"])
SOFT = SoftLabels([[1, 0], [0, 1], [0.5, 0.5], [0, 1]], ["a", "b", "c", "d"], SCHEMA)
GOLD = np.array([0, 0, 1, -1], np.int8)


def test_an_undecided_label_is_wrong_and_unknown_gold_does_not_count():
    assert label_accuracy(SOFT, GOLD) == 1 / 3
    assert label_accuracy(SOFT, GOLD, np.array([True, False, False, False])) == 1.0


def test_nothing_to_measure_is_none():
    assert label_accuracy(SOFT, np.full(4, -1, np.int8)) is None


def test_the_yield_is_set_against_chance():
    queue = ReviewQueue(
        ["b", "a", "d"], ["margin", "random", "random"], [1, 0, 0], [["x"]] * 3,
        [[0, 1], [1, 0], [0, 1]], SCHEMA,
    )  # fmt: skip
    assert queue_yield(queue, SOFT, GOLD) == {
        "reviewed": 2,
        "wrong": 1,
        "chance": 1.33,
        "by_stratum": {"margin": [1, 1], "random": [1, 0]},
    }
