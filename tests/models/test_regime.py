"""Which kind of votes a matrix holds."""

import numpy as np
import pytest

from weaklabel import VoteMatrix
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._regime import looks_like_a_crowd
from weaklabel.testing import synthetic_votes


def by_class(votes):
    patterns = vote_patterns(votes)
    return (patterns.one_hot.T @ patterns.counts).reshape(votes.n_lfs, votes.n_classes)


@pytest.mark.parametrize(
    ("n_lfs", "one_class_share", "crowd"),
    [(20, 0.0, True), (20, 1.0, False), (8, 0.0, False), (40, 0.75, False), (40, 0.2, True)],
)
def test_many_columns_of_several_classes_are_a_crowd(n_lfs, one_class_share, crowd):
    votes, _ = synthetic_votes(300, n_lfs, one_class_share=one_class_share, coverage=0.3)
    assert looks_like_a_crowd(by_class(votes)) is crowd


def test_nothing_is_no_crowd():
    assert not looks_like_a_crowd(np.zeros((20, 2)))
    assert not looks_like_a_crowd(np.zeros((0, 2)))


def test_a_rare_slip_does_not_make_a_labeling_function_an_annotator():
    counts = np.tile([[99.0, 1.0]], (30, 1))
    assert not looks_like_a_crowd(counts)
    assert looks_like_a_crowd(np.tile([[95.0, 5.0]], (30, 1)))


@pytest.mark.shared
def test_published_matrices_are_told_apart(shared, monkeypatch):
    monkeypatch.syspath_prepend(str(shared / "bench"))
    import bench

    for kind, crowd in (("lf", False), ("crowd", True)):
        for name in bench.names(kind):
            codes, _, n_classes = bench.load(name)
            votes = VoteMatrix.from_array(codes, [str(y) for y in range(n_classes)])
            assert looks_like_a_crowd(by_class(votes)) is crowd, name
