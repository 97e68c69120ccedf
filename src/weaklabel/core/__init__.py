"""The nouns: frozen, validated when built, without input or output."""

from weaklabel.core._arrays import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    StringArray,
)
from weaklabel.core._decisions import CAUSES, Decision, DecisionLog
from weaklabel.core._items import Items, as_items
from weaklabel.core._labels import SoftLabels
from weaklabel.core._queue import ReviewQueue
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.core._soft_votes import SoftVotes, Votes
from weaklabel.core._sparse import SparseCodes
from weaklabel.core._votes import VoteEntries, VoteMatrix

__all__ = [  # noqa: RUF022 - by letter
    "ABSTAIN",
    "BoolArray",
    "CAUSES",
    "CodeArray",
    "Decision",
    "DecisionLog",
    "FloatArray",
    "IntArray",
    "Items",
    "LabelSchema",
    "ReviewQueue",
    "SoftLabels",
    "SoftVotes",
    "SparseCodes",
    "StringArray",
    "VoteEntries",
    "VoteMatrix",
    "Votes",
    "as_items",
]
