"""column_roles: which columns are used, and as what."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from weaklabel.core import Items, as_items
from weaklabel.errors import ItemsError
from weaklabel.refine._columns import column_roles

TEXTS = [f"this is comment number {i}" for i in range(8)]


def table(**columns):
    return Items(pa.table(columns), [f"i{i}" for i in range(8)])


def test_roles_follow_type_and_content():
    roles = column_roles(
        table(
            comment=TEXTS,
            length=[1.5] * 7 + [None],
            caps=[True, False] * 4,
            channel=["psy", "katy"] * 4,
            key=[f"z12{i}" for i in range(8)],
            author=[f"Ann B{i}" for i in range(8)],
            at=[datetime(2026, 1, 1, tzinfo=UTC)] * 8,
            tags=[["a"]] * 8,
            empty=pa.array([None] * 8, type=pa.string()),
        )
    )
    assert roles.texts == ("comment",)
    assert roles.numbers == ("length", "caps")
    assert roles.categories == ("channel",)


def test_a_column_that_repeats_the_item_ids_is_ignored():
    items = as_items([{"key": i, "x": float(i % 3)} for i in range(9)], id_column="key")
    assert column_roles(items).numbers == ("x",)


def test_dictionary_columns_are_strings():
    channel = pa.array(["psy", "katy"] * 4).dictionary_encode()
    assert column_roles(table(channel=channel)).categories == ("channel",)


def test_texts_in_a_script_without_spaces_are_texts():
    comments = [f"これは日本語のコメントです{c}" for c in "一二三四五六七八"]
    assert column_roles(table(comment=comments, n=list(range(8)))).texts == ("comment",)


def test_short_texts_are_used_where_nothing_else_is():
    assert column_roles(as_items(["hi", "buy", "nice"])).texts == ("text",)


def test_named_text_columns_are_the_only_texts():
    roles = column_roles(table(a=TEXTS, b=TEXTS, c=["x", "y"] * 4), ["b"])
    assert (roles.texts, roles.categories) == (("b",), ("c",))


def test_ignored_columns_have_no_role():
    roles = column_roles(table(a=TEXTS, gold=[0, 1] * 4), ignore_columns=["gold"])
    assert (roles.texts, roles.numbers) == (("a",), ())


def test_the_row_labels_of_a_data_frame_have_no_role():
    assert column_roles(table(a=TEXTS, __index_level_0__=list(range(8)))).numbers == ()


def test_no_usable_column_is_no_role():
    assert not column_roles(table(tags=[["a"]] * 8))


def test_an_unknown_text_column_is_refused():
    with pytest.raises(ItemsError, match=r"text_columns is 'body', must be one of 'a'"):
        column_roles(table(a=TEXTS), ["body"])


def test_a_text_column_of_numbers_is_refused():
    with pytest.raises(ItemsError, match=r"type of text column 'n' is 'int64', must be string"):
        column_roles(table(n=list(range(8))), ["n"])
