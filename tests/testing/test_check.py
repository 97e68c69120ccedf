import pytest

from weaklabel import testing
from weaklabel.errors import ParameterError
from weaklabel.models import MajorityVote
from weaklabel.testing import LAWS, check_label_model


class Loud(MajorityVote):
    def __repr__(self) -> str:
        return "LOUD"


def test_every_law_is_a_public_check() -> None:
    for law, check in LAWS.items():
        assert getattr(testing, f"check_{law}") is check


def test_model_that_keeps_the_laws_passes_and_stays_unfitted() -> None:
    model = MajorityVote()
    check_label_model(model)
    assert not hasattr(model, "schema_")


def test_broken_law_is_named_with_what_was_found() -> None:
    with pytest.raises(AssertionError) as caught:
        check_label_model(Loud())
    assert str(caught.value) == (
        f"Loud breaks 1 of {len(LAWS)} laws:\n"
        "  repr_makes_the_model: repr is LOUD, must be the call Loud(...) that makes the model"
    )


def test_law_broken_on_purpose_is_passed_over() -> None:
    check_label_model(Loud(), exceptions={"repr_makes_the_model": "It is meant to be loud."})


def test_exception_to_no_law_is_refused() -> None:
    with pytest.raises(ParameterError, match="exception is 'be_quiet', must be one of"):
        check_label_model(MajorityVote(), exceptions={"be_quiet": "There is no such law."})
