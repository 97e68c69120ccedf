"""Every package's `__all__` is sorted and is exactly what it exports."""

import importlib
import pkgutil
import types

import pytest

import weaklabel

PACKAGES = ["weaklabel"] + [
    f"weaklabel.{m.name}" for m in pkgutil.iter_modules(weaklabel.__path__) if m.ispkg
]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_sorted_and_complete(name):
    package = importlib.import_module(name)
    exported = {
        key
        for key, value in ((key, getattr(package, key)) for key in dir(package))
        if not key.startswith("_")
        and not isinstance(value, types.ModuleType)
        and key not in ("annotations", "TYPE_CHECKING", "Any")
    }
    assert list(package.__all__) == sorted(package.__all__)
    assert set(package.__all__) - {"__version__"} == exported


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_thing_has_a_docstring(name):
    package = importlib.import_module(name)
    documented = [getattr(package, key) for key in package.__all__ if not key.isupper()]
    missing = [thing for thing in documented if callable(thing) and not thing.__doc__]
    assert not missing


def test_the_top_level_is_about_as_large_as_a_contents_page():
    assert len(weaklabel.__all__) <= 70


def test_every_public_noun_has_a_repr_of_its_own_and_one_for_notebooks():
    nouns = [getattr(weaklabel, name) for name in weaklabel.__all__]
    classes = [noun for noun in nouns if isinstance(noun, type)]
    assert len(classes) > 15
    assert [c.__name__ for c in classes if c.__repr__ is object.__repr__] == []
    places = {"DecisionStore", "VoteCache"}  # files and folders, not nouns
    assert {c.__name__ for c in classes if not hasattr(c, "_repr_html_")} == places
