"""Words of what stages found: each fact has its line, and what is not there has none."""

from weaklabel.core import Decision, DecisionLog
from weaklabel.project import answer_words, decision_words, label_words, queue_words

APPLIED = {"items": 1200, "coverage": 0.5}
SHARES = {"class_shares": {"ham": 0.25, "spam": 0.75}}


def test_without_gold_labels_have_no_accuracy():
    assert label_words(APPLIED, {}, SHARES) == [
        "Items 1200, covered by at least one labeling function 0.500",
        "Refined labels: ham 0.250, spam 0.750",
    ]


def test_with_gold_three_accuracies_are_said():
    refined = {**SHARES, "accuracy": 0.9, "accuracy_label_model": 0.8}
    lines = label_words(APPLIED, {"accuracy_covered": 0.7}, refined)
    assert [line.split()[-1] for line in lines[1:4]] == ["0.700", "0.800", "0.900"]


def test_answers_say_what_they_changed_and_estimate():
    facts = {
        "flipped": {"answered": 3, "same votes": 2, "same functions": 1, "content": 0},
        "moved": {"link": [0.9, 0.7]},
        "estimate": {"words": "90 % are right.", "advice": "Go on."},
        "causes": "out of scope: 1 answer",
        "elsewhere": "never said beside causes",
    }
    assert answer_words(facts) == [
        "Labels that answers changed: 3 answered, 2 with the same votes, "
        "1 with a vote of the same function, 0 by content",
        "Precision of link by the labels: 0.90 before, 0.70 now",
        "90 % are right.",
        "Go on.",
        "out of scope: 1 answer",
    ]
    assert answer_words({"elsewhere": "1 decision"}) == ["1 decision"]
    assert answer_words({}) == []


def test_a_review_set_is_told_with_what_it_holds():
    facts = {"queue": 10, "strata": {"error": 8, "random": 2}}
    assert queue_words(facts) == ["Review set: 10 items (8 error, 2 random)"]
    facts |= {
        "yield": {"wrong": 6, "reviewed": 10, "chance": 1.5},
        "kept": ["queue-answered-1.csv"],
    }
    assert queue_words(facts)[1:] == [
        "Wrong labels in the review set: 6 of 10; as many random items would hold 1.5, "
        "4.0 times chance",
        "The answers in the previous review set are kept in queue-answered-1.csv",
    ]
    facts["yield"]["chance"] = 0.0
    assert queue_words(facts)[1].endswith("would hold 0.0")


def test_what_stands_out_has_a_line_each():
    facts = {"queue": 1, "strata": {"random": 1}, "uncovered": ["9 items"], "health_sample": 1000}
    facts |= {"looks_wrong": ["link", "long"], "contradicted": ["c1"]}
    assert queue_words(facts)[1:] == [
        "Labeling function to look at: link",
        "Labeling function to look at: long",
        "Worth a labeling function (in a sample of 1,000 items): 9 items",
        "Answer to look at again: c1",
    ]


def test_decisions_are_counted_and_what_was_said_beside_them():
    at = "2026-05-04T10:15:00+00:00"
    said = [Decision("a", "ham", "ann", at), Decision("a", "spam", "bob", at)]
    assert decision_words(DecisionLog(said)) == "decisions: 2 on 1 items, 1 disputed"
    said += [
        Decision("b", None, "ann", at, kind="escalation"),
        Decision("b", None, "ann", at, kind="flag"),
        Decision("b", None, "ann", at, kind="lf_wrong", about="link"),
    ]
    assert decision_words(DecisionLog(said)) == (
        "decisions: 5 on 2 items, 1 disputed, 1 wait for an expert, 1 flagged\n"
        "said to be wrong: link on 1"
    )
    said.append(Decision("b", "ham", "eve", at, stratum="adjudication"))
    assert "expert" not in decision_words(DecisionLog(said))
