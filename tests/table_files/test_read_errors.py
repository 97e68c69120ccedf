"""What Arrow and the system raise of a file, in our words."""

import pytest

from weaklabel.errors import FileFormatError
from weaklabel.table_files._read_errors import first_line, in_words

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def test_error_of_arrow_names_the_file_and_gives_its_reason(tmp_path):
    path = tmp_path / "a.parquet"
    words = r"a\.parquet cannot be read, it is damaged or no \.parquet file: too short\. Write or"
    with pytest.raises(FileFormatError, match=words), in_words(path):
        raise pa.ArrowInvalid("too short.\nand more")


def test_error_of_the_system_gives_its_reason_and_does_not_blame_the_content(tmp_path):
    path = tmp_path / "a.csv"
    words = r"a\.csv cannot be read: No such file or directory\. Check the path"
    with pytest.raises(FileFormatError, match=words), in_words(path):
        path.open("rb")


def test_other_errors_pass(tmp_path):
    with pytest.raises(KeyError), in_words(tmp_path / "a.csv"):
        raise KeyError("mine")


@pytest.mark.parametrize(
    ("error", "line"),
    [(ValueError("one.\ntwo"), "one"), (ValueError(" \n"), "ValueError"), (OSError("a"), "a")],
)
def test_first_line_is_never_empty(error, line):
    assert first_line(error) == line
