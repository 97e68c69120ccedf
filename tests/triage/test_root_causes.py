"""root_causes: what reviewers said of wrong labels, by labeling function and by class."""

import numpy as np
import pytest

from weaklabel.core import (
    CAUSES,
    Decision,
    DecisionLog,
    LabelSchema,
    SoftLabels,
    SoftVotes,
    VoteMatrix,
)
from weaklabel.errors import DecisionsError, ItemsError, LabelsError, VotesError
from weaklabel.triage import RootCauses, root_causes

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
BUG, AMBIGUOUS, GAP, SCOPE, DATA = CAUSES
IDS = ["a", "b", "c", "d", "e"]


def decision(item, label, cause="", proposed=None, who="ann"):
    return Decision(item, label, who, AT, proposed, cause=cause)


def case():
    """Return votes of three functions on five items, and labels: spam, spam, ham, open, ham."""
    codes = [[1, 1, -1], [1, 0, -1], [0, -1, -1], [1, 0, -1], [-1, -1, 0]]
    proba = [[0.1, 0.9], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5], [0.7, 0.3]]
    votes = VoteMatrix.from_array(codes, SCHEMA, ["link", "long", "praise"], IDS)
    return votes, SoftLabels(proba, IDS, SCHEMA, "model:Test")


LOG = [
    decision("a", "ham", BUG),
    decision("b", "ham", BUG, "spam"),
    decision("c", "ham"),
    decision("d", None, AMBIGUOUS),
    decision("e", "ham", BUG),
]


def report(log=LOG, **changes):
    votes, soft = case()
    return root_causes(DecisionLog(log), **{"votes": votes, "soft": soft} | changes)


def rows(frame):
    """Return the rows of a frame, None where a value is missing."""
    return [
        tuple(None if value != value else value for value in row)
        for row in frame.astype(object).itertuples(name=None)
    ]


def test_causes_are_counted_the_most_frequent_first():
    found = report().by_cause
    assert found.index.name == "cause"
    # The reviewer gave the third a cause though its label was right.
    assert found.to_dict("index") == {
        BUG: {"answers": 3, "label_was_wrong": 2},
        AMBIGUOUS: {"answers": 1, "label_was_wrong": 0},
    }
    assert found.index.tolist() == [BUG, AMBIGUOUS]


def test_as_many_answers_leave_causes_in_their_order():
    log = [decision(key, "ham", cause) for key, cause in zip(IDS, reversed(CAUSES), strict=True)]
    assert report(log).by_cause.index.tolist() == list(CAUSES)


def test_functions_that_vote_against_the_answers_are_the_suspects():
    found = report().by_function
    assert found.index.names == ["cause", "lf"]
    # link votes spam on a and b, which are ham, of the four answered items on which it votes.
    assert rows(found) == [
        ((BUG, "link"), 2, 4, 0.5),
        ((BUG, "long"), 1, 3, 1 / 3),
        ((AMBIGUOUS, "long"), 1, 3, 1 / 3),
        ((AMBIGUOUS, "link"), 1, 4, 0.25),
    ]


def test_of_a_skip_every_vote_counts_and_of_an_answer_only_others():
    found = report([decision("d", None, SCOPE)]).by_function
    assert found.loc[SCOPE, "contradicting"].to_dict() == {"link": 1, "long": 1}
    found = report([decision("d", "spam", SCOPE)]).by_function
    assert found.loc[SCOPE, "contradicting"].to_dict() == {"long": 1}


def test_classes_are_what_was_shown_and_what_was_answered():
    found = report().by_class
    assert found.index.name == "cause"
    assert rows(found) == [
        (BUG, "spam", "ham", 2),
        (BUG, "ham", "ham", 1),
        (AMBIGUOUS, None, None, 1),
    ]


def test_what_was_shown_wins_over_the_label_of_now():
    found = report([decision("a", "ham", GAP, "ham")])
    assert found.by_cause.loc[GAP, "label_was_wrong"] == 0
    assert rows(found.by_class) == [(GAP, "ham", "ham", 1)]


def test_a_label_that_is_open_is_not_wrong():
    found = report([decision("d", "ham", GAP)])
    assert found.by_cause.loc[GAP, "label_was_wrong"] == 0
    assert rows(found.by_class) == [(GAP, None, "ham", 1)]


def test_only_standing_decisions_count():
    log = [decision("a", "ham", BUG), decision("a", "ham", DATA), decision("b", "ham", BUG)]
    found = report([*log, decision("b", "ham")])
    assert found.by_cause["answers"].to_dict() == {DATA: 1}
    assert found.n_decisions == 2


def test_every_reviewer_of_an_item_counts():
    log = [decision("a", "ham", BUG), decision("a", "spam", GAP, who="bob")]
    found = report(log)
    assert found.by_cause["answers"].to_dict() == {BUG: 1, GAP: 1}
    assert rows(found.by_function) == [((BUG, "link"), 1, 2, 0.5), ((BUG, "long"), 1, 2, 0.5)]


def test_decisions_on_items_that_are_gone_are_counted_and_said():
    found = report([*LOG, decision("x", "ham", BUG), decision("y", "eggs"), decision("z", None)])
    assert (found.n_decisions, found.n_elsewhere) == (5, 3)
    assert found.by_cause["answers"].to_dict() == {BUG: 3, AMBIGUOUS: 1}
    assert found.words().endswith(
        "\n3 decisions on items that are no longer in the data: kept in the log, and not used."
    )
    assert report().left_out() == ""
    assert report([decision("x", "ham")]).left_out().startswith("1 decision on items")


def test_the_words_name_functions_and_classes():
    assert report().words() == (
        "labeling function bug: 3 answers, 2 against the label that was shown\n"
        "  labeling functions that vote otherwise, of the answers where they vote: "
        "link 2 of 4 (50 %), long 1 of 3 (33.3 %)\n"
        "  classes: spam to ham 2, ham kept 1\n"
        "ambiguous item: 1 answer, 0 against the label that was shown\n"
        "  labeling functions that vote otherwise, of the answers where they vote: "
        "long 1 of 3 (33.3 %), link 1 of 4 (25 %)\n"
        "  classes: no label skipped 1\n"
        "Without a cause: 1 decision."
    )
    alone = report([decision("e", "ham", GAP)]).words()
    assert "\n  no labeling function votes otherwise\n" in alone


def test_a_long_list_is_cut_with_how_many_there_are():
    n = 6
    votes = VoteMatrix.from_array(np.ones((1, n)), SCHEMA, [f"f{j}" for j in range(n)], ["a"])
    soft = SoftLabels([[0.1, 0.9]], ["a"], SCHEMA)
    words = root_causes(DecisionLog([decision("a", "ham", BUG)]), votes, soft).words()
    assert "f0 1 of 1 (100 %), f1 1 of 1 (100 %), f2 1 of 1 (100 %) and 3 more" in words


@pytest.mark.parametrize("log", [[], [decision("a", "ham")], [decision("x", "ham", BUG)]])
def test_without_causes_the_report_is_empty_and_says_so(log):
    found = report(log)
    assert [len(found.by_cause), len(found.by_function), len(found.by_class)] == [0, 0, 0]
    assert list(found.by_cause.columns) == ["answers", "label_was_wrong"]
    assert list(found.by_function.columns) == ["contradicting", "votes", "share"]
    assert found.by_function.index.names == ["cause", "lf"]
    assert list(found.by_class.columns) == ["proposed", "answered", "answers"]
    assert found.words().split("\n")[0] == "No decision has a cause."
    assert repr(found) == f"RootCauses(0 of {found.n_decisions} decisions have a cause)"


def test_without_items_the_report_is_empty():
    votes = VoteMatrix.from_array(np.empty((0, 2), dtype=np.int8), SCHEMA)
    soft = SoftLabels(np.empty((0, 2)), [], SCHEMA)
    found = root_causes(DecisionLog(LOG), votes, soft)
    assert (found.n_decisions, found.n_elsewhere, found.n_with_cause) == (0, 5, 0)


def test_neither_the_order_of_items_nor_how_votes_are_stored_matters():
    votes, soft = case()
    order = [3, 1, 4, 0, 2]
    items, lfs, codes = votes.entries
    sparse = VoteMatrix.from_entries(
        items, lfs, codes, (5, 3), SCHEMA, votes.lf_names, votes.item_ids
    )
    for other in (
        report(votes=votes.take(order)),
        report(soft=soft.take(order)),
        report(votes=sparse),
    ):
        assert rows(other.by_function) == rows(report().by_function)
        assert rows(other.by_class) == rows(report().by_class)
    backwards = report(LOG[::-1])
    assert rows(backwards.by_cause) == rows(report().by_cause)
    assert rows(backwards.by_class) == rows(report().by_class)


def test_votes_on_items_without_a_label_are_ignored():
    _, soft = case()
    found = report(soft=soft.take([0, 1]))
    assert (found.n_decisions, found.n_elsewhere) == (2, 3)


def test_what_does_not_fit_is_said():
    votes, soft = case()
    other = SoftLabels(soft.posterior, IDS, LabelSchema(["no", "yes"]))
    with pytest.raises(LabelsError, match=r"votes has classes \['ham', 'spam'\], must have those"):
        report(soft=other)
    with pytest.raises(ItemsError, match="1 of 5 item ids are not among the votes"):
        report(votes=votes.take([0, 1, 2, 3]))
    with pytest.raises(VotesError, match="VoteMatrix for root_causes"):
        report(votes=SoftVotes.from_votes(votes))
    with pytest.raises(
        DecisionsError, match=r"label of decision on 'a' by 'bob' is 'eggs', must be"
    ):
        report([decision("a", "eggs", BUG, who="bob")])
    assert report([decision("a", "eggs"), decision("b", "ham", BUG)]).n_with_cause == 1


def test_a_class_that_was_shown_and_is_gone_is_reported_as_it_was():
    assert rows(report([decision("a", "ham", BUG, "eggs")]).by_class) == [(BUG, "eggs", "ham", 1)]


def test_reprs_are_readable_and_escaped():
    assert repr(report()) == (
        "RootCauses(4 of 5 decisions have a cause: 3 labeling function bug, 1 ambiguous item)"
    )
    schema = LabelSchema(["<i>ham", "spam"])
    votes = VoteMatrix.from_array([[1]], schema, ["<b>link"], ["a"])
    soft = SoftLabels([[0.1, 0.9]], ["a"], schema)
    html = root_causes(DecisionLog([decision("a", "<i>ham", BUG)]), votes, soft)._repr_html_()
    assert "&lt;b&gt;link" in html
    assert "&lt;i&gt;ham" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<table" not in report([])._repr_html_()
    assert isinstance(report(), RootCauses)


def test_causes_of_notes_escalations_and_gold_checks_are_those_of_no_answer():
    given = [
        Decision("a", None, "bob", AT, cause=GAP, kind="note"),
        Decision("b", None, "bob", AT, cause=GAP, kind="escalation"),
        Decision("c", "spam", "bob", AT, cause=GAP, gold=True),
    ]
    before, after = (
        root_causes(DecisionLog(LOG), *case()),
        root_causes(DecisionLog([*LOG, *given]), *case()),
    )
    assert after.words() == before.words()
