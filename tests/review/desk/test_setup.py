"""What a screen is told once names all it can, within its bytes."""

import json
from importlib.metadata import version
from typing import Any

from weaklabel.core import CAUSES, LabelSchema
from weaklabel.review.desk._setup import SETUP_BYTES, first_names, key_rows, setup_dict
from weaklabel.review.desk._short_names import full_name, short_name
from weaklabel.review.session._keymap import key_bindings

SMILE = "\U0001f600"


def test_an_ordinary_setup_is_whole() -> None:
    schema = LabelSchema([f"class {n}" for n in range(500)])
    keys = key_bindings(schema)
    found = setup_dict(schema, keys)
    assert found == {
        "keys": [list(row) for row in keys],
        "classes": list(schema.classes),
        "n_classes": 500,
        "causes": list(CAUSES),
        "version": version("weaklabel"),
    }


def test_a_hostile_setup_keeps_to_its_bytes_and_names_each_key() -> None:
    schema = LabelSchema([f"{n} {SMILE * 1000}" for n in range(1000)])
    keys = key_bindings(schema)
    found: Any = setup_dict(schema, keys)
    assert len(json.dumps(found)) <= SETUP_BYTES
    assert found["n_classes"] == 1000
    assert [row[0] for row in found["keys"]] == [row[0] for row in keys]


def test_the_first_names_that_fit_come() -> None:
    names = [f"{n} {SMILE * 100}" for n in range(1000)]
    found = first_names(names, 5000)
    assert len(json.dumps(found)) <= 5002
    assert 10 < len(found) < 20
    assert full_name(str(found[3]), names) == names[3]
    assert first_names(["a", "b"], 5000) == ["a", "b"]


def test_keys_name_classes_as_they_go_out() -> None:
    name = "class: " + SMILE * 1000
    found: Any = key_rows([("1", f"class:{name}", f"answer {name!r}"), ("?", "help", "list")], 5000)
    assert found[0][1] == f"class:{short_name(name)}"
    assert found[1] == ["?", "help", "list"]
    assert len(json.dumps(key_rows([("k" * 1000, "x" * 1000, "w" * 1000)] * 100, 5000))) <= 5002
