"""count_votes: counts of a folder and of what is no cluster; tests of engines count on each."""

import numpy as np
import pytest

from weaklabel.apply import apply_to_folder
from weaklabel.cluster import count_votes
from weaklabel.cluster._count_votes import _Counter
from weaklabel.cluster._packed_counts import unpack_counts
from weaklabel.core import LabelSchema
from weaklabel.errors import ItemsError, ParameterError, VotesError
from weaklabel.lf import keyword_lf
from weaklabel.models import PatternCounts

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
CLASSES = ["ham", "spam"]
LFS = [keyword_lf("win", "spam", name="win"), keyword_lf("nice", "ham", name="nice")]


def test_counts_of_a_folder_are_those_of_its_votes(tmp_path):
    items = [{"item_id": i, "text": ("win", "nice", "", "win")[i % 4]} for i in range(10)]
    folder = apply_to_folder(LFS, items, CLASSES, tmp_path, chunk_rows=3)
    counts, whole = count_votes(folder, CLASSES), PatternCounts.of(folder.votes())
    assert np.array_equal(counts.cells, whole.cells)
    assert np.array_equal(counts.counts, whole.counts)
    assert counts.n_uncovered == whole.n_uncovered == 2


def test_folder_must_have_the_classes(tmp_path):
    folder = apply_to_folder(LFS, [{"item_id": 1, "text": ""}], CLASSES, tmp_path)
    with pytest.raises(VotesError, match=r"are \['ham', 'spam'\], must be \['spam', 'ham'\]"):
        count_votes(folder, ["spam", "ham"])


@pytest.mark.parametrize("votes", [[1, 2], "folder", pa.table({"item_id": ["a"], "win": [1]})])
def test_votes_in_memory_are_told_where_to_go(votes):
    with pytest.raises(ParameterError, match=r"must be a frame of Spark, Dask or Ray, or a VoteF"):
        count_votes(votes, CLASSES)


def batch(**columns):
    return pa.RecordBatch.from_pydict({"item_id": [str(i) for i in range(2)], **columns})


def test_partition_of_many_batches_gives_one_row_and_one_without_gives_none():
    counter = _Counter(LabelSchema(CLASSES))
    (row,) = counter.map([batch(win=[1, -1]), batch(win=[1, 0])])
    assert row.num_rows == 1
    assert repr(unpack_counts(row.column("counts")[0].as_py())) == (
        "PatternCounts(4 items, 2 patterns of 1 labeling functions, 1 items without votes)"
    )
    assert list(counter.map([])) == []


def test_what_are_no_votes_is_answered():
    counter = _Counter(LabelSchema(CLASSES))
    with pytest.raises(VotesError, match="has the code 7"):
        list(counter.map([batch(win=[1, 7])]))
    with pytest.raises(ItemsError, match="votes have no column 'item_id', they have 'win'"):
        list(counter.map([pa.RecordBatch.from_pydict({"win": [1]})]))
