"""parsed_pattern: a pattern, or nothing where Python's parser is not to be had."""

import re
import sys
import warnings

from weaklabel.apply.text._parsed import parsed_pattern


def test_pieces_come_in_order():
    assert [str(name) for name, _ in parsed_pattern("a+[bc]|d", 0)[0][1][1][0]] == [
        "MAX_REPEAT",
        "IN",
    ]


def test_flags_count():
    assert len(parsed_pattern("a # b", re.VERBOSE)) == 1


def test_nothing_is_warned_of_twice():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parsed_pattern("[[a]x", 0) is not None


def test_python_without_the_parser_gives_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "re._parser", None)
    monkeypatch.delattr(re, "_parser")
    assert parsed_pattern("never parsed before", 0) is None
    parsed_pattern.cache_clear()
