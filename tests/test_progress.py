"""track: the elements come through, the bar goes to stderr."""

from weaklabel.progress import track


def test_elements_come_through_and_nothing_is_shown_in_logs(capsys):
    assert list(track([1, 2, 3], "Counting")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_the_bar_names_what_is_going_on(capsys):
    assert list(track(iter("ab"), "Counting", total=2, enabled=True)) == ["a", "b"]
    assert "Counting" in capsys.readouterr().err
