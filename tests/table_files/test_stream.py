"""scan_tables: files as one stream of batches of one type."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files import csv_type, rechunked, scan_tables, typed_csv_column

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(paths, n_rows=2, as_text=(), **options):
    stream = scan_tables(paths, as_text, **options)
    batches = list(stream.batches(stream.schema.names, n_rows))
    assert all(batch.num_rows == n_rows for batch in batches[:-1])
    assert sum(batch.num_rows for batch in batches) == stream.n_rows
    return pa.Table.from_batches(batches).to_pydict()


@given(st.lists(st.integers(0, 7), max_size=6), st.integers(1, 9))
def test_batches_have_their_size_wherever_the_tables_end(sizes, n_rows):
    whole = pa.table({"n": range(sum(sizes))})
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    tables = [whole.slice(start, n) for start, n in zip(starts, sizes, strict=True)]
    batches = list(rechunked(tables, whole.schema, n_rows))
    assert all(batch.num_rows == n_rows for batch in batches[:-1])
    assert [n for batch in batches for n in batch.column("n").to_pylist()] == list(
        range(sum(sizes))
    )


def test_formats_stand_beside_each_other_and_lacking_columns_are_null(tmp_path):
    paths = [
        write(tmp_path, "a.csv", 'text,n\nx,1\n"y\nz",\n'),
        write(tmp_path, "b.jsonl", '{"text": "é", "extra": [1]}\n\n{"n": 2.5}\n'),
        tmp_path / "c.parquet",
    ]
    pq.write_table(pa.table({"text": ["p"], "n": pa.array([7], pa.int8())}), paths[2])
    assert rows(paths) == {
        "text": ["x", "y\nz", "é", None, "p"],
        "n": [1.0, None, None, 2.5, 7.0],
        "extra": [None, None, [1], None, None],
    }


CELLS = st.sampled_from(
    ["1", "2.5", "007", "", "true", "NaN", "a,b", 'say "hi"', "line\nbreak", "é", "-3"]
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.integers(1, 5))
def test_csv_has_the_cells_that_were_written_under_the_types_of_their_columns(
    tmp_path_factory, cells, n_rows
):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *cells])
    expected = {}
    for name, values in zip("ab", zip(*cells, strict=True), strict=True):
        column = pa.chunked_array([values], pa.string())
        expected[name] = typed_csv_column(column, csv_type([column])).to_pylist()
    assert rows([path], n_rows) == expected


VALUES = st.sampled_from([1, 2.5, None, -3])


@given(
    st.lists(st.dictionaries(st.sampled_from("ab"), VALUES, min_size=1), min_size=1, max_size=8),
    st.sampled_from([0, 2**20]),
)
def test_jsonl_has_the_values_that_were_written_kept_or_not(tmp_path_factory, objects, keep_bytes):
    content = "".join(json.dumps(one) + "\n" for one in objects)
    path = write(tmp_path_factory.mktemp("jsonl"), "a.jsonl", content)
    names = dict.fromkeys(key for one in objects for key in one)
    expected = {name: [one.get(name) for one in objects] for name in names}
    assert rows([path], 3, keep_bytes=keep_bytes) == expected


def test_columns_named_as_text_stay_as_they_are(tmp_path):
    paths = [
        write(tmp_path, "a.csv", "id,n\n007,1\n"),
        write(tmp_path, "b.jsonl", '{"id": 8, "n": 2}\n'),
    ]
    assert rows(paths, as_text=["id"]) == {"id": ["007", "8"], "n": [1, 2]}


def test_only_columns_that_are_asked_for_are_read(tmp_path):
    pq.write_table(pa.table({"a": [1], "b": [2], "c": [3]}), tmp_path / "a.parquet")
    stream = scan_tables([tmp_path / "a.parquet"])
    (batch,) = stream.batches(["c", "a"], 10)
    assert batch.to_pydict() == {"c": [3], "a": [1]}


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("a.csv", "", FileFormatError, r"a\.csv is empty, must have a header line and rows"),
        ("a.csv", "text\n", ItemsError, "has no rows, must have at least one"),
        (
            "a.csv",
            'text\n"open\n',
            FileFormatError,
            "a quoted cell in the row that starts on line 2 never ends",
        ),
        ("a.csv", "a,b\n1\n", FileFormatError, "Expected 2 columns, got 1"),
        ("a.csv", "a,a\n1,2\n", ItemsError, "has two columns 'a', must have distinct names"),
        ("a.csv", b"text\n\xff\xfe\n", FileFormatError, "is not UTF-8: byte 5 is 0xff"),
        ("a.jsonl", "{}\n[1]\n", FileFormatError, "line 2 is a JSON list, must be an object"),
        ("a.jsonl", '{"a": \n', FileFormatError, "line 1 is no valid JSON"),
        (
            "a.jsonl",
            '{"a": 1}\n{"a": "x"}\n',
            FileFormatError,
            "field 'a' cannot be made into a col",
        ),
        (
            "a.jsonl",
            "\n",
            FileFormatError,
            "is empty, must have one JSON object with keys on each line",
        ),
        ("a.parquet", b"", FileFormatError, r"a\.parquet cannot be read"),
    ],
)
def test_file_that_is_damaged_or_empty_is_named(tmp_path, name, content, error, words):
    with pytest.raises(error, match=words):
        rows([write(tmp_path, name, content)])


def test_file_without_rows_of_parquet_is_named(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.int8())}), tmp_path / "a.parquet")
    with pytest.raises(ItemsError, match=r"a\.parquet has no rows, must have at least one"):
        scan_tables([tmp_path / "a.parquet"])


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_file_that_is_gone_is_named(tmp_path, name):
    with pytest.raises(FileFormatError, match=f"{name} cannot be read: No such file"):
        scan_tables([tmp_path / name])


def test_column_that_is_needed_and_lacking_is_named_with_the_columns_there(tmp_path):
    paths = [write(tmp_path, "a.csv", "key,n\nx,1\n"), write(tmp_path, "b.csv", "id,n\ny,2\n")]
    words = r"b\.csv lacks the id column 'key'; its columns are 'id', 'n'\. Name another column"
    with pytest.raises(ItemsError, match=words):
        scan_tables(paths, needed={"key": "id column"})


def test_columns_of_two_types_are_named_with_their_files(tmp_path):
    write(tmp_path, "a.jsonl", '{"n": 1}\n')
    write(tmp_path, "b.jsonl", '{"n": "x"}\n')
    with pytest.raises(
        ItemsError, match=r"column 'n' is int64 in .*a\.jsonl and string in .*b\.jsonl"
    ):
        scan_tables([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])


def test_text_and_numbers_meet_where_the_column_is_read_as_text(tmp_path):
    path = write(tmp_path, "a.csv", "id\n007\n")
    pq.write_table(pa.table({"id": [7]}), tmp_path / "b.parquet")
    assert rows([path, tmp_path / "b.parquet"], as_text=["id"]) == {"id": ["007", "7"]}


def test_tables_come_without_a_copy_as_the_files_give_them(tmp_path):
    pq.write_table(pa.table({"a": range(5)}), tmp_path / "b.parquet")
    stream = scan_tables([write(tmp_path, "a.csv", "a\n1\n2\n"), tmp_path / "b.parquet"])
    tables = [table.to_pydict()["a"] for table in stream.tables(["a"], 4)]
    assert tables == [[1, 2], [0, 1, 2, 3], [4]]


@pytest.mark.parametrize(("keep_bytes", "read"), [(9, [1]), (8, [2])])
def test_jsonl_is_parsed_once_up_to_a_size(tmp_path, keep_bytes, read):
    path = write(tmp_path, "a.jsonl", '{"a": 1}\n')  # 9 bytes
    stream = scan_tables([path], keep_bytes=keep_bytes)
    write(tmp_path, "a.jsonl", '{"a": 2}\n')
    assert [table.to_pydict() for table in stream.tables(["a"])] == [{"a": read}]


def test_file_that_changed_after_it_was_looked_at_is_an_error(tmp_path):
    path = write(tmp_path, "a.csv", "n\n1\n2\n")
    stream = scan_tables([path])
    write(tmp_path, "a.csv", "n\n1\nx\n")
    words = r"column 'n' of .*a\.csv cannot be read as int64: .*'x'.*if the file was written mean"
    with pytest.raises(FileFormatError, match=words):
        list(stream.batches(["n"], 5))
