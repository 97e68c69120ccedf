"""VoteCache: only what changed is computed again, and a damaged file is no disaster."""

import sys

import numpy as np
import pytest

from weaklabel.apply import VoteCache, apply, apply_with_report
from weaklabel.apply._cache import items_fingerprint
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import DataWarning, LabelingFunctionError
from weaklabel.lf import keyword_lf, labeling_function

SCHEMA = LabelSchema(["ham", "spam"])
TEXTS = ["win", "song", "free win"]


def lfs(word="free"):
    return [keyword_lf("win", "spam", name="a"), keyword_lf(word, "spam", name="b")]


def ran(folder, functions=None, items=TEXTS, schema=SCHEMA):
    return apply_with_report(functions or lfs(), items, schema, cache=folder).recomputed


def test_second_run_computes_nothing_and_votes_the_same(tmp_path):
    first = apply(lfs(), TEXTS, SCHEMA, cache=tmp_path)
    again = apply_with_report(lfs(), TEXTS, SCHEMA, cache=VoteCache(tmp_path))
    assert again.recomputed == ()
    assert np.array_equal(again.votes.codes, first.codes)
    assert again.votes.codes.dtype == np.int8


def test_only_the_changed_function_runs_again(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, lfs("song")) == ("b",)


def test_renamed_function_does_not_run_again(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, keyword_lf("win", "spam", name="other")) == ()


@pytest.mark.parametrize(
    "items",
    [
        ["win", "song", "free Win"],
        ["song", "win", "free win"],
        ["win", "song"],
        [{"text": text, "likes": 1} for text in TEXTS],
        [{"text": text, "item_id": str(i)} for i, text in enumerate(TEXTS)],
    ],
)
def test_other_items_are_computed(tmp_path, items):
    ran(tmp_path)
    assert ran(tmp_path, items=items) == ("a", "b")


def test_other_classes_are_computed(tmp_path):
    ran(tmp_path)
    assert ran(tmp_path, schema=["spam", "ham"]) == ("a", "b")


def test_one_file_for_each_column(tmp_path):
    ran(tmp_path / "deep" / "votes")
    assert len(list((tmp_path / "deep" / "votes").glob("*.parquet"))) == 2


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"no parquet at all"])
def test_damaged_file_is_computed_again_with_a_warning(tmp_path, damage):
    ran(tmp_path)
    for file in tmp_path.glob("*.parquet"):
        file.write_bytes(damage)
    with pytest.warns(DataWarning, match=r"cached votes in .* cannot be read and are computed"):
        assert ran(tmp_path, lfs()[0]) == ("a",)
    assert ran(tmp_path, lfs()[0]) == ()


def test_truncated_file_is_computed_again(tmp_path):
    ran(tmp_path, lfs()[0])
    (file,) = tmp_path.glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.warns(DataWarning, match="cannot be read"):
        assert ran(tmp_path, lfs()[0]) == ("a",)


def test_file_of_another_column_is_not_believed(tmp_path):
    ran(tmp_path)
    one, two = sorted(tmp_path.glob("*.parquet"))
    two.write_bytes(one.read_bytes())
    with pytest.warns(DataWarning, match="it belongs to other votes"):
        assert len(ran(tmp_path)) == 1


@pytest.mark.parametrize(
    ("codes", "reason"),
    [([0, 1], "it has 2 votes, must have 3"), ([0, 1, 2], r"votes outside \[-1, 2\)")],
)
def test_file_with_impossible_votes_is_not_believed(tmp_path, codes, reason):
    cache = VoteCache(tmp_path)
    cache.store("v", "i", SCHEMA, np.array(codes, dtype=np.int8))
    with pytest.warns(DataWarning, match=reason):
        assert cache.load("v", "i", SCHEMA, 3) is None


def test_what_is_stored_is_loaded(tmp_path):
    cache = VoteCache(tmp_path)
    cache.store("v", "i", SCHEMA, np.array([-1, 1], dtype=np.int8))
    assert cache.load("v", "i", SCHEMA, 2).tolist() == [-1, 1]
    assert cache.load("w", "i", SCHEMA, 2) is None


def test_column_with_failures_is_not_kept(tmp_path):
    @labeling_function
    def fails(item):
        raise ValueError

    for _ in range(2):
        with pytest.warns(DataWarning, match="'fails' on 3 of 3 items"):
            report = apply_with_report(
                [fails, lfs()[0]], TEXTS, SCHEMA, cache=tmp_path, on_error="abstain"
            )
    assert report.recomputed == ("fails",)
    with pytest.raises(LabelingFunctionError):
        apply(fails, TEXTS, SCHEMA, cache=tmp_path)


def test_columns_before_an_interruption_are_kept(tmp_path):
    @labeling_function
    def interrupted(item):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply([*lfs(), interrupted], TEXTS, SCHEMA, cache=tmp_path)
    assert ran(tmp_path) == ()


def test_cache_that_cannot_be_written_is_a_warning(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(DataWarning, match="votes of 'a' and those after it are not cached"):
        votes = apply(lfs(), TEXTS, SCHEMA, cache=tmp_path / "file")
    assert votes.codes.tolist() == [[1, -1], [-1, -1], [1, 1]]


def test_items_of_equal_content_have_equal_fingerprints_in_any_library():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    pl = pytest.importorskip("polars", reason="polars is not installed")
    columns = {"text": TEXTS, "n": [1, 2, 3]}
    frames = [pd.DataFrame(columns), pl.DataFrame(columns), columns]
    assert len({items_fingerprint(as_items(frame)) for frame in frames}) == 1


def test_order_of_columns_does_not_count():
    one = as_items({"item_id": ["a"], "text": ["x"]})
    two = as_items({"text": ["x"], "item_id": ["a"]})
    assert items_fingerprint(one) == items_fingerprint(two)


def test_repr_names_the_folder():
    assert repr(VoteCache("votes")) == "VoteCache('votes')"


def test_making_a_cache_touches_nothing(tmp_path):
    VoteCache(tmp_path / "votes")
    assert not (tmp_path / "votes").exists()
    assert "weaklabel" in sys.modules
