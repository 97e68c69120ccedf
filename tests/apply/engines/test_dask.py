"""Votes on a Dask DataFrame: the same in any partitions, and in other processes."""

import numpy as np
import pytest

from weaklabel.apply import apply, collect_votes
from weaklabel.cluster import count_votes, predict_votes
from weaklabel.errors import DataWarning, ItemsError, LabelingFunctionError, ParameterError
from weaklabel.models import DawidSkene, PatternCounts

dask = pytest.importorskip("dask", reason="dask is not installed")
dd = pytest.importorskip("dask.dataframe", reason="dask[dataframe] is not installed")


@pytest.fixture(autouse=True)
def one_thread():
    """Compute here; the test of processes asks for them itself."""
    with dask.config.set(scheduler="synchronous"):
        yield


def frame_of(table, npartitions=3):
    return dd.from_pandas(table.to_pandas(), npartitions=npartitions)


def test_dask_in_dask_out_without_computing(lfs, table, classes):
    votes = apply(lfs, frame_of(table), classes, id_column="key")
    assert type(votes).__module__.startswith("dask.")
    assert list(votes.columns) == ["item_id", *(lf.name for lf in lfs)]
    assert {str(votes.dtypes[lf.name]) for lf in lfs} == {"int8"}


@pytest.mark.parametrize("seed", range(4))
def test_any_partitions_in_any_order_give_the_votes_of_memory(lfs, table, classes, expected, seed):
    random = np.random.default_rng(seed)
    shuffled = table.take(random.permutation(table.num_rows))
    frame = frame_of(shuffled, int(random.integers(1, 9)))
    votes = apply(lfs, frame, classes, id_column="key", chunk_rows=int(random.integers(1, 60)))
    collected = collect_votes(votes, classes)
    assert collected.item_ids.tolist() == expected.item_ids.tolist()
    assert collected.lf_names == expected.lf_names
    assert np.array_equal(collected.codes, expected.codes)
    assert collected.codes.dtype == expected.codes.dtype


def test_empty_partitions_are_no_trouble(lfs, table, classes, expected):
    frame = frame_of(table, 5)
    half = frame[frame["key"] < "k100"]  # the ids of some partitions are all behind it
    votes = collect_votes(apply(lfs, half, classes, id_column="key"), classes)
    assert np.array_equal(votes.codes, expected.codes[:100])
    none = frame[frame["key"] == "no such"]
    assert apply(lfs, none, classes, id_column="key").compute().shape == (0, 7)


@pytest.mark.heavy
def test_two_worker_processes_give_the_votes_of_memory(lfs, table, classes, expected):
    votes = apply(lfs, frame_of(table), classes, id_column="key")
    with dask.config.set(scheduler="processes", num_workers=2):
        collected = collect_votes(votes, classes)
        counts = count_votes(votes, classes)
    assert np.array_equal(collected.codes, expected.codes)
    assert counts.n_items == 200


def test_failures_travel_with_the_votes_and_are_told_when_they_are_collected(
    failing_lfs, table, classes
):
    votes = apply(failing_lfs, frame_of(table), classes, id_column="key", on_error="abstain")
    words = r"'fails_on_null' on 25 of 200 items, for example AttributeError on item 'k\d+'"
    with pytest.warns(DataWarning, match=words):
        collected = collect_votes(votes, classes)
    assert collected.lf_names == ("win", "fails_on_null")
    with pytest.warns(DataWarning, match=words):
        count_votes(votes, classes)


def test_failure_is_an_error_that_names_function_and_item(failing_lfs, table, classes):
    votes = apply(failing_lfs, frame_of(table), classes, id_column="key")
    with pytest.raises(
        LabelingFunctionError, match="'fails_on_null' raised AttributeError on item 'k"
    ):
        votes.compute()


def test_counts_are_those_of_memory_to_the_last_bit(lfs, table, classes, expected):
    votes = apply(lfs, frame_of(table, 4), classes, id_column="key")
    counts, whole = count_votes(votes, classes), PatternCounts.of(expected)
    for name in ("indptr", "cells", "counts", "gold"):
        assert np.array_equal(getattr(counts, name), getattr(whole, name))
    assert (counts.n_uncovered, counts.lf_names) == (whole.n_uncovered, whole.lf_names)


def test_model_fitted_on_counts_predicts_what_memory_predicts(lfs, table, classes, expected):
    votes = apply(lfs, frame_of(table, 4), classes, id_column="key")
    model = DawidSkene(tol=0.01).fit_counts(count_votes(votes, classes))
    found = predict_votes(model, votes).compute().sort_values("item_id")
    assert list(found.columns) == ["item_id", "p_ham", "p_spam"]
    proba = DawidSkene(tol=0.01).fit(expected).predict_proba(expected)
    assert np.array_equal(found[["p_ham", "p_spam"]].to_numpy(), proba)


def test_id_column_is_needed_and_says_why(lfs, table, classes):
    with pytest.raises(
        ItemsError,
        match="items in a Dask DataFrame have no ids, must have a column of distinct ids: equal "
        r"rows in different places cannot be told apart\. Name it with id_column=, one of 'key'",
    ):
        apply(lfs, frame_of(table), classes)
    with pytest.raises(ItemsError, match="id_column is 'uid', must be one of 'key', 'text'"):
        apply(lfs, frame_of(table), classes, id_column="uid")


def test_column_that_is_read_must_exist(lfs, table, classes):
    frame = frame_of(table.drop_columns(["likes"]))
    with pytest.raises(ItemsError, match="labeling function 'liked' reads column 'likes'"):
        apply(lfs, frame, classes, id_column="key")


def test_duplicate_ids_of_different_partitions_are_an_error_when_collected(lfs, table, classes):
    twice = dd.concat([frame_of(table, 1), frame_of(table.slice(5, 1), 1)])
    with pytest.raises(ItemsError, match="item_id of the votes has 1 duplicates, for example 'k"):
        collect_votes(apply(lfs, twice, classes, id_column="key"), classes)


def test_missing_id_is_an_error_that_names_the_column(lfs, table, classes):
    holed = table.set_column(0, "key", [[None, *table.column("key").to_pylist()[1:]]])
    votes = apply(lfs, frame_of(holed), classes, id_column="key")
    with pytest.raises(ItemsError, match=r"id column 'key'\[0\] is missing"):
        votes.compute()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"cache": "here"}, "cache is 'here', must be left out on a Dask DataFrame"),
        ({"n_jobs": 2}, "n_jobs is 2, must be left out .* give the frame more partitions"),
        ({"timeout_seconds": 1.0}, "timeout_seconds is 1.0, must be left out"),
    ],
)
def test_option_that_dask_decides_is_answered(lfs, table, classes, option, words):
    with pytest.raises(ParameterError, match=words):
        apply(lfs, frame_of(table), classes, id_column="key", **option)


def test_engine_memory_computes_the_frame(lfs, table, classes, expected):
    votes = apply(lfs, frame_of(table.sort_by("key")), classes, id_column="key", engine="memory")
    assert np.array_equal(votes.codes, expected.codes)
