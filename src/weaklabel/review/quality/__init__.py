"""How far reviewers agree, what they agree on, and how right each of them is."""

from weaklabel.review.quality._agreement import agreement
from weaklabel.review.quality._agreement_figures import Agreement, Coefficient
from weaklabel.review.quality._consensus import Consensus, consensus
from weaklabel.review.quality._reviewer_quality import ReviewerQuality, reviewer_quality

__all__ = [
    "Agreement",
    "Coefficient",
    "Consensus",
    "ReviewerQuality",
    "agreement",
    "consensus",
    "reviewer_quality",
]
