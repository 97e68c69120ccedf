import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.review.web._rate_limit import RateLimit, source_of


@pytest.fixture
def limit(clock):
    return RateLimit(3, 60.0, clock=clock)


def fail(limit, source, times=1):
    for _ in range(times):
        limit.count(source)


def test_so_many_failures_are_free_and_then_there_is_a_wait(limit, clock):
    for _ in range(3):
        assert limit.wait_of("a") == 0.0
        limit.count("a")
    clock.now += 20
    assert limit.wait_of("a") == 40.0


def test_asking_costs_nothing(limit):
    assert [limit.wait_of("a") for _ in range(20)] == [0.0] * 20


def test_the_window_slides(limit, clock):
    for _ in range(3):
        fail(limit, "a")
        clock.now += 25
    assert limit.wait_of("a") == 0.0  # the first is 75 seconds old
    fail(limit, "a")
    assert limit.wait_of("a") == 10.0  # the second is 50 seconds old


def test_one_source_does_not_use_up_what_another_has(limit):
    fail(limit, "a", 4)
    assert limit.wait_of("a") > 0
    assert limit.wait_of("b") == 0.0


def test_nobody_waits_because_the_clock_was_set_back(limit, clock):
    fail(limit, "a", 3)
    clock.now -= 3600
    assert limit.wait_of("a") == 0.0


def test_memory_is_bounded_and_the_oldest_failure_is_forgotten(clock):
    limit = RateLimit(1, 60.0, clock=clock, max_sources=2)
    for source in ("a", "b", "a", "c"):
        fail(limit, source)
    assert [limit.wait_of(source) > 0 for source in ("a", "b", "c")] == [True, False, True]


@given(st.lists(st.floats(0, 100), max_size=60))
def test_no_span_of_time_holds_more_than_the_failures_allowed(pauses):
    now = 0.0
    limit = RateLimit(3, 60.0, clock=lambda: now)
    failed = []
    for pause in pauses:
        now += pause
        if limit.wait_of("a") == 0.0:
            limit.count("a")
            failed.append(now)
    assert all(b - a >= 60.0 for a, b in zip(failed, failed[3:], strict=False))


async def tries_at_once(limit, n, source_of_try):
    """Have `n` try at the same time and all fail; return how many were let through."""

    async def one(i):
        async with limit.turn(source_of_try(i)):
            if limit.wait_of(source_of_try(i)):
                return False
            await asyncio.sleep(0)  # as long as the desk looks the token up
            limit.count(source_of_try(i))
            return True

    return sum(await asyncio.gather(*(one(i) for i in range(n))))


def test_those_who_try_at_once_do_not_slip_by(limit, finish):
    assert finish(tries_at_once(limit, 50, lambda i: "a")) == 3


def test_sources_do_not_wait_for_each_other(limit, finish):
    assert finish(tries_at_once(limit, 50, str)) == 50


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_failures_are_counted_by_address_and_in_ipv6_by_network(address, source):
    assert source_of(address) == source
