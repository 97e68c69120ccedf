"""labeling_functions/tumours.py: its own examples, and how good it is on the table."""

from pathlib import Path

import pytest

from weaklabel.apply import apply
from weaklabel.examples import load_tumours
from weaklabel.lf import check_lfs, collect_lfs
from weaklabel.models import LabelModel

FILE = Path(__file__).parents[2] / "labeling_functions" / "tumours.py"


@pytest.fixture(scope="module")
def lfs():
    return collect_lfs(FILE)


def test_every_function_does_what_its_examples_say(lfs):
    assert check_lfs(lfs, ["malignant", "benign"]) == ()


def test_there_are_at_least_eight_thresholds(lfs):
    assert sum(lf.kind == "threshold" for lf in lfs) >= 8


def test_every_function_has_a_description_tags_and_both_sorts_of_examples(lfs):
    bare = [
        lf.name for lf in lfs if not (lf.description and lf.tags and lf.votes_on and lf.abstains_on)
    ]
    assert bare == []


def test_every_column_that_they_read_is_in_the_table(lfs):
    columns = load_tumours().items.column_names
    assert {column for lf in lfs for column in lf.columns} <= set(columns)


def test_the_label_model_is_right_on_nine_of_ten_covered_tumours(lfs):
    tumours = load_tumours()
    votes = apply(lfs, tumours.items, tumours.schema)
    labels = LabelModel().fit(votes).predict(votes)
    assert votes.covered.mean() >= 0.9
    assert (labels == tumours.gold)[votes.covered].mean() >= 0.9
