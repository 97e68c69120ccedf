"""Clock: two processes, or two views, see the same place."""

from weaklabel.apply._clock import NOWHERE, WHOLE, Clock, ClockRows, ClockTime


def test_two_views_of_a_file_show_the_same(tmp_path):
    one, other = Clock(tmp_path / "clock"), Clock(tmp_path / "clock")
    one.begin(4)
    assert other.read() == ClockTime(4, WHOLE, 1)
    one.end()
    assert other.read().step == NOWHERE
    one.close()
    other.close()


def test_rows_show_the_one_that_is_looked_at(tmp_path):
    clock = Clock(tmp_path / "clock")
    rows = ClockRows(["a", "b"], clock, 7)
    seen = [(row, clock.read()[:2]) for row in rows]
    assert seen == [("a", (7, 0)), ("b", (7, 1))]
    assert rows == ["a", "b"]
    clock.end()
    assert rows[1] == "b"
    assert clock.read()[:2] == (7, 1)
    clock.close()


def test_the_same_place_twice_are_two_times(tmp_path):
    clock = Clock(tmp_path / "clock")
    rows = ClockRows(["a"], clock, 0)
    times = [clock.read() for _ in range(2) for _ in rows]
    assert times[0] != times[1]
    clock.close()
