"""Decision and DecisionLog: answers in order, nothing overwritten."""

from dataclasses import replace

import pytest

from weaklabel import Decision, DecisionLog, LabelSchema
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError

AT = "2026-05-04T10:15:00+00:00"
SCHEMA = LabelSchema(["ham", "spam"])


def decision(item_id, label, reviewer="ann"):
    return Decision(item_id, label, reviewer, AT)


def test_a_later_answer_of_the_same_reviewer_supersedes_but_stays():
    log = DecisionLog([decision("a", "ham"), decision("b", "ham"), decision("a", "spam")])
    assert len(log) == 3
    assert [(d.item_id, d.label) for d in log.standing] == [("b", "ham"), ("a", "spam")]
    assert log.gold(["a", "b", "c"], SCHEMA).tolist() == [1, 0, -1]


def test_reviewers_who_disagree_leave_the_item_open():
    log = DecisionLog(
        [decision("a", "ham"), decision("a", "spam", "bob"), decision("b", "ham", "bob")]
    )
    assert log.disputed() == ("a",)
    assert log.gold(["a", "b"], SCHEMA).tolist() == [-1, 0]


def test_a_dispute_ends_when_one_reviewer_changes_the_answer():
    log = DecisionLog([decision("a", "ham"), decision("a", "spam", "bob"), decision("a", "spam")])
    assert log.disputed() == ()
    assert log.gold(["a"], SCHEMA).tolist() == [1]


def test_a_skip_is_no_answer():
    log = DecisionLog([decision("a", None), decision("a", "ham", "bob")])
    assert log.gold(["a"], SCHEMA).tolist() == [0]
    assert DecisionLog([decision("a", None)]).gold(["a"], SCHEMA).tolist() == [-1]


def test_a_skip_withdraws_an_earlier_answer():
    assert DecisionLog([decision("a", "ham"), decision("a", None)]).agreed() == {}


def test_the_chain_depends_on_every_field_and_on_the_order():
    one, two = decision("a", "ham"), decision("b", "spam")
    heads = {
        DecisionLog([one, two]).head_hash,
        DecisionLog([two, one]).head_hash,
        DecisionLog([one]).head_hash,
        DecisionLog([replace(one, comment="x"), two]).head_hash,
        DecisionLog().head_hash,
    }
    assert len(heads) == 5
    assert DecisionLog().head_hash == FIRST_HASH


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"item_id": ""}, "item_id is '', must be a non-empty text."),
        ({"reviewer": " "}, "reviewer is ' ', must be a non-empty text."),
        (
            {"decided_at": "yesterday"},
            "decided_at is 'yesterday', must be an ISO 8601 time with its offset.",
        ),
        ({"decided_at": "2026-05-04T10:15:00"}, "must be an ISO 8601 time with its offset."),
    ],
)
def test_wrong_decisions_are_refused_in_words(changes, message):
    with pytest.raises(DecisionsError) as caught:
        replace(decision("a", "ham"), **changes)
    assert message in str(caught.value)


def test_a_class_that_is_gone_is_an_error():
    with pytest.raises(
        DecisionsError, match=r"label of decision on 'a' is 'eggs', must be one of \['ham'"
    ):
        DecisionLog([decision("a", "eggs")]).gold(["a"], SCHEMA)


def test_now_is_a_time_that_a_decision_accepts():
    assert replace(decision("a", "ham"), decided_at=Decision.now()).decided_at.endswith("+00:00")


def test_to_pandas_has_one_row_for_each_decision():
    frame = DecisionLog([decision("a", "ham"), decision("a", None)]).to_pandas()
    assert frame["item_id"].tolist() == ["a", "a"]
    assert DecisionLog().to_pandas().columns[0] == "item_id"


def test_reprs_are_readable_and_escaped():
    log = DecisionLog([replace(decision("a", "ham"), comment="<b>")])
    assert repr(log) == "DecisionLog(1 decisions on 1 items by 1 reviewers, 0 disputed)"
    assert "&lt;b&gt;" in log._repr_html_()
    assert "&lt;b&gt;" in log.decisions[0]._repr_html_()
