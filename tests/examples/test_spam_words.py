"""The templates of the synthetic comments."""

import re

from weaklabel.examples._spam_words import HAM, SPAM, WORDS

TEMPLATES = [text for kinds in (HAM, SPAM) for texts in kinds.values() for text in texts]


def test_every_slot_has_words():
    slots = {slot for text in TEMPLATES for slot in re.findall(r"\{(.*?)\}", text)}
    assert slots <= set(WORDS)


def test_there_are_several_dozen_templates_and_none_stands_twice():
    assert len(TEMPLATES) > 100
    assert len(set(TEMPLATES)) == len(TEMPLATES)


def test_both_classes_have_cases_that_look_like_the_other():
    assert "looks like spam" in HAM
    assert "looks like ham" in SPAM
