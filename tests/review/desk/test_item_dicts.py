"""An item goes to the screen whole where it can, and always within its bytes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from weaklabel.review.desk._item_dicts import cut, field_text, item_dict, json_bytes
from weaklabel.review.desk._messages import MAX_TEXT
from weaklabel.review.desk._short_names import full_name
from weaklabel.review.session._highlights import Highlight
from weaklabel.review.session._session_item import Chip, Field, Fold, NearDuplicate, SessionItem
from weaklabel.review.session._turn import OtherAnswer

BYTES = 90_000


def item(**changes: Any) -> SessionItem:
    plain = SessionItem(
        position=3,
        total=10,
        item_id="a",
        fields=(Field("text", "free money"), Field("n", 7)),
        stratum="error",
        proposed="spam",
        probabilities={"ham": 0.4, "spam": 0.6},
        reasons=("undecided",),
        votes=(Chip("prize", "spam", 0.9, "v1"),),
        n_abstained=4,
        highlights=(Highlight("text", 0, 4, "prize"),),
        near_duplicates=(NearDuplicate("b", "free cash"),),
        n_near_duplicates=1,
        guidelines="Be kind. " * 1000,
        guidelines_version="3",
        blind=False,
    )
    return replace(plain, **changes)


def with_text(text: str) -> SessionItem:
    fold = Fold(len(text), 2000) if len(text) > 2000 else None
    return item(fields=(Field("text", text, fold),))


def test_an_ordinary_item_is_all_there_but_for_the_guidelines() -> None:
    made = item_dict(item(comment="odd", flagged=True, wrong_functions=("prize",)), BYTES)
    expected = item(comment="odd", flagged=True, wrong_functions=("prize",)).to_dict(folded=True)
    del expected["guidelines"]
    assert made.values == {**expected, "n_more": {}}
    assert made.n_bytes == len(json.dumps(made.values))


def test_a_long_text_comes_to_its_fold_whatever_it_is() -> None:
    for letter in ("x", "\x00", "é", "\U0001f600"):
        made = item_dict(with_text(letter * 1_000_000), BYTES).values
        assert made["fields"][0]["value"] == letter * 2000  # type: ignore[index,call-overload]
        assert made["fields"][0]["fold"] == {"length": 1_000_000, "first": 2000}  # type: ignore[index,call-overload]


def test_a_text_without_a_fold_is_folded_where_it_would_not_fit() -> None:
    made: Any = item_dict(item(fields=(Field("text", "x" * 1_000_000),)), BYTES)
    (field,) = made.values["fields"]
    assert field["fold"] == {"length": 1_000_000, "first": len(field["value"])}
    assert field["value"] == "x" * 20_000


def test_a_large_list_or_object_is_its_text() -> None:
    value = {"tags": ["é" * 100] * 50}
    made: Any = item_dict(item(fields=(Field("data", value), Field("few", [1]))), BYTES)
    large, small = made.values["fields"]
    text = field_text(value)
    assert text.startswith('{"tags": ["é')
    assert large["value"] == text[:2000]
    assert large["fold"] == {"length": len(text), "first": 2000}
    assert (small["value"], small["fold"]) == ([1], None)


@pytest.mark.parametrize("depth", [101, 100_000])
def test_what_is_nested_deeply_is_its_text_too(depth: int) -> None:
    deep: Any = "end"
    for _ in range(depth):
        deep = [deep]
    # Not by `to_dict`, which `Field` holds as it is: this asks for the text alone.
    made: Any = item_dict(item(fields=(Field("data", deep),)), BYTES)
    assert made.values["fields"][0]["value"].startswith("[[[[")
    while isinstance(deep, list):  # taken apart, as Python would free it on its stack
        deep = deep.pop()


def test_all_that_is_long_or_many_is_cut_and_said() -> None:
    smile = "\U0001f600" * 1000
    name = [f"{i} {smile}" for i in range(700)]
    other = OtherAnswer(name[0], name[1], smile, "data error", "")
    hostile = item(
        item_id=name[0],
        fields=tuple(Field(each, smile, None) for each in name),
        stratum=smile,
        proposed=smile,
        answer=smile,
        probabilities=dict.fromkeys(name, 0.1) | {"best": 0.5},
        reasons=(smile,) * 700,
        votes=tuple(Chip(each, smile, None, smile) for each in name),
        highlights=tuple(Highlight(each, 0, 1, each) for each in name),
        near_duplicates=(NearDuplicate(smile, smile),) * 700,
        guidelines_version=smile,
        comment="\U0001f600" * (MAX_TEXT // 2),
        wrong_functions=tuple(name),
        others=(other,) * 700,
    )
    made: Any = item_dict(hostile, BYTES)
    assert made.n_bytes == len(json.dumps(made.values)) <= BYTES
    values, n_more = made.values, made.values["n_more"]
    assert values["comment"] == hostile.comment
    assert "best" in values["probabilities"]
    assert full_name(values["fields"][0]["name"], name) == name[0]
    for each in ("fields", "votes", "reasons", "highlights", "near_duplicates", "others"):
        assert n_more[each] + len(values[each]) == 700, each
    assert n_more["wrong_functions"] + len(values["wrong_functions"]) == 700
    assert n_more["probabilities"] + len(values["probabilities"]) == 701


def test_halves_of_pairs_are_replaced_everywhere() -> None:
    half = "half \ud800"
    hostile = item(
        item_id=half,
        fields=(Field(half, half), Field("data", [half])),
        stratum=half,
        proposed=half,
        probabilities={half: 1.0},
        reasons=(half,),
        votes=(Chip(half, half, None, half),),
        highlights=(Highlight(half, 0, 1, half),),
        near_duplicates=(NearDuplicate(half, half),),
        comment=half,
        wrong_functions=(half,),
        others=(OtherAnswer(half, half, half, half, ""),),
    )
    json.dumps(item_dict(hostile, BYTES).values, ensure_ascii=False).encode("utf-8")


def test_cut_reaches_every_level() -> None:
    value: Any = {"a" * 1000: [{"b": "12345"}], "half": "\ud800", "n": 1.5}
    found: Any = cut(value, 3, 2)
    assert list(found) != list(value)
    assert list(found.values()) == [[{"b": "12…"}], "�"]


def test_bytes_are_those_of_strict_json() -> None:
    assert json_bytes({"é": None}) == len('{"\\u00e9": null}')
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes(float("nan"))
