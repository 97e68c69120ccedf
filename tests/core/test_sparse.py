"""SparseCodes: compressed rows of votes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from weaklabel.core import SparseCodes

MATRICES = hnp.arrays(
    np.int8, st.tuples(st.integers(0, 6), st.integers(0, 5)), elements=st.integers(-1, 2)
)


def compress(codes):
    items, lfs = np.nonzero(codes >= 0)
    order = np.arange(len(items))[::-1]
    return SparseCodes.from_entries(
        items[order], lfs[order], codes[items, lfs][order], codes.shape, np.dtype(np.int8)
    )


@given(MATRICES)
def test_dense_is_the_inverse_of_compression_in_any_order(codes):
    np.testing.assert_array_equal(compress(codes).dense(), codes)


@given(MATRICES, st.data())
def test_take_gives_the_rows_asked_for(codes, data):
    rows = data.draw(st.lists(st.integers(0, max(len(codes) - 1, 0)), max_size=len(codes) and 8))
    index = np.array(rows, dtype=np.int64)
    np.testing.assert_array_equal(compress(codes).take(index).dense(), codes[index])


def test_abstains_are_not_stored():
    store = SparseCodes.from_entries([0, 0], [0, 1], [-1, 1], (1, 2), np.dtype(np.int8))
    assert store.codes.tolist() == [1]
    assert store.lfs.tolist() == [1]
