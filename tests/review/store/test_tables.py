"""Decisions as rows, of this version of the tables and of those before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError
from weaklabel.review.store._tables import StoredRow, decision_of, kept_text, row_of, select_rows

AT = "2026-05-04T10:15:00+00:00"
FULL = Decision(
    "a\x00", "ham", "ann", AT, "spam", "random", "why\x01", "data error", "ab", {"p": [0.5]}, 1.5,
    True, False, "v7", "k", "", "5a17",
)  # fmt: skip


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_every_text_is_kept_without_nulls_and_stays_distinct(one: str, other: str) -> None:
    assert "\x00" not in kept_text(one)
    assert (kept_text(one) == kept_text(other)) == (one == other)


def test_a_text_without_the_two_characters_is_kept_as_it_is() -> None:
    assert kept_text("naïve n e") == "naïve n e"
    assert kept_text(3) == 3


@pytest.mark.parametrize("escapes", [False, True])
@pytest.mark.parametrize(
    "decision", [FULL, FULL.erased(), replace(FULL, comment="", text_hash="", shown=None, salt="")]
)
def test_a_decision_comes_back_from_its_rows(decision: Decision, escapes: bool) -> None:
    row, payload = row_of(decision, escapes)
    assert (payload is not None) == bool(decision.salt)
    assert row["comment"] == ""
    assert row["payload_hash"] == decision.payload_digest()
    both = {**row, "text_hash": "", "shown": None, "salt": "", **(payload or {})}
    both["payload_hash"] = "" if payload else row["payload_hash"]
    values = [both[name] for name in Decision.__dataclass_fields__]
    back = decision_of(StoredRow(1, "", "", row["payload_hash"], values), escapes)
    assert back == decision
    assert back.salt == decision.salt


def test_a_mark_that_is_neither_yes_nor_no_is_no_decision() -> None:
    values = list(FULL.record().values())
    values[list(Decision.__dataclass_fields__).index("gold")] = 2
    with pytest.raises(DecisionsError, match="gold is 2, must be True or False"):
        decision_of(StoredRow(1, "", "", "", values), escaped=False)


@pytest.mark.parametrize(
    ("version", "names", "not_names"),
    [
        (1, ["d.comment"], ["cause", "weaklabel_payloads", "payload_hash"]),
        (2, ['d."cause"'], ["weaklabel_payloads", "payload_hash"]),
        (3, ['d."cause"', "weaklabel_payloads", "d.payload_hash"], ["about"]),
        (4, ['d."cause"', "weaklabel_payloads", "d.payload_hash", 'd."about"'], []),
    ],
)
def test_older_tables_are_asked_only_for_what_they_have(
    version: int, names: list[str], not_names: list[str]
) -> None:
    query = select_rows(version)
    assert [name for name in names if name not in query] == []
    assert [name for name in not_names if name in query] == []
