"""Votes on files: CSV, JSONL and Parquet, alone, in patterns and in folders."""

import json
from itertools import pairwise

import numpy as np
import pytest

from weaklabel.apply import VoteCache, apply, apply_with_report
from weaklabel.errors import DataWarning, FileFormatError, ItemsError, ParameterError
from weaklabel.exchange import read_items

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")


@pytest.fixture
def ordered(table):
    return table.sort_by("key")


def write_parquet(table, folder, cuts=(0, 70, 71, 200), row_group_size=16):
    for i, (start, stop) in enumerate(pairwise(cuts)):
        path = folder / f"part-{i}.parquet"
        pq.write_table(table.slice(start, stop - start), path, row_group_size=row_group_size)


def write_jsonl(table, path):
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist()),
        encoding="utf-8",
    )


@pytest.mark.parametrize("chunk_rows", [1, 16, 99, 65_536])
def test_parquet_gives_the_votes_of_memory_whatever_row_groups_and_chunks(
    tmp_path, lfs, ordered, classes, expected, chunk_rows
):
    write_parquet(ordered, tmp_path)
    for files in (tmp_path, f"{tmp_path}/*.parquet", sorted(tmp_path.iterdir())):
        votes = apply(lfs, files, classes, id_column="key", chunk_rows=chunk_rows)
        assert votes.item_ids.tolist() == expected.item_ids.tolist()
        assert np.array_equal(votes.codes, expected.codes)


def test_jsonl_and_csv_give_the_votes_of_the_items_that_are_read(tmp_path, lfs, ordered, classes):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    write_jsonl(ordered, tmp_path / "items.jsonl")
    pandas.DataFrame(ordered.to_pydict()).to_csv(tmp_path / "items.csv", index=False)
    for name in ("items.jsonl", "items.csv"):
        items = read_items(tmp_path / name, id_column="key")
        votes = apply(lfs, tmp_path / name, classes, id_column="key", chunk_rows=33)
        assert np.array_equal(votes.codes, apply(lfs, items, classes).codes)
        assert votes.item_ids.tolist() == items.item_ids.tolist()


def test_without_ids_they_are_the_content_ids_of_the_whole(tmp_path, lfs, classes):
    path = tmp_path / "items.csv"
    path.write_text("text,likes\n" + "win,1\nno,2\nwin,1\nwin,1.5\n" * 3)
    votes = apply(lfs[:2], path, classes, chunk_rows=2)
    assert votes.item_ids.tolist() == read_items(path).item_ids.tolist()


def test_leading_zeros_of_ids_stay(tmp_path, lfs, classes):
    (tmp_path / "a.csv").write_text("key,text\n007,win\n8,no\n")
    votes = apply(lfs[0], tmp_path / "a.csv", classes, id_column="key")
    assert votes.item_ids.tolist() == ["007", "8"]


def test_type_of_a_column_is_found_over_all_chunks_and_files(tmp_path, classes):
    from weaklabel.lf import labeling_function

    seen = []

    @labeling_function
    def sees(item):
        seen.append(item.n)

    (tmp_path / "a.csv").write_text("item_id,n\na,1\nb,2\n")
    (tmp_path / "b.csv").write_text("item_id,n\nc,x\n")
    apply(sees, tmp_path, classes, chunk_rows=1)
    assert seen == ["1", "2", "x"]


def test_cache_knows_the_chunks_again(tmp_path, lfs, ordered, classes, expected):
    write_parquet(ordered, tmp_path)
    again = {"id_column": "key", "cache": VoteCache(tmp_path / "cache"), "chunk_rows": 50}
    first = apply_with_report(lfs, f"{tmp_path}/*.parquet", classes, **again)
    second = apply_with_report(lfs, f"{tmp_path}/*.parquet", classes, **again)
    assert first.recomputed == expected.lf_names
    assert second.recomputed == ()
    assert np.array_equal(second.votes.codes, expected.codes)


def test_failures_are_in_the_report_and_in_a_warning(tmp_path, failing_lfs, ordered, classes):
    write_parquet(ordered, tmp_path)
    with pytest.warns(DataWarning, match="'fails_on_null' on 25 of 200 items, first Attr"):
        report = apply_with_report(
            failing_lfs, tmp_path, classes, id_column="key", on_error="abstain", chunk_rows=20
        )
    assert dict(report.failures) == {"win": 0, "fails_on_null": 25}


def test_warning_points_at_the_line_of_the_user(tmp_path, failing_lfs, ordered, classes):
    write_parquet(ordered, tmp_path)
    options = {"id_column": "key", "on_error": "abstain"}
    for function in (apply, apply_with_report):
        for items in (tmp_path, ordered):
            with pytest.warns(DataWarning) as caught:
                function(failing_lfs, items, classes, **options)
            assert caught[0].filename == __file__


def test_id_that_occurs_in_two_chunks_is_an_error(tmp_path, lfs, ordered, classes):
    write_parquet(pa.concat_tables([ordered, ordered.slice(3, 1)]), tmp_path, cuts=(0, 100, 201))
    with pytest.raises(ItemsError, match="1 duplicates, for example 'k003' at positions 3 and 200"):
        apply(lfs, tmp_path, classes, id_column="key", chunk_rows=64)


@pytest.mark.parametrize(
    ("files", "error", "words"),
    [
        ("no/such.csv", ItemsError, "no/such.csv does not exist. Check the path"),
        ("win a free phone", ItemsError, "win a free phone does not exist. Check the path"),
        ("nothing/*.csv", ItemsError, r"No file matches 'nothing/\*.csv'"),
    ],
)
def test_files_that_are_not_there_are_answered(lfs, classes, files, error, words):
    with pytest.raises(error, match=words):
        apply(lfs[0], files, classes)


def test_folder_without_tables_and_damaged_files_are_answered(tmp_path, lfs, classes):
    with pytest.raises(
        ItemsError, match=r"has no table file in it, must have at least one of \.csv"
    ):
        apply(lfs[0], tmp_path, classes)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(FileFormatError, match=r"a\.parquet cannot be read, it is damaged or no"):
        apply(lfs[0], tmp_path, classes)
    (tmp_path / "a.parquet").rename(tmp_path / "a.txt")
    with pytest.raises(FileFormatError, match=r"has the suffix '.txt', must be one of .csv"):
        apply(lfs[0], tmp_path / "a.txt", classes)


def test_column_that_is_read_must_exist(tmp_path, lfs, ordered, classes):
    write_parquet(ordered.drop_columns(["likes"]), tmp_path)
    with pytest.raises(ItemsError, match="labeling function 'liked' reads column 'likes'"):
        apply(lfs, tmp_path, classes, id_column="key")
    with pytest.raises(
        ItemsError, match="lacks the id column 'uid'; its columns are 'key', 'text'"
    ):
        apply(lfs[0], tmp_path, classes, id_column="uid")


def test_engine_that_does_not_fit_is_answered(lfs, classes):
    with pytest.raises(ParameterError, match="engine is 'spark', which takes a Spark DataFrame"):
        apply(lfs, "a.csv", classes, engine="spark")
