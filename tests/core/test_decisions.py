"""Decision and DecisionLog: answers in order, nothing overwritten."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from weaklabel import Decision, DecisionLog, LabelSchema, load, save
from weaklabel.core import CAUSES
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


def test_decisions_without_a_cause_hash_as_before_there_were_causes():
    """The hashes were computed by the version before, and are in logs and manifests."""
    one = Decision("a", "ham", "ann", AT, "spam", "random", "why")
    assert DecisionLog([one]).head_hash == (
        "7ce093632629fc799199551659633b3916d29ca197270a0a20eae8a41ce3da81"
    )
    assert DecisionLog([one, Decision("é-1", None, "bob", AT)]).head_hash == (
        "e8bc262c93f0704d43b5ed185ea6a75981b40d89c043e9541b26a1281e2da174"
    )


def test_every_cause_and_none_give_different_hashes():
    hashes = {
        replace(decision("a", "ham"), cause=cause).chained(FIRST_HASH) for cause in ("", *CAUSES)
    }
    assert len(hashes) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"cause": "typo"},
            "cause is 'typo', must be one of ['labeling function bug', 'ambiguous item', "
            "'guideline gap', 'out of scope', 'data error']. Leave it empty where no cause is known.",
        ),
        ({"cause": None}, "cause is None, must be one of"),
        ({"cause": "Data error"}, "cause is 'Data error', must be one of"),
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
    caused = DecisionLog([replace(decision("a", "ham"), cause="data error")]).to_pandas()
    assert caused["cause"].tolist() == ["data error"]


def test_reprs_are_readable_and_escaped():
    log = DecisionLog([replace(decision("a", "ham"), comment="<b>", cause="out of scope")])
    assert repr(log) == "DecisionLog(1 decisions on 1 items by 1 reviewers, 0 disputed)"
    assert "&lt;b&gt;" in log._repr_html_()
    assert "<td>out of scope</td>" in log._repr_html_()
    assert "&lt;b&gt;" in log.decisions[0]._repr_html_()


def test_a_log_with_causes_is_saved_and_one_from_before_them_is_read(tmp_path):
    path = tmp_path / "log.parquet"
    log = DecisionLog([decision("a", "ham"), replace(decision("b", None), cause="out of scope")])
    save(log, path)
    assert load(path, DecisionLog) == log
    before = DecisionLog([decision("a", "ham")])
    save(before, path)
    pq.write_table(pq.read_table(path).drop_columns(["cause"]), path)
    assert load(path, DecisionLog) == before
