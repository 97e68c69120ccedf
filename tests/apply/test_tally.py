"""Tally: sums over chunks."""

import numpy as np
import pyarrow as pa

from weaklabel.apply._columns import ColumnVotes
from weaklabel.apply._tally import Tally
from weaklabel.core import VoteMatrix
from weaklabel.lf import labeling_function, lookup_lf

CODES = np.array([0], dtype=np.int8)
VOTES = VoteMatrix.from_array([[0, 0, 0]], ["ham", "spam"], ["a", "b", "c"])


def test_seconds_failures_and_items_are_summed_over_chunks():
    tally = Tally(["a", "b", "c"])
    tally.add(0, ColumnVotes(CODES, 1.0, 0, ""), 10)
    tally.add(0, ColumnVotes(CODES, 0.5, 2, "second"), 10)
    tally.add(0, ColumnVotes(CODES, 0.5, 1, "third"), 5)
    tally.add(2, ColumnVotes(CODES, 1.0, 1, "other"), 10)
    tally.add_known(1, 0.25)
    tally.add_known(0, 0.25)
    for _ in range(2):
        tally.add_preprocessing({"tokens": 2.0})
    report = tally.report(VOTES)
    assert report.votes is VOTES
    assert dict(report.seconds) == {"a": 2.25, "b": 0.25, "c": 1.0}
    assert dict(report.failures) == {"a": 3, "b": 0, "c": 1}
    assert dict(report.first_failures) == {"a": "second", "c": "other"}
    assert dict(report.n_computed) == {"a": 25, "b": 0, "c": 10}
    assert report.recomputed == ("a", "c")
    assert dict(report.preprocessing_seconds) == {"tokens": 4.0}


def test_first_failures_come_in_the_order_of_the_functions():
    tally = Tally(["a", "b", "c"])
    for j in (2, 0):
        tally.add(j, ColumnVotes(CODES, 0.0, 1, f"cause {j}"), 1)
    assert list(tally.report(VOTES).first_failures) == ["a", "c"]


def test_the_report_says_how_each_ran_where_it_ran_first():
    row = labeling_function("a")(lambda item: None)
    whole = lookup_lf(["x"], "ham", "c")
    chunk = pa.table({"text": ["x"]})
    tally = Tally(["a", "b", "c"])
    tally.add_plan([row], chunk, {})
    tally.add_plan([row, whole], chunk, {"a": "in 2 worker processes"})
    for j in (2, 0):
        tally.add(j, ColumnVotes(CODES, 0.0, 0, ""), 1)
    assert list(tally.report(VOTES).how.items()) == [
        ("a", "row by row"),
        ("b", "from the cache"),
        ("c", "whole column, each distinct value looked up once"),
    ]
