"""The text engine: keywords and patterns of many labeling functions, found in one pass."""

from weaklabel.apply.text._distinct import DistinctTexts, distinct_texts
from weaklabel.apply.text._engine import ENGINE_NAMES, search_engine_for
from weaklabel.apply.text._forms import TextForms
from weaklabel.apply.text._needles import Needles, needles_of
from weaklabel.apply.text._pass import FoundTexts, find_texts
from weaklabel.apply.text._re2 import re2_pattern

__all__ = [
    "ENGINE_NAMES",
    "DistinctTexts",
    "FoundTexts",
    "Needles",
    "TextForms",
    "distinct_texts",
    "find_texts",
    "needles_of",
    "re2_pattern",
    "search_engine_for",
]
