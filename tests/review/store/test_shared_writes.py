"""Appends that several threads share: all stored, each told its own result."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError, WriteError
from weaklabel.review.store._shared_writes import SharedWrites

AT = "2026-05-04T10:15:00+00:00"


def decision(item_id):
    return Decision(item_id, "ham", "ann", AT)


class Disk:
    """Counts what is written; the first write waits until it is let go."""

    def __init__(self):
        self.transactions = []
        self.begun, self.go = threading.Event(), threading.Event()

    def write(self, batches):
        self.begun.set()
        assert self.go.wait(30)
        ids = [d.item_id for batch in batches for d in batch]
        if "bad" in ids:
            raise DecisionsError(f"a key of {ids} is that of another")
        if "full" in ids:
            raise WriteError("the disk is full")
        self.transactions.append(ids)
        return [len(batch) for batch in batches]


def together(disk, shared, *groups):
    """Append the first group, and the others while it is written; return results or errors."""

    def append(ids):
        try:
            return shared.append(tuple(map(decision, ids)), disk.write)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(groups)) as pool:
        first = pool.submit(append, groups[0])
        assert disk.begun.wait(30)
        others = []
        for n, group in enumerate(groups[1:], start=1):
            others.append(pool.submit(append, group))
            while len(shared._waiting) < n:  # until it waits
                pass
        disk.go.set()
        return [future.result(30) for future in (first, *others)]


def test_those_who_wait_are_written_in_one_transaction_in_their_order():
    disk, shared = Disk(), SharedWrites()
    assert together(disk, shared, ["a"], ["b", "c"], ["d"], ["e"]) == [1, 2, 1, 1]
    assert disk.transactions == [["a"], ["b", "c", "d", "e"]]


def test_a_refused_append_harms_no_other():
    disk, shared = Disk(), SharedWrites()
    found = together(disk, shared, ["a"], ["b"], ["bad"], ["c"])
    assert [found[0], found[1], found[3]] == [1, 1, 1]
    assert isinstance(found[2], DecisionsError)
    assert "['bad']" in str(found[2])
    assert disk.transactions == [["a"], ["b"], ["c"]]


def test_all_in_a_transaction_hear_that_it_failed_each_by_an_error_of_its_own():
    disk, shared = Disk(), SharedWrites()
    first, *others = together(disk, shared, ["a"], ["b"], ["full"])
    assert first == 1
    assert [str(error) for error in others] == ["the disk is full"] * 2
    assert all(isinstance(error, WriteError) for error in others)
    assert others[0] is not others[1]


def test_after_a_failure_the_next_append_is_tried_again():
    disk, shared = Disk(), SharedWrites()
    disk.go.set()
    with pytest.raises(WriteError):
        shared.append((decision("full"),), disk.write)
    assert shared.append((decision("a"),), disk.write) == 1


def test_who_is_interrupted_leaves_the_others_theirs():
    disk, shared = Disk(), SharedWrites()
    disk.go.set()

    def interrupted(batches):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared.append((decision("a"),), interrupted)
    assert shared.append((decision("b"),), disk.write) == 1
    assert disk.transactions == [["b"]]
