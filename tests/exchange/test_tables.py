"""read_items: CSV, JSONL and Parquet in, items out, and a clear error for every bad file."""

import json
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from weaklabel.apply import apply
from weaklabel.core import Items
from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.exchange import read_items
from weaklabel.lf import keyword_lf


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_csv(folder: Path, content: str | bytes, **options: object) -> Items:
    return read_items(write(folder / "a.csv", content), **options)


class TestCsv:
    def test_quoted_cells_keep_line_breaks_commas_and_quotes(self, tmp_path):
        items = read_csv(tmp_path, 'text,n\n"a\nb, ""c""",1\nplain,2\n')
        assert items.column("text") == ['a\nb, "c"', "plain"]
        assert items.column("n") == [1, 2]

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self, tmp_path):
        items = read_csv(tmp_path, b"\xef\xbb\xbftext\nhi\n")
        assert items.column_names == ("text",)

    def test_windows_line_ends_are_line_ends(self, tmp_path):
        assert read_csv(tmp_path, "text,n\r\nhi,1\r\n").column("text") == ["hi"]

    def test_text_and_id_columns_stay_text_whatever_they_look_like(self, tmp_path):
        items = read_csv(
            tmp_path, "key,text\n7,12\n8,1.50\n9,\n", id_column="key", text_columns=["text"]
        )
        assert items.item_ids.tolist() == ["7", "8", "9"]
        assert items.column("text") == ["12", "1.50", ""]

    def test_a_column_item_id_is_the_id_without_being_named(self, tmp_path):
        items = read_csv(tmp_path, "item_id,text\n01,a\n1,b\n")
        assert items.item_ids.tolist() == ["01", "1"]

    @pytest.mark.parametrize(
        ("cells", "values"),
        [
            (["3", ""], [3, None]),
            (["3", "2.5", "NaN"], [3.0, 2.5, None]),
            (["true", "False", ""], [True, False, None]),
            (["007", "8"], ["007", "8"]),
            (["0", "0.5", "-1"], [0.0, 0.5, -1.0]),
            (["2013-07-12", "2014-01-01"], ["2013-07-12", "2014-01-01"]),
            (["NA", "x"], ["NA", "x"]),
            (["", ""], ["", ""]),
        ],
    )
    def test_other_columns_are_numbers_only_where_every_cell_is_one(self, tmp_path, cells, values):
        rows = "".join(f"{cell},t{i}\n" for i, cell in enumerate(cells))
        assert read_csv(tmp_path, "n,text\n" + rows).column("n") == values

    def test_the_type_is_found_over_the_whole_file(self, tmp_path):
        rows = "".join(f"{i},some words to fill a block\n" for i in range(50_000))
        items = read_csv(tmp_path, "n,text\n" + rows + "last,x\n")
        assert items.column("n")[-2:] == ["49999", "last"]

    def test_a_row_may_be_longer_than_what_is_parsed_at_a_time(self, tmp_path):
        long = "a long text " * 3_500_000  # 40 MiB
        items = read_csv(tmp_path, f'text,n\nshort,1\n"{long}",2\nshort,3\n')
        assert items.column("n") == [1, 2, 3]
        assert items.column("text") == ["short", long, "short"]

    def test_tabs_separate_the_cells_of_a_tsv_file(self, tmp_path):
        items = read_items(write(tmp_path / "a.tsv", "text\tn\na, b\t1\n"))
        assert items.column("text") == ["a, b"]

    def test_without_an_id_column_ids_come_from_the_content(self, tmp_path):
        items = read_csv(tmp_path, "text\nhi\nhi\n")
        assert items.item_ids[1] == items.item_ids[0] + "-2"


class TestCsvErrors:
    @pytest.mark.parametrize("content", ["", "\n\n", b"\xef\xbb\xbf"])
    def test_an_empty_file(self, tmp_path, content):
        with pytest.raises(FileFormatError, match=r"a\.csv is empty, must have a header line"):
            read_csv(tmp_path, content)

    def test_a_header_and_nothing_else(self, tmp_path):
        with pytest.raises(ItemsError, match=r"a\.csv has no rows, must have at least one"):
            read_csv(tmp_path, "text,n\n")

    def test_a_row_with_too_many_cells_is_named_by_its_number(self, tmp_path):
        with pytest.raises(FileFormatError, match=r"a\.csv .*Row #3: Expected 2 columns, got 3"):
            read_csv(tmp_path, "text,n\na,1\nb,2,3\n")

    def test_a_quote_that_never_ends_does_not_swallow_the_rest(self, tmp_path):
        with pytest.raises(FileFormatError, match="row that starts on line 3 never ends"):
            read_csv(tmp_path, 'text,n\na,1\n"b,2\nc,3\nd,4\n')

    def test_a_lone_quote_inside_a_cell_is_a_character(self, tmp_path):
        assert read_csv(tmp_path, 'text,n\na 5" disk,1\n').column("text") == ['a 5" disk']

    def test_bytes_that_are_not_utf8(self, tmp_path):
        with pytest.raises(FileFormatError, match=r"a\.csv is not UTF-8: byte 6 is 0xe9"):
            read_csv(tmp_path, b"text\nh\xe9\n")

    def test_two_columns_of_one_name(self, tmp_path):
        with pytest.raises(ItemsError, match=r"a\.csv has two columns 'text'"):
            read_csv(tmp_path, "text,text\na,b\n")

    def test_a_missing_text_column_names_the_file_and_the_columns_there(self, tmp_path):
        with pytest.raises(
            ItemsError, match=r"a\.csv lacks the text column 'body'; its columns are 'text', 'n'"
        ):
            read_csv(tmp_path, "text,n\na,1\n", text_columns=["body"])

    def test_a_missing_id_column_names_the_file_and_the_columns_there(self, tmp_path):
        with pytest.raises(ItemsError, match=r"a\.csv lacks the id column 'key'; its columns are"):
            read_csv(tmp_path, "text,n\na,1\n", id_column="key")

    def test_an_id_that_occurs_twice(self, tmp_path):
        with pytest.raises(ItemsError, match="id column 'key' has 1 duplicates, for example 'k'"):
            read_csv(tmp_path, "key,text\nk,a\nk,b\n", id_column="key")

    def test_an_empty_id(self, tmp_path):
        with pytest.raises(ItemsError, match=r"id column 'key'\[1\] is blank"):
            read_csv(tmp_path, "key,text\nk,a\n,b\n", id_column="key")

    def test_text_columns_that_are_one_text(self, tmp_path):
        with pytest.raises(ItemsError, match=r"must be a list of column names\. Write \['text'\]"):
            read_csv(tmp_path, "text\na\n", text_columns="text")


class TestJsonl:
    def read(self, folder, content, **options):
        return read_items(write(folder / "a.jsonl", content), **options)

    def test_absent_keys_are_nulls_and_blank_lines_nothing(self, tmp_path):
        items = self.read(tmp_path, '{"text": "a", "n": 1}\n\n{"text": "b"}\n')
        assert items.column("n") == [1, None]

    def test_texts_may_be_null_nan_or_numbers(self, tmp_path):
        lines = '{"text": null}\n{"text": NaN}\n{"text": 7}\n{"text": ""}\n'
        assert self.read(tmp_path, lines, text_columns=["text"]).column("text") == [
            None,
            None,
            "7",
            "",
        ]

    def test_a_line_separator_inside_a_text_ends_no_line(self, tmp_path):
        items = self.read(tmp_path, json.dumps({"text": "a\u2028b"}, ensure_ascii=False) + "\n")
        assert items.column("text") == ["a\u2028b"]

    def test_numbers_make_ids(self, tmp_path):
        items = self.read(tmp_path, '{"k": 1, "text": "a"}\n{"k": 2, "text": "b"}', id_column="k")
        assert items.item_ids.tolist() == ["1", "2"]

    def test_bad_json_names_the_line(self, tmp_path):
        with pytest.raises(FileFormatError, match=r"a\.jsonl line 3 is no valid JSON: Expecting"):
            self.read(tmp_path, '{"text": "a"}\n\n{"text": \n')

    def test_a_line_that_is_no_object(self, tmp_path):
        with pytest.raises(FileFormatError, match="line 1 is a JSON list, must be an object"):
            self.read(tmp_path, "[1]\n")

    def test_an_empty_file(self, tmp_path):
        with pytest.raises(FileFormatError, match=r"a\.jsonl is empty, must have one JSON object"):
            self.read(tmp_path, "\n")

    def test_a_field_of_two_types(self, tmp_path):
        with pytest.raises(FileFormatError, match="field 'n' cannot be made into a column"):
            self.read(tmp_path, '{"n": 1}\n{"n": "x"}\n')

    def test_half_a_character(self, tmp_path):
        with pytest.raises(FileFormatError, match="field 'text' cannot be made into a column"):
            self.read(tmp_path, '{"text": "\\ud800"}\n', text_columns=["text"])

    def test_a_text_that_is_a_list(self, tmp_path):
        with pytest.raises(ItemsError, match="line 1: field 'text' is a list, must be text"):
            self.read(tmp_path, '{"text": ["a"]}\n', text_columns=["text"])


class TestParquet:
    def test_columns_keep_their_types_and_text_may_be_null(self, tmp_path):
        path = tmp_path / "a.parquet"
        table = pa.table({"text": ["a", None], "x": [0.5, math.inf]})
        pyarrow.parquet.write_table(table, path)
        items = read_items(path, text_columns=["text"])
        assert items.column("text") == ["a", None]
        assert items.column("x") == [0.5, math.inf]

    def test_dictionary_columns_are_read_as_text(self, tmp_path):
        path = tmp_path / "a.parquet"
        column = pa.array(["a", "b", "a"]).dictionary_encode()
        pyarrow.parquet.write_table(pa.table({"text": column}), path)
        assert read_items(path, text_columns=["text"]).column("text") == ["a", "b", "a"]

    def test_a_truncated_file_is_named(self, tmp_path):
        path = tmp_path / "a.parquet"
        pyarrow.parquet.write_table(pa.table({"text": ["a"] * 1000}), path)
        path.write_bytes(path.read_bytes()[:-20])
        words = r"a\.parquet cannot be read, it is damaged or no \.parquet file: .*Write or copy"
        with pytest.raises(FileFormatError, match=words):
            read_items(path)

    def test_an_empty_file_is_named(self, tmp_path):
        with pytest.raises(
            FileFormatError, match=r"a\.parquet cannot be read, it is damaged or no"
        ):
            read_items(write(tmp_path / "a.parquet", ""))

    def test_no_rows(self, tmp_path):
        path = tmp_path / "a.parquet"
        pyarrow.parquet.write_table(pa.table({"text": pa.array([], pa.string())}), path)
        with pytest.raises(ItemsError, match=r"a\.parquet has no rows"):
            read_items(path)

    def test_a_text_column_of_lists(self, tmp_path):
        path = tmp_path / "a.parquet"
        pyarrow.parquet.write_table(pa.table({"text": [["a"], ["b"]]}), path)
        with pytest.raises(
            ItemsError, match=r"column 'text' of .*a\.parquet holds list<.*must be t"
        ):
            read_items(path, text_columns=["text"])


class TestManyFiles:
    def test_rows_stand_in_the_order_of_the_files(self, tmp_path):
        b = write(tmp_path / "b.csv", "text\n1b\n")
        a = write(tmp_path / "a.jsonl", '{"text": "2a"}\n')
        assert read_items([b, a]).column("text") == ["1b", "2a"]

    def test_a_pattern_is_sorted_and_a_file_is_read_once(self, tmp_path):
        for name in ("b", "a"):
            write(tmp_path / f"{name}.csv", f"text\n{name}\n")
        files = [tmp_path / "b.csv", str(tmp_path / "*.csv")]
        assert read_items(files).column("text") == ["b", "a"]

    def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(self, tmp_path):
        assert read_items(write(tmp_path / "a[1].csv", "text\nx\n")).n_items == 1

    def test_columns_that_a_file_lacks_are_nulls(self, tmp_path):
        write(tmp_path / "a.csv", "text,n\nx,1\n")
        write(tmp_path / "b.csv", "text,m\ny,2.5\n")
        items = read_items(tmp_path / "*.csv")
        assert items.column("n") == [1, None]
        assert items.column("m") == [None, 2.5]

    def test_csv_types_are_found_over_all_files(self, tmp_path):
        write(tmp_path / "a.csv", "n,text\n1,x\n")
        write(tmp_path / "b.csv", "n,text\n1.50,y\n")
        write(tmp_path / "c.csv", "n,text\nmany,z\n")
        assert read_items([tmp_path / "a.csv", tmp_path / "b.csv"]).column("n") == [1.0, 1.5]
        assert read_items(tmp_path / "*.csv").column("n") == ["1", "1.50", "many"]

    def test_numbers_are_promoted_across_formats(self, tmp_path):
        a = write(tmp_path / "a.csv", "n,text\n1,x\n")
        b = tmp_path / "b.parquet"
        pyarrow.parquet.write_table(pa.table({"n": [2.5], "text": ["y"]}), b)
        assert read_items([a, b]).column("n") == [1.0, 2.5]

    def test_an_id_is_text_in_every_format(self, tmp_path):
        a = write(tmp_path / "a.csv", "key,text\n007,x\n")
        b = write(tmp_path / "b.jsonl", '{"key": 8, "text": "y"}\n')
        c = tmp_path / "c.parquet"
        pyarrow.parquet.write_table(pa.table({"key": [9], "text": ["z"]}), c)
        assert read_items([a, b, c], id_column="key").item_ids.tolist() == ["007", "8", "9"]

    def test_types_that_do_not_meet_name_both_files(self, tmp_path):
        a = write(tmp_path / "a.csv", "n,text\n1,x\n")
        b = write(tmp_path / "b.jsonl", '{"n": "many", "text": "y"}\n')
        message = r"column 'n' is int64 in .*a\.csv and string in .*b\.jsonl, must be of one type"
        with pytest.raises(ItemsError, match=message):
            read_items([a, b])

    def test_a_text_column_missing_in_one_file_is_an_error_that_names_it(self, tmp_path):
        write(tmp_path / "a.csv", "text\nx\n")
        write(tmp_path / "b.csv", "body\ny\n")
        with pytest.raises(ItemsError, match=r"b\.csv lacks the text column 'text'"):
            read_items(tmp_path / "*.csv", text_columns=["text"])


class TestFiles:
    def test_a_missing_file(self, tmp_path):
        with pytest.raises(ItemsError, match=r"none\.csv does not exist\. Check the path"):
            read_items(tmp_path / "none.csv")

    def test_a_pattern_without_a_match(self, tmp_path):
        with pytest.raises(ItemsError, match=r"No file matches '.*\*\.csv'"):
            read_items(tmp_path / "*.csv")

    def test_a_folder(self, tmp_path):
        with pytest.raises(ItemsError, match=r"is a folder, must be a file or a pattern"):
            read_items(tmp_path)

    def test_an_unknown_suffix(self, tmp_path):
        message = r"a\.xlsx has the suffix '\.xlsx', must be one of \.csv, \.tsv, \.jsonl"
        with pytest.raises(FileFormatError, match=message):
            read_items(write(tmp_path / "a.xlsx", "x"))

    def test_no_file_at_all(self):
        with pytest.raises(ItemsError, match="files is empty, must name at least one file"):
            read_items([])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", ""),
        ("a.csv", "text\n"),
        ("a.csv", "text,n\na,1\nb\n"),
        ("a.csv", 'text\na\n"b\n'),
        ("a.csv", b"text\n\xe9\n"),
        ("a.csv", "text,text\na,b\n"),
        ("a.jsonl", "\n"),
        ("a.jsonl", '{"text": 1}\n{"text": "a"}\n'),
        ("a.jsonl", b'{"text": "\xe9"}\n'),
        ("a.parquet", "no Parquet"),
    ],
)
def test_apply_on_files_says_what_read_items_says(tmp_path, name, content):
    path = write(tmp_path / name, content)
    said = []
    for read in (
        read_items,
        lambda files: apply(keyword_lf("a", "x", name="a"), files, ["x", "y"]),
    ):
        with pytest.raises((FileFormatError, ItemsError)) as caught:
            read(path)
        said.append(str(caught.value))
    assert said[0] == said[1]


@pytest.mark.shared
def test_the_five_real_comment_files_are_read(shared):
    items = read_items(shared / "data" / "youtube" / "*.csv", text_columns=["CONTENT"])
    assert items.n_items == 1956
    assert items.column_names == ("COMMENT_ID", "AUTHOR", "DATE", "CONTENT", "CLASS")
    assert set(items.column("CLASS")) == {0, 1}


@pytest.mark.shared
def test_comment_ids_that_occur_in_the_real_files_twice_are_refused(shared):
    with pytest.raises(ItemsError, match="id column 'COMMENT_ID' has 3 duplicates"):
        read_items(shared / "data" / "youtube" / "*.csv", id_column="COMMENT_ID")
