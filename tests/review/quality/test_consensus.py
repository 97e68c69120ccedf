"""consensus: one label an item where enough reviewers agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.review import consensus

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "o": "other", "-": None}


def log(eve=None, **said):
    """Return the log of items, each with one letter an answer, and of eve, with one an item."""
    decisions = [
        Decision(item, NAMES[c], f"reviewer {j}", AT)
        for item, letters in said.items()
        for j, c in enumerate(letters)
    ]
    return DecisionLog(
        decisions + [Decision(i, NAMES[c], "eve", AT) for i, c in (eve or {}).items()]
    )


def state(letters, rule=(2, 3)):
    """Return state and label of one item with these answers."""
    row = consensus(log(a=letters), SCHEMA, rule).items.loc["a"]
    return row["state"], row["label"]


@pytest.mark.parametrize(
    ("letters", "rule", "expected"),
    [
        ("h", (2, 3), ("waiting", None)),
        ("hh", (2, 3), ("agreed", "ham")),
        ("hs", (2, 3), ("waiting", None)),
        ("hss", (2, 3), ("agreed", "spam")),
        ("hso", (2, 3), ("for adjudication", None)),
        ("h", (1, 1), ("agreed", "ham")),
        ("hs", (2, 2), ("for adjudication", None)),
        # Three of three cannot be reached any more.
        ("hs", (3, 3), ("for adjudication", None)),
        ("hhss", (3, 5), ("waiting", None)),
        ("hhsso", (3, 5), ("for adjudication", None)),
        # More answers than were asked for: the same share.
        ("hhhs", (2, 3), ("agreed", "ham")),
        ("hhss", (2, 3), ("for adjudication", None)),
        ("hhhss", (2, 3), ("for adjudication", None)),
        ("hhhhss", (2, 3), ("agreed", "ham")),
        # A skip is no answer.
        ("h-", (2, 3), ("waiting", None)),
        ("h-h", (2, 3), ("agreed", "ham")),
        ("---", (2, 3), ("waiting", None)),
        ("hs-", (2, 3), ("waiting", None)),
    ],
)
def test_a_rule_settles_waits_or_gives_up(letters, rule, expected):
    assert state(letters, rule) == expected


def test_gold_is_the_code_of_settled_items_in_the_order_asked_for():
    found = consensus(log(a="hh", b="hs", c="ss"), SCHEMA)
    codes = found.gold(np.array(["c", "never seen", "b", "a"]))
    assert codes.tolist() == [1, -1, -1, 0]
    assert codes.dtype == SCHEMA.dtype


def test_gold_of_nothing_is_open():
    assert consensus(DecisionLog(), SCHEMA).gold(["a"]).tolist() == [-1]


def test_the_rest_says_who_said_what():
    found = consensus(log(a="hso-", b="hh", c="s"), SCHEMA)
    assert found.for_adjudication["said"].to_dict() == {
        "a": "reviewer 0: ham; reviewer 1: spam; reviewer 2: other; reviewer 3: skipped"
    }
    assert found.waiting["said"].to_dict() == {"c": "reviewer 0: spam"}
    assert found.items.loc["a", ["answers", "skips"]].tolist() == [3, 1]


def test_an_adjudicator_settles_whatever_others_said():
    decisions = log({"a": "o", "b": "s", "c": "h", "d": "-"}, a="hso", b="hh", d="hso")
    found = consensus(decisions, SCHEMA, adjudicators=["eve"])
    assert found.items["label"].to_dict() == {"a": "other", "b": "spam", "c": "ham", "d": None}
    assert found.items["state"].to_dict() == {
        "a": "adjudicated",
        "b": "adjudicated",
        "c": "adjudicated",
        "d": "for adjudication",
    }
    assert found.items["answers"].to_dict() == {"a": 3, "b": 2, "c": 0, "d": 3}
    assert found.items.loc["a", "said"].endswith("; eve: other")


def test_who_is_no_adjudicator_is_one_of_the_reviewers():
    found = consensus(log({"a": "s"}, a="hs"), SCHEMA)
    assert found.items.loc["a", ["label", "state", "answers"]].tolist() == ["spam", "agreed", 3]


def test_adjudicators_who_contradict_each_other_settle_nothing():
    decisions = [*log({"a": "o"}, a="hh"), Decision("a", "spam", "zoe", AT)]
    found = consensus(DecisionLog(decisions), SCHEMA, adjudicators=["eve", "zoe"])
    assert found.items.loc["a", ["label", "state"]].tolist() == [None, "for adjudication"]


def test_a_later_answer_of_the_same_reviewer_replaces_the_first():
    decisions = [*log(a="hs"), Decision("a", "ham", "reviewer 1", AT)]
    assert consensus(DecisionLog(decisions), SCHEMA).items.loc["a", "label"] == "ham"


@given(st.lists(st.text("hso-", max_size=6), max_size=8), st.sampled_from([(2, 3), (1, 1), (3, 5)]))
def test_the_order_of_the_log_changes_nothing(answers, rule):
    decisions = list(log(**{f"item {i}": letters for i, letters in enumerate(answers)}))
    one = consensus(DecisionLog(decisions), SCHEMA, rule)
    two = consensus(DecisionLog(decisions[::-1]), SCHEMA, rule)
    assert one.items.equals(two.items)
    assert one.items["label"].notna().sum() == (one.items["state"] == "agreed").sum()


def test_words_count_every_state():
    found = consensus(log({"d": "h"}, a="hh", b="hso", c="h", d="s"), SCHEMA, adjudicators=["eve"])
    assert found.words() == (
        "2 of 3 answers must agree. Of 4 items with a decision 1 are agreed, 1 adjudicated, 1 for "
        "adjudication, and 1 wait for more answers."
    )
    assert repr(found) == f"Consensus({found.words()})"


def test_notebooks_get_no_markup_of_the_data():
    evil = "<script>alert(1)</script>"
    log_ = DecisionLog([Decision("a", c, f"{evil}{c}", AT) for c in ("ham", "spam", "other")])
    page = consensus(log_, SCHEMA)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "rule", [(1, 2), (2, 4), (0, 1), (3, 2), (2.5, 3), (True, 1), 2, "23", (2, 3, 4), None]
)
def test_a_rule_must_leave_one_winner(rule):
    with pytest.raises(ParameterError, match=r"rule is .*, must be \(k, n\), two whole numbers"):
        consensus(log(a="h"), SCHEMA, rule)


def test_a_label_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match="is 'eggs', must be one of"):
        consensus(DecisionLog([Decision("a", "eggs", "ann", AT)]), SCHEMA)


def test_a_single_name_is_no_list_of_adjudicators():
    with pytest.raises(ParameterError, match=r"Write \['eve'\]"):
        consensus(log(a="h"), SCHEMA, adjudicators="eve")
