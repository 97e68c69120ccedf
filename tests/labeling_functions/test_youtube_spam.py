"""labeling_functions/youtube_spam.py: its own examples, and how good it is on comments."""

from pathlib import Path

import numpy as np
import pytest

from weaklabel.apply import apply
from weaklabel.examples import load_spam, load_youtube
from weaklabel.lf import check_lfs, collect_lfs
from weaklabel.models import LabelModel
from weaklabel.refine import refine

FILE = Path(__file__).parents[2] / "labeling_functions" / "youtube_spam.py"
CLASSES = ["ham", "spam"]


@pytest.fixture(scope="module")
def lfs():
    return collect_lfs(FILE)


@pytest.fixture(scope="module")
def real(shared):
    return load_youtube(shared / "data" / "youtube")


def accuracy(labels, gold, on=None):
    right = labels == gold
    return float(np.mean(right if on is None else right[on]))


def test_every_function_does_what_its_examples_say(lfs):
    assert check_lfs(lfs, CLASSES) == ()


def test_there_are_at_least_twelve_of_four_kinds(lfs):
    assert len(lfs) >= 12
    assert {lf.kind for lf in lfs} >= {"keyword", "regex", "lookup", "row"}


def test_every_function_has_a_description_tags_and_both_sorts_of_examples(lfs):
    bare = [
        lf.name for lf in lfs if not (lf.description and lf.tags and lf.votes_on and lf.abstains_on)
    ]
    assert bare == []


def test_both_classes_are_voted_for(lfs):
    assert {label for lf in lfs for _, label in lf.votes_on} == set(CLASSES)


def test_a_missing_text_gets_no_vote(lfs):
    votes = apply(lfs, [{"item_id": "a", "text": None}, {"item_id": "b", "text": ""}], CLASSES)
    assert not votes.covered.any()


def test_markup_and_time_stamp_links_do_not_count_as_links(lfs):
    stamp = 'so good <a href="http://www.youtube.com/watch?v=x&amp;t=3m40s">3:40</a><br />\ufeff'
    link = 'go <a href="http://example.com">there</a>'
    votes = apply(lfs, [stamp, link], CLASSES)
    assert votes.column("has_link").tolist() == [-1, 1]
    assert votes.column("has_opinion").tolist() == [0, -1]


def test_the_label_model_is_good_but_not_perfect_on_synthetic_comments(lfs):
    spam = load_spam()
    votes = apply(lfs, spam.items, spam.schema)
    labels = LabelModel().fit(votes).predict(votes)
    assert votes.covered.mean() > 0.9
    assert 0.85 <= accuracy(labels, spam.gold, votes.covered) <= 0.95


@pytest.mark.shared
def test_real_comments_are_covered(lfs, real):
    votes = apply(lfs, real.items, real.schema)
    assert votes.covered.mean() >= 0.85


@pytest.mark.shared
def test_the_label_model_is_right_on_88_percent_of_covered_real_comments(lfs, real):
    votes = apply(lfs, real.items, real.schema)
    labels = LabelModel().fit(votes).predict(votes)
    assert accuracy(labels, real.gold, votes.covered) >= 0.88


@pytest.mark.shared
@pytest.mark.slow
def test_refined_labels_are_right_on_90_percent_of_all_real_comments(lfs, real):
    votes = apply(lfs, real.items, real.schema)
    soft = LabelModel().fit(votes).soft_labels(votes)
    refined = refine(soft, real.items, votes=votes, text_columns=["text"])
    assert accuracy(refined.soft.labels, real.gold) >= 0.90
