"""track and row_progress: the bar goes to stderr, and nothing to logs."""

import sys

from weaklabel.progress import RowProgress, row_progress, track


def test_elements_come_through_and_nothing_is_shown_in_logs(capsys):
    assert list(track([1, 2, 3], "Counting")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_the_bar_names_what_is_going_on(capsys):
    assert list(track(iter("ab"), "Counting", total=2, enabled=True)) == ["a", "b"]
    assert "Counting" in capsys.readouterr().err


def advance_all(bar):
    for n_rows in (4, 4, 2):
        bar.advance(n_rows, 1)
        bar.advance(n_rows, 2)


def test_rows_are_counted_when_all_their_columns_are_done(capsys):
    with row_progress("Applying", 10, 3, True) as bar:
        advance_all(bar)
    shown = capsys.readouterr().err
    assert "Applying: 100%" in shown
    assert "10/10" in shown
    assert "rows/s" in shown
    assert "3 of 3 functions" in shown


def test_within_a_chunk_the_bar_moves_in_proportion():
    class Bar:
        n = 0

        def update(self, n):
            self.n += n

        def set_postfix_str(self, text, refresh):
            self.text = text

    bar = Bar()
    progress = RowProgress(4, bar)
    seen = []
    for n_columns in (1, 2, 1, 4):
        progress.advance(100, n_columns)
        seen.append((bar.n, bar.text))
    assert seen == [
        (25, "1 of 4 functions"),
        (75, "3 of 4 functions"),
        (100, "4 of 4 functions"),
        (200, "4 of 4 functions"),
    ]


def test_rows_of_unknown_number_are_counted(capsys):
    with row_progress("Applying", None, 3, True) as bar:
        advance_all(bar)
    assert "10" in capsys.readouterr().err


def test_nothing_is_shown_in_logs_or_without_a_console(capsys, monkeypatch):
    with row_progress("Applying", 10, 3) as bar:
        advance_all(bar)
    with row_progress("Applying", 10, 3, False) as bar:
        advance_all(bar)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stderr", None)
    with row_progress("Applying", 10, 3) as bar:
        advance_all(bar)


def test_a_terminal_sees_the_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with row_progress("Applying", 10, 3) as bar:
        advance_all(bar)
    assert "Applying" in capsys.readouterr().err
