"""Votes on a DuckDB relation, fetched in batches."""

import numpy as np
import pytest

from weaklabel.apply import apply, apply_to_folder, apply_with_report
from weaklabel.apply.engines._duckdb import stream_of_relation
from weaklabel.core import as_items
from weaklabel.errors import ItemsError, ParameterError

duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def test_votes_are_those_of_memory_whatever_the_batches(connection, lfs, table, classes, expected):
    connection.register("items", table)
    for chunk_rows in (1, 7, 65_536):
        relation = connection.sql("select * from items order by key")
        votes = apply(lfs, relation, classes, id_column="key", chunk_rows=chunk_rows)
        assert votes.item_ids.tolist() == expected.item_ids.tolist()
        assert np.array_equal(votes.codes, expected.codes)


def test_report_has_seconds_and_failures(connection, lfs, table, classes):
    connection.register("items", table)
    report = apply_with_report(lfs, connection.table("items"), classes, id_column="key")
    assert set(report.seconds) == {lf.name for lf in lfs}
    assert sum(report.failures.values()) == 0


def test_only_columns_that_are_read_are_asked_of_the_query(connection, lfs, table, classes):
    connection.register("items", table)
    # DuckDB computes `bad` only if somebody wants it.
    relation = connection.sql("select *, error('bad was computed') as bad from items")
    assert apply(lfs[:2], relation, classes, id_column="key").n_items == 200
    with pytest.raises(Exception, match="bad was computed"):
        apply(lfs, relation, classes, id_column="key")  # a row function may read any column


def test_names_of_columns_are_quoted(connection, classes, lfs):
    query = 'select 7 as "the ""id""", name as text from names'
    connection.execute("create table names as select 'win' as name")
    relation = connection.sql(query)
    assert apply(lfs[0], relation, classes, id_column='the "id"').codes.tolist() == [[1]]


def test_without_ids_items_have_the_content_ids_of_memory(connection, table, classes, lfs):
    twice = table.drop_columns(["key", "unused column"])  # so that many rows are equal
    connection.register("items", twice)
    votes = apply(lfs, connection.sql("select * from items"), classes, chunk_rows=9)
    assert sorted(votes.item_ids.tolist()) == sorted(as_items(twice).item_ids.tolist())


def test_empty_relation_is_an_error(connection, lfs, classes):
    relation = connection.sql("select 'a' as item_id, 'b' as text where false")
    with pytest.raises(ItemsError, match="items is empty, must have at least one row"):
        apply(lfs[0], relation, classes)


def test_two_columns_of_one_name_are_an_error(connection):
    class Twice:
        columns = ("text", "text")

    with pytest.raises(ItemsError, match="items has two columns 'text'"):
        stream_of_relation(Twice())


def test_something_else_of_duckdb_is_answered(connection, lfs, classes):
    with pytest.raises(ItemsError, match=r"must be a DuckDB relation\. Give the relation that con"):
        apply(lfs[0], connection, classes)


def test_another_engine_does_not_take_it(connection, lfs, classes):
    with pytest.raises(ParameterError, match="engine is 'files', which takes a path"):
        apply(lfs[0], connection.sql("select 'a' as text"), classes, engine="files")


def test_votes_go_to_a_folder(connection, lfs, table, classes, expected, tmp_path):
    connection.register("items", table)
    relation = connection.sql("select * from items order by key")
    written = apply_to_folder(lfs, relation, classes, tmp_path, id_column="key", chunk_rows=64)
    assert np.array_equal(written.votes().codes, expected.codes)
    assert connection.read_parquet(f"{tmp_path}/*.parquet").shape == (200, 1 + len(lfs))
