"""Where decisions are kept, and which of them labels learn from."""

from pathlib import Path

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.project import ReviewConfig
from weaklabel.project._decisions import learned_log, queue_starts_in, store_location

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def log_of(*said, **more):
    return DecisionLog(Decision(item, label, who, AT, **more) for item, who, label in said)


@pytest.mark.parametrize(
    ("store", "location"),
    [
        ("", Path("project/review/decisions.sqlite")),
        ("other.sqlite", Path("project/other.sqlite")),
        ("postgresql://host/db", "postgresql://host/db"),
    ],
)
def test_decisions_are_where_the_settings_say(store, location):
    assert store_location(Path("project"), ReviewConfig(store=store)) == location


def test_of_one_persons_review_all_decisions_are_learned_from():
    log = log_of(("a", "ann", "ham"), ("b", "ann", None))
    assert learned_log(log, SCHEMA, ReviewConfig()) is log


def test_with_a_rule_an_item_is_learned_when_enough_agree():
    said = [("a", "ann", "ham"), ("b", "ann", "ham"), ("b", "bob", "ham"), ("c", "bob", "spam")]
    learned = learned_log(log_of(*said), SCHEMA, ReviewConfig(answers=(2, 3)))
    assert [(d.item_id, d.reviewer) for d in learned] == [("b", "ann"), ("b", "bob")]


def test_checks_of_reviewers_are_not_learned_from_even_without_a_rule():
    log = DecisionLog([*log_of(("a", "ann", "ham")), *log_of(("b", "ann", "ham"), gold=True)])
    assert [d.item_id for d in learned_log(log, SCHEMA, ReviewConfig())] == ["a"]


def test_an_expert_settles_an_item_without_a_rule():
    log = DecisionLog(
        [*log_of(("a", "ann", "ham")), *log_of(("a", "eve", "spam"), stratum="adjudication")]
    )
    assert [d.label for d in learned_log(log, SCHEMA, ReviewConfig())] == ["spam"]


def test_queues_start_after_as_many_learned_decisions_as_there_were_then():
    said = [("a", "ann", "ham"), ("b", "ann", "ham"), ("b", "bob", "ham"), ("a", "bob", "ham")]
    log = log_of(*said)
    learned = learned_log(DecisionLog(log.decisions[:3]), SCHEMA, ReviewConfig(answers=(2, 3)))
    assert len(learned) == 2
    assert queue_starts_in(learned, log, [0, 1, 2, 3, 4]) == [0, 0, 1, 2, 2]
    assert queue_starts_in(log, log, [0, 3]) == [0, 3]
