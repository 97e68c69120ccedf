"""A quoted cell that never ends, and quotes that are only characters."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.errors import FileFormatError
from weaklabel.table_files._quotes import check_quotes, has_odd_quotes


def is_open(path, delimiter=","):
    try:
        check_quotes(path, delimiter)
    except FileFormatError:
        return True
    return False


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('"open', 1),
        ('a,b\n1,2\n3,"open\n4,5\n', 3),
        ('a\n"two\nlines"\n"open\n', 4),
        ('a\n"one "" of a pair\n', 2),
        ('a\n5" disk\n"open\n', 3),  # an even number of quotes
        ('\ufeff"open\n', 1),
        ('"long ' + "x" * 200_000 + '\n"", it goes on', 1),  # longer than Python's csv reads
    ],
)
def test_open_quote_is_named_by_the_line_of_its_row(tmp_path, content, line):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileFormatError, match=rf"row that starts on line {line} never ends\. Clo"):
        check_quotes(path, ",")


@pytest.mark.parametrize(
    "content", ["", 'a 5" disk,1\n', '"a""\nb"\n', '"a"b"\nx\n', '"",""\n', 'a,"b"\r"c"\r']
)
def test_quotes_that_end_or_stand_inside_a_cell_are_none_of_it(tmp_path, content):
    (tmp_path / "a.csv").write_text(content, newline="")
    assert not is_open(tmp_path / "a.csv")


def test_cells_begin_after_the_delimiter_of_the_file(tmp_path):
    (tmp_path / "a.tsv").write_text('a\t"open')
    assert is_open(tmp_path / "a.tsv", "\t")
    assert not is_open(tmp_path / "a.tsv", ",")


@given(st.text('",\nx', max_size=12))
def test_quotes_are_open_where_python_takes_what_follows_for_the_same_cell(
    tmp_path_factory, content
):
    path = tmp_path_factory.mktemp("quotes") / "a.csv"
    path.write_text(content)
    rows = list(csv.reader(io.StringIO(content + "\nend", newline="")))
    assert is_open(path) == (rows[-1] != ["end"])


def test_odd_number_of_quotes_is_counted_over_the_whole_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('"' + "x" * 2**20 + '"')
    assert not has_odd_quotes(path)
    path.write_text('"' + "x" * 2**20 + '""')
    assert has_odd_quotes(path)
