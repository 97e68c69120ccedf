"""Light items: attribute and key access, and what is said of a field that is not there."""

from collections import namedtuple
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from weaklabel.errors import ItemsError
from weaklabel.lf._item import fields_of, make_item, row_maker


def test_field_is_attribute_and_key():
    item = make_item({"text": "hi", "likes": 3})
    assert (item.text, item["text"], item.likes, item["likes"]) == ("hi", "hi", 3, 3)


def test_item_is_the_tuple_of_its_values():
    item = row_maker(("a", "b"))([1, 2])
    assert item == (1, 2)
    assert item[0] == 1
    assert item[-1] == 2


@pytest.mark.parametrize("name", ["n likes", "class", "_private", "1st", "größe €", ""])
def test_name_that_is_no_identifier_is_reached_by_key(name):
    assert make_item({name: 5, "text": "hi"})[name] == 5


@pytest.mark.parametrize("name", ["count", "index", "get", "keys"])
def test_column_wins_over_a_method_of_the_same_name(name):
    item = make_item({name: 5})
    assert getattr(item, name) == 5
    assert item[name] == 5


def test_contains_looks_at_names():
    item = make_item({"text": "likes"})
    assert "text" in item
    assert "likes" not in item


def test_get_has_a_default():
    item = make_item({"text": "hi"})
    assert item.get("text") == "hi"
    assert item.get("title") is None
    assert item.get("title", "") == ""


def test_missing_attribute_lists_the_fields():
    with pytest.raises(AttributeError, match=r"no field 'txt', it has 'text', 'likes'.*'text'\?"):
        make_item({"text": "hi", "likes": 3}).txt  # noqa: B018 - the access is the test


def test_missing_key_lists_the_fields():
    with pytest.raises(KeyError, match=r"no field 'title', it has 'text', 'likes'"):
        make_item({"text": "hi", "likes": 3})["title"]


def test_hasattr_tells_whether_a_field_exists():
    item = make_item({"text": "hi"})
    assert hasattr(item, "text")
    assert not hasattr(item, "title")


def test_item_refuses_assignment():
    with pytest.raises(AttributeError):
        make_item({"text": "hi"}).text = "ho"


def test_repr_shows_the_fields():
    assert repr(make_item({"text": "hi"})) == "Item({'text': 'hi'})"


@dataclass
class Comment:
    text: str


Pair = namedtuple("Pair", "text")


@pytest.mark.parametrize(
    "given",
    [
        "hi",
        {"text": "hi"},
        Comment("hi"),
        Pair("hi"),
        SimpleNamespace(text="hi"),
        make_item({"text": "hi"}),
    ],
)
def test_fields_are_read_from_many_forms(given):
    assert fields_of(given) == {"text": "hi"}


def test_fields_of_a_pandas_row():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    assert fields_of(pd.Series({"text": "hi"})) == {"text": "hi"}


def test_fields_of_a_number_is_an_error():
    with pytest.raises(ItemsError, match="item is a int, must be a dict of its fields, a text"):
        fields_of(7)
