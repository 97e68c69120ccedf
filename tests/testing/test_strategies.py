import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis.errors import NoSuchExample

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.testing import label_schemas, soft_labels, soft_votes, vote_matrices


@settings(max_examples=30, deadline=None)
@given(schema=label_schemas(max_classes=3))
def test_schemas_have_as_many_classes_as_asked_for(schema: LabelSchema) -> None:
    assert 2 <= schema.n_classes <= 3


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices(min_items=1, max_items=4, max_lfs=2, max_classes=3))
def test_matrices_stay_within_the_sizes_asked_for(votes: VoteMatrix) -> None:
    assert 1 <= votes.n_items <= 4
    assert 1 <= votes.n_lfs <= 2
    assert 2 <= votes.n_classes <= 3


@settings(max_examples=30, deadline=None)
@given(labels=soft_labels())
def test_soft_labels_are_distributions(labels: SoftLabels) -> None:
    assert np.allclose(labels.posterior.sum(axis=1), 1.0)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda v: v.n_items == 0,
        lambda v: v.n_lfs == 1,
        lambda v: v.n_items > 1 and not v.covered.any(),
        lambda v: v.n_lfs > 1 and v.covered.any() and (v.codes < 0).all(axis=0).any(),
        lambda v: v.n_lfs > 2 and v.n_items > 1 and (v.codes == 1).all(),
        lambda v: v.n_lfs == 2 and v.n_items > 1 and (np.sort(v.codes, axis=1) == [0, 1]).all(),
        lambda v: v.is_sparse,
        lambda v: not v.is_sparse,
    ],
    ids=["none", "one LF", "silence", "silent LF", "unanimous", "tied", "sparse", "dense"],
)
def test_odd_case_is_among_the_matrices(wanted) -> None:
    try:
        find(vote_matrices(), wanted, settings=settings(max_examples=3000, deadline=None))
    except NoSuchExample:
        pytest.fail("the strategy never draws it")


@settings(max_examples=50, deadline=None)
@given(votes=soft_votes(min_items=1, max_items=4, max_lfs=2, max_classes=3))
def test_soft_votes_stay_within_the_sizes_asked_for(votes: SoftVotes) -> None:
    assert 1 <= votes.n_items <= 4
    assert 1 <= votes.n_lfs <= 2
    assert 2 <= votes.n_classes <= 3


@pytest.mark.parametrize(
    "wanted",
    [
        lambda v: v.n_items == 0,
        lambda v: v.n_items > 1 and not v.covered.any(),
        lambda v: bool((v.proba == 1.0).any()) and bool((v.proba.max(axis=1) < 0.9).any()),
        lambda v: bool((v.proba == v.proba[0, 0]).all()) if v.n_votes > 1 else False,
    ],
    ids=["none", "silence", "certain and not", "uniform"],
)
def test_odd_case_is_among_the_soft_votes(wanted) -> None:
    try:
        find(soft_votes(), wanted, settings=settings(max_examples=3000, deadline=None))
    except NoSuchExample:
        pytest.fail("the strategy never draws it")
