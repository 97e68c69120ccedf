"""Guidelines have a version, given or made of the text."""

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review.session._guidelines import Guidelines


def test_none_are_empty() -> None:
    assert Guidelines.of(None) == Guidelines.of("") == ("", "")


def test_another_text_has_another_version() -> None:
    one, other = Guidelines.of("Advertising is spam."), Guidelines.of("Advertising is ham.")
    assert one.text == "Advertising is spam."
    assert one.version != other.version
    assert one.version == Guidelines.of("Advertising is spam.").version


def test_a_given_version_is_kept() -> None:
    assert Guidelines.of(("text", "3")) == ("text", "3")


@pytest.mark.parametrize("given", [3, ("text",), ("text", 3)])
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(ParameterError, match=r"guidelines is .*, must be a text, or a pair"):
        Guidelines.of(given)
