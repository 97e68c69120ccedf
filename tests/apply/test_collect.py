"""collect_votes: votes in a frame, in any order of rows, as a VoteMatrix."""

import numpy as np
import pytest

from weaklabel.apply import collect_votes
from weaklabel.apply._batch import FAILURES, pack_failures
from weaklabel.core import LabelSchema
from weaklabel.errors import DataWarning, ItemsError, VotesError

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
CLASSES = ["ham", "spam"]


def votes(ids=("b", "a", "c"), **columns):
    given = columns or {"link": [1, -1, 0], "praise": [-1, 0, -1]}
    return pa.table({"item_id": list(ids), **given})


def test_rows_come_ordered_by_item_id():
    collected = collect_votes(votes(), LabelSchema(CLASSES))
    assert collected.item_ids.tolist() == ["a", "b", "c"]
    assert collected.codes.tolist() == [[-1, 0], [1, -1], [0, -1]]
    assert collected.lf_names == ("link", "praise")
    assert collected.codes.dtype == np.int8


def test_items_that_are_wanted_come_in_their_order():
    collected = collect_votes(votes(), CLASSES, item_ids=["c", "a"])
    assert collected.item_ids.tolist() == ["c", "a"]
    assert collected.codes.tolist() == [[0, -1], [-1, 0]]


def test_numbers_are_ids_and_wider_integers_are_codes():
    table = votes(ids=[10, 9, 8], link=pa.array([1, 0, -1], pa.int64()))
    collected = collect_votes(table, CLASSES, item_ids=[8, 9, 10])
    assert collected.codes.tolist() == [[-1], [0], [1]]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames_are_taken(library):
    frames = pytest.importorskip(library, reason=f"{library} is not installed")
    frame = frames.DataFrame(votes().to_pydict())
    assert collect_votes(frame, CLASSES).codes.tolist() == [[-1, 0], [1, -1], [0, -1]]


def test_failures_are_told():
    packed = [None, pack_failures({"link": (2, "ValueError on item 'a'")}), None]
    table = votes().append_column(FAILURES, pa.array(packed, pa.string()))
    with pytest.warns(DataWarning, match="'link' on 2 of 3 items, for example ValueError on item"):
        assert collect_votes(table, CLASSES).lf_names == ("link", "praise")


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (votes(ids=["a", "b", "a"]), ItemsError, "1 duplicates, for example 'a'"),
        (votes(ids=["a", None, "b"]), ItemsError, "missing"),
        (votes().drop_columns("item_id"), ItemsError, "id_column is 'item_id', must be one of"),
        (votes().select(["item_id"]), VotesError, "votes have only the column 'item_id'"),
        (votes(text=["x", "y", "z"]), VotesError, "column 'text' of the votes holds string, must"),
        (votes(link=[1, None, 0]), VotesError, "column 'link' of the votes has 1 missing values"),
        (
            votes(link=[1, 2, 0]),
            VotesError,
            r"'link' of the votes has the code 2, must be in \[-1, 2\)",
        ),
        (votes(link=[1, -2, 0]), VotesError, "has the code -2"),
        (votes().slice(0, 0), ItemsError, "is empty, must have at least one row"),
    ],
)
def test_what_are_no_votes_is_answered(table, error, words):
    with pytest.raises(error, match=words):
        collect_votes(table, CLASSES)


def test_item_that_is_wanted_must_have_votes():
    with pytest.raises(ItemsError, match="1 of 2 item ids are not among the votes, for example"):
        collect_votes(votes(), CLASSES, item_ids=["a", "nobody"])
