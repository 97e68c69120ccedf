"""Work: decisions sorted by what the dashboard counts."""

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.team._dashboard_work import Work, table

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def said(item, label="ham", who="ann", **more):
    return Decision(item, label, who, AT, **more)


def test_every_standing_answer_is_of_one_sort():
    work = Work.of_log(
        DecisionLog(
            [
                said("a"),
                said("b", None),
                said("c", gold=True),
                said("d", stratum="adjudication"),
                said("e", "eggs"),
                said("f", None, kind="escalation"),
            ]
        ),
        SCHEMA,
    )
    sorts = (work.ordinary, work.checks, work.adjudications, work.unknown, work.escalated)
    assert [[d.item_id for d in sort] for sort in sorts] == [["a", "b"], ["c"], ["d"], ["e"], ["f"]]
    assert len(work.standing) == 5


def test_what_adjudicators_say_settles_unless_they_differ():
    rulings = [("a", "ham", "eve"), ("a", "ham", "fay"), ("b", "ham", "eve"), ("b", "spam", "fay")]
    rulings.append(("c", None, "eve"))
    log = DecisionLog(
        said(item, label, who, stratum="adjudication") for item, label, who in rulings
    )
    assert Work.of_log(log, SCHEMA).settled == {"a": "ham"}


def test_a_table_is_cut_and_says_how_many_rows_there_are():
    assert table(({"n": n} for n in range(5)), 2) == {"rows": [{"n": 0}, {"n": 1}], "total": 5}
