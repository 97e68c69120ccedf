import numpy as np
import pytest

from weaklabel.core import LabelSchema
from weaklabel.errors import LabelsError, SchemaError
from weaklabel.models._gold import check_gold, overwrite

SCHEMA = LabelSchema(["ham", "spam"])


@pytest.mark.parametrize(
    "gold",
    [
        ["spam", None, "ham"],
        ["spam", -1, 0],
        [1, None, 0.0],
        np.array([1, -1, 0]),
        np.array([1.0, np.nan, 0.0]),
        np.array(["spam", None, "ham"], dtype=object),
        ("spam", float("nan"), "ham"),
    ],
)
def test_names_codes_and_unknowns_become_codes(gold) -> None:
    codes = check_gold(gold, 3, SCHEMA)
    assert codes.tolist() == [1, -1, 0]
    assert codes.dtype == np.int8


def test_gold_of_another_length_names_both() -> None:
    with pytest.raises(LabelsError) as caught:
        check_gold([1, 0], 3, SCHEMA)
    assert str(caught.value) == (
        "gold has shape (2,), must be (3,). Give one class for each item, in the order of the "
        "items, and None where it is unknown."
    )


@pytest.mark.parametrize("gold", [[[0, 1], [1, 0]], np.zeros((2, 1)), 1, None])
def test_gold_of_another_shape_is_refused(gold) -> None:
    with pytest.raises(LabelsError, match=r"gold has shape .*, must be \(2,\)"):
        check_gold(gold, 2, SCHEMA)


@pytest.mark.parametrize("gold", ["ham", {"a": "ham"}, {"ham"}])
def test_what_is_no_sequence_of_classes_is_refused(gold) -> None:
    with pytest.raises(LabelsError, match="must be a sequence with one class for each item"):
        check_gold(gold, 1, SCHEMA)


@pytest.mark.parametrize("wrong", ["spm", 2, -2, 0.5, True, [0]])
def test_what_is_no_class_is_refused_by_name(wrong) -> None:
    with pytest.raises(SchemaError, match="label is"):
        check_gold([wrong, None], 2, SCHEMA)


def test_known_rows_become_certain_and_others_stay() -> None:
    posterior = np.array([[0.6, 0.4], [0.7, 0.3]])
    result = overwrite(posterior, np.array([1, -1], np.int8))
    assert result.tolist() == [[0.0, 1.0], [0.7, 0.3]]
    assert posterior[0, 0] == 0.6
