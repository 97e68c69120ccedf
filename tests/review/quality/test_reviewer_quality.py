"""reviewer_quality: how right each reviewer is."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import DecisionsError, LabelsError, ParameterError
from weaklabel.review import reviewer_quality

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "o": "other", "-": None}
SAID = {"ann": "hhss-", "bob": "hssso", "cy": "hss.."}
GOLD = {"0": "ham", "1": 0, "3": "spam", "4": None, "never seen": "ham"}


def log(**said):
    """Return the log of reviewers, each with one letter an item; "." for no decision."""
    return DecisionLog(
        Decision(str(i), NAMES[c], who, AT)
        for who, letters in said.items()
        for i, c in enumerate(letters)
        if c != "."
    )


def quality(decisions=None, gold=None, **options):
    return reviewer_quality(
        log(**SAID) if decisions is None else decisions, SCHEMA, gold, **options
    )


def test_answers_and_skips_are_counted():
    found = quality().reviewers
    assert found.index.tolist() == ["ann", "bob", "cy"]
    assert found["answers"].tolist() == [4, 5, 3]
    assert found["skips"].tolist() == [1, 0, 0]


def test_accuracy_is_against_gold_with_wilsons_interval():
    found = quality(gold=GOLD).reviewers
    # Known: items 0, 1, 3. ann is right on all, bob not on 1, cy not on 1 and never saw 3.
    assert found["gold_checks"].tolist() == [3, 3, 2]
    assert found["gold_right"].tolist() == [3, 2, 1]
    assert found["accuracy"].tolist() == pytest.approx([1, 2 / 3, 1 / 2])
    low, high = wilson_interval([3, 2, 1], [3, 3, 2])
    assert found["accuracy_low"].tolist() == pytest.approx(low)
    assert found["accuracy_high"].tolist() == pytest.approx(high)


def test_without_gold_accuracy_is_unknown():
    found = quality().reviewers
    assert found["accuracy"].isna().all()
    assert found["accuracy_low"].tolist() == [0, 0, 0]
    assert found["accuracy_high"].tolist() == [1, 1, 1]


def test_the_others_are_those_without_the_reviewer():
    found = quality().reviewers
    # Item 0: all ham. 1: ann's others say spam twice, bob's and cy's tie. 2: all spam.
    # 3: ann and bob say spam to each other. 4: bob is alone.
    assert found["compared"].tolist() == [4, 3, 2]
    assert found["with_others"].tolist() == [3, 3, 2]
    assert found["agreement"].tolist() == [0.75, 1, 1]


def test_what_adjudicators_agree_on_takes_the_place_of_the_others():
    found = quality(log(**SAID, eve=".h..h"), adjudicators=["eve"])
    assert found.reviewers.index.tolist() == ["ann", "bob", "cy"]
    # Now item 1 is ham, and item 4, where bob was alone, too.
    assert found.reviewers["compared"].tolist() == [4, 5, 3]
    assert found.reviewers["with_others"].tolist() == [4, 3, 2]
    assert "eve" not in found.confusion["reviewer"].tolist()


def test_adjudicators_who_differ_are_no_reference():
    found = quality(log(ann="h", eve="s", zoe="o"), adjudicators=["eve", "zoe"])
    assert found.reviewers["compared"].tolist() == [0]


def test_confusion_is_by_true_class_and_answer():
    found = quality(gold=GOLD)
    assert found.confused("bob").to_dict("index") == {
        "ham": {"ham": 1, "spam": 1},
        "spam": {"ham": 0, "spam": 1},
    }
    assert found.confused("ann", "others").to_dict("index") == {
        "ham": {"ham": 1, "spam": 0},
        "spam": {"ham": 1, "spam": 2},
    }
    assert found.confusion["items"].sum() == 8 + 9


def test_crowdlab_is_put_beside_by_name():
    table = pd.DataFrame({"quality": [0.9, 0.4]}, index=["bob", "ann"])
    found = quality(crowdlab=SimpleNamespace(reviewers=table))
    assert found.reviewers["crowdlab"].tolist()[:2] == [0.4, 0.9]
    assert np.isnan(found.reviewers["crowdlab"]["cy"])
    assert "CROWDLAB quality 0.40" in found.words().splitlines()[0]
    assert "CROWDLAB" not in found.words().splitlines()[2]
    assert "crowdlab" not in quality().reviewers


def test_words_are_a_line_for_each_reviewer():
    assert quality(gold=GOLD).words().splitlines()[1] == (
        "bob: 5 answers, 0 skips; 2 of 3 gold checks right (21 % to 94 %); "
        "3 of 3 as the others say (44 % to 100 %)"
    )
    assert quality(log(ann="-")).words() == "ann: 0 answers, 1 skip"
    assert quality(DecisionLog()).words() == ""


def test_more_confidence_is_a_wider_interval():
    narrow, wide = (quality(gold=GOLD, confidence=c).reviewers for c in (0.5, 0.99))
    assert (narrow["accuracy_low"] > wide["accuracy_low"]).all()


def test_repr_and_notebooks():
    evil = "<script>alert(1)</script>"
    found = quality(DecisionLog([Decision("0", "ham", evil, AT)]), {"0": "ham"})
    assert repr(found) == "ReviewerQuality(1 reviewer, 1 answer to gold checks)"
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_the_order_of_the_log_changes_nothing():
    one, two = quality(gold=GOLD), quality(DecisionLog(list(log(**SAID))[::-1]), gold=GOLD)
    assert one.reviewers.equals(two.reviewers)
    assert one.confusion.equals(two.confusion)


def test_gold_that_is_no_class_is_refused():
    with pytest.raises(LabelsError, match="gold holds a label that is no class: label is 'eggs'"):
        quality(gold={"0": "eggs"})


def test_gold_must_say_of_which_item():
    with pytest.raises(ParameterError, match="gold is \\['ham'\\], must be a mapping from item id"):
        quality(gold=["ham"])


def test_an_answer_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match="is 'eggs'"):
        quality(DecisionLog([Decision("0", "eggs", "ann", AT)]))


@pytest.mark.parametrize(("confidence", "words"), [(0, "in \\(0, 1\\)"), (95, "confidence is 95")])
def test_confidence_is_a_share(confidence, words):
    with pytest.raises(ParameterError, match=words):
        quality(confidence=confidence)
