"""Every action has a key, and every key one action."""

import pytest

from weaklabel.core import LabelSchema
from weaklabel.errors import ParameterError
from weaklabel.review.session._keymap import classes_like, key_bindings

YES_NO = LabelSchema(["no", "yes"])
MANY = LabelSchema([f"c{i}" for i in range(12)])


def test_the_first_nine_classes_have_digits_in_their_order() -> None:
    classes = [(k, a) for k, a, _ in key_bindings(MANY) if a.startswith("class:")]
    assert classes == [(str(i + 1), f"class:c{i}") for i in range(9)]


def test_the_keys_of_the_house_are_the_defaults() -> None:
    found = {key: action for key, action, _ in key_bindings(YES_NO)}
    wanted = {"1": "class:no", "2": "class:yes", "a": "accept", "Enter": "accept", "x": "reject"}
    wanted |= {" ": "skip", "u": "undo", "Backspace": "undo", "c": "comment", "r": "cause"}
    wanted |= {
        "g": "group",
        "f": "flag",
        "e": "escalate",
        "ArrowLeft": "back",
        "ArrowRight": "forward",
        "/": "search",
    }
    assert found == wanted | {"?": "help"}


def test_keys_can_be_swapped_and_a_tenth_class_can_have_one() -> None:
    found = {k: a for k, a, _ in key_bindings(MANY, {"accept": "x", "reject": ["a"]})}
    assert (found["x"], found["a"]) == ("accept", "reject")
    assert "Enter" not in found
    found = {k: a for k, a, _ in key_bindings(MANY, {"class:c9": "0"})}
    assert found["0"] == "class:c9"


def test_two_actions_never_share_a_key_whatever_the_case() -> None:
    with pytest.raises(ParameterError, match=r"key 'A' of action 'skip' is that of 'accept' too"):
        key_bindings(YES_NO, {"skip": "A"})


@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ({"sing": "s"}, r"an action of keymap is 'sing', must be one of 'accept'"),
        ({"class:maybe": "s"}, r"an action of keymap is 'class:maybe'"),
        ({"skip": []}, r"keymap\['skip'\] is \[\], must be one key or more"),
        ({"skip": ""}, r"keymap\['skip'\] is '', must be a key"),
        ({"skip": 3}, r"keymap\['skip'\] is 3, must be a key"),
        ([("skip", "s")], r"keymap is \[\('skip', 's'\)\], must be a mapping"),
    ],
)
def test_what_leaves_an_action_without_a_key_is_refused(keymap: object, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        key_bindings(YES_NO, keymap)  # type: ignore[arg-type]


def test_classes_are_found_by_a_part_of_their_name() -> None:
    schema = LabelSchema(["upon", "Pony", "no"])
    assert classes_like(schema, " pon", 5) == ["Pony", "upon"]
    assert classes_like(schema, "", 2) == ["upon", "Pony"]
    assert classes_like(schema, "zebra", 5) == []
