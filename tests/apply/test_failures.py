"""Failures: counted or raised, with function, item and cause."""

import pytest

from weaklabel.apply._failures import Failures, call_each
from weaklabel.errors import LabelingFunctionError


def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


def test_items_after_a_failure_are_still_seen():
    failed = []
    answers = call_each(half, [2, 3, 5, 8], lambda i, error: failed.append((i, str(error))))
    assert answers == [1, None, None, 4]
    assert failed == [(1, "3 is odd"), (2, "5 is odd")]


def test_stop_iteration_is_a_failure_like_others():
    failed = []

    def stops(n):
        raise StopIteration

    assert call_each(stops, [1, 2], lambda i, error: failed.append(i)) == [None, None]
    assert failed == [0, 1]


def test_interrupt_goes_through():
    def interrupted(n):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_each(interrupted, [1], lambda i, error: None)


def test_fatal_failure_names_function_item_and_cause():
    failures = Failures("labeling function 'half'", ["a", "b"], is_fatal=True)
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling function 'half' raised ValueError on item 'b': 3 is odd$",
    ) as caught:
        call_each(half, [2, 3], failures.add)
    assert isinstance(caught.value.__cause__, ValueError)


def test_error_without_words_is_named_by_its_type():
    failures = Failures("f", ["a"], is_fatal=True)
    with pytest.raises(LabelingFunctionError, match=r"^f raised ValueError on item 'a'$"):
        failures.add(0, ValueError())


def test_counted_failures_keep_the_first_cause():
    failures = Failures("f", ["a", "b"], is_fatal=False)
    call_each(half, [3, 5], failures.add)
    assert failures.positions == {0, 1}
    assert failures.first == "ValueError on item 'a': 3 is odd"
