import numpy as np
import pytest

from weaklabel.errors import ParameterError
from weaklabel.testing import synthetic_votes


def test_votes_and_gold_have_the_size_asked_for() -> None:
    votes, gold = synthetic_votes(30, 4, n_classes=3)
    assert (votes.n_items, votes.n_lfs, votes.n_classes, len(gold)) == (30, 4, 3, 30)


def test_accuracy_and_coverage_are_as_planted() -> None:
    votes, gold = synthetic_votes(20_000, 2, accuracy=[0.9, 0.6], coverage=[0.2, 1.0])
    voted = votes.codes >= 0
    right = votes.codes == gold[:, None]
    assert voted.mean(axis=0) == pytest.approx([0.2, 1.0], abs=0.01)
    assert right.sum(axis=0) / voted.sum(axis=0) == pytest.approx([0.9, 0.6], abs=0.01)


def test_class_prior_is_as_planted() -> None:
    _, gold = synthetic_votes(20_000, 1, class_prior=[0.9, 0.1])
    assert (gold == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_one_class_columns_have_planted_precision_and_coverage() -> None:
    votes, gold = synthetic_votes(
        40_000, 3, n_classes=3, accuracy=0.8, coverage=0.2, one_class_share=1.0
    )
    for j in range(3):
        voted = votes.column(j) >= 0
        assert set(votes.column(j)[voted].tolist()) == {j}
        assert voted.mean() == pytest.approx(0.2, abs=0.01)
        assert (gold[voted] == j).mean() == pytest.approx(0.8, abs=0.015)


def test_confusion_is_as_planted() -> None:
    confusion = np.array([[[0.7, 0.3], [0.1, 0.9]]])
    votes, gold = synthetic_votes(20_000, 1, confusion=confusion, coverage=1.0)
    given_yes = votes.column(0)[gold == 1]
    assert np.bincount(given_yes) / len(given_yes) == pytest.approx([0.1, 0.9], abs=0.01)


def test_same_seed_gives_the_same_votes_and_another_seed_others() -> None:
    first, again, other = (synthetic_votes(50, 3, seed=s)[0].codes for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_sparse_form_holds_the_same_votes() -> None:
    dense, _ = synthetic_votes(50, 3)
    sparse, _ = synthetic_votes(50, 3, sparse=True)
    assert sparse.is_sparse
    assert np.array_equal(sparse.codes, dense.codes)


def test_no_items_are_possible() -> None:
    votes, gold = synthetic_votes(0, 3)
    assert (votes.n_items, len(gold)) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"accuracy": 1.5}, "accuracy is 1.5, must be a number in [0, 1], or 3 of them"),
        ({"coverage": [0.5]}, "coverage is [0.5], must be a number in [0, 1], or 3 of them"),
        ({"class_prior": [1.0]}, "class_prior is [1.0], must be 2 positive numbers that sum to 1"),
        ({"n_classes": 1}, "n_classes is 1, must be an integer of at least 2"),
        ({"one_class_share": 2.0}, "one_class_share is 2.0, must be a number in [0, 1]"),
    ],
)
def test_wrong_argument_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        synthetic_votes(10, 3, **arguments)  # type: ignore[arg-type]  # the mistakes under test
    assert str(caught.value).startswith(message)
