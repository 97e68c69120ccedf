"""Every noun comes back from its file as it was; every other file is refused in words."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weaklabel.core import (
    Decision,
    DecisionLog,
    Items,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    SoftVotes,
    VoteMatrix,
    as_items,
)
from weaklabel.errors import FileFormatError, WriteError
from weaklabel.io import columns_beside, free_name, load, save

AT = "2026-05-04T10:15:00+00:00"
NAME = st.one_of(
    st.sampled_from(["item_id", "item_id_", "lfs", "codes", "p_a", "a.b", "ünï", "=1"]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=5).filter(str.strip),
)
CLASSES = st.lists(NAME.filter(str.strip), min_size=2, max_size=4, unique=True)
SOON = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ids(n: int) -> st.SearchStrategy[list[str]]:
    return st.lists(NAME, min_size=n, max_size=n, unique=True)


@st.composite
def vote_matrices(draw: st.DrawFn) -> VoteMatrix:
    n_items, n_lfs = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    classes = draw(CLASSES)
    cell = st.integers(-1, len(classes) - 1)
    rows = draw(
        st.lists(st.lists(cell, min_size=n_lfs, max_size=n_lfs), min_size=n_items, max_size=n_items)
    )
    codes = np.array(rows, dtype=np.int64).reshape(n_items, n_lfs)
    names = draw(st.lists(NAME, min_size=n_lfs, max_size=n_lfs, unique=True))
    votes = VoteMatrix.from_array(codes, classes, names, draw(ids(n_items)))
    if draw(st.booleans()):
        return VoteMatrix.from_entries(
            *votes.entries, codes.shape, votes.schema, names, votes.item_ids
        )
    return votes


@st.composite
def soft_labels(draw: st.DrawFn) -> SoftLabels:
    schema = LabelSchema(draw(CLASSES))
    n = draw(st.integers(0, 4))
    seed = draw(st.integers(0, 99))
    posterior = np.random.default_rng(seed).dirichlet(np.ones(schema.n_classes), size=n)
    return SoftLabels(posterior, draw(ids(n)), schema, draw(NAME))


@given(votes=vote_matrices())
@SOON
def test_votes_round_trip(tmp_path: Path, votes: VoteMatrix) -> None:
    save(votes, tmp_path / "votes.parquet")
    back = load(tmp_path / "votes.parquet", VoteMatrix)
    assert back.item_ids.tolist() == votes.item_ids.tolist()
    assert back.lf_names == votes.lf_names
    assert back.schema == votes.schema
    assert back.is_sparse == votes.is_sparse
    assert back.codes.dtype == votes.codes.dtype
    np.testing.assert_array_equal(back.codes, votes.codes)


@st.composite
def soft_votes(draw: st.DrawFn) -> SoftVotes:
    schema = LabelSchema(draw(CLASSES))
    n_items, n_lfs = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    names = draw(st.lists(NAME, min_size=n_lfs, max_size=n_lfs, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    proba = rng.dirichlet(np.full(schema.n_classes, 0.3), size=(n_items, n_lfs))
    proba[rng.random((n_items, n_lfs)) < 0.4] = np.nan
    return SoftVotes.from_array(proba, schema, names, draw(ids(n_items)))


@given(votes=soft_votes())
@SOON
def test_soft_votes_round_trip_to_the_bit(tmp_path: Path, votes: SoftVotes) -> None:
    save(votes, tmp_path / "votes.parquet")
    back = load(tmp_path / "votes.parquet", SoftVotes)
    for name in ("indptr", "lfs", "proba", "item_ids"):
        np.testing.assert_array_equal(getattr(back, name), getattr(votes, name))
    assert (back.lf_names, back.schema) == (votes.lf_names, votes.schema)


def test_soft_votes_have_a_list_of_each_class_for_any_reader(tmp_path: Path) -> None:
    nan = [float("nan")] * 2
    votes = SoftVotes.from_array([[[0.2, 0.8], nan], [nan, nan]], ["ham", "spam"])
    save(votes, tmp_path / "votes.parquet")
    table = pq.read_table(tmp_path / "votes.parquet")
    assert table.to_pydict() == {
        "item_id": ["0", "1"],
        "lfs": [[0], []],
        "p_ham": [[0.2], []],
        "p_spam": [[0.8], []],
    }


@pytest.mark.parametrize("wrong", [[[0.2, 0.1]], [[]], [None]])
def test_soft_votes_whose_lists_differ_in_length_are_no_sound_file(
    tmp_path: Path, wrong: list[object]
) -> None:
    path = tmp_path / "votes.parquet"
    save(SoftVotes.from_array([[[0.2, 0.8]]], ["ham", "spam"]), path)
    table = pq.read_table(path)
    column = pa.array(wrong, type=table.schema.field("p_ham").type)
    pq.write_table(table.set_column(2, "p_ham", column), path)
    with pytest.raises(FileFormatError, match=r"does not hold a sound SoftVotes: .*p_ham"):
        load(path)


def test_soft_votes_that_are_no_distribution_are_no_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "votes.parquet"
    save(SoftVotes.from_array([[[0.2, 0.8]]], ["ham", "spam"]), path)
    table = pq.read_table(path)
    column = pa.array([[0.7]], type=table.schema.field("p_ham").type)
    pq.write_table(table.set_column(2, "p_ham", column), path)
    with pytest.raises(FileFormatError, match=r"proba\[0, 'lf_0'\] is \[0.7, 0.8\]"):
        load(path)


@given(soft=soft_labels())
@SOON
def test_soft_labels_round_trip_to_the_bit(tmp_path: Path, soft: SoftLabels) -> None:
    save(soft, tmp_path / "soft.parquet")
    back = load(tmp_path / "soft.parquet", SoftLabels)
    assert back.item_ids.tolist() == soft.item_ids.tolist()
    assert (back.schema, back.provenance) == (soft.schema, soft.provenance)
    np.testing.assert_array_equal(back.posterior, soft.posterior)


@given(soft=soft_labels(), data=st.data())
@SOON
def test_review_queues_round_trip(tmp_path: Path, soft: SoftLabels, data: st.DataObject) -> None:
    n = soft.n_items
    reasons = data.draw(st.lists(st.lists(NAME, min_size=1, max_size=3), min_size=n, max_size=n))
    strata = data.draw(st.lists(NAME, min_size=n, max_size=n))
    queue = ReviewQueue(soft.item_ids, strata, np.arange(n), reasons, soft.posterior, soft.schema)
    save(queue, tmp_path / "queue.parquet")
    back = load(tmp_path / "queue.parquet", ReviewQueue)
    assert back.item_ids.tolist() == queue.item_ids.tolist()
    assert (back.strata, back.reasons, back.schema) == (queue.strata, queue.reasons, queue.schema)
    np.testing.assert_array_equal(back.scores, queue.scores)
    np.testing.assert_array_equal(back.posterior, queue.posterior)


@given(rows=st.lists(st.tuples(NAME.filter(str.strip), st.none() | NAME, NAME), max_size=4))
@SOON
def test_decision_logs_round_trip(tmp_path: Path, rows: list[tuple[str, str | None, str]]) -> None:
    log = DecisionLog(Decision(i, label, "ann", AT, comment=c) for i, label, c in rows)
    save(log, tmp_path / "log.parquet")
    assert load(tmp_path / "log.parquet", DecisionLog) == log


def test_items_round_trip_with_odd_columns_and_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "item_id": ["x", "y"],
            "item_id_": pa.array([1, None], pa.int16()),
            "tags": [["a"], []],
            "when": pa.array([0, 1], pa.timestamp("ms", "UTC")),
            "kind": pa.array(["p", "q"]).dictionary_encode(),
        }
    ).replace_schema_metadata({"theirs": "kept"})
    items = Items(table, ["ä", "b\n"])
    save(items, tmp_path / "items.parquet")
    back = load(tmp_path / "items.parquet", Items)
    assert back.item_ids.tolist() == ["ä", "b\n"]
    assert back.table.schema.metadata == table.schema.metadata
    assert back.table.equals(table)


def test_items_without_columns_round_trip(tmp_path: Path) -> None:
    save(Items(pa.table({}), []), tmp_path / "items.parquet")
    assert load(tmp_path / "items.parquet", Items).n_items == 0


def test_any_reader_finds_one_column_for_each_labeling_function(tmp_path: Path) -> None:
    votes = VoteMatrix.from_array([[1, -1]], ["ham", "spam"], ["has_link", "item_id"], ["a"])
    save(votes, tmp_path / "votes.parquet")
    found = pq.read_table(tmp_path / "votes.parquet")
    assert found.to_pylist() == [{"item_id_": "a", "has_link": 1, "item_id": -1}]
    assert found.schema.field("has_link").type == pa.int8()
    header = json.loads(found.schema.metadata[b"weaklabel"])
    assert header["kind"] == "VoteMatrix"
    assert header["format_version"] == 1
    assert header["classes"] == ["ham", "spam"]
    meta = pq.read_metadata(tmp_path / "votes.parquet")
    assert meta.row_group(0).column(0).compression == "ZSTD"


def test_more_than_127_classes_are_stored_as_int16(tmp_path: Path) -> None:
    classes = [str(i) for i in range(200)]
    save(VoteMatrix.from_array([[199, -1]], classes), tmp_path / "votes.parquet")
    back = load(tmp_path / "votes.parquet", VoteMatrix)
    assert back.codes.tolist() == [[199, -1]]
    assert back.codes.dtype == np.int16


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    votes = VoteMatrix.from_array(np.arange(3000).reshape(-1, 3) % 2, ["ham", "spam"])
    save(votes, tmp_path / "votes.parquet")
    return tmp_path / "votes.parquet"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"none\.parquet does not exist, must be a file"):
        load(tmp_path / "none.parquet")
    with pytest.raises(FileFormatError, match="is a folder, must be a file"):
        load(tmp_path)


@pytest.mark.parametrize("kept", [0, 3, 100, -20])
def test_a_truncated_file_is_refused(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(FileFormatError, match="is no Parquet file, or is truncated or damaged"):
        load(saved)


def test_one_changed_byte_of_the_data_is_noticed(saved: Path) -> None:
    raw = bytearray(saved.read_bytes())
    column = pq.read_metadata(saved).row_group(0).column(0)
    raw[column.dictionary_page_offset + 300] ^= 1
    saved.write_bytes(raw)
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        load(saved)


def test_parquet_of_somebody_else_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(FileFormatError, match=r"weaklabel did not save. Read it as a data frame"):
        load(tmp_path / "a.parquet")


def rewrite(path: Path, table: pa.Table | None = None, **changes: object) -> None:
    old = pq.read_table(path)
    header = json.loads(old.schema.metadata[b"weaklabel"]) | changes
    metadata = {b"weaklabel": json.dumps(header).encode()}
    new = old if table is None else table
    pq.write_table(new.replace_schema_metadata(metadata), path)


def test_a_newer_format_is_refused(saved: Path) -> None:
    rewrite(saved, format_version=2)
    with pytest.raises(FileFormatError, match=r"has format 2, must be at most 1 .* Upgrade"):
        load(saved)


def test_another_kind_is_refused(saved: Path) -> None:
    with pytest.raises(FileFormatError, match="holds a VoteMatrix, must hold a SoftLabels"):
        load(saved, SoftLabels)
    rewrite(saved, kind="Pickle")
    with pytest.raises(FileFormatError, match="'Pickle', must be one of VoteMatrix"):
        load(saved)


def test_a_header_that_is_no_json_is_refused(saved: Path) -> None:
    table = pq.read_table(saved).replace_schema_metadata({b"weaklabel": b"{"})
    pq.write_table(table, saved)
    with pytest.raises(FileFormatError, match="has a header that cannot be read"):
        load(saved)


def test_contents_that_do_not_fit_the_header_are_refused(saved: Path) -> None:
    table = pq.read_table(saved)
    rewrite(saved, table.drop_columns(["lf_1"]))
    with pytest.raises(FileFormatError, match=r"does not hold a sound VoteMatrix: .*lf_1"):
        load(saved)
    rewrite(saved, table.set_column(1, "lf_0", pa.array([7] * 1000, pa.int8())))
    with pytest.raises(FileFormatError, match=r"codes\[0, 'lf_0'\] is 7"):
        load(saved)
    rewrite(saved, table.set_column(1, "lf_0", pa.array([None] * 1000, pa.int8())))
    with pytest.raises(FileFormatError, match="'lf_0' is int8 with 1000 missing values"):
        load(saved)
    rewrite(saved, table.set_column(0, "item_id", pa.array([None] * 1000, pa.string())))
    with pytest.raises(FileFormatError, match="the id in row 0 is missing"):
        load(saved)


def test_a_log_whose_decisions_were_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    save(DecisionLog([Decision("a", "ham", "ann", AT)]), path)
    table = pq.read_table(path)
    place = table.column_names.index("label")
    rewrite(path, table.set_column(place, "label", pa.array(["spam"])))
    with pytest.raises(FileFormatError, match="its decisions hash to"):
        load(path)


def test_a_noun_that_cannot_be_saved_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="noun is 'votes', must be one of VoteMatrix"):
        save("votes", tmp_path / "a.parquet")  # type: ignore[type-var]
    items = Items(pa.table({"a": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}), ["a"])
    with pytest.raises(FileFormatError, match="cannot write this Items as Parquet"):
        save(items, tmp_path / "a.parquet")
    votes = VoteMatrix.from_array([[0]], ["a", "b"], ["bad\ud800"])
    with pytest.raises(FileFormatError, match="cannot write this VoteMatrix as Parquet"):
        save(votes, tmp_path / "a.parquet")
    assert os.listdir(tmp_path) == []


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Make the system refuse larger files, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_leaves_the_old_file(saved: Path) -> None:
    before = saved.read_bytes()
    with files_of_at_most(50), pytest.raises(WriteError, match=r"votes\.parquet: File too large"):
        save(VoteMatrix.from_array([[0]], ["a", "b"]), saved)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]


def test_columns_leave_reserved_names_free() -> None:
    items = as_items([{"key": 7, "label": "x", "item_label": "y"}], id_column="key")
    assert columns_beside(items, ["item_id", "label"]).column_names == [
        "key",
        "item_label_",
        "item_label",
    ]
    other = Items(pa.table({"item_id": ["theirs"]}), ["ours"])
    assert columns_beside(other, ["item_id"]).column_names == ["item_item_id"]
    assert free_name("a", ["a", "a_"]) == "a__"
