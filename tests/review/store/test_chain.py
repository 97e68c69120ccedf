"""The chain of rows, checked without a database."""

from dataclasses import replace

import pytest

from weaklabel.core import Decision
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError
from weaklabel.review.store._chain import check_chain, is_intact
from weaklabel.review.store._tables import StoredRow

AT = "2026-05-04T10:15:00+00:00"
ANSWERS = [Decision(i, "ham", "ann", AT, comment="c", salt="5a") for i in "ab"]
ERASURE = Decision("a", None, "eve", AT, comment="asked", kind="erasure")


def chain(*decisions: Decision) -> list[StoredRow]:
    rows, head = [], FIRST_HASH
    for number, decision in enumerate(decisions, start=1):
        following, values = decision.chained(head), tuple(decision.record().values())
        # As the table holds marks.
        values = tuple(int(v) if isinstance(v, bool) else v for v in values)
        rows.append(StoredRow(number, head, following, decision.payload_digest(), values))
        head = following
    return rows


def check(rows: list[StoredRow], anchor: str | None = None) -> str:
    return check_chain(rows, escaped=False, anchor=anchor, name="log")


def test_an_intact_chain_gives_its_head_and_holds_every_anchor() -> None:
    rows = chain(*ANSWERS, ANSWERS[0].undone(decided_at=AT))
    assert check(rows) == rows[-1].hash
    for anchor in (FIRST_HASH, rows[0].hash, rows[-1].hash):
        assert check(rows, anchor) == rows[-1].hash
    assert check([]) == FIRST_HASH
    with pytest.raises(DecisionsError, match="log does not hold the decision with hash abc"):
        check(rows, "abc")


def test_a_row_that_is_missing_moved_or_changed_is_named() -> None:
    rows = chain(*ANSWERS, ERASURE)[:2]
    with pytest.raises(DecisionsError, match="decision 1 in log was removed or moved"):
        check(rows[1:])
    with pytest.raises(DecisionsError, match="decision 1 in log was removed or moved"):
        check(rows[::-1])
    with pytest.raises(DecisionsError, match="decision 2 in log was changed after it was stored"):
        check([rows[0], rows[1]._replace(payload_hash="x")])
    assert not is_intact(rows[0]._replace(previous_hash="1" * 64), escaped=False)
    assert not is_intact(rows[0]._replace(values=(None, *rows[0].values[1:])), escaped=False)


def test_an_erased_payload_needs_an_erasure_of_its_item_after_it() -> None:
    erased = ANSWERS[0].erased()
    rows = chain(erased, ANSWERS[1], ERASURE)
    assert check(rows) == chain(*ANSWERS, ERASURE)[-1].hash  # with the hashes of before
    for missing in (
        chain(erased, ANSWERS[1]),
        chain(ERASURE, erased),
        chain(erased, replace(ERASURE, item_id="b")),
    ):
        with pytest.raises(DecisionsError, match=r"decision . in log has lost its payload"):
            check(missing)


def test_a_payload_that_is_there_in_spite_of_its_erasure_is_found() -> None:
    with pytest.raises(
        DecisionsError, match="decision 1 in log was erased by decision 3, but its payload is there"
    ):
        check(chain(*ANSWERS, ERASURE))
    later = Decision("a", "spam", "ann", AT, comment="new", salt="5b")
    check(chain(ANSWERS[0].erased(), ERASURE, later))
