"""What a decision must not hold is refused in words."""

from dataclasses import replace

import pytest

from weaklabel.core import CAUSES, Decision
from weaklabel.core._decision_checks import KINDS
from weaklabel.errors import DecisionsError

AT = "2026-05-04T10:15:00+00:00"


def decision(item_id, label, reviewer="ann"):
    return Decision(item_id, label, reviewer, AT)


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
        ({"seconds": -1}, "seconds is -1, must be a number in [0, inf). None says: not measured."),
        ({"seconds": float("nan")}, "seconds is nan, must be a number in [0, inf)."),
        ({"seconds": float("inf")}, "seconds is inf, must be a number in [0, inf)."),
        ({"seconds": True}, "seconds is True, must be a number in [0, inf)."),
        ({"seconds": "3"}, "seconds is '3', must be a number in [0, inf)."),
        ({"blind": 1}, "blind is 1, must be True or False."),
        ({"gold": None}, "gold is None, must be True or False."),
        ({"key": None}, "key is None, must be a text. Leave it empty for none."),
        ({"text_hash": 3}, "text_hash is 3, must be a text."),
        ({"dataset_version": 7}, "dataset_version is 7, must be a text."),
        ({"shown": "spam"}, "shown is 'spam', must be a mapping or None."),
        ({"shown": {"a": float("nan")}}, "shown of a decision cannot be kept: values is"),
        ({"salt": "é"}, "salt is 'é', must be ASCII. Let the store make it."),
        ({"kind": "redo"}, "kind is 'redo', must be one of ['', 'undo', 'erasure', 'escalation',"),
        ({"about": None}, "about is None, must be a text."),
        ({"about": "eve"}, "about is 'eve', must be empty but for the kinds 'escalation', "),
        (
            {"kind": "escalation"},
            "must be empty where there is a label. An escalation is no answer.",
        ),
        (
            {"kind": "note"},
            "must be empty where there is a label, proposed label, stratum, blind or",
        ),
        ({"kind": "flag", "label": None, "gold": True}, "proposed label, stratum, blind or gold."),
        (
            {"kind": "undo", "label": None, "cause": CAUSES[0]},
            "must be empty where there is a cause",
        ),
        ({"kind": "lf_wrong", "label": None}, "about is '', must be a labeling function for kind"),
        ({"kind": "undo"}, "must be empty where there is a label, proposed label, stratum"),
        ({"kind": "erasure", "label": None, "text_hash": "x"}, "An erasure has a comment at most"),
        ({"payload_hash": "x", "comment": "y"}, "must be empty where there is a comment"),
        ({"payload_hash": "x", "salt": "y"}, "must be empty where there is a comment"),
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


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_answer_has_a_label(kind):
    about = "f" if kind.startswith("lf") else ""
    assert replace(decision("a", None), kind=kind, about=about).kind == kind
    if kind:
        with pytest.raises(DecisionsError, match="must be empty where there is a label"):
            replace(decision("a", "ham"), kind=kind, about=about)
