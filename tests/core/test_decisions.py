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


FULL = Decision(
    "a", "ham", "ann", AT, "spam", "random", "why", CAUSES[0], "ab12", {"p": [0.1, 0.9]}, 1.25,
    True, True, "v7", "key-1",
)  # fmt: skip


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


def test_an_undo_withdraws_what_stands_until_the_next_answer():
    first, second = decision("a", "ham"), decision("a", "spam")
    undo = second.undone(decided_at=AT, key="u1")
    assert (undo.kind, undo.label, undo.item_id, undo.reviewer) == ("undo", None, "a", "ann")
    log = DecisionLog([first, second, decision("a", "spam", "bob"), undo])
    assert [d.reviewer for d in log.standing] == ["bob"]
    assert log.gold(["a"], SCHEMA).tolist() == [1]
    assert DecisionLog([first, second, undo]).agreed() == {}
    again = DecisionLog([first, second, undo, first])
    assert [d.label for d in again.standing] == ["ham"]


def test_an_undo_ends_a_dispute_and_is_no_skip():
    log = DecisionLog([decision("a", "ham"), decision("a", "spam", "bob")])
    assert log.disputed() == ("a",)
    undone = DecisionLog([*log, decision("a", "spam", "bob").undone()])
    assert undone.disputed() == ()
    assert undone.agreed()["a"].reviewer == "ann"


def test_undoing_again_and_again_goes_back_to_the_first_answer():
    decisions = [decision(i, "ham") for i in "abc"] + [decision("a", "spam"), decision("d", "ham", "bob")]  # fmt: skip
    undone = []
    while (last := DecisionLog(decisions).latest("ann")) is not None:
        undone.append(last.item_id)
        decisions.append(last.undone())
    assert undone == ["a", "c", "b"]
    assert DecisionLog(decisions).latest("bob") == decision("d", "ham", "bob")
    assert DecisionLog(decisions).latest("nobody") is None


def test_an_erasure_supersedes_nothing():
    tombstone = Decision("a", None, "ann", AT, comment="asked", kind="erasure")
    log = DecisionLog([decision("a", "ham"), tombstone])
    assert [d.label for d in log.standing] == ["ham"]
    assert DecisionLog([tombstone]).standing == ()
    assert not tombstone.is_answer
    assert decision("a", None).is_answer


def test_a_class_that_is_gone_is_an_error():
    with pytest.raises(
        DecisionsError, match=r"label of decision on 'a' is 'eggs', must be one of \['ham'"
    ):
        DecisionLog([decision("a", "eggs")]).gold(["a"], SCHEMA)


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
    assert "<td>undo</td>" in DecisionLog([decision("a", "ham").undone()])._repr_html_()
    shown = replace(FULL, shown={"<script>": 1}, salt="5a17")._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "5a17" not in shown


def test_a_log_with_every_field_is_saved_and_comes_back(tmp_path):
    path = tmp_path / "log.parquet"
    salted = replace(FULL, salt="00ff")
    log = DecisionLog([salted, FULL.undone(), salted.erased(), replace(FULL, seconds=None)])
    save(log, path)
    assert load(path, DecisionLog) == log
    assert load(path, DecisionLog).head_hash == log.head_hash
    assert pq.read_schema(path).field("seconds").type == "double"


def test_a_log_with_causes_is_saved_and_one_from_before_them_is_read(tmp_path):
    path = tmp_path / "log.parquet"
    log = DecisionLog([decision("a", "ham"), replace(decision("b", None), cause="out of scope")])
    save(log, path)
    assert load(path, DecisionLog) == log
    before = DecisionLog([decision("a", "ham")])
    save(before, path)
    pq.write_table(pq.read_table(path).drop_columns(["cause"]), path)
    assert load(path, DecisionLog) == before


def other(item_id, kind, reviewer="ann", about="", **more):
    return Decision(item_id, None, reviewer, AT, kind=kind, about=about, **more)


def test_an_escalation_stands_in_place_of_an_answer_and_is_none():
    passed = other("a", "escalation", about="eve", stratum="random")
    log = DecisionLog([decision("a", "ham"), decision("b", None), passed])
    assert log.escalated() == (passed,)
    assert [d.item_id for d in log.standing] == ["b"]
    assert (log.agreed(), log.disputed()) == ({}, ())
    assert log.latest("ann") == passed
    assert DecisionLog([*log, decision("a", "spam")]).escalated() == ()
    undone = DecisionLog([*log, passed.undone()])
    assert (undone.escalated(), undone.latest("ann")) == ((), decision("b", None))
    assert DecisionLog([*log, decision("a", "spam", "bob")]).escalated() == (passed,)


def test_remarks_leave_answers_alone():
    answers = [decision("a", "ham"), decision("b", "spam", "bob"), other("c", "escalation")]
    remarks = [
        other("a", "note", comment="hm", cause=CAUSES[1]),
        other("a", "flag"),
        other("b", "unflag", "bob"),
        other("a", "lf_wrong", about="f"),
        other("c", "lf_ok", about="f"),
    ]
    log, plain = DecisionLog([*answers, *remarks]), DecisionLog(answers)
    assert (log.standing, log.on_items) == (plain.standing, plain.on_items)
    assert (log.agreed(), log.escalated()) == (plain.agreed(), plain.escalated())
    assert log.latest("ann") == plain.latest("ann")
    assert DecisionLog(remarks).standing == ()


def test_a_flag_stands_until_its_reviewer_takes_it_away():
    log = [other("b", "flag"), other("a", "flag"), other("a", "flag", "bob"), other("a", "unflag")]
    assert DecisionLog(log).flagged() == ("a", "b")
    assert DecisionLog([*log, other("a", "unflag", "bob")]).flagged() == ("b",)
    assert DecisionLog([*log, decision("b", "ham"), decision("b", "ham").undone()]).flagged() == (
        "a",
        "b",
    )


def test_wrong_functions_are_listed_with_their_items():
    log = DecisionLog(
        [
            other("b", "lf_wrong", about="g"),
            other("a", "lf_wrong", about="g"),
            other("a", "lf_wrong", about="f"),
            other("a", "lf_ok", about="f"),
            other("a", "lf_wrong", "bob", about="e"),
            other("a", "flag"),
        ]
    )
    assert log.wrong_functions() == {"e": ("a",), "g": ("a", "b")}


def test_gold_checks_measure_the_reviewer_and_not_the_item():
    check = replace(decision("a", "ham"), gold=True)
    log = DecisionLog(
        [check, decision("b", "ham"), replace(decision("b", "spam", "bob"), gold=True)]
    )
    assert len(log.standing) == 3
    assert [d.item_id for d in log.on_items] == ["b"]
    assert list(log.agreed()) == ["b"]
    assert log.disputed() == ()
    assert log.gold(["a", "b"], SCHEMA).tolist() == [-1, 0]


def test_an_adjudication_settles_whatever_others_said():
    said = [decision("a", "ham"), decision("a", "ham", "bob")]
    ruled = replace(decision("a", "spam", "eve"), stratum="adjudication")
    later = decision("a", "ham", "cy")
    log = DecisionLog([*said, ruled, later])
    assert log.agreed() == {"a": ruled}
    assert (log.disputed(), log.on_items) == ((), (ruled,))
    differs = replace(decision("a", "ham", "dan"), stratum="adjudication")
    assert DecisionLog([*log, differs]).disputed() == ("a",)
    skipped = replace(ruled, label=None)
    assert DecisionLog([*said, skipped]).gold(["a"], SCHEMA).tolist() == [0]


def test_a_log_with_every_kind_survives_a_file(tmp_path):
    log = DecisionLog(
        [
            FULL,
            other("a", "escalation", about="eve", proposed="ham", stratum="random", blind=True),
            other("a", "note", comment="x"),
            other("a", "lf_wrong", about="<script>\x00"),
            other("a", "unflag"),
        ]
    )
    save(log, tmp_path / "log.parquet")
    assert load(tmp_path / "log.parquet") == log
    assert "<script" not in DecisionLog([*log, *log])._repr_html_()
