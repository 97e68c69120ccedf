"""apply_to_folder: parts that are written once, and a run that goes on where it was stopped."""

import os
import warnings

import numpy as np
import pytest

from weaklabel.apply import VoteFolder, apply, apply_to_folder
from weaklabel.errors import (
    DataWarning,
    FileFormatError,
    ItemsError,
    LabelingFunctionError,
    ParameterError,
    WriteError,
)
from weaklabel.lf import keyword_lf, labeling_function

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
CLASSES = ["ham", "spam"]
WIN = keyword_lf("win", "spam", name="win")


def items(n=10, start=0):
    texts = [("win", "no", "")[i % 3] for i in range(start, start + n)]
    return pa.table({"item_id": [f"i{i}" for i in range(start, start + n)], "text": texts})


def files(folder):
    return {p.name: (p.read_bytes(), os.stat(p).st_ino) for p in folder.glob("*.parquet")}


def test_votes_are_those_of_memory(tmp_path):
    written = apply_to_folder(WIN, items(), CLASSES, tmp_path, chunk_rows=3)
    memory = apply(WIN, items(), CLASSES)
    assert isinstance(written, VoteFolder)
    assert np.array_equal(written.votes().codes, memory.codes)
    assert written.votes().item_ids.tolist() == memory.item_ids.tolist()


def test_second_run_computes_nothing_and_touches_no_part(tmp_path):
    apply_to_folder(WIN, items(), CLASSES, tmp_path, chunk_rows=3)
    before = files(tmp_path)
    apply_to_folder(WIN, items(), CLASSES, tmp_path, chunk_rows=3)
    assert files(tmp_path) == before


def test_run_that_was_stopped_goes_on_and_gives_the_same_bytes(tmp_path):
    whole = apply_to_folder(WIN, items(), CLASSES, tmp_path / "whole", chunk_rows=3)
    stopped = apply_to_folder(WIN, items(), CLASSES, tmp_path / "stopped", chunk_rows=3)
    (stopped.path / "_votes.json").unlink()
    stopped.parts[2].unlink()
    stopped.parts[3].write_bytes(stopped.parts[3].read_bytes()[:50])  # torn by a power cut
    kept = files(stopped.path)
    with pytest.raises(FileFormatError, match="is no folder of votes that is finished"):
        VoteFolder(stopped.path)
    apply_to_folder(WIN, items(), CLASSES, stopped.path, chunk_rows=3)
    now = files(stopped.path)
    assert [now[n] == kept[n] for n in sorted(kept)] == [True, True, False]
    assert {n: c for n, (c, _) in now.items()} == {n: c for n, (c, _) in files(whole.path).items()}


def test_function_that_fails_leaves_the_finished_parts_and_no_manifest(tmp_path):
    @labeling_function
    def fails(item):
        if item.item_id == "i7":
            raise ValueError("seven")

    with pytest.raises(
        LabelingFunctionError, match="'fails' raised ValueError on item 'i7': seven"
    ):
        apply_to_folder(fails, items(), CLASSES, tmp_path, chunk_rows=3)
    assert sorted(files(tmp_path)) == ["part-000000.parquet", "part-000001.parquet"]
    with pytest.raises(FileFormatError, match="is no folder of votes that is finished"):
        VoteFolder(tmp_path)


def test_rows_at_the_end_compute_only_the_last_parts(tmp_path):
    apply_to_folder(WIN, items(10), CLASSES, tmp_path, chunk_rows=4)
    before = files(tmp_path)
    written = apply_to_folder(WIN, items(13), CLASSES, tmp_path, chunk_rows=4)
    now = files(tmp_path)
    assert [now[n] == before.get(n) for n in sorted(now)] == [True, True, False, False]
    assert np.array_equal(written.votes().codes, apply(WIN, items(13), CLASSES).codes)


def test_parts_of_a_longer_run_are_removed(tmp_path):
    apply_to_folder(WIN, items(10), CLASSES, tmp_path, chunk_rows=2)
    written = apply_to_folder(WIN, items(4), CLASSES, tmp_path, chunk_rows=2)
    assert sorted(files(tmp_path)) == [path.name for path in written.parts]
    assert written.votes().n_items == 4


@pytest.mark.parametrize(
    "change",
    [
        {"lfs": keyword_lf("no", "spam", name="win")},
        {"lfs": keyword_lf("win", "spam", name="renamed")},
        {"schema": ["spam", "ham"]},
        {"items": items(10).set_column(1, "text", [["x"] * 10])},
        {"items": items(10).set_column(0, "item_id", [[f"j{i}" for i in range(10)]])},
    ],
)
def test_whatever_decides_the_votes_is_computed_again(tmp_path, change):
    given = {"lfs": WIN, "items": items(), "schema": CLASSES}
    apply_to_folder(**given, folder=tmp_path, chunk_rows=5)
    before = files(tmp_path)
    now = apply_to_folder(**(given | change), folder=tmp_path, chunk_rows=5)
    assert not set(before.values()) & set(files(tmp_path).values())
    memory = apply(**(given | change))
    assert np.array_equal(now.votes().codes, memory.codes)
    assert now.lf_names == memory.lf_names


def test_parts_with_failures_are_tried_again_and_warned_of_again(tmp_path):
    @labeling_function
    def fails(item):
        return 1 / len(item.text) and "ham"

    for _ in range(2):
        with pytest.warns(DataWarning, match="'fails' on 3 of 10 items, first ZeroDivisionError"):
            apply_to_folder(fails, items(), CLASSES, tmp_path, on_error="abstain", chunk_rows=4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        apply_to_folder(WIN, items(), CLASSES, tmp_path, on_error="abstain", chunk_rows=4)


def test_id_that_occurs_in_two_parts_is_an_error_and_the_folder_is_not_finished(tmp_path):
    path = tmp_path / "items.parquet"
    pq.write_table(pa.concat_tables([items(5), items(1)]), path)
    with pytest.raises(ItemsError, match="item_id has 1 duplicates, for example 'i0' at positions"):
        apply_to_folder(WIN, path, CLASSES, tmp_path / "votes", chunk_rows=2)
    with pytest.raises(FileFormatError, match="is no folder of votes that is finished"):
        VoteFolder(tmp_path / "votes")


def test_ids_are_needed(tmp_path):
    with pytest.raises(ItemsError, match="items in files of votes have no ids, must have a column"):
        apply_to_folder(WIN, ["win"], CLASSES, tmp_path)


def test_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(WriteError, match=r"holds 'thesis\.txt', must be empty or hold votes"):
        apply_to_folder(WIN, items(), CLASSES, tmp_path)
    with pytest.raises(WriteError, match="is a file, must be a folder"):
        apply_to_folder(WIN, items(), CLASSES, tmp_path / "thesis.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_frame_on_a_cluster_writes_its_own_files(tmp_path):
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.connect.dataframe"})()
    with pytest.raises(ParameterError, match="on engine 'spark', where votes stay in its own"):
        apply_to_folder(WIN, frame, CLASSES, tmp_path)


def test_wrong_option_is_answered(tmp_path):
    with pytest.raises(ParameterError, match="chunk_rows is 0, must be an integer of at least 1"):
        apply_to_folder(WIN, items(), CLASSES, tmp_path, chunk_rows=0)
