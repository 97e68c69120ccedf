"""VoteCache: only what changed is computed again, and a damaged file is no disaster."""

import os
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weaklabel.apply import CacheInfo, VoteCache, _cached_run, apply, apply_with_report
from weaklabel.apply._cache import column_key
from weaklabel.core import LabelSchema
from weaklabel.errors import DataWarning, LabelingFunctionError, ParameterError
from weaklabel.lf import keyword_lf, labeling_function

SCHEMA = LabelSchema(["ham", "spam"])
TEXTS = ["win", "song", "free win"]
CHUNK, KEY, OTHER_KEY = "c" * 32, "a" * 32, "b" * 32


def lfs(word="free"):
    return [keyword_lf("win", "spam", name="a"), keyword_lf(word, "spam", name="b")]


def ran(folder, functions=None, items=TEXTS, schema=SCHEMA, **options):
    return apply_with_report(functions or lfs(), items, schema, cache=folder, **options).recomputed


def files(folder):
    return sorted(folder.rglob("*.parquet"))


def several(n=9):
    return [keyword_lf(f"word{j}", "spam", name=f"f{j}") for j in range(n)]


def codes(*values):
    return np.array(values, dtype=np.int8)


def test_second_run_computes_nothing_and_votes_the_same(tmp_path):
    first = apply(lfs(), TEXTS, SCHEMA, cache=tmp_path)
    again = apply_with_report(lfs(), TEXTS, SCHEMA, cache=VoteCache(tmp_path))
    assert again.recomputed == ()
    assert dict(again.n_computed) == {"a": 0, "b": 0}
    assert np.array_equal(again.votes.codes, first.codes)
    assert again.votes.codes.dtype == np.int8


def test_only_the_changed_function_runs_again(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, lfs("song")) == ("b",)
    assert ran(tmp_path) == ()


def test_renamed_function_does_not_run_again(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, keyword_lf("win", "spam", name="other")) == ()


def test_two_functions_of_one_version_share_their_votes(tmp_path):
    twins = [keyword_lf("win", "spam", name=name) for name in ("one", "two")]
    votes = apply(twins, TEXTS, SCHEMA, cache=tmp_path)
    again = apply_with_report(twins, TEXTS, SCHEMA, cache=tmp_path)
    assert again.recomputed == ()
    assert np.array_equal(again.votes.codes, votes.codes)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "items", [["win", "song", "free Win"], ["song", "win", "free win"], ["win", "song"]]
)
def test_other_texts_are_computed(tmp_path, items):
    ran(tmp_path)
    assert ran(tmp_path, items=items) == ("a", "b")


@labeling_function
def short(item):
    return "ham" if len(item.text) < 4 else None


def test_columns_that_a_declared_function_does_not_read_do_not_count(tmp_path):
    ran(tmp_path, [*lfs(), short])
    wider = [{"text": text, "likes": 1, "item_id": str(i)} for i, text in enumerate(TEXTS)]
    assert ran(tmp_path, [*lfs(), short], items=wider) == ("short",)


def test_ids_beside_the_items_do_not_count(tmp_path):
    from weaklabel.core import Items

    table = pa.table({"text": TEXTS})
    ran(tmp_path, short, items=Items(table, ["1", "2", "3"]))
    assert ran(tmp_path, short, items=Items(table, ["x", "y", "z"])) == ()


def test_other_classes_are_computed(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, schema=["spam", "ham"]) == ("a", "b")


def test_another_release_answers_declared_functions_anew(tmp_path, monkeypatch):
    ran(tmp_path, [*lfs(), short])
    monkeypatch.setattr(_cached_run, "_release", lambda: "999.0")
    assert ran(tmp_path, [*lfs(), short]) == ("a", "b")


def test_appended_items_leave_all_chunks_but_the_last(tmp_path):
    texts = [f"win {i}" for i in range(10)]
    ran(tmp_path, items=texts, chunk_rows=4)
    more = apply_with_report(lfs(), [*texts, "win 10"], SCHEMA, cache=tmp_path, chunk_rows=4)
    assert dict(more.n_computed) == {"a": 3, "b": 3}
    assert more.votes.column("a").tolist() == [1] * 11
    changed = apply_with_report(lfs(), ["win", *texts[1:]], SCHEMA, cache=tmp_path, chunk_rows=4)
    assert dict(changed.n_computed) == {"a": 4, "b": 4}


def test_equal_chunks_are_computed_once_wherever_they_are(tmp_path):
    report = apply_with_report(lfs(), ["win", "x"] * 3, SCHEMA, cache=tmp_path, chunk_rows=2)
    assert dict(report.n_computed) == {"a": 2, "b": 2}
    assert report.votes.column("a").tolist() == [1, -1] * 3


def test_few_columns_have_a_file_each_and_many_share_one(tmp_path):
    ran(tmp_path / "few" / "votes")
    assert len(files(tmp_path / "few" / "votes")) == 2
    ran(tmp_path / "many", several(), items=[f"word{i}" for i in range(9)], chunk_rows=3)
    assert len(files(tmp_path / "many")) == 3
    texts = [f"word{i}" for i in range(9)]
    again = apply_with_report(several(), texts, SCHEMA, cache=tmp_path / "many", chunk_rows=3)
    assert again.recomputed == ()
    assert np.array_equal(again.votes.codes, np.where(np.eye(9, dtype=bool), 1, -1))


def test_one_of_many_that_share_a_file_is_found_among_edited_ones(tmp_path):
    ran(tmp_path, several(9))
    assert ran(tmp_path, [*several(8), keyword_lf("song", "spam")]) == ("keyword_song_spam",)
    assert len(ran(tmp_path, [*several(9), *(keyword_lf(f"x{j}", "spam") for j in range(9))])) == 9
    assert ran(tmp_path, several(9)) == ()
    assert len(files(tmp_path)) == 3


def test_several_columns_to_read_are_found_in_several_files(tmp_path):
    cache = VoteCache(tmp_path)
    keys = [f"{j:032x}" for j in range(20)]
    for part in (keys[:10], keys[10:]):
        cache.store(CHUNK, {key: codes(int(key, 16) % 2) for key in part})
    found = cache.load(CHUNK, keys, 1, SCHEMA)
    assert {key: int(votes[0]) for key, votes in found.items()} == {
        key: int(key, 16) % 2 for key in keys
    }


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"no parquet at all", b"\x00" * 500])
def test_damaged_file_is_computed_again_with_a_warning(tmp_path, damage):
    ran(tmp_path)
    for file in files(tmp_path):
        file.write_bytes(damage)
    with pytest.warns(DataWarning, match=r"cached votes in .* cannot be read and are computed"):
        assert ran(tmp_path, lfs()[0]) == ("a",)
    assert ran(tmp_path, lfs()[0]) == ()


@pytest.mark.parametrize("n_lfs", [1, 9])
def test_file_torn_anywhere_is_computed_again(tmp_path, n_lfs):
    functions = several(n_lfs)
    votes = apply(functions, TEXTS, SCHEMA, cache=tmp_path)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    for length in range(0, len(whole), 97):
        file.write_bytes(whole[:length])
        with pytest.warns(DataWarning, match="cannot be read"):
            again = apply(functions, TEXTS, SCHEMA, cache=tmp_path)
        assert np.array_equal(again.codes, votes.codes)
        assert file.read_bytes()[:4] == b"PAR1"


def test_flipped_bit_in_the_votes_is_noticed(tmp_path):
    cache = VoteCache(tmp_path)
    rng = np.random.default_rng(0)
    votes = rng.integers(-1, 2, 4096).astype(np.int8)
    cache.store(CHUNK, {KEY: votes})
    (file,) = files(tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.warns(DataWarning, match="cannot be read"):
        assert cache.load(CHUNK, [KEY], 4096, SCHEMA) == {}


def test_file_of_another_column_or_chunk_is_not_believed(tmp_path):
    cache = VoteCache(tmp_path)
    cache.store(CHUNK, {KEY: codes(1), OTHER_KEY: codes(0)})
    one, two = files(tmp_path)
    two.write_bytes(one.read_bytes())
    with pytest.warns(DataWarning, match="it belongs to another labeling function"):
        assert list(cache.load(CHUNK, [KEY, OTHER_KEY], 1, SCHEMA)) == [KEY]
    one.parent.rename(tmp_path / ("d" * 32))
    with pytest.warns(DataWarning, match="it belongs to other votes"):
        assert cache.load("d" * 32, [KEY], 1, SCHEMA) == {}


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        ([0, 1], "it has 2 votes, must have 3"),
        ([0, 1, 2], r"votes outside \[-1, 2\)"),
        ([0, 1, -2], r"votes outside \[-1, 2\)"),
    ],
)
def test_file_with_impossible_votes_is_not_believed(tmp_path, votes, reason):
    cache = VoteCache(tmp_path)
    cache.store(CHUNK, {KEY: codes(*votes)})
    with pytest.warns(DataWarning, match=reason):
        assert cache.load(CHUNK, [KEY], 3, SCHEMA) == {}


@pytest.mark.parametrize(
    "columns", [{"function": [KEY], "votes": ["text"]}, {"function": [KEY], "votes": [None]}]
)
def test_file_with_other_columns_is_not_believed(tmp_path, columns):
    cache = VoteCache(tmp_path)
    cache.store(CHUNK, {KEY: codes(1)})
    (file,) = files(tmp_path)
    metadata = pq.read_schema(file).metadata
    kinds = {"votes": pa.string() if columns["votes"][0] else pa.binary(), "function": pa.string()}
    table = pa.table({k: pa.array(v, kinds[k]) for k, v in columns.items()})
    pq.write_table(table.replace_schema_metadata(metadata), file)
    with pytest.warns(DataWarning, match="other columns than function and votes"):
        assert cache.load(CHUNK, [KEY], 1, SCHEMA) == {}


def test_what_is_stored_is_loaded(tmp_path):
    cache = VoteCache(tmp_path)
    cache.store(CHUNK, {KEY: codes(-1, 1)})
    found = cache.load(CHUNK, [KEY, OTHER_KEY], 2, SCHEMA)
    assert {key: votes.tolist() for key, votes in found.items()} == {KEY: [-1, 1]}
    assert cache.load("e" * 32, [KEY], 2, SCHEMA) == {}


def test_codes_of_many_classes_take_two_bytes(tmp_path):
    schema = LabelSchema([f"c{i}" for i in range(300)])
    cache = VoteCache(tmp_path)
    cache.store(CHUNK, {KEY: np.array([-1, 299], dtype=schema.dtype)})
    (votes,) = cache.load(CHUNK, [KEY], 2, schema).values()
    assert votes.tolist() == [-1, 299]
    assert votes.dtype == np.int16


def test_keys_tell_versions_classes_and_what_else_counts_apart():
    other = LabelSchema(["spam", "ham"])
    keys = [column_key("v", SCHEMA), column_key("w", SCHEMA), column_key("v", other)]
    keys += [column_key("v", SCHEMA, "1.0"), column_key("v", SCHEMA, "1.1")]
    assert len(set(keys)) == len(keys)
    assert column_key("v", SCHEMA) == column_key("v", LabelSchema(["ham", "spam"]))


def test_files_of_the_first_format_are_not_found(tmp_path):
    (tmp_path / ("f" * 64 + ".parquet")).write_bytes(b"PAR1")
    assert ran(tmp_path) == ("a", "b")
    assert ran(tmp_path) == ()
    assert VoteCache(tmp_path).info().n_files == 3


def test_only_chunks_with_failures_are_computed_again(tmp_path):
    @labeling_function
    def fails(item):
        return "spam" if item.text != "bad" else 1 / 0

    texts = ["win", "song", "bad", "free win"]
    for n_computed in (4, 2):
        with pytest.warns(DataWarning, match=r"'fails' on 1 of 4 items, first ZeroDivisionError"):
            report = apply_with_report(
                [fails, *lfs()], texts, SCHEMA, cache=tmp_path, on_error="abstain", chunk_rows=2
            )
        assert report.n_computed["fails"] == n_computed
        assert report.failures["fails"] == 1
        assert "item" in report.first_failures["fails"]
        assert report.votes.column("fails").tolist() == [1, 1, -1, 1]
    assert report.recomputed == ("fails",)
    with pytest.raises(LabelingFunctionError, match="'fails' raised ZeroDivisionError"):
        apply(fails, texts, SCHEMA, cache=tmp_path, chunk_rows=2)


def test_columns_before_an_interruption_are_kept(tmp_path):
    @labeling_function
    def interrupted(item):
        if item.text == "free win":
            raise KeyboardInterrupt
        return "ham"

    with pytest.raises(KeyboardInterrupt):
        apply([*lfs(), interrupted], TEXTS, SCHEMA, cache=tmp_path, chunk_rows=2)
    assert ran(tmp_path, chunk_rows=2) == ()
    assert ran(tmp_path, interrupted, items=TEXTS[:2], chunk_rows=2) == ()


def test_cache_that_cannot_be_written_is_a_warning(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(
        DataWarning, match="votes of 'a' and those after it are not cached"
    ) as caught:
        votes = apply(lfs(), TEXTS, SCHEMA, cache=tmp_path / "file", chunk_rows=1)
    assert votes.codes.tolist() == [[1, -1], [-1, -1], [1, 1]]
    assert len(caught) == 1


def test_info_counts_and_clear_removes_what_is_of_the_cache(tmp_path):
    cache = VoteCache(tmp_path / "votes")
    assert cache.info() == CacheInfo(0, 0, None, None)
    ran(cache.folder)
    mine = cache.folder / "mine.parquet"
    mine.write_bytes(b"mine")
    before = cache.info()
    assert before.n_files == 2
    assert before.n_bytes == sum(f.stat().st_size for f in files(cache.folder)) - 4
    assert abs((datetime.now(UTC) - before.newest).total_seconds()) < 300
    assert cache.clear() == before
    assert files(cache.folder) == [mine]
    assert list(cache.folder.iterdir()) == [mine]
    assert ran(cache.folder) == ("a", "b")


def test_clear_leaves_what_was_used_lately(tmp_path):
    cache = VoteCache(tmp_path)
    ran(tmp_path)
    for file in files(tmp_path):
        os.utime(file, (1e9, 1e9))
    assert cache.info().oldest == datetime.fromtimestamp(1e9, UTC)
    assert ran(tmp_path, lfs()[0]) == ()  # which counts as use
    assert cache.clear(older_than=timedelta(days=30)).n_files == 1
    assert ran(tmp_path) == ("b",)


def test_clear_removes_what_a_killed_run_left_aside(tmp_path):
    ran(tmp_path)
    (file, _) = files(tmp_path)
    aside = file.parent / f".{file.name}.4711.0123abcd.tmp.parquet"
    aside.write_bytes(b"half")
    assert VoteCache(tmp_path).clear().n_files == 3
    assert not aside.exists()


@pytest.mark.parametrize("age", [timedelta(days=-1), 30])
def test_clear_wants_a_span_of_time(tmp_path, age):
    with pytest.raises(
        ParameterError, match=r"older_than is .*, must be a timedelta of at least 0"
    ):
        VoteCache(tmp_path).clear(older_than=age)


def test_repr_names_the_folder():
    assert repr(VoteCache("votes")) == "VoteCache('votes')"


def test_making_a_cache_touches_nothing(tmp_path):
    VoteCache(tmp_path / "votes")
    assert not (tmp_path / "votes").exists()
    assert "weaklabel" in sys.modules
