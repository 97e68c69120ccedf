"""votes_by_chunk: the loop that the engines of one process share."""

import pytest

from weaklabel.apply import apply_with_report
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply._tally import Tally
from weaklabel.apply.engines import votes_by_chunk, warn_of_failures
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import DataWarning
from weaklabel.lf import keyword_lf, labeling_function, model_lf

SCHEMA = LabelSchema(["ham", "spam"])
WIN = keyword_lf("win", "spam", name="win")
CHUNKS = [["win", "no"], ["win"], [None, "no", "win"]]


@labeling_function
def shouts(item):
    return "spam" if item.text.isupper() else None


def run(tally, chunks=CHUNKS, **options):
    items = (as_items(texts) for texts in chunks)
    return votes_by_chunk([WIN, shouts], items, None, SCHEMA, ApplyOptions(**options), tally)


def test_each_chunk_comes_with_its_votes():
    tally = Tally(["win", "shouts"])
    found = [(chunk.n_items, votes[:, 0].tolist()) for chunk, votes in run(tally, CHUNKS[:2])]
    assert found == [(2, [1, -1]), (1, [1])]
    assert tally.n_computed == {"win": 3, "shouts": 3}


def test_next_chunk_is_not_asked_for_before_it_is_needed():
    asked = []

    def chunks():
        for texts in CHUNKS[:2]:
            asked.append(texts)
            yield texts

    votes = run(Tally(["win", "shouts"]), chunks())
    next(votes)
    assert asked == CHUNKS[:1]


def test_votes_of_every_chunk_are_kept(tmp_path):
    for expected in (3, 0):
        tally = Tally(["win", "shouts"])
        list(run(tally, CHUNKS[:2], cache=tmp_path))
        assert tally.n_computed == {"win": expected, "shouts": expected}


def test_failures_add_up_and_are_told_once_at_the_line_that_is_meant():
    tally = Tally(["win", "shouts"])
    list(run(tally, on_error="abstain"))
    with pytest.warns(DataWarning, match="'shouts' on 1 of 6 items, first AttributeError") as told:
        warn_of_failures(tally, 6, stacklevel=1)
    assert told[0].filename == __file__


def test_without_failures_nothing_is_told():
    warn_of_failures(Tally(["win"]), 6, stacklevel=1)


@pytest.mark.slow
def test_workers_give_the_same_votes():
    tally = Tally(["win", "shouts"])
    chunks = CHUNKS[:2]
    found = [votes.tolist() for _, votes in run(tally, chunks, n_jobs=2)]
    assert found == [votes.tolist() for _, votes in run(Tally(["win", "shouts"]), chunks)]


def test_the_report_says_how_each_function_ran_and_where(tmp_path):
    asks = model_lf(lambda texts: [None] * len(texts), name="asks", batch_size=4)
    row = labeling_function("row")(lambda item: None)
    wins = keyword_lf("win", "spam", name="win")
    lfs, items = [wins, row, asks], ["win", "no"]

    def how(**options):
        return list(apply_with_report(lfs, items, ["ham", "spam"], **options).how.values())

    here = how(cache=tmp_path)
    assert here[0].startswith("in one multi-pattern pass over 'text' (")
    assert here[1:] == ["row by row", "in batches of 4 items"]
    assert how(cache=tmp_path) == ["from the cache"] * 3
    away = ["row by row, in 2 worker processes", "in batches of 4 items"]
    assert how(n_jobs=2) == [here[0], *away]
    away = ["row by row, in a worker process", f"{away[1]}, in a worker process of its own"]
    assert how(timeout_seconds=60) == [here[0], *away]
    assert how(n_jobs=-1) == here  # two items are too few
