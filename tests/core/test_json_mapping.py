"""JsonMapping: frozen, hashable, one text for equal content."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core._json_mapping import JsonMapping
from weaklabel.errors import ParameterError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda values: st.lists(values, max_size=3)
    | st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=4))
def test_what_json_can_hold_comes_back(values):
    mapping = JsonMapping(values)
    assert mapping == values
    assert dict(mapping) == values
    assert len(mapping) == len(values)
    assert JsonMapping.parse(mapping.text) == mapping
    assert JsonMapping.parse(mapping.text).text == mapping.text
    assert pickle.loads(pickle.dumps(mapping)) == copy.deepcopy(mapping) == mapping  # noqa: S301


def test_equal_content_in_another_order_is_one_text_and_one_hash():
    one, two = JsonMapping({"b": [1, 2], "a": {"y": 1, "x": 2}}), JsonMapping({"a": {"x": 2, "y": 1}, "b": (1, 2)})  # fmt: skip
    assert one.text == two.text == '{"a":{"x":2,"y":1},"b":[1,2]}'
    assert len({one, two}) == 1
    assert one != JsonMapping({"a": 1})
    assert one != "text"


def test_nobody_changes_it():
    given_ = {"votes": [1, 2]}
    mapping = JsonMapping(given_)
    given_["votes"].append(3)
    mapping["votes"].append(4)
    assert mapping == {"votes": [1, 2]}
    with pytest.raises(TypeError):
        mapping["votes"] = 1
    with pytest.raises(AttributeError, match="cannot set text: a JsonMapping is frozen"):
        mapping.text = "{}"


def test_numbers_and_arrays_of_numpy_become_plain():
    values = {"p": np.array([0.5, 0.5]), "n": np.int64(3), "inner": JsonMapping({"a": 1})}
    assert JsonMapping(values) == {"p": [0.5, 0.5], "n": 3, "inner": {"a": 1}}
    assert repr(JsonMapping({"a": 1})) == "JsonMapping({'a': 1})"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "Out of range float"),
        (object(), "object is nothing that JSON can hold"),
        (b"x", "bytes is nothing that JSON can hold"),
        ("\ud800", "surrogates not allowed"),
        ({1: 1, "a": 2}, "not supported between"),
    ],
)
def test_what_json_cannot_hold_is_refused(value, words):
    with pytest.raises(ParameterError, match=words):
        JsonMapping({"a": value})


@pytest.mark.parametrize("text", ["", "[]", "1", "{", None, '{"a": NaN'])
def test_a_text_that_is_no_object_is_refused(text):
    with pytest.raises(ParameterError, match=r"must be a JSON object\."):
        JsonMapping.parse(text)
