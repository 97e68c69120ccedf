"""VoteFolder: votes in parts, whole or one after the other."""

import json

import numpy as np
import pytest

from weaklabel.apply import VoteFolder, apply_to_folder
from weaklabel.errors import FileFormatError
from weaklabel.lf import keyword_lf
from weaklabel.models import MajorityVote

pytest.importorskip("pyarrow", reason="pyarrow is not installed")
CLASSES = ["ham", "spam"]
LFS = [keyword_lf("win", "spam", name="win"), keyword_lf("nice", "ham", name="nice")]
ITEMS = [
    {"item_id": f"i{i}", "text": t} for i, t in enumerate(["win", "nice", "no", "win nice", ""])
]


@pytest.fixture
def written(tmp_path):
    return apply_to_folder(LFS, ITEMS, CLASSES, tmp_path / "votes", chunk_rows=2)


def test_folder_is_opened_again_with_all_that_is_needed(written):
    opened = VoteFolder(written.path)
    assert (opened.n_items, opened.lf_names) == (5, ("win", "nice"))
    assert opened.schema.classes == ("ham", "spam")
    assert [path.name for path in opened.parts] == [f"part-00000{i}.parquet" for i in range(3)]
    assert repr(opened) == (
        f"VoteFolder({str(written.path)!r}, 5 items x 2 labeling functions in 3 parts)"
    )
    assert "&#x27;" in opened._repr_html_()


def test_votes_come_in_the_order_of_the_items(written):
    votes = written.votes()
    assert votes.item_ids.tolist() == written.item_ids().tolist() == ["i0", "i1", "i2", "i3", "i4"]
    assert votes.codes.tolist() == [[1, -1], [-1, 0], [-1, -1], [1, 0], [-1, -1]]


def test_batches_fit_and_predict_as_the_whole_does(written):
    model = MajorityVote().fit_batches(written.batches())
    proba = np.concatenate([model.predict_proba(part) for part in written.batches()])
    whole = written.votes()
    assert np.array_equal(proba, MajorityVote().fit(whole).predict_proba(whole))


def test_other_tools_read_the_parts(written):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    assert polars.read_parquet(f"{written.path}/*.parquet").shape == (5, 3)


def change(written, **values):
    path = written.path / "_votes.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "other"}, "is damaged or of another kind"),
        ({"format_version": 99}, "has format 99, must be at most 1 for this version"),
        ({"parts": ["../../etc/passwd"]}, "is damaged or of another kind"),
        ({"parts": "part"}, "is damaged or of another kind"),
    ],
)
def test_manifest_that_is_wrong_is_answered(written, values, words):
    change(written, **values)
    with pytest.raises(FileFormatError, match=words):
        VoteFolder(written.path)


def test_manifest_that_is_torn_or_missing_is_answered(written):
    path = written.path / "_votes.json"
    path.write_text(path.read_text()[:20])
    with pytest.raises(FileFormatError, match=r"_votes\.json is damaged"):
        VoteFolder(written.path)
    path.unlink()
    with pytest.raises(FileFormatError, match=r"is no folder of votes that is finished\. Write it"):
        VoteFolder(written.path)


def test_part_that_is_damaged_missing_or_of_other_votes_is_named(written, tmp_path):
    other = apply_to_folder(LFS[0], ITEMS, CLASSES, tmp_path / "other", chunk_rows=2)
    written.parts[1].write_bytes(other.parts[1].read_bytes())
    with pytest.raises(FileFormatError, match=r"part-000001\.parquet has other labeling functions"):
        written.votes()
    written.parts[1].write_bytes(b"torn")
    with pytest.raises(FileFormatError, match=r"part-000001\.parquet cannot be read"):
        written.votes()
    written.parts[1].unlink()
    with pytest.raises(FileFormatError, match=r"part-000001\.parquet cannot be read"):
        list(written.batches())
