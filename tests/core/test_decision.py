"""Decision: checked, frozen, and hashed as logs and manifests hold it."""

from dataclasses import replace

import numpy as np
import pytest

from weaklabel import Decision, DecisionLog
from weaklabel.core import CAUSES
from weaklabel.core._decision import KINDS
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError

AT = "2026-05-04T10:15:00+00:00"


def decision(item_id, label, reviewer="ann"):
    return Decision(item_id, label, reviewer, AT)


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


FULL = Decision(
    "a", "ham", "ann", AT, "spam", "random", "why", CAUSES[0], "ab12", {"p": [0.1, 0.9]}, 1.25,
    True, True, "v7", "key-1",
)  # fmt: skip


def test_each_later_field_is_hashed_where_it_is_set():
    plain = decision("a", "ham")
    later = {
        "cause": CAUSES[1],
        "text_hash": "x",
        "shown": {},
        "seconds": 0.0,
        "blind": True,
        "gold": True,
        "dataset_version": "x",
        "key": "x",
    }
    hashes = [replace(plain, **{name: value}).chained(FIRST_HASH) for name, value in later.items()]
    hashes += [plain.chained(FIRST_HASH), plain.undone(decided_at=AT).chained(FIRST_HASH)]
    hashes += [replace(plain, label=None).chained(FIRST_HASH)]
    assert len(set(hashes)) == len(later) + 3


def test_a_decision_with_every_field_hashes_as_it_did():
    """Logs and manifests hold these: a change here breaks them."""
    assert FULL.chained(FIRST_HASH) == (
        "7d64877ac68f1ce912a5102ef9321d595e45aceb219f0f2d6514028d7175afbb"
    )
    salted = replace(FULL, salt="00ff")
    assert salted.chained(FIRST_HASH) == (
        "fea82ce8fd399a979f7b6564d7fe7299171b845651707a9a2ccbdbf14c608318"
    )


def test_an_erased_decision_has_the_hash_that_it_had():
    salted = replace(FULL, salt="00ff")
    erased = salted.erased()
    assert (erased.comment, erased.text_hash, erased.shown, erased.salt) == ("", "", None, "")
    assert erased.chained(FIRST_HASH) == salted.chained(FIRST_HASH)
    assert erased.payload_hash == salted.payload_digest()
    assert erased.erased() == erased
    others = [replace(salted, salt="00fe"), replace(salted, comment=""), replace(salted, shown={})]
    assert len({d.payload_digest() for d in [salted, *others]}) == 4


def test_a_payload_without_salt_is_in_the_chain_and_cannot_be_erased():
    assert FULL.payload_digest() == ""
    with pytest.raises(DecisionsError, match="the decision on 'a' has no salt"):
        FULL.erased()
    assert decision("a", "ham").erased() == decision("a", "ham")


def test_what_was_shown_is_frozen_and_the_decision_hashable():
    votes = {"link": 1}
    one = replace(decision("a", "ham"), shown={"votes": votes})
    votes["link"] = 2
    assert one.shown == {"votes": {"link": 1}}
    assert len({one, replace(one, shown={"votes": {"link": 1}}), replace(one, shown=None)}) == 2


def test_seconds_are_a_float_whatever_number_is_given():
    found = [replace(decision("a", "ham"), seconds=s).seconds for s in (3, np.float32(2.5), -0.0)]
    assert [repr(s) for s in found] == ["3.0", "2.5", "0.0"]


def test_a_record_holds_every_field_and_gives_the_decision_back():
    salted = replace(FULL, salt="00ff")
    record = salted.record()
    assert list(record) == list(Decision.__dataclass_fields__)
    assert record["shown"] == '{"p":[0.1,0.9]}'
    assert Decision.of_record(record) == salted
    assert Decision.of_record(record).salt == "00ff"
    assert Decision.of_record({**FULL.record(), "more": 1}) == FULL
    with pytest.raises(DecisionsError, match="shown of a decision is no JSON object"):
        Decision.of_record({**record, "shown": "[]"})


def test_who_is_asked_is_hashed_only_where_it_is_said():
    passed = Decision("a", None, "ann", AT, kind="escalation")
    asked = replace(passed, about="eve")
    assert len({d.chained(FIRST_HASH) for d in (passed, asked, replace(asked, about="bob"))}) == 3
    # Computed by the version before there was the field.
    assert passed.chained(FIRST_HASH) == (
        "8a391cfcb59ff9c81e8c7985b544798fa857bc6cd0d6b9dc5b50a9b9acddc9b8"
    )


def test_kinds_say_what_stands_and_what_is_a_remark():
    said = {"note": "note", "flag": "flag", "unflag": "flag", "lf_wrong": "lf:f", "lf_ok": "lf:f"}
    made = {
        kind: Decision("a", None, "ann", AT, kind=kind, about="f" * kind.startswith("lf"))
        for kind in KINDS
    }
    assert {kind: d.remark for kind, d in made.items() if d.remark} == said
    assert [kind for kind, d in made.items() if d.can_stand] == ["", "escalation"]
    assert [kind for kind, d in made.items() if d.is_answer] == [""]


def test_an_escalation_keeps_what_an_answer_keeps():
    passed = replace(FULL, label=None, kind="escalation", about="eve")
    assert (passed.proposed, passed.stratum, passed.seconds) == ("spam", "random", 1.25)
    assert (passed.text_hash, passed.shown) == (FULL.text_hash, FULL.shown)
    assert Decision.of_record(passed.record()) == passed


def test_now_is_a_time_that_a_decision_accepts():
    assert replace(decision("a", "ham"), decided_at=Decision.now()).decided_at.endswith("+00:00")
