"""Who has which item for now, in a table."""

from weaklabel.review import DecisionStore
from weaklabel.review.team._leases import Lease, clear_leases, read_leases, write_leases

A, B = Lease("a", "ann", "first", 100.0), Lease("b", "bob", "second", 200.0)


def stored(store: DecisionStore, now: float, reviewer: str = "") -> list[Lease]:
    with store.transaction(writing=False) as connection:
        assert connection is not None
        return sorted(read_leases(connection, now, reviewer))


def write(store: DecisionStore, *made: Lease) -> None:
    with store.transaction(writing=True) as connection:
        write_leases(connection, made)


def test_leases_are_read_until_they_end(store: DecisionStore) -> None:
    write(store, A, B)
    assert stored(store, 99.0) == [A, B]
    assert stored(store, 100.0) == [B]
    assert stored(store, 200.0) == []


def test_a_reviewer_also_reads_the_own_ones_that_ended(store: DecisionStore) -> None:
    write(store, A, B)
    assert stored(store, 150.0, "ann") == [A, B]
    assert stored(store, 250.0, "ann") == [A]


def test_a_lease_takes_the_place_of_the_one_before(store: DecisionStore) -> None:
    write(store, A, B)
    longer = A._replace(kind="adjudication", expires_at=300.0)
    write(store, longer)
    assert stored(store, 0.0) == [longer, B]


def test_two_reviewers_may_hold_one_item(store: DecisionStore) -> None:
    other = A._replace(reviewer="bob")
    write(store, A, other)
    assert stored(store, 0.0) == [A, other]


def test_leases_are_removed_one_by_one_or_by_their_age(store: DecisionStore) -> None:
    other = A._replace(reviewer="bob")
    write(store, A, other, B)
    with store.transaction(writing=True) as connection:
        clear_leases(connection, [A])
    assert stored(store, 0.0) == [other, B]
    with store.transaction(writing=True) as connection:
        clear_leases(connection, ended_before=150.0)
    assert stored(store, 0.0) == [B]


def test_nothing_is_written_or_removed_where_nothing_is_given(store: DecisionStore) -> None:
    write(store, A)
    write(store)
    with store.transaction(writing=True) as connection:
        clear_leases(connection)
    assert stored(store, 0.0) == [A]


def test_ids_may_hold_any_character(store: DecisionStore) -> None:
    odd = Lease("nul \x00 '; DROP TABLE weaklabel_leases; --\u202e", "<b>\x01", "first", 9.0)
    write(store, odd)
    assert stored(store, 0.0) == [odd]
    with store.transaction(writing=True) as connection:
        clear_leases(connection, [odd])
    assert stored(store, 0.0) == []
