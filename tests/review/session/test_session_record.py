"""What one reviewer did is known when it is stored, and follows what comes from elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_source import SessionSource

AT = "2026-05-04T10:15:00+00:00"
IDS = ["a", "b", "c"]
QUEUE = ReviewQueue(
    IDS, ["error"] * 3, [3, 2, 1], [["why"]] * 3, [[0.2, 0.8]] * 3, LabelSchema(["ham", "spam"])
)
SOURCE = SessionSource.of_arguments(QUEUE, [{"item_id": i, "text": i} for i in IDS], None)


def ham(item: str = "a", key: str = "", **more: object) -> Decision:
    return Decision(item, "ham", "ann", AT, "spam", key=key, **more)  # type: ignore[arg-type]


def said(item: str, kind: str, **more: str) -> Decision:
    return Decision(item, None, "ann", AT, kind=kind, **more)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    return open_store(tmp_path / "log.sqlite")


@pytest.fixture
def record(store: DecisionStore) -> SessionRecord:
    return SessionRecord(SOURCE, store, "ann", ())


def counts(record: SessionRecord) -> list[int]:
    found = record.summary()
    return [found[n] for n in ("answered", "skipped", "escalated", "left", "flagged")]


def test_what_is_kept_is_stored_and_counted(record: SessionRecord, store: DecisionStore) -> None:
    record.keep([ham(), said("b", "escalation"), said("c", "flag")])
    assert counts(record) == [1, 0, 1, 1, 1]
    assert len(store.log()) == 3
    assert counts(SessionRecord(SOURCE, store, "ann", store.log())) == counts(record)


def test_what_the_store_refuses_is_not_known(record: SessionRecord) -> None:
    record.keep([ham(key="k")])
    with pytest.raises(DecisionsError, match="key 'k' of the decision on 'b' is that of another"):
        record.keep([ham("b", key="k")])
    assert counts(record) == [1, 0, 0, 2, 0]


def test_items_that_are_not_in_the_queue_count_nowhere(record: SessionRecord) -> None:
    record.keep([ham("z"), said("z", "flag")])
    assert counts(record) == [0, 0, 0, 3, 0]
    assert list(record.own.standing) == ["z"]


def test_an_item_shows_what_was_done_with_it_and_said_of_it(record: SessionRecord) -> None:
    item = SOURCE.of(0)
    assert record.with_state(item) == item
    record.keep([said("a", "note", comment="hm"), said("a", "flag")])
    record.keep([said("a", "lf_wrong", about="f")])
    found = record.with_state(item)
    assert (found.state, found.comment, found.flagged) == ("open", "hm", True)
    assert found.wrong_functions == ("f",)
    for decision, state in (
        (ham(), "answered"),
        (replace(ham(), label=None), "skipped"),
        (said("a", "escalation"), "escalated"),
        (ham().undone(), "open"),
    ):
        record.keep([decision])
        assert record.with_state(item).state == state


def test_what_comes_from_elsewhere_in_any_portions_ends_as_the_log_has_it(
    record: SessionRecord, store: DecisionStore
) -> None:
    """Our own come back among those of another tab, which may lie before them."""
    rng = np.random.default_rng(7)
    last = 0
    for n in range(60):
        item = IDS[rng.integers(3)]
        made = [ham(item, f"k{n}"), ham(item).undone(key=f"k{n}"), said(item, "escalation")]
        made += [said(item, "flag"), said(item, "unflag", key=f"k{n}")]
        decision = made[rng.integers(len(made))]
        if rng.random() < 0.5:
            record.keep([decision])
        else:
            store.append([decision])
        if rng.random() < 0.3:
            new, last = store.since(last)
            record.take(new)
            fresh = SessionRecord(SOURCE, store, "ann", store.log())
            assert counts(record) == counts(fresh)
            assert record.own.standing == fresh.own.standing
            assert record.figures.open.tolist() == fresh.figures.open.tolist()


def test_an_undo_is_not_taken_back_by_the_answer_that_comes_back_late(
    record: SessionRecord, store: DecisionStore
) -> None:
    record.keep([ham(key="k1")])
    read, _ = store.since(0)
    record.keep([ham().undone(key="k2")])
    record.take(read)
    assert counts(record) == [0, 0, 0, 3, 0]


def test_a_key_counts_the_items_of_a_group_after_its_sign(record: SessionRecord) -> None:
    record.keep([ham(key="k")])
    assert record.of_key("k") == (ham(key="k"),)
    for wrong in ("k#2", 3):
        with pytest.raises(DecisionsError, match="must be a text without '#'"):
            record.of_key(wrong)  # type: ignore[arg-type]
