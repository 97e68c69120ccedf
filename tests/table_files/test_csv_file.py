"""CSV files, looked through once and read in blocks; more in test_stream.py."""

import pytest

from weaklabel.errors import FileFormatError

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
scan_csv = pytest.importorskip(
    "weaklabel.table_files._csv_file", reason="pyarrow is not installed"
).scan_csv


def scanned(folder, content, name="a.csv", **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    types = {}
    return scan_csv(path, frozenset(), types, **options), types


def rows(file, *columns):
    tables = list(file.tables(columns, 1000))
    return pa.concat_tables(tables).select(list(columns)).to_pydict()


def test_every_cell_is_text_and_the_types_are_noted(tmp_path):
    file, types = scanned(tmp_path, 'n,text\n7,"a\nb"\n,x\n')
    assert (file.n_rows, file.schema.names) == (2, ["n", "text"])
    assert rows(file, "text", "n") == {"text": ["a\nb", "x"], "n": ["7", ""]}
    assert {name: str(kind.wanted) for name, kind in types.items()} == {
        "n": "int64",
        "text": "string",
    }


def test_cells_of_columns_that_are_text_are_not_looked_at(tmp_path):
    (tmp_path / "a.csv").write_text("id,n\n7,1\n")
    types = {}
    scan_csv(tmp_path / "a.csv", frozenset(["id"]), types)
    assert list(types) == ["n"]


def test_tabs_stand_between_the_cells_of_tsv(tmp_path):
    file, _ = scanned(tmp_path, "a\tb\n1,5\tx\n", name="a.TSV")
    assert rows(file, "a", "b") == {"a": ["1,5"], "b": ["x"]}


def test_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert scanned(tmp_path, b"\xef\xbb\xbfa\n1\n")[0].schema.names == ["a"]


def test_rows_may_begin_in_one_block_and_end_in_another(tmp_path):
    lines = [f"line {i}\nof two" for i in range(5000)]
    file, _ = scanned(tmp_path, "text\n" + "".join(f'"{x}"\n' for x in lines), block=4096)
    assert file.block == 4096
    assert len(list(file.tables(["text"], 1))) > 1
    assert rows(file, "text") == {"text": lines}


@pytest.mark.parametrize("n_characters", [5_000, 20_000, 200_000])
def test_block_grows_to_hold_the_longest_row(tmp_path, n_characters):
    long = "x" * n_characters
    content = f"n,text\n1,short\n2,{long}\n" + "3,after\n" * 5000
    file, types = scanned(tmp_path, content, block=1024)
    assert 1024 < file.block <= len(content) + 1
    assert file.n_rows == 5002
    assert rows(file, "text")["text"][:3] == ["short", long, "after"]
    assert str(types["n"].wanted) == "int64"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty, must have a header line and rows"),
        ("\n\n", "is empty, must have a header line and rows"),
        (" \n \n", "has a blank first line, must name the columns there"),
        ("a,b", "is empty, must have a header line and rows"),
        ("text,n\na,1\nb,2,3\n", "no well-formed CSV file: .*Row #3: Expected 2 columns, got 3"),
        ("t,n\n" + "a,1\n" * 9000 + "b\n", "Row #9002: Expected 2 columns, got 1"),
        (b"text\nh\xe9\n", r"a\.csv is not UTF-8: byte 6 is 0xe9\. Save the file as UTF-8"),
        (b"text,n\na,1\n\xff\n", r"a\.csv is not UTF-8: byte 11 is 0xff"),
        ("text,n\na,1\n".encode("utf-16"), r"a\.csv is not UTF-8: byte 0 is 0xff"),
        (b"t\xe9xt\nh\n", r"a\.csv is not UTF-8: byte 1 is 0xe9"),
        ('text,n\na,1\n"b,2\nc,3\n', "row that starts on line 3 never ends"),
        ('text\na\n"b\nc\n', "row that starts on line 3 never ends"),
        ('text\na 5" disk\n"b\nc\n', "row that starts on line 3 never ends"),
        ('text\na\n"b', "row that starts on line 3 never ends"),
        ('text\n"open' + "x\n" * 9000, "row that starts on line 2 never ends"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, words):
    with pytest.raises(FileFormatError, match=words):
        scanned(tmp_path, content, block=4096)


def test_quotes_that_look_open_and_are_not_are_read(tmp_path):
    file, _ = scanned(tmp_path, 'text\na 5" disk\n"b\nc"\n')
    assert rows(file, "text") == {"text": ['a 5" disk', "b\nc"]}
