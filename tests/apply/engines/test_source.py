"""stream_of: every kind of items that comes to this process, as a stream."""

import pytest

from weaklabel.apply.engines import stream_of
from weaklabel.errors import ItemsError, ParameterError


def test_what_is_in_memory_is_a_stream():
    stream = stream_of(["a", "b"], "memory", None)
    assert (stream.column_names, stream.n_items) == (("text",), 2)


def test_files_are_a_stream(tmp_path):
    (tmp_path / "a.csv").write_text("item_id,text\n1,a\n2,b\n")
    stream = stream_of(str(tmp_path), "files", None)
    assert (stream.column_names, stream.n_items) == (("item_id", "text"), 2)


def test_a_cluster_is_none():
    with pytest.raises(ParameterError, match="items are on engine 'spark', where votes stay in"):
        stream_of(object(), "spark", None)


def test_items_that_are_none_are_answered():
    with pytest.raises(ItemsError, match="items is a int"):
        stream_of(7, "memory", None)
