"""Splits are even in every class, share no group, and do not depend on the order of rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import IntArray, StringArray
from weaklabel.dataset import grouped_split
from weaklabel.errors import ParameterError

THREE = {"train": 0.8, "valid": 0.1, "test": 0.1}
SOON = settings(max_examples=50, deadline=None)


def keys(n: int) -> StringArray:
    return np.array([f"id-{i}" for i in range(n)], dtype=np.dtypes.StringDType())


@st.composite
def tasks(draw: st.DrawFn) -> tuple[IntArray, IntArray]:
    n = draw(st.integers(0, 40))
    cell = st.lists(st.integers(-1, 3), min_size=n, max_size=n)
    group = st.lists(st.integers(0, 12), min_size=n, max_size=n)
    return np.array(draw(cell), dtype=np.int64), np.array(draw(group), dtype=np.int64)


@given(task=tasks(), seed=st.integers(0, 5))
@SOON
def test_no_group_is_in_two_splits_and_only_unlabeled_items_are_in_none(
    task: tuple[IntArray, IntArray], seed: int
) -> None:
    labels, groups = task
    parts = grouped_split(labels, groups, keys(len(labels)), THREE, seed=seed)
    assert ((parts >= 0) == (labels >= 0)).all()
    for group in set(groups.tolist()):
        assert len(set(parts[(groups == group) & (labels >= 0)].tolist())) <= 1


@given(task=tasks(), seed=st.integers(0, 99))
@SOON
def test_order_of_rows_numbers_of_groups_and_order_of_splits_make_no_difference(
    task: tuple[IntArray, IntArray], seed: int
) -> None:
    labels, groups = task
    ids = keys(len(labels))
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    parts = grouped_split(labels, groups, ids, THREE)
    back = dict(reversed(THREE.items()))
    other = grouped_split(labels[shuffled], 100 - groups[shuffled], ids[shuffled], back)
    named = [[*THREE, ""][p] for p in parts[shuffled]]
    assert named == [[*back, ""][p] for p in other]


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5), seed=st.integers(0, 5))
@SOON
def test_without_groups_every_class_gets_its_shares(sizes: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    n = len(labels)
    parts = grouped_split(labels, np.arange(n), keys(n), THREE, seed=seed)
    shares = np.array(list(THREE.values()))
    for y, size in enumerate(sizes):
        found = np.bincount(parts[labels == y], minlength=3)
        assert (np.abs(found - shares * size) < 2).all()
    assert (np.abs(np.bincount(parts, minlength=3) - shares * n) < 3).all()


def test_many_rare_classes_do_not_all_end_in_train() -> None:
    parts = grouped_split(np.arange(20), np.arange(20), keys(20), THREE)
    assert np.bincount(parts).tolist() == [16, 2, 2]


def test_groups_of_many_sizes_come_near_the_shares() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 300, 1000)
    labels = rng.choice(3, 1000, p=[0.7, 0.2, 0.1])
    parts = grouped_split(labels, groups, keys(1000), THREE)
    for y in range(3):
        share = np.bincount(parts[labels == y], minlength=3) / (labels == y).sum()
        np.testing.assert_allclose(share, list(THREE.values()), atol=0.02)


def test_the_seed_decides_and_nothing_else() -> None:
    labels, ids = np.zeros(50, dtype=int), keys(50)
    first, again, other = (
        grouped_split(labels, np.arange(50), ids, THREE, seed=seed).tolist() for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_a_group_larger_than_a_split_goes_where_there_is_room() -> None:
    groups = np.array([0] * 9 + list(range(1, 12)))
    parts = grouped_split(np.zeros(20, dtype=int), groups, keys(20), THREE)
    assert set(parts[:9].tolist()) == {0}
    assert np.bincount(parts).tolist() == [16, 2, 2]


def test_a_split_without_a_share_stays_empty() -> None:
    parts = grouped_split([0, 1, 0], [0, 1, 2], keys(3), {"train": 1.0, "test": 0.0})
    assert parts.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ({}, "splits is {}, must be one split or more. For example"),
        ({"train": 0.8, "test": 0.1}, "sum of splits is 0.9, must be 1"),
        ({"train": 1.5, "test": -0.5}, r"splits\['train'\] is 1.5, must be a number in \[0, 1\]"),
        ({"../x": 1.0}, "name of a split is '../x', must be a word of letters"),
        ({"unlabeled": 1.0}, "must be a word of letters, digits, - and _ other than 'unlabeled'"),
    ],
)
def test_what_is_no_partition_is_refused(splits: dict[str, float], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        grouped_split([0], [0], keys(1), splits)
