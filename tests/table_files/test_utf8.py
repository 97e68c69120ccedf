"""The place of the first byte that is no UTF-8."""

import pytest

from weaklabel.errors import FileFormatError
from weaklabel.table_files._utf8 import check_utf8


@pytest.mark.parametrize(
    ("content", "place", "byte"),
    [
        (b"\xff\xfea\x00", 0, "0xff"),
        ("é".encode() + b"\xe9!", 2, "0xe9"),
        (b"cut in a character \xe2\x82", 19, "0xe2"),
        # The second character lies over the border of two pieces, the third is none.
        (b"a" * (2**20 - 1) + "é".encode() + b"\xc3(", 2**20 + 1, "0xc3"),
        (b"a" * (2**20 - 1) + b"\xe2(", 2**20 - 1, "0xe2"),
    ],
)
def test_first_bad_byte_is_named_by_its_place_in_the_file(tmp_path, content, place, byte):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=rf"a\.csv is not UTF-8: byte {place} is {byte}\. "):
        check_utf8(path)


@pytest.mark.parametrize("content", [b"", "\ufeffé€\U0001f600".encode()])
def test_utf8_passes(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    check_utf8(tmp_path / "a.csv")
