"""fold: against what `re` says of every code point there is."""

import re
from collections import defaultdict
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply.text._fold import fold, fold_code, is_word_code

ALL = range(0x110000)


@lru_cache(maxsize=1)
def classes():
    found = defaultdict(set)
    for code in ALL:
        found[fold_code(code)].add(code)
    return found


def test_each_class_is_what_re_matches_among_characters_with_case():
    groups = [members for members in classes().values() if len(members) > 1]
    cased = "".join(chr(code) for members in groups for code in sorted(members))
    assert len(cased) > 2500
    for members in groups:
        for code in members:
            found = re.findall(re.escape(chr(code)), cased, re.IGNORECASE)
            assert set(map(ord, found)) == members


def test_a_character_that_is_alone_in_its_class_matches_no_other():
    alone = "".join(chr(min(m)) for m in classes().values() if len(m) == 1)
    cased = "".join(chr(c) for m in classes().values() if len(m) > 1 for c in m)
    either = "|".join(map(re.escape, cased))
    assert re.findall(either, alone, re.IGNORECASE) == []
    changes = "".join(c for c in alone if c.lower() != c or c.upper() != c)  # case, no partner
    for character in changes:
        assert re.findall(re.escape(character), changes + cased, re.IGNORECASE) == [character]
    # As patterns, only those of scripts that could have case: a set of a million takes long.
    rest = "".join(
        c for c in alone if c not in changes and (c < "\u3000" or "\ua000" < c < "\uac00")
    )
    assert re.findall(f"[{re.escape(rest)}]", cased, re.IGNORECASE) == []


def test_what_stands_for_a_class_is_in_it():
    assert all(fold_code(code) == code for code in classes())


def test_word_characters_are_those_of_re():
    text = "".join(map(chr, ALL))
    assert {ord(c) for c in re.findall(r"\w", text)} == {c for c in ALL if is_word_code(c)}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("WIN [\\]^_`", "win [\\]^_`"),
        ("\u0130I\u0131i", "iiii"),
        ("\u212aK\u017fS", "kkss"),
        ("ΣσΣ ς", "σσσ σ"),
        ("ẞß", "ßß"),
        ("👍\ud800é", "👍\ud800é"),
    ],
)
def test_odd_characters(text, folded):
    assert fold(text) == folded


@given(st.text(), st.text(min_size=1, max_size=3))
def test_literal_is_found_folded_where_re_finds_it(text, literal):
    found = re.search(re.escape(literal), text, re.IGNORECASE) is not None
    assert (fold(literal) in fold(text)) == found
