"""crowdlab and active_scores: cleanlab's figures, and our words where it fails."""

import numpy as np
import pandas as pd
import pytest
from cleanlab.multiannotator import get_active_learning_scores, get_label_quality_multiannotator

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels
from weaklabel.errors import DecisionsError, LabelsError, ParameterError
from weaklabel.review import reviewer_quality
from weaklabel.triage import active_scores, crowdlab

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "o": "other", "-": None}


def log(**said):
    """Return the log of reviewers, each with one letter an item; "." for no decision."""
    return DecisionLog(
        Decision(f"{i:02}", NAMES[c], who, AT)
        for who, letters in said.items()
        for i, c in enumerate(letters)
        if c != "."
    )


def proba(n_items, schema=SCHEMA, seed=0):
    ids = [f"{i:02}" for i in range(n_items)]
    rows = np.random.default_rng(seed).dirichlet(np.ones(schema.n_classes), n_items)
    return SoftLabels(rows, ids, schema, "refine")


def crowd(n_items=60, seed=0):
    """Return the answers of four reviewers, one of them poor, to most items, and the true classes."""
    rng = np.random.default_rng(seed)
    true = rng.integers(3, size=n_items)
    right = {"ann": 0.95, "bob": 0.9, "cy": 0.9, "dee": 0.4}
    said = {
        who: "".join(
            "." if rng.random() < 0.3 else "hso"[y if rng.random() < p else rng.integers(3)]
            for y in true
        )
        for who, p in right.items()
    }
    sure = np.full((n_items, 3), 0.15)
    sure[
        np.arange(n_items), np.where(rng.random(n_items) < 0.8, true, rng.integers(3, size=n_items))
    ] = 0.7
    ids = [f"{i:02}" for i in range(n_items)]
    return log(**said), SoftLabels(sure, ids, SCHEMA, "refine"), true


def cleanlabs_form(decisions):
    """Return items by reviewers, made without the code under test."""
    long = decisions.to_pandas()
    long["label"] = long["label"].map({c: float(y) for y, c in enumerate(SCHEMA.classes)})
    return long.pivot_table(index="item_id", columns="reviewer", values="label")


def test_items_and_reviewers_are_cleanlabs():
    decisions, pred_probs, _ = crowd()
    wide = cleanlabs_form(decisions)
    theirs = get_label_quality_multiannotator(
        wide, pred_probs.posterior[[int(i) for i in wide.index]], verbose=False
    )
    found = crowdlab(decisions, pred_probs)
    quality = theirs["label_quality"]
    assert found.items.index.tolist() == wide.index.tolist()
    assert SCHEMA.encode(found.items["label"]).tolist() == quality["consensus_label"].tolist()
    assert found.items["quality"].to_numpy() == pytest.approx(
        quality["consensus_quality_score"].to_numpy()
    )
    assert found.items["agreement"].to_numpy() == pytest.approx(
        quality["annotator_agreement"].to_numpy()
    )
    assert found.items["answers"].tolist() == quality["num_annotations"].tolist()
    stats = theirs["annotator_stats"].loc[found.reviewers.index]
    assert found.reviewers["quality"].to_numpy() == pytest.approx(
        stats["annotator_quality"].to_numpy()
    )
    assert found.reviewers["answers"].tolist() == stats["num_examples_labeled"].tolist()
    assert SCHEMA.encode(found.reviewers["worst_class"]).tolist() == stats["worst_class"].tolist()


def test_the_poor_reviewer_is_found_and_most_labels_are_right():
    decisions, pred_probs, true = crowd()
    found = crowdlab(decisions, pred_probs)
    assert found.reviewers["quality"].idxmin() == "dee"
    truth = true[[int(i) for i in found.items.index]]
    assert (SCHEMA.encode(found.items["label"]) == truth).mean() > 0.9


def test_active_scores_are_cleanlabs_and_come_lowest_first():
    decisions, pred_probs, _ = crowd()
    some = DecisionLog(d for d in decisions if int(d.item_id) < 40)
    wide = cleanlabs_form(some)
    rows = np.array([int(i) for i in wide.index])
    rest = np.setdiff1d(np.arange(60), rows)
    both = get_active_learning_scores(wide, pred_probs.posterior[rows], pred_probs.posterior[rest])
    theirs = dict(zip([*rows, *rest], np.concatenate(both), strict=True))
    found = active_scores(some, pred_probs)
    assert len(found) == 60
    assert found["score"].is_monotonic_increasing
    for item_id, score in found["score"].items():
        assert score == pytest.approx(theirs[int(item_id)], abs=1e-6)
    assert found["answers"].to_dict() == {
        f"{i:02}": int(wide.notna().sum(axis=1).get(f"{i:02}", 0)) for i in range(60)
    }


def test_the_order_of_log_and_probabilities_changes_nothing():
    decisions, pred_probs, _ = crowd()
    order = np.random.default_rng(1).permutation(60)
    one = crowdlab(decisions, pred_probs)
    two = crowdlab(DecisionLog(list(decisions)[::-1]), pred_probs.take(order))
    pd.testing.assert_frame_equal(one.items, two.items)
    pd.testing.assert_frame_equal(one.reviewers, two.reviewers)
    pd.testing.assert_frame_equal(
        active_scores(decisions, pred_probs), active_scores(decisions, pred_probs.take(order))
    )


def test_nothing_is_printed_and_no_generator_is_read(capsys):
    # cy shares no item, which cleanlab prints; item 00 is an exact tie, which it would draw.
    decisions = log(ann="hss.", bob="sss.", cy="...o")
    tied = [[0.4, 0.4, 0.2], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]
    pred_probs = SoftLabels(tied, ["00", "01", "02", "03"], SCHEMA, "refine")
    state = np.random.get_state()[1].tolist()  # noqa: NPY002 - it must not change
    crowdlab(decisions, pred_probs)
    active_scores(decisions, pred_probs)
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002
    assert capsys.readouterr() == ("", "")


def test_an_exact_tie_is_left_open():
    decisions = log(ann="hss", bob="sss")
    tied = SoftLabels(
        [[0.4, 0.4, 0.2], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], ["00", "01", "02"], SCHEMA
    )
    assert crowdlab(decisions, tied).items["label"].tolist() == [None, "spam", "spam"]
    split = SoftLabels(
        [[0.3, 0.5, 0.2], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], ["00", "01", "02"], SCHEMA
    )
    assert crowdlab(decisions, split).items["label"].tolist() == ["spam", "spam", "spam"]


def test_reviewers_who_never_agree_are_no_error():
    """cleanlab fails here with "'a' cannot be empty unless no samples are taken"."""
    decisions = log(ann="hshs", bob="shsh")
    even = SoftLabels(np.full((4, 3), 1 / 3), ["00", "01", "02", "03"], SCHEMA)
    found = crowdlab(decisions, even)
    assert found.items["label"].isna().all()
    assert active_scores(decisions, even)["score"].between(0, 1).all()


def test_a_reviewer_without_a_shared_item_has_no_quality():
    found = crowdlab(log(ann="hs.", bob="hs.", cy="..o"), proba(3))
    assert np.isnan(found.reviewers.loc["cy", "quality"])
    assert found.reviewers["quality"].notna().tolist() == [True, True, False]
    assert "Unknown, for want of shared items: cy." in found.words()


@pytest.mark.parametrize("said", [{"ann": "hso"}, {"ann": "hs.", "bob": "..o"}, {"ann": "---"}, {}])
def test_without_a_shared_item_there_is_an_error_in_our_words(said):
    words = "crowdlab needs items with answers of two reviewers or more, and no item .* has them"
    with pytest.raises(DecisionsError, match=words):
        crowdlab(log(**said), proba(3))


@pytest.mark.parametrize("said", [{"ann": "hso"}, {"ann": "hs.", "bob": "..o"}, {"ann": "---"}, {}])
def test_active_scores_do_with_one_answer_or_none(said):
    found = active_scores(log(**said), proba(4))
    assert sorted(found.index) == ["00", "01", "02", "03"]
    assert found["score"].between(0, 1).all()
    assert found["answers"].sum() == len([d for d in log(**said) if d.label])


def test_scores_of_no_items_are_no_rows():
    nothing = SoftLabels(np.zeros((0, 3)), [], SCHEMA, "refine")
    assert active_scores(DecisionLog(), nothing).columns.tolist() == ["score", "answers"]


def test_a_class_that_nobody_answered_may_be_missing():
    found = crowdlab(log(ann="hoh", bob="hoo"), proba(3))
    assert set(found.items["label"].dropna()) <= {"ham", "other"}


def test_one_class_alone_is_no_error():
    found = crowdlab(log(ann="hh", bob="hh"), proba(2))
    assert found.items["label"].tolist() == ["ham", "ham"]
    assert found.items["agreement"].tolist() == [1, 1]


def test_an_unsure_item_comes_before_a_sure_one_and_before_one_answered_twice():
    pred_probs = SoftLabels(
        [[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.9, 0.05, 0.05], [0.9, 0.05, 0.05]],
        ["00", "01", "02", "03"],
        SCHEMA,
    )
    order = active_scores(log(ann="..hh", bob="...h"), pred_probs).index.tolist()
    assert order.index("01") < order.index("00") < order.index("03")


def test_equal_scores_are_in_the_order_of_the_ids():
    same = SoftLabels(np.full((3, 3), 1 / 3), ["b", "c", "a"], SCHEMA)
    assert active_scores(DecisionLog(), same).index.tolist() == ["a", "b", "c"]


def test_answers_to_items_without_probabilities_are_left_out_and_counted():
    found = crowdlab(log(ann="hso", bob="hso"), proba(2))
    assert found.items.index.tolist() == ["00", "01"]
    assert found.n_elsewhere == 2
    assert "Left out: 2 answers to items without probabilities." in found.words()


def test_skips_are_no_answers():
    found = crowdlab(log(ann="hs-", bob="hs-", cy="h-o"), proba(3))
    assert found.items["answers"].tolist() == [3, 2, 1]


def test_reviewer_quality_takes_it():
    decisions, pred_probs, _ = crowd()
    found = crowdlab(decisions, pred_probs)
    beside = reviewer_quality(decisions, SCHEMA, crowdlab=found).reviewers
    assert beside["crowdlab"].tolist() == found.reviewers["quality"].tolist()


def test_probabilities_of_a_label_model_are_refused():
    posterior = SoftLabels([[1, 0, 0]], ["00"], SCHEMA, "model:DawidSkene")
    for function in (crowdlab, active_scores):
        with pytest.raises(LabelsError, match="pred_probs comes from 'model:DawidSkene'"):
            function(log(ann="h", bob="h"), posterior)


def test_arguments_in_the_wrong_order_are_refused():
    for function in (crowdlab, active_scores):
        with pytest.raises(ParameterError, match="must be a DecisionLog"):
            function(proba(3), log(ann="h"))


def test_an_answer_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match="is 'eggs', must be one of"):
        crowdlab(DecisionLog([Decision("00", "eggs", "ann", AT)]), proba(1))


def test_words_repr_and_notebooks():
    decisions, pred_probs, _ = crowd()
    found = crowdlab(decisions, pred_probs)
    assert found.words().splitlines()[0].startswith(f"{len(found.items)} items, 0 of them tied, ")
    assert "Quality of the reviewers, the lowest first: dee " in found.words()
    assert repr(found) == f"Crowdlab({len(found.items)} items, 4 reviewers)"
    evil = "<script>alert(1)</script>"
    page = crowdlab(log(**{evil: "hs", "bob": "hs"}), proba(2))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
