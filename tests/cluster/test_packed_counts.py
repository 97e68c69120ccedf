"""Pattern counts as bytes, and back; what is foreign is refused."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from weaklabel.cluster._packed_counts import pack_counts, unpack_counts
from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import FileFormatError
from weaklabel.models import PatternCounts

CODES = [[1, -1, 0], [1, -1, 0], [-1, -1, -1], [0, 0, 0]]
NAMES = ("indptr", "cells", "counts", "gold", "weights")


def votes():
    return VoteMatrix.from_array(CODES, ["ham", "späm"], ["a", "b", "c"])


def assert_same(one, other):
    for name in NAMES:
        first, second = getattr(one, name), getattr(other, name)
        assert np.array_equal(first, second)
        assert first is None or first.dtype == second.dtype
    assert (one.n_uncovered, one.lf_names, one.schema) == (
        other.n_uncovered,
        other.lf_names,
        other.schema,
    )


@pytest.mark.parametrize("gold", [None, ["ham", None, "späm", "späm"]])
def test_counts_come_back_to_the_last_bit(gold):
    counts = PatternCounts.of(votes(), gold)
    assert_same(unpack_counts(pack_counts(counts)), counts)


def test_counts_of_soft_votes_keep_their_weights():
    soft = SoftVotes.from_array(np.array([[[0.3, 0.7]], [[0.5, 0.5]]]), ["ham", "spam"])
    counts = PatternCounts.of(soft)
    assert counts.weights is not None
    assert_same(unpack_counts(pack_counts(counts)), counts)


def test_counts_of_nothing_come_back():
    counts = PatternCounts.of(votes().take([2]))
    assert_same(unpack_counts(pack_counts(counts)), counts)


def archive(**members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name, content in members.items():
            out.writestr(f"{name}.npy", content)
    return target.getvalue()


def array_bytes(array, **options):
    target = io.BytesIO()
    np.save(target, array, **options)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        pickle.dumps([1]),
        archive(header=b"torn"),
        archive(header=array_bytes(np.array([{"a": 1}], dtype=object))),
        archive(header=array_bytes(np.frombuffer(b'{"kind": "other"}', np.uint8))),
    ],
)
def test_what_is_foreign_is_refused(content):
    with pytest.raises(FileFormatError, match="these are no pattern counts, or they are damaged"):
        unpack_counts(content)


def test_bytes_that_are_cut_off_are_refused():
    content = pack_counts(PatternCounts.of(votes()))
    with pytest.raises(FileFormatError, match="or they are damaged"):
        unpack_counts(content[: len(content) // 2])
