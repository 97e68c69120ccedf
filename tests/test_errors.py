"""The error tree: one base, builtins beside it, one shape of message."""

import inspect

import pytest

from weaklabel import errors


def classes():
    return [c for c in vars(errors).values() if inspect.isclass(c)]


@pytest.mark.parametrize("error", classes(), ids=lambda c: c.__name__)
def test_every_class_has_the_one_base_and_a_builtin(error):
    assert issubclass(error, (errors.WeaklabelError, errors.WeaklabelWarning))
    assert error.__name__ in errors.__doc__
    assert error.__name__ in errors.__all__


def test_a_missing_library_names_the_extra():
    error = errors.MissingDependencyError.of("spacy", "spacy_doc", "spacy")
    assert (
        str(error)
        == "spacy is not installed, needed for spacy_doc. Run: pip install 'weaklabel[spacy]'."
    )
    assert isinstance(error, ImportError)


def test_long_values_are_shortened():
    message = errors.wrong_value("x", "a" * 500, "short")
    assert len(message) < 120
    assert message.endswith("..., must be short.")
