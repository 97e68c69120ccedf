"""The decisions of a log as they come, each handed on once, whoever reads."""

import threading
from collections.abc import Callable

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review.team._log_feed import LogFeed

Say = Callable[..., Decision]


def feed(store: DecisionStore) -> tuple[LogFeed, list[str]]:
    found: list[str] = []
    return LogFeed(store, lambda d: found.append(d.item_id), threading.RLock()), found


def test_each_decision_is_handed_on_once_in_order(store: DecisionStore, said: Say) -> None:
    follows, found = feed(store)
    follows.read()
    store.append([said("a", "ann", "ham"), said("b", "ann", "ham")])
    follows.read()
    follows.read()
    store.append([said("c", "bob", "ham")])
    follows.read()
    assert found == ["a", "b", "c"]
    assert follows.sequence == 3


def test_what_another_server_stored_is_seen(
    store: DecisionStore, location: str, open_store: Callable[..., DecisionStore], said: Say
) -> None:
    follows, found = feed(store)
    open_store(location).append([said("a", "ann", "ham")])
    follows.read()
    assert found == ["a"]


def test_within_a_transaction_the_latest_is_seen(store: DecisionStore, said: Say) -> None:
    follows, found = feed(store)
    store.append([said("a\x00", "ann", "ham", shown={"x": 1}, comment="why")])
    with store.transaction(writing=True) as connection:
        follows.read_within(connection)
        follows.read_within(connection)
    follows.read()
    assert found == ["a\x00"]


def test_readers_at_once_hand_on_nothing_twice(store: DecisionStore, said: Say) -> None:
    follows, found = feed(store)
    ids = [f"i{n:02}" for n in range(40)]

    def write() -> None:
        for item_id in ids:
            store.append([said(item_id, "ann", "ham")])

    def read() -> None:
        while follows.sequence < len(ids):
            follows.read()

    threads = [threading.Thread(target=write), *(threading.Thread(target=read) for _ in range(4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == ids
