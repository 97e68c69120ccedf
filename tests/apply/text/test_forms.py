"""TextForms: each form is made when it is first asked for, and once."""

import pyarrow as pa
import pytest

from weaklabel.apply.text import TextForms, distinct_texts
from weaklabel.apply.text import _forms as module


@pytest.fixture
def forms():
    return TextForms(distinct_texts(pa.chunked_array([pa.array(["WIN", "b\u2014", "WIN", None])])))


def test_forms_are_those_of_the_distinct_texts(forms):
    assert forms.as_list == ["WIN", "b\u2014"]
    assert forms.folded.texts.to_pylist() == ["win", "b\u2014"]
    assert forms.plain.texts.to_pylist() == ["WIN", "b\x01"]


def test_nothing_is_made_before_it_is_asked_for_and_nothing_twice(forms, monkeypatch):
    made = []
    for name in ("fold_texts", "plain_texts"):
        monkeypatch.setattr(module, name, lambda texts, name=name: made.append(name) or texts)
    assert forms.as_list is forms.as_list
    assert made == []
    assert forms.folded is forms.folded
    assert forms.plain is forms.plain
    assert made == ["fold_texts", "plain_texts"]
