"""weaklabel: labeling functions in, a reviewed and versioned training set out."""

from weaklabel.core import (
    ABSTAIN,
    Decision,
    DecisionLog,
    Items,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    VoteMatrix,
    as_items,
)

__version__ = "0.1.0"

__all__ = [
    "ABSTAIN",
    "Decision",
    "DecisionLog",
    "Items",
    "LabelSchema",
    "ReviewQueue",
    "SoftLabels",
    "VoteMatrix",
    "as_items",
]
