from weaklabel.models import DawidSkene, MajorityVote, PrecisionNaiveBayes
from weaklabel.testing import EXCEPTIONS, LAWS
from weaklabel.testing._exceptions import ARGUMENT_EXCEPTIONS, exceptions_of


def test_every_exception_is_to_a_law_and_gives_its_reason_in_a_sentence() -> None:
    for laws in [*EXCEPTIONS.values(), *ARGUMENT_EXCEPTIONS.values()]:
        for law, reason in laws.items():
            assert law in LAWS
            assert reason.endswith(".")


def test_exceptions_of_a_model_are_those_of_its_class() -> None:
    assert set(exceptions_of(PrecisionNaiveBayes())) == {"objective_never_falls"}
    assert exceptions_of(MajorityVote()) == {}


def test_exceptions_of_an_argument_hold_for_models_made_with_it_alone() -> None:
    assert exceptions_of(DawidSkene()) == {}
    assert len(exceptions_of(DawidSkene(abstain_informative=True))) == 3
